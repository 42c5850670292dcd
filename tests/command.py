"""The command run in the test's own process: no interpreter to start, no specs to read again."""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest import mock

from conformance.cli import main


@dataclass(frozen=True)
class Written:
    """A command that has ended: its exit code and what it wrote."""

    code: int
    out: str
    err: str


def in_process(*arguments: object) -> Written:
    """What ``conformance ARGUMENTS`` does, up to its exit code."""
    out, err = io.StringIO(), io.StringIO()
    given = ["conformance", *map(str, arguments)]
    with mock.patch.object(sys, "argv", given), redirect_stdout(out), redirect_stderr(err):
        try:
            main()
        except SystemExit as ended:
            return Written(int(ended.code or 0), out.getvalue(), err.getvalue())
    raise AssertionError("the command returned instead of ending with an exit code")
