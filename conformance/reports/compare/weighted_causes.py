"""Which causes of failures count for much of a score, over any number of records.

Answers with a status of 5xx are one cause here, whatever they say: each is the server's own
failure.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from conformance.record import Record, Share, VerdictLine, fails_gate, score_services
from conformance.reports.causes import Signature, cause_title, signature
from conformance.reports.facts import deciding, failures, grouped, seen, target_name
from conformance.reports.markdown import code, escaped, row
from conformance.reports.text import plural

_HEAD = ("cause", "of the score", "failures", "services", "example", "seen")
_BREAKS: Signature = ("5xx",)
_SERVER_ERROR = 500
_EXAMPLE = 140
_NAMED = 6
"""Services that a row names, those that the cause counts most for first."""


@dataclass(frozen=True, slots=True)
class WeightedCause:
    """A cause of failures at the gate levels of a target.

    ``shares`` has of each service that it counts for enough, how many of the requirements that
    were decided fail of it, the largest share first. ``lines`` are its failures in these.
    """

    target: str
    title: str
    shares: tuple[tuple[str, Share], ...]
    lines: tuple[VerdictLine, ...]

    @property
    def percent(self) -> float:
        """Its largest share of a score."""
        return _percent(self.shares[0][1])


@dataclass(slots=True)
class _Group:
    shares: dict[str, Share] = field(default_factory=dict)
    lines: list[VerdictLine] = field(default_factory=list)


def weighted_causes(records: Iterable[Record], least: float) -> tuple[WeightedCause, ...]:
    """The causes above ``least`` per cent of any score, by target."""
    groups: dict[tuple[str, Signature], _Group] = {}
    for record in records:
        target = target_name(record)
        for cause, service, share, lines in _shares(record):
            if _percent(share) > least:
                group = groups.setdefault((target, cause), _Group())
                group.shares[service] = group.shares.get(service, Share()) + share
                group.lines += lines
    found = [
        WeightedCause(
            target,
            "Fails with a status of 5xx" if cause == _BREAKS else cause_title(cause, group.lines),
            tuple(sorted(group.shares.items(), key=lambda one: -_percent(one[1]))),
            tuple(group.lines),
        )
        for (target, cause), group in groups.items()
    ]
    return tuple(sorted(found, key=lambda one: (one.target, -one.percent, one.title)))


def _shares(record: Record) -> Iterator[tuple[Signature, str, Share, list[VerdictLine]]]:
    strict = record.run.strict
    scores = score_services(record.verdicts, strict=strict)
    decided = {score.service: score.gate.of for score in scores}
    failing = (line for line in failures(record) if fails_gate(line, strict=strict))
    groups = grouped(failing, lambda line: (_signature(line), line.service))
    for (cause, service), lines in groups.items():
        yield cause, service, Share(len(lines), decided[service]), lines


def _signature(line: VerdictLine) -> Signature:
    exchange = deciding(line)
    response = exchange and exchange.response
    return _BREAKS if response and response.status >= _SERVER_ERROR else signature(line)


def _percent(share: Share) -> float:
    return 100 * share.part / share.of


def render_weighted_causes(found: Iterable[WeightedCause]) -> str:
    """A Markdown table for each target, which is readable as it stands, too."""
    return "\n".join(_rows(found)) + "\n"


def _rows(found: Iterable[WeightedCause]) -> Iterator[str]:
    tables = grouped(found, lambda cause: cause.target)
    for number, (target, causes) in enumerate(tables.items()):
        yield from ([""] if number else [])
        yield from (f"## {escaped(target)}", "", row(_HEAD), "|---|---:|---:|---|---|---|")
        for cause in causes:
            example = cause.lines[0]
            yield row((
                escaped(cause.title, _EXAMPLE), f"{cause.percent:.1f} %", f"{len(cause.lines):,}",
                _services(cause), code(example.requirement), escaped(seen(example), _EXAMPLE),
            ))  # fmt: skip
    if not tables:
        yield "No cause accounts for that much of a score."


def _services(cause: WeightedCause) -> str:
    named = ", ".join(service for service, _ in cause.shares[:_NAMED])
    more = len(cause.shares) - _NAMED
    return f"{named} and {plural(more, 'other')}" if more > 0 else named
