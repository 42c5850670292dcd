"""What ``conformance report`` makes of several records, and the badge: its subcommands."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from conformance.cli.options import FILE
from conformance.record import Record, merged, read_record, write_record
from conformance.reports import badge as badges
from conformance.reports.annotations import render_annotations
from conformance.reports.compare import diff as compare
from conformance.reports.compare import diff_texts
from conformance.reports.compare import matrix as matrices
from conformance.reports.compare.weighted_causes import render_weighted_causes, weighted_causes
from conformance.reports.files import write_report
from conformance.reports.site.record_stream import find_runs
from conformance.reports.text import one_line

_Command = TypeVar("_Command", bound="Callable[..., Any] | click.Command")
_HELP = {"help_option_names": ["-h", "--help"]}


def _output(name: str, text: str) -> Callable[[_Command], _Command]:
    return click.option(f"--{name}", type=FILE, metavar="FILE", help=text)


@click.command(context_settings=_HELP)
@click.argument("before", type=FILE)
@click.argument("after", type=FILE)
@_output("markdown", "Write the changes as Markdown, for a pull request.")
@_output("json", "Write the data.")
@click.option(
    "--fail-on-broken", is_flag=True, help="Exit with 1 if a requirement of the gate broke."
)
def diff(
    before: Path, after: Path, markdown: Path | None, json: Path | None, *, fail_on_broken: bool
) -> None:
    """Show what changed from one record to another.

    The exit status is 0, whatever changed. With --fail-on-broken it can be 1.
    """
    found = compare(*_records((before, after)))
    click.echo(diff_texts.render_diff_text(found), nl=False)
    _write(markdown, lambda: diff_texts.render_diff_markdown(found))
    _write(json, lambda: _json(found.as_json()))
    if fail_on_broken and found.gating:
        click.echo(diff_texts.said_of_gate(found))
        sys.exit(1)


@click.command(context_settings=_HELP)
@click.argument("records", type=FILE, nargs=-1, required=True)
@_output("markdown", "Write the table.")
def trend(records: tuple[Path, ...], markdown: Path | None) -> None:
    """Show the trend over several runs, in the order in which they started."""
    text = diff_texts.render_trend(diff_texts.trend(_records(records)))
    click.echo(text, nl=False)
    _write(markdown, lambda: text)


@click.command(context_settings=_HELP)
@click.argument("record", type=FILE)
@_output("json", "Write the data for a shields.io endpoint.")
@_output("svg", "Write the image.")
@click.option("--label", default="conformance", show_default=True, help="The text on the left.")
def badge(record: Path, json: Path | None, svg: Path | None, label: str) -> None:
    """Make a badge from RECORD; without options, print the data."""
    (read,) = _records((record,))
    made = badges.badge(read, one_line(label, 60))
    if json is None and svg is None:
        click.echo(_json(made.as_json()), nl=False)
    _write(json, lambda: _json(made.as_json()))
    _write(svg, lambda: badges.render_svg(made))


@click.command(context_settings=_HELP)
@click.argument("records", type=FILE, nargs=-1, required=True)
@_output("html", "Write the page.")
@_output("json", "Write the data.")
@_output("markdown", "Write the summary.")
def matrix(
    records: tuple[Path, ...], html: Path | None, json: Path | None, markdown: Path | None
) -> None:
    """Compare targets side by side; without options, print the summary as Markdown.

    The page links to a target's report if report.html is next to its record.
    """
    read = _records(records)
    if html is json is markdown is None:
        click.echo(matrices.render_matrix_markdown(matrices.matrix(read, Path())), nl=False)
    for path, render in (
        (html, matrices.render_matrix_html),
        (markdown, matrices.render_matrix_markdown),
        (json, lambda found: _json(found.as_json())),
    ):
        if path is not None:
            found = matrices.matrix(read, path.parent)
            _write(path, lambda found=found, render=render: render(found))


@click.command(context_settings=_HELP)
@click.argument("records", type=FILE, nargs=-1, required=True)
@click.option("-o", "--output", type=FILE, required=True, help="The file for the merged record.")
def merge(records: tuple[Path, ...], output: Path) -> None:
    """Merge the parts of a run (`conformance run --shard`) into one record.

    If several parts checked the same requirement, the worst verdict counts.
    """
    made = merged(_records(records), output)
    write_record(made, output)
    click.echo(f"{output}: {len(made.verdicts):,} verdicts from {len(records)} records")


@click.command(context_settings=_HELP)
@click.argument("records", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option(
    "--over", type=click.FloatRange(0, 100), default=1.0, show_default=True, metavar="PERCENT",
    help="Only causes that cost a service more than this share of its score.",
)  # fmt: skip
@_output("markdown", "Write the tables.")
def causes(records: tuple[Path, ...], over: float, markdown: Path | None) -> None:
    """List the causes of failures in RECORDS by their share of the scores.

    A folder stands for every record in it. The score is that of a service at the levels that fail
    the gate. The share of a cause is the share of decided requirements that fail because of it.
    """
    files = [
        one
        for path in records
        for one in ([found.path for found in find_runs(path)] if path.is_dir() else [path])
    ]
    text = render_weighted_causes(weighted_causes(map(read_record, files), over))
    click.echo(text, nl=False)
    _write(markdown, lambda: text)


@click.command(context_settings=_HELP)
@click.argument("record", type=FILE)
@click.option(
    "--most",
    type=click.IntRange(min=1),
    default=10,
    show_default=True,
    help="At most this many annotations.",
)
def annotate(record: Path, most: int) -> None:
    """Print the failures of RECORD as workflow commands of GitHub Actions."""
    click.echo(render_annotations(read_record(record), most), nl=False)


SUBCOMMANDS = {
    "diff": diff, "trend": trend, "badge": badge, "matrix": matrix, "causes": causes,
    "merge": merge, "annotations": annotate,
}  # fmt: skip


def _records(paths: tuple[Path, ...]) -> list[Record]:
    return [read_record(path) for path in paths]


def _json(value: object) -> str:
    # ASCII: what a target sent stays harmless in a terminal, too.
    return json.dumps(value, indent=1) + "\n"


def _write(path: Path | None, render: Any) -> None:
    if path is not None:
        write_report(path, render())
        click.echo(path)
