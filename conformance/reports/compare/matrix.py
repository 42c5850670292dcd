"""Requirements by targets: who has what, and who holds what of it; as a page and as Markdown."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from conformance.contract.levels import Level
from conformance.record import Record, ServiceScore, Share, Verdict, VerdictLine, score_services
from conformance.record.scores import DECIDED
from conformance.reports import facts
from conformance.reports.facts import LEVELS, target_name
from conformance.reports.html import render_template
from conformance.reports.markdown import escaped, row
from conformance.reports.page import anchor

FORMAT = 1
REPORT = "report.html"
"""The name of a target's own report, looked for beside its record."""


@dataclass(frozen=True, slots=True)
class Column:
    """A target: its run, and the address of its own report relative to the matrix."""

    record: Record
    name: str
    report: str | None


@dataclass(frozen=True, slots=True)
class MatrixLine:
    """A requirement and its verdict on each target, None where the run did not have it."""

    any: VerdictLine
    verdicts: tuple[Verdict | None, ...]

    @property
    def differs(self) -> bool:
        return len(set(self.verdicts)) > 1


@dataclass(frozen=True, slots=True)
class MatrixSection:
    """The requirements of one operation."""

    service: str
    operation: str | None
    lines: tuple[MatrixLine, ...]

    def held(self, column: int) -> int:
        return sum(line.verdicts[column] is Verdict.PASSED for line in self.lines)

    def failed(self, column: int) -> int:
        return sum(line.verdicts[column] is Verdict.FAILED for line in self.lines)

    def cell(self, column: int) -> str:
        """How many requirements hold on a target, and fail, in a few words."""
        held, failed = self.held(column), self.failed(column)
        return f"{held:,} of {len(self.lines):,}" + (f", {failed:,} failed" if failed else "")


@dataclass(frozen=True, slots=True)
class Matrix:
    """Every requirement that any of the runs had; ``incomparable`` says what should be alike."""

    columns: tuple[Column, ...]
    sections: tuple[MatrixSection, ...]
    incomparable: tuple[str, ...]

    @property
    def lines(self) -> tuple[MatrixLine, ...]:
        return tuple(line for section in self.sections for line in section.lines)

    def score(self, column: int, level: Level) -> Share:
        """How much of a level holds on a target, of what was decided there."""
        verdicts = [line.verdicts[column] for line in self.lines if line.any.level is level]
        return Share(verdicts.count(Verdict.PASSED), sum(v in DECIDED for v in verdicts))

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(section.service for section in self.sections))

    def service_scores(self, column: int) -> dict[str, ServiceScore]:
        record = self.columns[column].record
        return {one.service: one for one in score_services(record.verdicts, strict=False)}

    def as_json(self) -> dict[str, Any]:
        return {
            "format": FORMAT,
            "incomparable": list(self.incomparable),
            "targets": [self._target(number) for number in range(len(self.columns))],
            "requirements": [
                {
                    "requirement": line.any.requirement,
                    "service": line.any.service,
                    "operation": line.any.operation,
                    "level": str(line.any.level),
                    "statement": line.any.statement,
                    "verdicts": [v and str(v) for v in line.verdicts],
                }
                for line in self.lines
            ],
        }

    def _target(self, number: int) -> dict[str, Any]:
        column = self.columns[number]
        run = column.record.run
        scores = {level: self.score(number, level) for level in LEVELS}
        return {
            "name": run.target.name,
            "version": run.target.version,
            "report": column.report,
            "start": run.start,
            "tool": run.tool,
            "seed": run.seed,
            "profile": run.profile,
            "exit": column.record.exit,
            "score": {
                str(level): {"held": share.part, "of": share.of} for level, share in scores.items()
            },
            "services": {name: one.as_json() for name, one in self.service_scores(number).items()},
        }


def matrix(records: Sequence[Record], folder: Path) -> Matrix:
    """The matrix of some runs, to stand in ``folder``; equal targets get their record's name."""
    names = [target_name(record) for record in records]
    columns = tuple(
        Column(
            record,
            name if names.count(name) == 1 else f"{name} ({record.path.stem})",
            _report(record.path, folder),
        )
        for name, record in zip(names, records, strict=True)
    )
    by_id = [{line.requirement: line.verdict for line in record.verdicts} for record in records]
    sections = tuple(
        MatrixSection(*key, tuple(
            MatrixLine(line, tuple(verdicts.get(line.requirement) for verdicts in by_id))
            for line in lines
        ))
        for key, lines in facts.by_operation(_everything(records)).items()
    )  # fmt: skip
    return Matrix(columns, sections, tuple(_incomparable(records)))


