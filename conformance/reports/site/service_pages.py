"""The pages of one service: operations, requirements, who holds each, and the evidence."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.contract.levels import Source
from conformance.record import Verdict
from conformance.reports import facts
from conformance.reports.reproduce import curl_script
from conformance.reports.site import rendering
from conformance.reports.site.record_stream import (
    Entry,
    StreamedVerdict,
    file_name,
    operation_file,
    verdicts_of,
)
from conformance.reports.site.service_history import ServiceHistory, by_operation, history_of
from conformance.reports.text import one_line, visible

if TYPE_CHECKING:
    from markupsafe import Markup

_CELLS = 8_000
"""Verdicts on one page: a page of more would be slow to show."""
_KEPT = 1_000
"""So many groups of targets are remembered as links."""
_SCRIPTS, _LONGEST_SCRIPT, _LONGEST = 5, 4_000, 300
"""So many targets have the request that shows a failure; each at most so many characters."""


@dataclass(frozen=True, slots=True)
class _Row:
    """A requirement with the verdict line of each target, in the order of the targets."""

    any: StreamedVerdict
    lines: tuple[StreamedVerdict | None, ...]

    @property
    def verdicts(self) -> tuple[Verdict | None, ...]:
        return tuple(None if line is None else line.verdict for line in self.lines)

    @property
    def file(self) -> str:
        return file_name(self.any.requirement.removeprefix(f"{self.any.service}/"))


def write_service(folder: Path, service: str, entries: Sequence[Entry]) -> list[ServiceHistory]:
    """Write every page about a service, and its data file; gives the standing of each target."""
    current = [tuple(verdicts_of(entry.current, service)) for entry in entries]
    standings = [history_of(entry, lines) for entry, lines in zip(entries, current, strict=True)]
    groups = _rows(current)
    at = folder / "services"
    values = {"standings": standings, "service": service, "operations": list(groups)}
    rendering.write(at / f"{file_name(service)}.html", _page("service", 1, service, values))
    for operation, rows in groups.items():
        _write_operation(at, operation, rows, standings)
    rendering.write(
        folder / "api" / "services" / f"{file_name(service)}.json",
        json.dumps(_data(service, standings, groups)),
    )
    return standings


def _rows(current: Sequence[Iterable[StreamedVerdict]]) -> dict[str | None, list[_Row]]:
    """Every requirement that any target's run had, by operation."""
    known = [{line.requirement: line for line in lines} for lines in current]
    every: dict[str, StreamedVerdict] = {}
    for lines in known:
        every = {**lines, **every}
    ordered = sorted(every.values(), key=lambda line: (line.operation or "", line.requirement))
    return {
        operation: [
            _Row(line, tuple(lines.get(line.requirement) for lines in known)) for line in lines_of
        ]
        for operation, lines_of in by_operation(ordered).items()
    }


