"""Writes a baseline the way it reviews best: sorted, one fact a line, the same for the same."""

import json
import re
from collections.abc import Iterator

from conformance.record.baseline.values import FORMAT, Accepted, Baseline

TOP = (
    "# Accepted failures: they do not fail a run with `conformance run --baseline`.",
    "# `conformance baseline update RECORD -o FILE` adds, `conformance baseline prune` removes.",
)
# What YAML reads as the same text without quotes, seen narrowly.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./()\[\]+*=;@~^$%-]*(?: [A-Za-z0-9_./()+*=;@~^$%-]+)*")
_ADDRESS = re.compile(r"https?://[A-Za-z0-9_./?=&%~+#-]+")
_RESERVED = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def render(baseline: Baseline) -> str:
    """The file's text, sorted by requirement: JSON where the file is named so, else YAML."""
    if baseline.path.suffix == ".json":
        return json.dumps(baseline.as_json(), indent=2, ensure_ascii=False) + "\n"
    return "\n".join(_lines(baseline)) + "\n"


def _lines(baseline: Baseline) -> Iterator[str]:
    yield from baseline.comment or TOP
    yield f"format: {FORMAT}"
    entries = sorted(baseline.accepted.values(), key=lambda entry: entry.requirement)
    if not entries:
        yield "accepted: []"
        return
    yield "accepted:"
    for entry in entries:
        yield from _entry(entry)


def _entry(entry: Accepted) -> Iterator[str]:
    yield from (f"  {line}" for line in entry.comment)
    yield f"  - requirement: {_text(entry.requirement)}"
    yield f"    reason: {_text(entry.reason)}"
    if entry.link is not None:
        yield f"    link: {_text(entry.link)}"
    if entry.expires is not None:
        yield f"    expires: {entry.expires.isoformat()}"


def _text(text: str) -> str:
    """A text as YAML: plain where that is certain to mean it, else in JSON's quotes."""
    plain = _PLAIN.fullmatch(text) and text.lower() not in _RESERVED
    if plain or _ADDRESS.fullmatch(text):
        return text
    return json.dumps(text, ensure_ascii=not text.isprintable())
