"""Reports on a run, each made from its record alone.

Nothing is imported until it is used: a run that writes no HTML does not load Jinja2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from rich.console import Console

    from conformance.record import Record

__all__ = [
    "render_terminal",
    "write_allure",
    "write_ctrf",
    "write_html",
    "write_junit",
    "write_markdown",
]


def render_terminal(
    record: Record,
    console: Console,
    written: Mapping[str, Path] | None = None,
    *,
    detail: bool = False,
) -> None:
    """Print the summary of a record; ``written`` names the reports made and their files.

    With ``detail`` every failure is listed, with its curl lines.
    """
    from conformance.reports import terminal

    terminal.render_terminal(record, console, written, detail=detail)


def write_html(record: Record, path: str | Path) -> None:
    """Write the HTML report; raises UnwritableReport."""
    from conformance.reports import html

    html.write_html(record, path)


def write_junit(record: Record, path: str | Path) -> None:
    """Write the JUnit XML report; raises UnwritableReport."""
    from conformance.reports import junit

    junit.write_junit(record, path)


def write_ctrf(record: Record, path: str | Path) -> None:
    """Write the CTRF report; raises UnwritableReport."""
    from conformance.reports import ctrf

    ctrf.write_ctrf(record, path)


def write_allure(record: Record, folder: str | Path) -> None:
    """Write a folder of Allure results; raises UnwritableReport."""
    from conformance.reports import allure

    allure.write_allure(record, folder)


def write_markdown(record: Record, path: str | Path) -> None:
    """Write the Markdown summary; raises UnwritableReport."""
    from conformance.reports import markdown

    markdown.write_markdown(record, path)
