"""The files that a command leaves: the record, and the reports that are made of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.cli.options import FILE, PATH, together

if TYPE_CHECKING:
    from conformance.record import Record

ctrf_option = click.option(
    "--ctrf", type=FILE, metavar="FILE", help="Write a CTRF report to this file."
)
allure_option = click.option(
    "--allure", type=click.Path(file_okay=False, path_type=Path), metavar="FOLDER",
    help="Write Allure results to this folder.",
)  # fmt: skip
output_options = together(
    click.option("--record", type=PATH, help="Write the record to this file."),
    click.option("--html", type=PATH, help="Write the HTML report to this file."),
    click.option("--junit", type=PATH, help="Write JUnit XML to this file."),
    click.option("--markdown", type=PATH, help="Write the Markdown summary to this file."),
    ctrf_option,
    allure_option,
)


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where the record goes, and each report that is wanted."""

    record: Path
    html: Path | None
    junit: Path | None
    markdown: Path | None
    ctrf: Path | None
    allure: Path | None

    def check_writable(self) -> None:
        """Check beforehand that the reports can be written. Raises UnwritableReport."""
        from conformance.reports.files import check_folder, check_writable

        for path in (self.html, self.junit, self.markdown, self.ctrf):
            if path is not None:
                check_writable(path)
        if self.allure is not None:
            check_folder(self.allure)

    def write(self, record: Record) -> Iterator[tuple[str, Path]]:
        """Write the reports; yields the kind and the file of each. Raises UnwritableReport."""
        from conformance import reports

        for kind in ("html", "junit", "markdown", "ctrf", "allure"):
            path = getattr(self, kind)
            if path is not None:
                reports.write(kind, record, path)
                yield kind, path

    def report(self, *, no_color: bool, detail: bool) -> None:
        """Make every report of the record on the disk, and print its summary."""
        from rich.console import Console

        from conformance.record import read_record
        from conformance.reports.terminal import render_terminal

        record = read_record(self.record)
        written = {"record": self.record, **dict(self.write(record))}
        console = Console(soft_wrap=True, no_color=no_color or None)
        render_terminal(record, console, written, detail=detail)


def take_outputs(given: dict[str, Any], subject: str, part: str = "") -> Outputs:
    """Pop the files off a command line; by default they go to ``reports/SUBJECT``."""
    wanted = {name: given.pop(name) for name in Outputs.__slots__}
    if wanted["record"] is None:
        folder = _folder(subject)
        wanted["record"] = folder / f"record{part}.jsonl"
        wanted["html"] = wanted["html"] or folder / f"report{part}.html"
    return Outputs(**wanted)


def _folder(subject: str) -> Path:
    name = "".join(char if char.isalnum() or char in "-." else "-" for char in subject)
    return Path("reports") / "-".join(part for part in name.split("-") if part)
