"""A matrix as Markdown, for a repository that shows it, and as one HTML file."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import quote

from conformance.record import ServiceScore
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
    parts = [*_scores(found), *_services(found), *_operations(found), *_notes(found)]
    return "\n".join(parts) + "\n"


def _scores(found: Matrix) -> Iterator[str]:
    yield "| target | " + " | ".join(facts.LEVELS) + " | run |"
    yield "|---|" + "---:|" * len(facts.LEVELS) + "---|"
    for number, column in enumerate(found.columns):
        scores = (found.score(number, level) for level in facts.LEVELS)
        cells = " | ".join(map(facts.share_text, scores))
        run = column.record.run
        day = escaped(f"{run.start[:10]}, seed {run.seed}, {run.profile}")
        yield f"| {_linked(column)} | {cells} | {day} |"
    yield ""


def _services(found: Matrix) -> Iterator[str]:
    yield "| service | " + " | ".join(escaped(column.name) for column in found.columns) + " |"
    yield "|---|" + "---:|" * len(found.columns)
    scores = [found.service_scores(number) for number in range(len(found.columns))]
    for service in found.services:
        cells = (service_cell(one.get(service)) for one in scores)
        yield f"| {escaped(service)} | " + " | ".join(cells) + " |"
    yield ""


def service_cell(score: ServiceScore | None) -> str:
    """What a target has of a service, and what of it holds, in a few words."""
    if score is None:
        return "not in the run"
    if score.is_lacking:
        return "lacks it"
    has = f"{score.implemented.part:,} of {score.implemented.of:,} operations"
    return f"{facts.share_text(score.gate)} hold; {has}; {score.undecided:,} not decided"


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
    yield "A share is of what was decided: what a target lacks is no part of it."
    if found.incomparable:
        yield ""
        yield f"The runs are not alike: {escaped('; '.join(found.incomparable))}."