def _everything(records: Sequence[Record]) -> Iterable[VerdictLine]:
    lines = {line.requirement: line for one in reversed(records) for line in one.verdicts}
    services = list(dict.fromkeys(line.service for one in records for line in one.verdicts))
    # The same order whatever was decided first in a run: a matrix is compared with its last state.
    return sorted(
        lines.values(),
        key=lambda line: (services.index(line.service), line.operation or "", line.requirement),
    )


def _report(record: Path, folder: Path) -> str | None:
    report = record.parent / REPORT
    if not report.is_file():
        return None
    return Path(os.path.relpath(report.resolve(), folder.resolve())).as_posix()


def _incomparable(records: Sequence[Record]) -> Iterable[str]:
    runs = [record.run for record in records]
    for name, values in (
        ("profiles", {run.profile for run in runs}),
        ("seeds", {str(run.seed) for run in runs}),
        ("tool versions", {run.tool for run in runs}),
    ):
        if len(values) > 1:
            yield f"different {name}: {', '.join(sorted(values))}"
    for service in sorted({name for run in runs for name in run.specs}):
        files = [run.specs[service] for run in runs if service in run.specs]
        if any(one != files[0] for one in files):
            yield f"different specs for {service}"
    for record in records:
        if record.interrupted:
            yield f"the run of {target_name(record)} was interrupted"


def render_matrix_html(found: Matrix) -> str:
    """The matrix as one HTML file without references to the network."""
    return render_template(
        "matrix",
        matrix=found,
        levels=facts.LEVEL_MEANING,
        verdicts=facts.VERDICT_MEANING,
        operation_name=facts.operation_name,
        report_link=report_link,
        cell_link=cell_link,
        service_cell=service_cell,
    )


def report_link(column: Column) -> str:
    """Where a target's own report is; empty where there is none."""
    return quote(column.report or "", safe="/.-_~")


def cell_link(column: Column, requirement: str) -> str:
    """Where a target's own report shows a requirement; empty where there is none."""
    report = report_link(column)
    return f"{report}#{quote(anchor(requirement), safe='/.:~-_[]')}" if report else ""


def render_matrix_markdown(found: Matrix) -> str:
    """The matrix as Markdown: scores, then operations; requirements only where something fails."""
    parts = [*_scores(found), *_services(found), *_operations(found)]
    parts.append("Shares count only requirements that were decided, not what a target lacks.")
    if found.incomparable:
        parts += ["", f"The runs are not comparable: {escaped('; '.join(found.incomparable))}."]
    return "\n".join(parts) + "\n"


def _scores(found: Matrix) -> Iterator[str]:
    yield row(("target", *facts.LEVELS, "run"))
    yield "|---|" + "---:|" * len(facts.LEVELS) + "---|"
    for number, column in enumerate(found.columns):
        scores = (found.score(number, level) for level in facts.LEVELS)
        run, name = column.record.run, escaped(column.name)
        day = escaped(f"{run.start[:10]}, seed {run.seed}, {run.profile}")
        linked = f"[{name}]({report_link(column)})" if column.report else name
        yield row((linked, *map(facts.share_text, scores), day))
    yield ""


def _services(found: Matrix) -> Iterator[str]:
    scores = [found.service_scores(number) for number in range(len(found.columns))]
    yield from _table("service", found, {
        service: [service_cell(one.get(service)) for one in scores] for service in found.services
    })  # fmt: skip


def _table(head: str, found: Matrix, rows: Mapping[str, Iterable[str]]) -> Iterator[str]:
    """A table with a column for each target."""
    yield row((head, *(escaped(column.name) for column in found.columns)))
    yield "|---|" + "---:|" * len(found.columns)
    for name, cells in rows.items():
        yield row((escaped(name), *cells))
    yield ""


def service_cell(score: ServiceScore | None) -> str:
    """How much of a service a target has, and how much of that holds, in a few words."""
    if score is None:
        return "not in the run"
    if score.is_lacking:
        return "lacks it"
    has = f"{score.implemented.part:,} of {score.implemented.of:,} operations"
    return f"{facts.share_text(score.gate)} hold; {has}; {score.undecided:,} not decided"


def _operations(found: Matrix) -> Iterator[str]:
    yield from _table("operation", found, {
        facts.operation_name(one.service, one.operation): map(one.cell, range(len(found.columns)))
        for one in found.sections
    })  # fmt: skip
