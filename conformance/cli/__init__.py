"""The ``conformance`` command: a table of subcommands, each imported only when it is called."""

from __future__ import annotations

import importlib
import sys

import click

from conformance import __version__
from conformance.errors import Problem

SUBCOMMANDS = {
    "run": "Test a target against the contracts.",
    "requirements": "List, filter or explain the requirements.",
    "derive": "Derive OpenAPI from API-reference pages.",
    "spec": "Print the merged OpenAPI of a service.",
    "report": "Make a report from a run record.",
    "replay": "Send one failing case of a record again.",
    "serve": "Serve the embedded reference.",
}


class LazyGroup(click.Group):
    """A group whose commands live in ``conformance.cli.<name>`` as ``command``."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Name the commands without importing them."""
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import one command."""
        if cmd_name not in SUBCOMMANDS:
            return None
        command: click.Command = importlib.import_module(f"conformance.cli.{cmd_name}").command
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        """List the commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(SUBCOMMANDS.items()))


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="conformance")
def cli() -> None:
    """Say which statements of an AWS API reference hold on an endpoint."""


def main() -> None:
    """Run the command; a Problem becomes one line, its hint and its exit code."""
    try:
        cli(standalone_mode=True)
    except Problem as problem:
        click.echo(f"conformance: {problem}", err=True)
        if problem.hint:
            click.echo(f"  hint: {problem.hint}", err=True)
        sys.exit(problem.exit_code)
