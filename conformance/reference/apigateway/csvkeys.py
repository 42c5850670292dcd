"""The API key file of ImportApiKeys: comma-separated, columns by name."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.reference.apigateway import wording
from conformance.reference.outcome import Refused

if TYPE_CHECKING:
    from collections.abc import Iterator

_REQUIRED = ("name", "key")


@dataclass(frozen=True, slots=True)
class Row:
    """One key of the file; ``line`` counts from 1 and includes the header."""

    line: int
    name: str
    value: str
    description: str | None = None
    enabled: bool = True
    """Unlike a created key, an imported one is enabled unless the file says otherwise."""


def rows(body: bytes) -> Iterator[Row]:
    """The rows of a file; unknown columns are ignored, names of columns have no case.

    Raises:
        Refused: not UTF-8, not CSV, or a required column is missing.
    """
    try:
        text = body.decode("utf-8-sig")
        table = list(csv.reader(io.StringIO(text, newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error):
        raise Refused(wording.bad_request("Invalid API Key file specified")) from None
    header = [column.strip().lower() for column in table[0]] if table else []
    missing = [column for column in _REQUIRED if column not in header]
    if missing:
        raise Refused(wording.bad_request(f"Missing required column: {missing[0]}"))
    for line, cells in enumerate(table[1:], start=2):
        if any(cell.strip() for cell in cells):
            yield _row(line, dict(zip(header, (cell.strip() for cell in cells), strict=False)))


def _row(line: int, cells: dict[str, str]) -> Row:
    enabled = cells.get("enabled", "")
    return Row(
        line=line,
        name=cells.get("name", ""),
        value=cells.get("key", ""),
        description=cells.get("description") or None,
        enabled=enabled.lower() == "true" if enabled else True,
    )
