"""What the HTML report shows, as plain values: how much of each requirement, in which order.

A page must stay small and fast whatever a target does, so the detail is limited: the worst
failures are complete, the next lack bodies, the rest take a line.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum

from conformance.record import (
    Record,
    RecordedExchange,
    RecordedRequest,
    RecordedResponse,
    Role,
    Verdict,
    VerdictLine,
    fails_gate,
)
from conformance.reports import facts
from conformance.reports.reproduce import curl_script, python_script
from conformance.reports.text import Piece, difference, plural, shortened, visible

_FEW, _BODY_OF_FEW, _BODY = 80, 4000, 1200
_LONGEST_SCRIPT = 16_000
_LONGEST_TEXT = 2000
_ORDER = (Verdict.FAILED, *facts.UNDECIDED, Verdict.PASSED)


@dataclass(frozen=True, slots=True)
class DetailBudget:
    """How many requirements appear whole, and how many without bodies; ``text`` cuts all others."""

    whole: int
    short: int
    text: int


BUDGETS = (
    DetailBudget(200, 350, 200),
    DetailBudget(80, 160, 120),
    DetailBudget(25, 50, 60),
    DetailBudget(5, 5, 20),
)
"""From plenty to little."""


class Detail(IntEnum):
    """How much of a requirement the page has."""

    LINE = 0
    SHORT = 1
    WHOLE = 2


@dataclass(frozen=True, slots=True)
class ShownExchange:
    """An exchange as the page has it; the texts are empty where only the line appears."""

    role: Role
    line: str
    answer: str
    request: str
    response: str
    expected: tuple[Piece, ...]
    seen: tuple[Piece, ...]
    decides: bool


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A requirement as the page has it."""

    line: VerdictLine
    anchor: str
    source: str
    address: str | None
    cases: str
    gates: bool
    detail: Detail
    exchanges: tuple[ShownExchange, ...]
    curl: str
    python: str
    reason: str

    @property
    def brief(self) -> bool:
        """Whether the page has only one line for the evidence."""
        return not self.detail and self.deciding is not None

    @property
    def deciding(self) -> ShownExchange | None:
        return next((exchange for exchange in self.exchanges if exchange.decides), None)


@dataclass(frozen=True, slots=True)
class CauseGroup:
    """The requirements of an operation: those to look at first, then those that passed."""

    name: str
    telling: tuple[ReportRow, ...]
    passed: tuple[ReportRow, ...]

    @property
    def failed(self) -> int:
        return sum(row.line.verdict is Verdict.FAILED for row in self.telling)


def groups(record: Record, budget: DetailBudget = BUDGETS[0]) -> tuple[CauseGroup, ...]:
    rows = _rows(record, budget)
    return tuple(
        _group(facts.operation_name(*key), [rows[line.requirement] for line in lines])
        for key, lines in facts.by_operation(record.verdicts).items()
    )


def without_requests(record: Record, budget: DetailBudget) -> int:
    """How many failures the page shows without their requests."""
    return max(0, sum(bool(line.evidence) for line in facts.failures(record)) - budget.whole)


def anchor(requirement: str) -> str:
    """The ``id`` of a requirement in the page."""
    return re.sub(r"\s", "_", visible(requirement, keep=""))


def _group(name: str, rows: Iterable[ReportRow]) -> CauseGroup:
    ranked = facts.grouped(
        sorted(rows, key=lambda row: _ORDER.index(row.line.verdict)),
        lambda row: row.line.verdict is Verdict.PASSED,
    )
    return CauseGroup(name, tuple(ranked.get(False, ())), tuple(ranked.get(True, ())))


def _rows(record: Record, budget: DetailBudget) -> Mapping[str, ReportRow]:
    strict = record.run.strict
    ranked = sorted(
        record.verdicts,
        key=lambda line: (_ORDER.index(line.verdict), facts.severity(line, strict=strict)),
    )
    limit = _BODY_OF_FEW if sum(bool(line.evidence) for line in ranked) <= _FEW else _BODY
    details = _details(ranked, budget)
    return {
        line.requirement: _row(line, detail, limit, budget.text, strict=strict)
        for line, detail in zip(ranked, details, strict=True)
    }


