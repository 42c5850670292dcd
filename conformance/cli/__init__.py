"""The ``conformance`` command: a table of subcommands, each imported only when it is called."""

import errno
import importlib
import io
import os
import sys
from typing import Any, TextIO, TypeGuard

import click

from conformance import __version__
from conformance.errors import BadInput, CouldNotTest, Problem

SUBCOMMANDS = {
    "run": "Test a target against the contracts.",
    "ci": "Test a target in a CI job, and write all reports.",
    "requirements": "List and filter the requirements.",
    "explain": "Show what one requirement says and how it is tested.",
    "derive": "Derive OpenAPI from API-reference pages or an SDK model.",
    "compare-model": "Compare a derived spec with the SDK model.",
    "overlay": "Write and check overlays.",
    "spec": "Print the OpenAPI of a service with its overlay applied.",
    "report": "Make reports from run records.",
    "campaign": "Test many targets against many services.",
    "site": "Build a site with a league table from many records.",
    "baseline": "Maintain a reviewed file of accepted failures.",
    "judge": "Judge recorded traffic without sending anything.",
    "replay": "Send a failing case of a record again.",
    "serve": "Serve the embedded reference.",
    "cleanup": "Delete what an interrupted run left behind.",
    "init": "Write a configuration file and a CI workflow.",
    "config": "Check a configuration file, or print its schema.",
    "doctor": "Check what a target is and whether it can be tested.",
    "completion": "Print a shell's completion script.",
    "mutants": "Count the deliberate faults that the suite detects.",
}

DEBUG = "CONFORMANCE_DEBUG"
"""The environment variable that, set to anything but 0, shows the traceback of our own faults."""

_LONGEST = 400
_OF_THE_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO}


class OwnFault(CouldNotTest):
    """A fault of this tool. Exits as an untested target does: 1 would blame it, 2 the user."""

    hint = (
        f"this is a fault of conformance, not of the target; set {DEBUG}=1 to see the traceback"
        f" and report it as README.md says; the record has what the run decided before"
    )

    def __init__(self, error: Exception) -> None:
        super().__init__(f"internal error: {type(error).__name__}: {error}")


class LastingOutput(io.RawIOBase):
    """Output that ends in nothing where its reader has stopped reading, as `head` does.

    The command goes on, so that its exit code still says what came of it. It goes on, too, where a
    full disk takes no progress (``is_needed`` is False); a result that is not kept is an error.
    """

    def __init__(self, file: int, *, is_needed: bool) -> None:
        super().__init__()
        self._file, self._is_needed = file, is_needed
        self._is_closed = False

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._file

    def isatty(self) -> bool:
        return os.isatty(self._file)

    def write(self, data: Any) -> int:
        """Write as much as is taken. Raises OSError, the first time."""
        try:
            if not self._is_closed:
                return os.write(self._file, data)
        except OSError as error:
            # What waits to be written is written again when the process ends.
            self._is_closed = True
            if self._is_needed and not isinstance(error, BrokenPipeError):
                raise
        return memoryview(data).nbytes


class LazyGroup(click.Group):
    """A group whose commands live in ``conformance.cli.<name>`` as ``command``."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(SUBCOMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in SUBCOMMANDS:
            return None
        module = f"conformance.cli.{cmd_name.replace('-', '_')}"
        command: click.Command = importlib.import_module(module).command
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(SUBCOMMANDS.items()))


@click.group(
    cls=LazyGroup,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(__version__, prog_name="conformance")
@click.pass_context
def cli(context: click.Context) -> None:
    """Test which statements of an AWS API reference hold for an endpoint."""
    from conformance.contract import locate

    locate.announce_with(lambda line: click.echo(line, err=True))
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(2)


def main() -> None:
    """Run the command; whatever goes wrong becomes one line, its hint and its exit code."""
    sys.stdout, sys.stderr = _lasting(sys.stdout), _lasting(sys.stderr)
    if not os.environ.get("COLUMNS", "1").strip("0"):
        del os.environ["COLUMNS"]  # on a terminal without a column nothing at all is shown
    try:
        status = cli(prog_name="conformance", standalone_mode=False)
    except Problem as problem:
        _end(problem)
    except click.ClickException as error:
        print_error(error.format_message(), _usage(error))
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        _end(CouldNotTest("interrupted"))  # a run saves what it found
    except Exception as error:  # noqa: BLE001 - the last line of defence: reported as our fault
        if isinstance(error, OSError) and (
            error.filename is not None or error.errno in _OF_THE_DISK
        ):
            what = "write the output" if error.filename is None else f"use {error.filename}"
            hint = "check the free space, the name and your permissions there"
            _end(BadInput(f"cannot {what}: {error.strerror or error}", hint))
        if os.environ.get(DEBUG, "0") not in {"", "0"}:
            import traceback

            traceback.print_exc()
        _end(OwnFault(error))
    else:
        sys.exit(status)


def _lasting(stream: TextIO) -> TextIO:
    """The stream, made to survive a closed pipe; what it cannot encode becomes escapes."""
    if not isinstance(stream, io.TextIOWrapper) or stream not in (sys.__stdout__, sys.__stderr__):
        return stream
    stream.flush()
    if sys.platform == "win32":  # whose console takes letters, not bytes
        stream.reconfigure(errors="backslashreplace")
        return stream
    raw = LastingOutput(stream.fileno(), is_needed=stream is sys.__stdout__)
    return io.TextIOWrapper(
        io.BufferedWriter(raw), stream.encoding, "backslashreplace",
        line_buffering=stream.line_buffering,
    )  # fmt: skip


def print_error(message: str, hint: str = "") -> None:
    """Print an error on standard error in one line, and what to do about it in another."""
    from conformance.reports.text import one_line

    click.echo(f"conformance: {one_line(message, _LONGEST)}", err=True)
    if hint:
        click.echo(f"  hint: {hint}", err=True)


def _end(problem: Problem) -> None:
    print_error(str(problem), problem.hint)
    sys.exit(problem.exit_code)


def _usage(error: click.ClickException) -> str:
    """Where to read about the options of the command that was misused."""
    context = error.ctx if isinstance(error, click.UsageError) else None
    return f"`{context.command_path if context else 'conformance'} --help` says how to use it"
