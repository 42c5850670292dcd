"""What changed from one run to another, requirement by requirement."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance.record import Record, Verdict, VerdictLine, fails_gate
from conformance.reports.causes import signature, skeleton
from conformance.reports.facts import deciding, grouped, seen, severity, target_name

FORMAT = 1
KINDS = ("broken", "fixed", "covered", "lost", "changed")
DECIDED = {Verdict.PASSED, Verdict.FAILED}


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """A requirement that came out otherwise; ``before`` is None where the run did not have it."""

    before: VerdictLine | None
    after: VerdictLine | None

    @property
    def line(self) -> VerdictLine:
        line = self.after or self.before
        assert line is not None  # noqa: S101 - a change of nothing to nothing is never made
        return line

    def transition(self) -> str:
        """``passed -> failed``."""
        return f"{_verdict(self.before)} -> {_verdict(self.after)}"

    def as_json(self) -> dict[str, Any]:
        return {
            "requirement": self.line.requirement,
            "level": str(self.line.level),
            "statement": self.line.statement,
            "before": _side(self.before),
            "after": _side(self.after),
        }


@dataclass(frozen=True, slots=True)
class Diff:
    """The changes from ``before`` to ``after``, each kind worst first.

    ``broken`` passed and fails; ``fixed`` failed and passes; ``covered`` is decided now and was
    not; ``lost`` was decided and is not; ``changed`` failed in another way before.
    ``incomparable`` says why the difference may lie in the runs and not in the target.
    """

    before: Record
    after: Record
    incomparable: tuple[str, ...]
    broken: tuple[VerdictChange, ...]
    fixed: tuple[VerdictChange, ...]
    covered: tuple[VerdictChange, ...]
    lost: tuple[VerdictChange, ...]
    changed: tuple[VerdictChange, ...]

    @property
    def kinds(self) -> dict[str, tuple[VerdictChange, ...]]:
        """The changes by kind, the kinds in the order to look at them."""
        return {name: getattr(self, name) for name in KINDS}

    @property
    def gating(self) -> tuple[VerdictChange, ...]:
        """What broke and fails the gate."""
        strict = self.after.run.strict
        return tuple(change for change in self.broken if fails_gate(change.line, strict=strict))

    def as_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "before": _run(self.before),
            "after": _run(self.after),
            "incomparable": list(self.incomparable),
            **{name: [one.as_json() for one in changes] for name, changes in self.kinds.items()},
        }


def diff(before: Record, after: Record) -> Diff:
    old = {line.requirement: line for line in before.verdicts}
    new = {line.requirement: line for line in after.verdicts}
    kinds = grouped((VerdictChange(old.get(name), new.get(name)) for name in old | new), _kind)

    def worst_first(kind: str) -> tuple[VerdictChange, ...]:
        strict = after.run.strict
        return tuple(sorted(kinds.get(kind, ()), key=lambda one: severity(one.line, strict=strict)))

    incomparable = tuple(_incomparable(before, after))
    return Diff(before, after, incomparable, *map(worst_first, KINDS))


def _kind(change: VerdictChange) -> str:
    before, after = change.before, change.after
    was = before is not None and before.verdict in DECIDED
    is_now = after is not None and after.verdict in DECIDED
    if was != is_now:
        return "covered" if is_now else "lost"
    if before is None or after is None or not was:
        return ""
    if before.verdict is not after.verdict:
        return "broken" if after.verdict is Verdict.FAILED else "fixed"
    return "changed" if _failure(before) != _failure(after) else ""


def _failure(line: VerdictLine) -> tuple[object, ...]:
    """How it fails, without names and numbers that differ from run to run."""
    exchange = deciding(line)
    if line.verdict is not Verdict.FAILED or exchange is None:
        return ()
    return (*signature(line), skeleton(exchange.seen))


def _incomparable(before: Record, after: Record) -> Iterator[str]:
    one, two = before.run, after.run
    both = set(one.specs) & set(two.specs)
    differing = sorted(name for name in both if one.specs[name] != two.specs[name])
    if differing:
        yield f"the specs of {', '.join(differing)} differ"
    if set(one.services) != set(two.services):
        yield f"services {', '.join(one.services)} before, {', '.join(two.services)} after"
    for name, old, new in (
        ("profile", one.profile, two.profile),
        ("seed", one.seed, two.seed),
        ("tool", one.tool, two.tool),
        ("shard", one.shard and str(one.shard), two.shard and str(two.shard)),
    ):
        if old != new:
            yield f"{name} {old or 'none'} before, {new or 'none'} after"
    for when, record in (("before", before), ("after", after)):
        if record.interrupted:
            yield f"the run {when} was interrupted"


def _verdict(line: VerdictLine | None) -> str:
    return "not run" if line is None else str(line.verdict)


def _side(line: VerdictLine | None) -> dict[str, Any] | None:
    if line is None:
        return None
    return {"verdict": str(line.verdict), "seen": seen(line), "baseline": line.baseline}


def _run(record: Record) -> dict[str, Any]:
    run = record.run
    return {
        "target": target_name(record),
        "seed": run.seed,
        "profile": run.profile,
        "start": run.start,
        "exit": record.exit,
    }
