"""The API key file of ImportApiKeys: comma-separated, columns by name."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from conformance.reference.apigateway import wording
from conformance.reference.outcome import Refused

_REQUIRED = ("name", "key")
_END = r"(?=,|\r\n|\n|\r|\Z)"
# A field in double quotes, one in single quotes, or one without; a quote is doubled within its own.
# What begins with a single quote and has no other before the end of the field is ordinary text.
_FIELD = re.compile(
    rf'[ \t]*(?:"(?P<double>(?:[^"]|"")*)"[ \t]*{_END}'
    rf"|'(?P<single>(?:[^'\r\n]|'')*)'[ \t]*{_END}"
    rf"|(?P<plain>[^,\r\n]*))"
)
_LINE_END = re.compile(r"\r\n|\n|\r")


class _NotCsv(Exception):
    """A field in double quotes that does not end."""


@dataclass(frozen=True, slots=True)
class CsvRow:
    """One key of the file; ``line`` counts from 1 and includes the header."""

    line: int
    name: str
    value: str
    description: str | None = None
    enabled: bool = True
    """Unlike a created key, an imported one is enabled unless the file says otherwise."""


def rows(body: bytes) -> Iterator[CsvRow]:
    """The rows of a file; column names have no case. Raises Refused for a file of another form."""
    try:
        table = list(_table(body.decode("utf-8-sig")))
    except (UnicodeDecodeError, _NotCsv):
        raise Refused(wording.bad_request("Invalid API Key file specified")) from None
    header = [column.strip().lower() for column in table[0]] if table else []
    missing = [column for column in _REQUIRED if column not in header]
    if missing:
        raise Refused(wording.bad_request(f"Missing required column: {missing[0]}"))
    for line, record in enumerate(table[1:], start=2):
        cells = dict(zip(header, map(str.strip, record), strict=False))
        if any(map(str.strip, record)):
            enabled = cells.get("enabled", "")
            yield CsvRow(
                line=line,
                name=cells.get("name", ""),
                value=cells.get("key", ""),
                description=cells.get("description") or None,
                enabled=enabled.lower() == "true" if enabled else True,
            )


def _table(text: str) -> Iterator[list[str]]:
    record: list[str] = []
    at = 0
    while at < len(text) or record:
        field = _FIELD.match(text, at)
        if field is None or (field["plain"] or "").startswith('"'):
            raise _NotCsv
        record.append(_content(field))
        at = field.end()
        if text.startswith(",", at):
            at += 1
            continue
        yield record
        record = []
        end = _LINE_END.match(text, at)
        at = end.end() if end else len(text)


def _content(field: re.Match[str]) -> str:
    if field["double"] is not None:
        return field["double"].replace('""', '"')
    if field["single"] is not None:
        return field["single"].replace("''", "'")
    return field["plain"]
