"""``python -m benchmarks.breadth``: how much of a service is tested that nobody wrote anything for.

Each service is derived from its SDK model and run against the target in a process of its own, with
the quick profile and without an overlay, also where ``specs/`` has one. A line of JSON a service
goes to a file as soon as it is known; what the file has is not measured again with ``--resume``.
``tested`` is the share of passed and failed requirements among those of operations that the
target implements, which are all that are not ``unsupported``. ``--records FOLDER`` keeps the
records of the runs.

The target outlives each run, so that a guard withholds what could change what others have, and so
that what is left there can be counted. With ``--embedded`` each run starts its own moto, as
``conformance run moto`` does: nothing is withheld, and nothing counted.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.child import Measured, measure
from benchmarks.moto_states import Moto, left_over, moto
from benchmarks.reasons import kind_of

ROOT = Path(__file__).resolve().parent.parent
NAMED = [
    "scheduler",
    "guardduty",
    "appconfig",
    "signer",
    "mq",
    "appmesh",
    "dsql",
    "kafka",
    "backup",
    "ebs",
    "polly",
    "xray",
    "resource-groups",
    "s3vectors",
    "osis",
    "glacier",
    "batch",
    "lambda",
    "eks",
    "amp",
    "connectcampaigns",
    "iot-data",
    "mediastore-data",
    "efs",
    "apigatewayv2",
    "sesv2",
]
OTHERS = [
    "appsync",
    "bedrock-agent",
    "databrew",
    "emr-serverless",
    "fis",
    "iot",
    "macie2",
    "mediaconnect",
    "synthetics",
    "vpc-lattice",
]
SECONDS, MEBIBYTES = 120.0, 200.0
GRACE = 60.0
"""Seconds for a run to start, and to end in good order at its limit."""
TESTED = ("passed", "failed")


@dataclass(frozen=True, slots=True)
class Breadth:
    """What one run came to; ``trouble`` is empty where it ended as it should."""

    service: str
    requirements: int = 0
    implemented: int = 0
    tested: int = 0
    failed: int = 0
    errors: int = 0
    reasons: dict[str, int] = field(default_factory=dict)
    requests: int = 0
    seconds: float = 0.0
    mebibytes: float = 0.0
    left: dict[str, int] = field(default_factory=dict)
    trouble: str = ""

    @property
    def share(self) -> float:
        """Tested of what the target implements, from 0 to 1."""
        return self.tested / self.implemented if self.implemented else 0.0


def main() -> int:
    """Measure, write and print. Exit status 1 where a run ended in trouble."""
    given = _arguments()
    out = Path(given.output)
    known = list(_read(out)) if given.resume and out.is_file() else []
    if not known:
        out.write_text("", encoding="utf-8")
    done = {one.service for one in known}
    for service in given.services:
        if service in done:
            continue
        known.append(one := _measured(service, given))
        with out.open("a", encoding="utf-8") as lines:
            print(json.dumps(asdict(one)), file=lines)
        print(_line(one), flush=True)
    print(f"\n{table(known)}")
    return 1 if any(one.trouble or one.errors for one in known) else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.breadth", description=__doc__)
    parser.add_argument("--services", type=lambda text: text.split(","), default=NAMED + OTHERS)
    parser.add_argument("--target", default="moto", help="moto, or the URL of another")
    parser.add_argument("--embedded", action="store_true", help="a moto of each run's own")
    parser.add_argument("--output", default="breadth.jsonl")
    parser.add_argument("--records", type=Path, help="keep the records in this folder")
    parser.add_argument("--resume", action="store_true", help="keep what the output file has")
    parser.add_argument("--limit", type=float, default=600.0, help="seconds for one service")
    parser.add_argument("--seed", type=int, default=1)
    return parser.parse_args()


def _read(path: Path) -> Iterator[Breadth]:
    for line in path.read_text(encoding="utf-8").splitlines():
        yield Breadth(**json.loads(line))


def _measured(service: str, given: argparse.Namespace) -> Breadth:
    with tempfile.TemporaryDirectory() as scratch, _target(given) as (url, counting):
        folder = given.records or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        record = (folder / f"{service}.jsonl").resolve()
        command = [sys.executable, "-m", "conformance", "run", url, "--service", service]
        command += [*_specs(service, Path(scratch)), "--profile", "quick"]
        command += ["--seed", str(given.seed), "-q", "--record", str(record)]
        command += ["--time-limit", str(given.limit)]
        before = counting.states(service) if counting else {}
        run = measure(command, "", ROOT, limit=given.limit + GRACE)
        left = left_over(before, counting.states(service)) if counting else {}
        lines = _lines(record)
    return counted(service, run, lines, left)


def _specs(service: str, scratch: Path) -> list[str]:
    """The derived contract of a service that has a curated one, under the name of the service.

    Others are derived by the run itself, in a protocol that the target speaks.
    """
    from conformance.contract.locate import known_services
    from conformance.contract.on_demand import folder_of

    if service not in known_services():
        return []
    specs = scratch / "specs"
    specs.mkdir()
    (specs / service).symlink_to(folder_of(service), target_is_directory=True)
    return ["--specs", str(specs)]


@contextmanager
def _target(given: argparse.Namespace) -> Iterator[tuple[str, Moto | None]]:
    if given.embedded or given.target != "moto":
        yield given.target, None
        return
    with moto() as started:
        yield started.url, started


def _lines(record: Path) -> list[dict[str, Any]]:
    if not record.is_file():
        return []
    return [json.loads(line) for line in record.read_text(encoding="utf-8").splitlines()]


def counted(
    service: str, run: Measured, lines: list[dict[str, Any]], left: dict[str, int]
) -> Breadth:
    """What the lines of a record and the process come to."""
    verdicts = [line for line in lines if line["type"] == "verdict"]
    summary = next((line for line in lines if line["type"] == "summary"), {})
    kinds = Counter(line["verdict"] for line in verdicts)
    rest = [line for line in verdicts if line["verdict"] in {"skipped", "inconclusive", "error"}]
    return Breadth(
        service=service,
        requirements=len(verdicts),
        implemented=len(verdicts) - kinds["unsupported"],
        tested=sum(kinds[one] for one in TESTED),
        failed=kinds["failed"],
        errors=kinds["error"],
        reasons=dict(Counter(kind_of(line["reason"] or "") for line in rest).most_common()),
        requests=summary.get("requests", 0),
        seconds=round(run.seconds, 1),
        mebibytes=round(run.memory or 0.0, 1),
        left=left,
        trouble=_trouble(run, summary),
    )


def _trouble(run: Measured, summary: dict[str, Any]) -> str:
    if "Traceback" in run.output:
        return run.output.strip().splitlines()[-1]
    if run.ended:
        return "ended at the time limit"
    if not summary:
        return (run.output.strip().splitlines() or ["no record"])[-1]
    return ""


HEAD = ("service", "requirements", "implemented", "tested", "failed", "requests", "s", "MiB")


def table(known: Iterable[Breadth]) -> str:
    """Every service, the pooled shares, and why the rest is not tested."""
    rows = list(known)
    text = [f"{HEAD[0]:<20}" + "".join(f"{name:>13}" for name in HEAD[1:])]
    text += [_line(one) for one in rows]
    pools = {"pooled": rows}
    pools["  of the named"] = [one for one in rows if one.service in NAMED]
    pools["  of the others"] = [one for one in rows if one.service not in NAMED]
    for name, pool in pools.items():
        all_of, tested = sum(one.implemented for one in pool), sum(one.tested for one in pool)
        text.append(f"{name:<20}{'':>13}{all_of:>13}{_share(tested, all_of):>13}")
    reasons: Counter[str] = Counter()
    for one in rows:
        reasons.update(one.reasons)
    every = sum(one.implemented for one in rows)
    text += [f"  {_share(count, every):>7}  {why}" for why, count in reasons.most_common(20)]
    return "\n".join(text)


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f} %" if whole else "-"


def _line(one: Breadth) -> str:
    numbers = (one.requirements, one.implemented, _share(one.tested, one.implemented))
    costs = (one.failed, one.requests, f"{one.seconds:.0f}", f"{one.mebibytes:.0f}")
    marks = [f"error {one.errors}"] if one.errors else []
    marks += [f"left {one.left}"] if one.left else []
    marks += [one.trouble] if one.trouble else []
    marks += ["SLOW"] if one.seconds > SECONDS else []
    marks += ["LARGE"] if one.mebibytes > MEBIBYTES else []
    return f"{one.service:<20}" + "".join(f"{value:>13}" for value in (*numbers, *costs)) + (
        f"  {'; '.join(marks)}" if marks else ""
    )  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
