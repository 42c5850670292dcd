"""Reads a journal back: of a run that was killed, its last line may be cut off."""

from __future__ import annotations

import json
from pathlib import Path

import msgspec

from conformance.engine.journal import lines
from conformance.engine.journal.errors import JournalProblem
from conformance.engine.journal.lines import Header
from conformance.engine.journal.state import State

BEGINNING = b'{"type":"journal","format":'
"""What a journal begins with, even one that was cut off in its first line."""
_NO_LINE = (ValueError, TypeError, KeyError, RecursionError, msgspec.ValidationError)


def read(path: Path) -> tuple[Header | None, State]:
    """The header and what the lines come to; no header where the run ended before writing one.

    Raises JournalProblem.
    """
    try:
        whole, _, cut = path.read_bytes().rpartition(b"\n")
    except OSError as error:
        raise JournalProblem(path, error.strerror or str(error)) from None
    if not whole and cut[: len(BEGINNING)] != BEGINNING[: len(cut)]:
        raise JournalProblem(path, "it does not begin as a journal does", 1)
    state, head = State(), None
    for number, raw in enumerate(whole.split(b"\n") if whole else (), start=1):
        try:
            line = json.loads(raw)
            if head is None:
                head = lines.header(line)
            else:
                state.apply(lines.entry(line))
        except _NO_LINE as error:
            raise JournalProblem(path, f"it is no line of a journal ({error})", number) from None
    return head, state
