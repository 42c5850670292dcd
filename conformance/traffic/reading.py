"""From files of traffic to their entries, whatever the format."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

from conformance.traffic import cassette, har, jsonlines
from conformance.traffic.entries import Entry
from conformance.traffic.errors import MalformedTraffic, UnreadableTraffic

ENDINGS = {".har", ".json", ".jsonl", ".ndjson", ".yaml", ".yml"}


def read_traffic(paths: Iterable[Path]) -> Iterator[Entry]:
    """Every entry of the files, and of the files in the folders, in order.

    Raises:
        UnreadableTraffic: a file cannot be read, a folder has no traffic in it.
        MalformedTraffic: a file is not what its format demands.
    """
    for path in paths:
        for file in _files(path):
            yield from _entries(file, _text(file))


def _files(path: Path) -> list[Path]:
    if not path.is_dir():
        return [path]
    found = sorted(file for file in path.rglob("*") if file.suffix.lower() in ENDINGS)
    if not found:
        raise UnreadableTraffic(path, "no traffic in this folder")
    return found


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = wrong.object.count(b"\n", 0, wrong.start) + 1
        raise MalformedTraffic(path, line, "not text in UTF-8") from None
    except (OSError, ValueError) as wrong:
        why = wrong.strerror if isinstance(wrong, OSError) else None
        raise UnreadableTraffic(path, why or str(wrong)) from None


def _entries(path: Path, text: str) -> Iterator[Entry]:
    if not text.strip():
        raise MalformedTraffic(path, 1, "the file is empty")
    if text.lstrip()[:1] in {"{", "["}:
        yield from _of_json(path, text)
        return
    value, lines = cassette.read_yaml(path, text)
    if not cassette.is_cassette(value):
        raise MalformedTraffic(path, 1, "no traffic: neither JSON nor a cassette with interactions")
    yield from cassette.entries(path, value, lines)


def _of_json(path: Path, text: str) -> Iterator[Entry]:
    """One JSON document (an archive, a cassette, exchanges), or JSON Lines."""
    try:
        value = json.loads(text)
    except RecursionError:
        raise MalformedTraffic(path, 1, "nested too deeply to be traffic") from None
    except ValueError as wrong:
        if not _is_lines(path, text):
            at = getattr(wrong, "lineno", 1)
            raise MalformedTraffic(path, at, f"not JSON: {getattr(wrong, 'msg', wrong)}") from None
        yield from jsonlines.entries(path, text)
        return
    if isinstance(value, list):
        for number, one in enumerate(value, 1):
            yield jsonlines.one(path, number, one)
    elif "log" in value:
        yield from har.entries(path, text, value)
    elif cassette.is_cassette(value):
        yield from cassette.entries(path, value, [])
    elif "request" in value:
        yield jsonlines.one(path, 1, value)
    else:
        raise MalformedTraffic(
            path, 1, "no traffic: neither a HAR's log, interactions, nor an exchange"
        )


def _is_lines(path: Path, text: str) -> bool:
    """JSON Lines rather than one broken document: named so, or the first line is whole."""
    if path.suffix.lower() in {".jsonl", ".ndjson"}:
        return True
    if path.suffix.lower() == ".har":
        return False
    try:
        first = json.loads(text.lstrip().split("\n", 1)[0])
    except ValueError:
        return False
    return isinstance(first, dict) and "request" in first