def _details(ranked: Iterable[VerdictLine], budget: DetailBudget) -> Iterator[Detail]:
    """How much the page has of each; what has no evidence costs nothing."""
    shown = 0
    for line in ranked:
        shown += bool(line.evidence)
        if line.verdict is Verdict.PASSED:
            yield Detail.SHORT if shown <= budget.whole else Detail.LINE
        elif shown <= budget.whole:
            yield Detail.WHOLE
        else:
            yield Detail.SHORT if shown <= budget.short else Detail.LINE


def _row(line: VerdictLine, detail: Detail, limit: int, text: int, *, strict: bool) -> ReportRow:
    whole = detail is Detail.WHOLE
    shown = line.evidence if detail else tuple(filter(None, [facts.deciding(line)]))
    if line.verdict is Verdict.PASSED and not detail:
        shown = ()
    return ReportRow(
        line=line,
        anchor=anchor(line.requirement),
        source=facts.source_text(line.source),
        address=facts.web_address(line.source),
        cases=_cases(line),
        gates=fails_gate(line, strict=strict),
        detail=detail,
        exchanges=tuple(_shown(exchange, line, detail, limit, text) for exchange in shown),
        curl=_script(curl_script(line.evidence)) if detail and line.evidence else "",
        python=_script(python_script(line.evidence)) if whole and line.evidence else "",
        reason=_reason(line),
    )


def _reason(line: VerdictLine) -> str:
    """The reason, unless it only repeats what was expected and seen."""
    main = facts.deciding(line)
    if main is not None and line.reason.startswith(f"expected {main.expected};"):
        return ""
    return line.reason


def _cases(line: VerdictLine) -> str:
    """How many cases held, on each side."""
    held = "held in " if line.verdict is Verdict.FAILED else ""
    if not (line.cases.accept or line.cases.reject):
        return "no other case" if held else "no cases"
    return f"{held}{line.cases.accept} accept, {plural(line.cases.reject, 'reject case')}"


def _script(text: str) -> str:
    return text if len(text) <= _LONGEST_SCRIPT else ""


def _shown(
    exchange: RecordedExchange, line: VerdictLine, detail: Detail, limit: int, text: int
) -> ShownExchange:
    longest = _LONGEST_TEXT if detail else text
    expected, seen = shortened(exchange.expected, longest), shortened(exchange.seen, longest)
    left, right = difference(expected, seen)
    whole = detail is Detail.WHOLE
    return ShownExchange(
        role=exchange.role,
        line=shortened(f"{exchange.request.method} {exchange.request.url}", 400 if detail else 90),
        answer=_answer(exchange),
        request=_request(exchange.request, limit) if whole else "",
        response=_response(exchange.response, limit) if whole else "",
        expected=left,
        seen=right,
        decides=exchange is facts.deciding(line),
    )


def _answer(exchange: RecordedExchange) -> str:
    status = "no answer" if exchange.response is None else str(exchange.response.status)
    waited = f", sent {exchange.pause:g} s later" if exchange.pause else ""
    took = "" if exchange.seconds is None else f" in {exchange.seconds:.3g} s"
    return f"{status}{took}{waited}"


def _request(request: RecordedRequest, limit: int) -> str:
    first = f"{request.method} {shortened(request.url, limit)}"
    return _message(first, request.headers, _body(request, limit))


def _response(response: RecordedResponse | None, limit: int) -> str:
    if response is None:
        return "no answer"
    return _message(str(response.status), response.headers, _body(response, limit))


def _message(first: str, headers: Mapping[str, str], body: str) -> str:
    lines = [first, *(f"{name}: {shortened(value, 300)}" for name, value in headers.items())]
    return "\n".join([*lines, "", body] if body else lines)


def _body(message: RecordedRequest | RecordedResponse, limit: int) -> str:
    if message.body_base64 is not None:
        body = f"base64: {shortened(message.body_base64, limit)}"
    else:
        body = shortened(message.body or "", limit)
    return body if message.cut is None else f"{body} [of {message.cut}]"
