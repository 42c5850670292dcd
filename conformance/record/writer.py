"""Writes a record line by line, so that an interrupted run keeps what it found."""

import json
from pathlib import Path
from typing import Self

from conformance.errors import reason
from conformance.record.errors import Unwritable
from conformance.record.reader import Record
from conformance.record.values import Line, RunLine, SummaryLine, VerdictLine


class RecordWriter:
    """A record being written to ``path``; use as a context manager or call ``close``.

    The file (and its folder) is created at once, so that a path that cannot be written is reported
    before the first request is sent. Raises Unwritable (here, or in ``write`` when the disk is
    full).
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self._started = self._ended = False
        self._seen: set[str] = set()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._file = self.path.open("wb")
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            raise Unwritable(self.path, reason(error)) from None

    def write(self, line: Line) -> None:
        """Append one line and flush it. Raises ValueError."""
        self._check(line)
        # ASCII only: control characters, bidi marks and lone surrogates stay visible escapes.
        text = json.dumps(line.as_json(), ensure_ascii=True, separators=(",", ":"))
        try:
            self._file.write(text.encode("ascii") + b"\n")
            self._file.flush()
        except OSError as error:
            raise Unwritable(self.path, reason(error)) from None

    def close(self) -> None:
        """Close the file; further calls do nothing."""
        try:
            self._file.close()
        except OSError as error:
            raise Unwritable(self.path, reason(error)) from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        try:
            self.close()
        except Unwritable:
            if error is None:
                raise

    def _check(self, line: Line) -> None:
        if self._ended:
            raise ValueError("nothing follows the summary line of a record")
        if isinstance(line, RunLine) is self._started:
            raise ValueError("a record has one run line and begins with it")
        if isinstance(line, VerdictLine):
            if line.requirement in self._seen:
                raise ValueError(f"a second verdict on {line.requirement}")
            self._seen.add(line.requirement)
        self._started = True
        self._ended = isinstance(line, SummaryLine)


def write_record(record: Record, path: str | Path) -> None:
    """Write a whole record, for example a merged one. Raises Unwritable."""
    with RecordWriter(path) as writer:
        writer.write(record.run)
        for line in record.verdicts:
            writer.write(line)
        if record.summary is not None:
            writer.write(record.summary)
