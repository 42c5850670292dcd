"""What every report says of a record: the headline, the order of failures, what is undecided."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from conformance import error_identity
from conformance.contract.levels import Level, Source
from conformance.record import (
    Record,
    RecordedExchange,
    RecordedResponse,
    Role,
    ServiceScore,
    Share,
    Untested,
    Verdict,
    VerdictLine,
    fails_gate,
    score_services,
    total,
)
from conformance.record import untested as unfinished
from conformance.reports.text import one_line, plural

_Item = TypeVar("_Item")
_Key = TypeVar("_Key")

LEVELS = tuple(Level)
VERDICTS = tuple(Verdict)
UNDECIDED = (Verdict.ERROR, Verdict.UNSUPPORTED, Verdict.INCONCLUSIVE, Verdict.SKIPPED)

LEVEL_MEANING = {
    Level.REQUIRED: "the documents state it, and no recording of AWS contradicts it",
    Level.EXPECTED: "AWS was observed to do it, or the protocol or a shared page states it",
    Level.STRICT: "an exact message, a header detail, the order of validation",
    Level.INFORMATIONAL: "worth knowing, but no document or recording settles it",
}
VERDICT_MEANING = {
    Verdict.PASSED: "holds",
    Verdict.FAILED: "broken, and broken again on a fresh resource",
    Verdict.UNSUPPORTED: "the target does not have the operation",
    Verdict.SKIPPED: "not tested: an earlier request failed, or no known request would test it",
    Verdict.INCONCLUSIVE: "throttled, timed out, or did not repeat",
    Verdict.ERROR: "a fault of the tool, not of the target",
}
EXIT_MEANING = {
    0: "conforms",
    1: "a gate-level failure that no baseline covers",
    2: "bad usage or a bad input file",
    3: "could not test",
}
EXIT_OPEN = 3
MANY, LONGEST_REASON = 3, 200
"""How many untested operations are listed, and how much of each reason."""
_HEADLINES = {0: "conforms", 1: "does not conform"}
_OF_TRAFFIC = {0: "shows nothing broken", 1: "shows a broken contract"}
"""Recorded traffic shows what it happens to hold: nothing can be said of the rest."""


@dataclass(frozen=True, slots=True)
class Undecided:
    """Requirements that share a verdict and a reason."""

    verdict: Verdict
    reason: str
    lines: tuple[VerdictLine, ...]


class Failure(Protocol):
    """The fields of a verdict that decide the cause of a failure."""

    @property
    def requirement(self) -> str: ...
    @property
    def operation(self) -> str | None: ...
    @property
    def statement(self) -> str: ...
    @property
    def evidence(self) -> tuple[RecordedExchange, ...]: ...
    @property
    def reason(self) -> str: ...


def target_name(record: Record) -> str:
    """The target and its version, on one line."""
    target = record.run.target
    return one_line(f"{target.name} {target.version or ''}".strip())


def headline(record: Record) -> str:
    """The verdict on the target in a few words: ``does not conform``."""
    known = _OF_TRAFFIC if record.run.profile == "traffic" else _HEADLINES
    said = known.get(record.exit, "could not be tested")
    if record.exit == EXIT_OPEN and not record.interrupted and untested(record):
        said = "could not be tested in full"
    covered = len(accepted(record))
    but = f" except for {plural(covered, 'accepted failure')}" if covered else ""
    if record.exit == 0 and covered:
        said = f"conforms{but}"
    elif record.exit == 1 and not gate_failures(record) and not record.interrupted:
        said = f"fails the gate: {exit_meaning(record)}"
    if not record.interrupted:
        return said
    decided = covered or any(line.verdict is Verdict.PASSED for line in record.verdicts)
    if record.exit == EXIT_OPEN and decided:
        said = f"nothing failed{but}"
    return f"{said} so far (interrupted run)"


def failures(record: Record) -> tuple[VerdictLine, ...]:
    """Every failure: what fails the gate first, then by level, in the order of the record."""
    strict = record.run.strict
    failed = (line for line in record.verdicts if line.verdict is Verdict.FAILED)
    return tuple(sorted(failed, key=lambda line: severity(line, strict=strict)))


def severity(line: VerdictLine, *, strict: bool) -> tuple[bool, bool, int]:
    """A sort key: the worst failure first; what concerns every answer before its consequences."""
    gates = fails_gate(line, strict=strict)
    return (not gates, not (gates and line.operation is None), LEVELS.index(line.level))


def gate_failures(record: Record) -> int:
    """How many failures make the run exit with 1."""
    return sum(fails_gate(line, strict=record.run.strict) for line in record.verdicts)


def gate_sentence(record: Record) -> str:
    """Why the run exits as it does."""
    levels = "required, expected or strict" if record.run.strict else "required or expected"
    failing = gate_failures(record)
    covered = len(accepted(record))
    said = f", {plural(covered, 'failure')} accepted by the baseline" if covered else ""
    left = f"; {untested(record)}" if record.exit == EXIT_OPEN and untested(record) else ""
    return f"{plural(failing, 'failure')} of level {levels}{said}{left}"


def untested(record: Record) -> str:
    """The operations that were tested too little to say that they conform; empty for none."""
    return untested_sentence(unfinished(record.verdicts, strict=record.run.strict))


def untested_sentence(found: Sequence[Untested]) -> str:
    """A sentence about these operations; empty for none."""
    parts = [
        f"{operation_name(one.service, one.operation)}: {one.open:,} of {one.of:,} requirements"
        f" ({one_line(one.reason, LONGEST_REASON)})"
        for one in found[:MANY]
    ]
    more = [plural(len(found) - MANY, "more operation")] if len(found) > MANY else []
    return f"not tested: {'; '.join([*parts, *more])}" if parts else ""


def accepted(record: Record) -> tuple[VerdictLine, ...]:
    """The failures that the run's baseline covers, in the order of the record."""
    return tuple(line for line in record.verdicts if line.baseline is not None)


