"""A matrix as Markdown, for a repository that shows it, and as one HTML file."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from conformance.reports import facts
from conformance.reports.compare.matrix import Column, Matrix, MatrixSection
from conformance.reports.html import render_template
from conformance.reports.markdown import escaped
from conformance.reports.page import anchor


def render_matrix_html(found: Matrix) -> str:
    """The matrix as one HTML file that loads nothing from the network."""
    return render_template(
        "matrix",
        matrix=found,
        levels=facts.LEVEL_MEANING,
        verdicts=facts.VERDICT_MEANING,
        operation_name=facts.operation_name,
        report_link=report_link,
        cell_link=cell_link,
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
    return "\n".join([*_scores(found), *_operations(found), *_notes(found)]) + "\n"


def _scores(found: Matrix) -> Iterator[str]:
    yield "| target | " + " | ".join(facts.LEVELS) + " | run |"
    yield "|---|" + "---:|" * len(facts.LEVELS) + "---|"
    for number, column in enumerate(found.columns):
        scores = (found.score(number, level) for level in facts.LEVELS)
        cells = " | ".join(f"{s.held:,} of {s.of:,} ({s.percent:g} %)" for s in scores)
        run = column.record.run
        day = escaped(f"{run.start[:10]}, seed {run.seed}, {run.profile}")
        yield f"| {_linked(column)} | {cells} | {day} |"
    yield ""


def _operations(found: Matrix) -> Iterator[str]:
    yield "| operation | " + " | ".join(escaped(column.name) for column in found.columns) + " |"
    yield "|---|" + "---:|" * len(found.columns)
    for section in found.sections:
        name = escaped(facts.operation_name(section.service, section.operation))
        cells = (_cell(section, number) for number in range(len(found.columns)))
        yield f"| {name} | " + " | ".join(cells) + " |"
    yield ""


def _cell(section: MatrixSection, column: int) -> str:
    held, failed = section.held(column), section.failed(column)
    said = f"{held:,} of {len(section.lines):,}"
    return f"{said}, {failed:,} failed" if failed else said


def _linked(column: Column) -> str:
    name = escaped(column.name)
    return f"[{name}]({report_link(column)})" if column.report else name


def _notes(found: Matrix) -> Iterator[str]:
    yield "What a target does not support, and what could not be tested, does not count as held."
    if found.incomparable:
        yield ""
        yield f"The runs are not alike: {escaped('; '.join(found.incomparable))}."
