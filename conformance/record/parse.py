"""From the JSON of a record line, already held to the schema, to its typed value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec

from conformance.contract.levels import Source
from conformance.record.values import RunLine, SummaryLine, VerdictLine

Json = Mapping[str, Any]


def run_line(line: Json) -> RunLine:
    """The typed form of a run line."""
    return msgspec.convert(line, RunLine)


def verdict_line(line: Json) -> VerdictLine:
    """The typed form of a verdict line; no reason may be written as null.

    A source refuses what it does not know, which is for overlays: here it is passed over.
    """
    source = Source.of(line["source"]).as_json()
    return msgspec.convert(
        {**line, "reason": line.get("reason") or "", "source": source}, VerdictLine
    )


def summary_line(line: Json) -> SummaryLine:
    """The typed form of a summary line."""
    return msgspec.convert(line, SummaryLine)


def number(text: str) -> int | float:
    """A JSON number with a fraction or an exponent; JSON Schema counts 1.0 as an integer."""
    value = float(text)
    return int(value) if value.is_integer() else value