def exit_meaning(record: Record) -> str:
    """Why the run exited with its code, in a few words."""
    use = record.summary.baseline if record.summary else None
    if record.exit == 1 and not gate_failures(record):
        if use is not None and use.fails:
            return "failures that the baseline accepts now pass"
        return "operations are unsupported"
    left = untested(record) if record.exit == EXIT_OPEN and not record.interrupted else ""
    return left or EXIT_MEANING.get(record.exit, "")


def baseline_news(record: Record) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What to do about the baseline: a sentence, and the requirements that it is about."""
    use = record.summary.baseline if record.summary else None
    if use is None:
        return
    fails = ", which fails this run" if use.strict else ""
    if use.passing:
        listed = plural(len(use.passing), "requirement")
        prune = "remove with: conformance baseline prune"
        yield f"{listed} in the baseline now passed{fails}; {prune}", use.passing
    if use.expired:
        over = plural(len(use.expired), "failure")
        yield f"{over} in the baseline past the last day of acceptance", use.expired
    if use.unknown:
        yield f"{plural(len(use.unknown), 'id')} in the baseline that no contract has", use.unknown


def scores(record: Record) -> tuple[ServiceScore, ...]:
    return score_services(record.verdicts, strict=record.run.strict)


def whole_score(record: Record) -> ServiceScore:
    return total(scores(record))


def score_sentence(score: ServiceScore) -> str:
    """The two figures of a score, and how much is undecided, on one line."""
    decided = score.decided
    held = f"{share_text(decided)} decided requirements hold"
    parts = [held if decided.of else "no requirement was decided"]
    if score.implemented.of:
        parts.append(f"{share_text(score.implemented)} operations implemented")
    if score.undecided:
        parts.append(f"{score.undecided:,} not decided")
    return "; ".join(parts)


def share_text(share: Share) -> str:
    """``148 of 152 (97.3 %)``; ``0 of 0`` where there is nothing to have a share of."""
    percent = "" if share.percent is None else f" ({share.percent:g} %)"
    return f"{share.part:,} of {share.of:,}{percent}"


def share_cell(share: Share) -> str:
    """A share in a table; a dash where there is nothing to share."""
    return share_text(share) if share.of else "-"


def grouped(items: Iterable[_Item], key: Callable[[_Item], _Key]) -> dict[_Key, list[_Item]]:
    """The items by key, both in order of appearance."""
    groups: dict[_Key, list[_Item]] = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def by_operation(lines: Iterable[VerdictLine]) -> dict[tuple[str, str | None], list[VerdictLine]]:
    return grouped(lines, lambda line: (line.service, line.operation))


def operation_name(service: str, operation: str | None) -> str:
    """A title for an operation, or for what a service as a whole must do."""
    return one_line(f"{service} {operation or '(whole service)'}")


def undecided(record: Record) -> Iterator[Undecided]:
    """What neither passed nor failed, by verdict and reason, our own errors first."""
    lines = (line for line in record.verdicts if line.verdict in UNDECIDED)
    groups = grouped(lines, lambda line: (line.verdict, line.reason))
    for verdict, reason in sorted(groups, key=lambda key: UNDECIDED.index(key[0])):
        yield Undecided(verdict, reason, tuple(groups[verdict, reason]))


def source_text(source: Source) -> str:
    """A source in one line: ``api-updatekey.md, Request Body, line 53``."""
    if source.observation is not None:
        return one_line(f"observed: {source.observation}")
    if source.protocol is not None:
        return one_line(f"protocol: {source.protocol}")
    if source.model is not None:
        return one_line(f"model {source.model}, {source.path}")
    line = None if source.line is None else f"line {source.line}"
    parts = [part for part in (source.document, source.section, line) if part]
    return one_line(", ".join(parts)) or "no source recorded"


def web_address(source: Source) -> str | None:
    """The address of the source, if it is one for a browser."""
    address = source.url or ""
    return address if address.startswith(("https://", "http://")) else None


def deciding(line: Failure) -> RecordedExchange | None:
    """The exchange that decided the verdict: the last one that is not setup."""
    for exchange in reversed(line.evidence):
        if exchange.role is not Role.SETUP:
            return exchange
    return line.evidence[-1] if line.evidence else None


def seen(line: Failure) -> str:
    """What was seen of a requirement; without an exchange, the reason."""
    exchange = deciding(line)
    return exchange.seen if exchange else line.reason


def error_code(response: RecordedResponse) -> str:
    """The error's name as AWS writes it: header first, cut at ``:``, after ``#``."""
    headers = {name.lower(): value for name, value in response.headers.items()}
    body = json_object(response.body)
    return next(iter(error_identity.names(headers.get(error_identity.HEADER), body)), "")


def json_object(text: str | None) -> dict[str, Any]:
    try:
        value = json.loads(text or "")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}
