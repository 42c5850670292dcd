"""Makes one record of the parts of a run."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from conformance.record.errors import NotMergeable
from conformance.record.reader import Record
from conformance.record.scores import DECIDED, untested
from conformance.record.values import (
    BaselineUse,
    Cases,
    Coverage,
    RunLine,
    SummaryLine,
    Verdict,
    VerdictLine,
    count,
    fails_gate,
)

# A requirement that several parts watched: what one of them saw counts over what others did not.
_WORST = (
    Verdict.FAILED,
    Verdict.ERROR,
    Verdict.INCONCLUSIVE,
    Verdict.PASSED,
    Verdict.UNSUPPORTED,
    Verdict.SKIPPED,
)


def merged(records: Sequence[Record], path: Path) -> Record:
    """One record of several, as if one run had done it all; ``path`` is where it will stand.

    A requirement that several have takes the worst of its verdicts, with that evidence, and all of
    its cases. Raises NotMergeable (they differ in what was run, or a shard is missing or there
    twice).
    """
    for record in records[1:]:
        _hold_alike(records[0], record)
    _hold_complete(records)
    verdicts = _verdicts(records)
    return Record(path, _run_line(records), verdicts, _summary(records, verdicts))


def _hold_alike(first: Record, other: Record) -> None:
    one, two = first.run, other.run
    differing = {
        "target": _target(one) != _target(two),
        "target version": one.target.version != two.target.version,
        "seed": one.seed != two.seed,
        "profile": one.profile != two.profile,
        "tool version": one.tool != two.tool,
        "--strict": one.strict != two.strict,
        "specs": any(two.specs.get(name, files) != files for name, files in one.specs.items()),
    }
    names = [name for name, differs in differing.items() if differs]
    if names:
        raise NotMergeable(other.path, f"different {', '.join(names)} than in {first.path}")


def _target(run: RunLine) -> str:
    """The target's name; one known by its URL alone may stand at another port for each part."""
    return "" if run.target.name == run.target.url else run.target.name


def _hold_complete(records: Sequence[Record]) -> None:
    shards = [record.run.shard for record in records]
    known = [shard for shard in shards if shard is not None]
    if not known:
        return
    if len(known) < len(shards):
        whole = records[shards.index(None)]
        raise NotMergeable(whole.path, "it is not a shard, but the others are")
    met: dict[int, Path] = {}
    of = known[0].of
    for record, shard in zip(records, known, strict=True):
        if shard.of != of:
            why = f"shard {shard} does not go with a run of {of} parts"
            raise NotMergeable(record.path, why)
        if shard.index in met:
            raise NotMergeable(record.path, f"shard {shard} is already in {met[shard.index]}")
        met[shard.index] = record.path
    missing = [f"{index}/{of}" for index in range(1, of + 1) if index not in met]
    if missing:
        raise NotMergeable(records[-1].path, f"shard {', '.join(missing)} is missing")


def _verdicts(records: Sequence[Record]) -> tuple[VerdictLine, ...]:
    lines: dict[str, list[VerdictLine]] = {}
    for record in records:
        for line in record.verdicts:
            lines.setdefault(line.requirement, []).append(line)
    return tuple(_one(group) for group in lines.values())


def _one(lines: Sequence[VerdictLine]) -> VerdictLine:
    worst = min(lines, key=lambda line: _WORST.index(line.verdict))
    return replace(
        worst,
        cases=Cases(
            sum(line.cases.accept for line in lines), sum(line.cases.reject for line in lines)
        ),
        seconds=round(sum(line.seconds for line in lines), 3),
        requests=sum(line.requests for line in lines),
    )


def _run_line(records: Sequence[Record]) -> RunLine:
    first = records[0].run
    specs = {name: files for record in records for name, files in record.run.specs.items()}
    services = dict.fromkeys(name for record in records for name in record.run.services)
    command = first.command
    if first.shard is not None:
        command = command.replace(f" --shard {first.shard}", "")
    elif len(records) > 1:
        command = " && ".join(record.run.command for record in records)
    return replace(
        first,
        start=min(record.run.start for record in records),
        services=tuple(services),
        specs=specs,
        command=command,
        shard=None,
    )


def _summary(records: Sequence[Record], verdicts: Sequence[VerdictLine]) -> SummaryLine:
    summaries = [record.summary for record in records if record.summary is not None]
    covered = [summary.coverage for summary in summaries if summary.coverage is not None]
    use = _baseline([one.baseline for one in summaries if one.baseline is not None], verdicts)
    return SummaryLine(
        requests=sum(summary.requests for summary in summaries),
        seconds=round(sum(summary.seconds for summary in summaries), 3),
        counts=count(verdicts),
        exit=_exit(records, verdicts, use),
        interrupted=any(record.interrupted for record in records),
        coverage=Coverage(sum(c.both_sides for c in covered), sum(c.of for c in covered))
        if covered
        else None,
        notes=tuple(dict.fromkeys(note for summary in summaries for note in summary.notes)),
        baseline=use,
    )


def _baseline(uses: Sequence[BaselineUse], verdicts: Iterable[VerdictLine]) -> BaselineUse | None:
    """What came of the baseline in all parts; a part's news may be disproved by another's."""
    if not uses:
        return None
    found = {line.requirement: line for line in verdicts}

    def those(ids: Iterable[str], verdict: Verdict) -> tuple[str, ...]:
        kept = {name for name in ids if name in found and found[name].verdict is verdict}
        return tuple(sorted(kept))

    return BaselineUse(
        file=uses[0].file,
        strict=any(use.strict for use in uses),
        accepted=sum(line.baseline is not None for line in found.values()),
        passing=those((name for use in uses for name in use.passing), Verdict.PASSED),
        expired=those((name for use in uses for name in use.expired), Verdict.FAILED),
        unknown=tuple(sorted({name for use in uses for name in use.unknown})),
    )


def _exit(
    records: Sequence[Record], verdicts: Sequence[VerdictLine], use: BaselineUse | None
) -> int:
    strict = records[0].run.strict
    if any(fails_gate(line, strict=strict) for line in verdicts) or (use and use.fails):
        return 1
    if any(map(_fails_on_unsupported, records)):
        return 1
    decided = any(line.verdict in DECIDED for line in verdicts)
    is_whole = decided and not any(record.interrupted for record in records)
    return 0 if is_whole and not untested(verdicts, strict=strict) else 3


def _fails_on_unsupported(record: Record) -> bool:
    """Whether a part exited with 1 without a failure: an option made what it lacks fail."""
    summary = record.summary
    if summary is None or summary.exit != 1 or (summary.baseline and summary.baseline.fails):
        return False
    return not any(fails_gate(line, strict=record.run.strict) for line in record.verdicts)
