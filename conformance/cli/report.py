"""``conformance report``: make reports from a run record.

``report RECORD`` is the plain form; reports that compare records are subcommands beside it
(``report matrix A B``). A record whose name is that of a subcommand is given as ``./matrix``.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import click

from conformance.cli.compare import SUBCOMMANDS
from conformance.cli.options import FILE
from conformance.cli.outputs import Outputs, allure_option, ctrf_option
from conformance.record import read_record
from conformance.reports.terminal import render_terminal


class ReportCommand(click.Command):
    """A command that hands over to a subcommand that its first argument names."""

    subcommands: ClassVar[Mapping[str, click.Command]] = SUBCOMMANDS

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """The context of the subcommand where one is named, else of this command."""
        chosen = self.subcommands.get(args[0]) if args else None
        if chosen is None:
            return super().make_context(info_name, args, parent, **extra)
        return chosen.make_context(f"{info_name} {args[0]}", args[1:], parent, **extra)

    def format_epilog(
        self,
        ctx: click.Context,  # noqa: ARG002 - the signature is click's
        formatter: click.HelpFormatter,
    ) -> None:
        rows = [(name, sub.get_short_help_str()) for name, sub in self.subcommands.items()]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)


@click.command(cls=ReportCommand)
@click.argument("record", type=FILE)
@click.option("--html", type=FILE, metavar="FILE", help="Write the HTML report.")
@click.option("--junit", type=FILE, metavar="FILE", help="Write JUnit XML.")
@click.option("--markdown", type=FILE, metavar="FILE", help="Write the Markdown summary.")
@ctrf_option
@allure_option
@click.option("-v", "--verbose", is_flag=True, help="Print every failure, with its curl lines.")
def command(
    record: Path,
    html: Path | None,
    junit: Path | None,
    markdown: Path | None,
    ctrf: Path | None,
    allure: Path | None,
    *,
    verbose: bool,
) -> None:
    """Make reports from RECORD; without options, print its summary.

    The exit status is 0 once the reports are made, whatever the verdicts.
    """
    read = read_record(record)
    outputs = Outputs(record, html, junit, markdown, ctrf, allure)
    made = 0
    for _, path in outputs.write(read):
        click.echo(path)
        made += 1
    if not made:
        from rich.console import Console

        render_terminal(read, Console(highlight=False), {"record": record}, detail=verbose)