def _write_operation(
    at: Path, operation: str | None, rows: Sequence[_Row], standings: Sequence[ServiceHistory]
) -> None:
    service = rows[0].any.service
    base, name = at / file_name(service), operation_file(operation)
    targets = [one.target for one in standings]
    size = max(1, _CELLS // len(targets))
    parts = [rows[start : start + size] for start in range(0, len(rows), size)]

    def page_file(number: int) -> str:
        return f"{name}.html" if number == 1 else f"{name}.{number}.html"

    for number, part in enumerate(parts, 1):
        values = {
            "operation": operation, "targets": targets, "count": len(rows), "folder": name,
            "page": number, "pages": len(parts), "page_file": page_file,
            "rows": [_cells(row) for row in part],
        }  # fmt: skip
        rendering.write(base / page_file(number), _page("operation", 2, service, values))
        for row in part:
            text = _requirement(row, targets, page_file(number))
            rendering.write(base / name / f"{row.file}.html", text)


def _cells(row: _Row) -> dict[str, Any]:
    return {
        "requirement": row.any.requirement,
        "statement": row.any.statement,
        "level": row.any.level,
        "file": row.file,
        "verdicts": _verdict_cells(row.verdicts),
    }


@lru_cache(_KEPT)
def _verdict_cells(verdicts: tuple[Verdict | None, ...]) -> Markup:
    """The cells of a table row; cached, as many requirements have the same."""
    from markupsafe import Markup

    return Markup().join(
        Markup('<td class="none">not run</td>')
        if one is None
        else Markup('<td class="{}">{}</td>').format(one, rendering.SHORT[one])
        for one in verdicts
    )


def _requirement(row: _Row, targets: Sequence[str], operation_page: str) -> str:
    one = row.any
    found = [(name, line) for name, line in zip(targets, row.lines, strict=True) if line]
    failed = [(name, line) for name, line in found if line.verdict is Verdict.FAILED]
    values = {
        "requirement": one.requirement, "statement": one.statement, "level": one.level,
        "source": facts.source_text(Source(**json.loads(bytes(one.source)))),
        "operation": one.operation, "operation_page": operation_page,
        "verdicts": _alike(found),
        "shown": [
            shown
            for number, (name, line) in enumerate(failed)
            if (shown := _evidence(name, line, script=number < _SCRIPTS)) is not None
        ],
    }  # fmt: skip
    return _page("requirement", 3, one.service, values)


def _alike(found: Sequence[tuple[str, StreamedVerdict]]) -> list[dict[str, Any]]:
    """The targets that have the same verdict for the same reason, as one row of the table."""
    groups = facts.grouped(found, lambda one: (one[1].verdict, one[1].reason))
    order = list(Verdict)
    return [
        {
            "verdict": verdict,
            "reason": one_line(reason, _LONGEST),
            "targets": _target_links(tuple(name for name, _ in groups[verdict, reason])),
        }
        for verdict, reason in sorted(groups, key=lambda key: (order.index(key[0]), key[1]))
    ]


def _evidence(target: str, line: StreamedVerdict, *, script: bool) -> Mapping[str, str] | None:
    """The evidence of a failure; None where the record has only a reason."""
    exchange = facts.deciding(line)
    if exchange is None:
        return None
    text = curl_script(line.evidence) if script else ""
    return {
        "target": target,
        "expected": one_line(exchange.expected, _LONGEST),
        "seen": one_line(exchange.seen, _LONGEST),
        "script": text if len(text) <= _LONGEST_SCRIPT else "",
    }


def _page(name: str, depth: int, service: str, values: Mapping[str, Any]) -> str:
    return rendering.render(
        name,
        root="../" * depth,
        service=service,
        service_file=file_name(service),
        file=file_name(service),
        **{key: value for key, value in values.items() if key != "service"},
        file_name=file_name,
        operation_file=operation_file,
    )


@lru_cache(_KEPT)
def _target_links(targets: tuple[str, ...]) -> Markup:
    """Links to the pages of targets; cached, as the same targets go together often."""
    from markupsafe import Markup

    return Markup(", ").join(
        Markup('<a href="../../../targets/{}.html">{}</a>').format(file_name(one), visible(one))
        for one in targets
    )


def _data(
    service: str, standings: Sequence[ServiceHistory], groups: Mapping[str | None, Sequence[_Row]]
) -> dict[str, Any]:
    return {
        "format": 1,
        "service": service,
        "targets": [
            {"target": one.target, "version": one.version or None, "score": one.score.as_json()}
            for one in standings
        ],
        "requirements": list(_requirements(groups)),
    }


def _requirements(groups: Mapping[str | None, Sequence[_Row]]) -> Iterator[dict[str, Any]]:
    for operation, rows in groups.items():
        for row in rows:
            yield {
                "requirement": row.any.requirement,
                "operation": operation,
                "level": row.any.level,
                "statement": row.any.statement,
                "verdicts": row.verdicts,
            }
