"""From files of traffic to their entries, whatever the format."""

import codecs
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from conformance.traffic import cassette, formats, har, jsonlines, nock
from conformance.traffic.bodies import is_lost
from conformance.traffic.entries import BODILESS, TrafficEntry
from conformance.traffic.errors import MalformedTraffic, NotTraffic, UnreadableTraffic
from conformance.traffic.sources import LeftOut, TrafficSource, in_folder, sources
from conformance.traffic.yamlfile import read_yaml

YAML = {".yaml", ".yml"}
LINES = {".jsonl", ".ndjson"}
UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
NAMED = 3
"""Files that lie in a folder without traffic, in the sentence that says so."""


def read_traffic(
    paths: Iterable[Path], left_out: list[LeftOut] | None = None
) -> Iterator[TrafficEntry]:
    """Every entry of the files, and of the files in the folders, in order.

    What lies in a folder beside the traffic is added to ``left_out``. Raises UnreadableTraffic (a
    file cannot be read, a folder has no traffic in it), NotTraffic (a file that was named is of
    another format), MalformedTraffic (a file is not what its format demands).
    """
    left = [] if left_out is None else left_out
    for path in paths:
        if path.is_dir():
            yield from map(_checked, _of_folder(path, left))
        else:
            for source in sources(path):
                yield from map(_checked, _entries(source))


def _checked(entry: TrafficEntry) -> TrafficEntry:
    """The entry, without what only seems to be the body of its request or its answer."""
    request, response = entry.exchange.request, entry.exchange.response
    if entry.request_known and is_lost(request.body, request.headers):
        entry = replace(entry, request_known=False)
    if response is None or request.method == "HEAD" or response.status in BODILESS:
        return entry
    if entry.response_known and is_lost(response.body, response.headers):
        entry = replace(entry, response_known=False)
    return entry


def _of_folder(folder: Path, left_out: list[LeftOut]) -> Iterator[TrafficEntry]:
    files, left = in_folder(folder)
    used: set[Path] = set()
    read = 0
    for file in files:
        if file in used:
            continue  # a body that an archive named
        try:
            for source in sources(file):
                yield from _entries(source)
                used |= source.used
                read += 1
        except (NotTraffic, UnreadableTraffic) as wrong:
            if isinstance(wrong, UnreadableTraffic) and file.suffix.lower() == ".har":
                raise  # it says of itself that it is traffic
            left.append(LeftOut(file, wrong.why))
    left = sorted((one for one in left if one.path not in used), key=lambda one: one.path)
    if not read:
        listed = ", ".join(f"{one.path.name} ({one.why})" for one in left[:NAMED])
        more = f" and {len(left) - NAMED} more" if len(left) > NAMED else ""
        only = f", only {listed}{more}" if left else ""
        raise UnreadableTraffic(folder, f"no traffic in this folder{only}")
    left_out += left


def _text(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-16" if data.startswith(UTF16) else "utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        raise NotTraffic(path, line, "not text in UTF-8") from None


def _entries(source: TrafficSource) -> Iterator[TrafficEntry]:
    path, text = source.path, _text(source.path, source.data)
    if not text.strip():
        raise NotTraffic(path, 1, "the file is empty")
    if text.lstrip()[:1] in {"{", "["}:
        yield from _of_json(source, text)
    else:
        yield from _of_yaml(path, text)


def _of_yaml(path: Path, text: str) -> Iterator[TrafficEntry]:
    known = formats.of_text(text)
    if known is not None and path.suffix.lower() not in YAML:
        raise known.refusal(path)
    try:
        value, node = read_yaml(path, text)
    except MalformedTraffic as wrong:
        # Templates, and many other files that are called so, are no YAML.
        if any(f"{name}:" in text for name in cassette.LISTS):
            raise
        raise NotTraffic(path, wrong.line, wrong.why) from None
    _refuse(path, value)
    if not cassette.is_cassette(value):
        why = "no traffic: neither JSON nor a cassette with interactions"
        raise NotTraffic(path, 1, why)
    yield from cassette.entries(path, value, cassette.lines(node))


def _of_json(source: TrafficSource, text: str) -> Iterator[TrafficEntry]:
    """One JSON document (an archive, a cassette, exchanges), or JSON Lines."""
    path = source.path
    try:
        value = json.loads(text)
    except RecursionError:
        raise NotTraffic(path, 1, "nested too deeply to be traffic") from None
    except ValueError as wrong:
        yield from _of_no_json(path, text, wrong)
        return
    if har.is_archive(value) or (path.suffix.lower() == ".har" and "log" in value):
        yield from har.entries(path, text, value, source.beside)
        return
    _refuse(path, value)
    if nock.is_nock(value):
        yield from nock.entries(path, value)
    elif cassette.is_cassette(value):
        yield from cassette.entries(path, value, [])
    elif isinstance(value, list) and any(map(_is_exchange, value)):
        for number, one in enumerate(value, 1):
            yield jsonlines.one(path, number, one)
    elif _is_exchange(value):
        yield jsonlines.one(path, 1, value)
    else:
        why = "no traffic: it has neither a HAR log, nor interactions, nor an exchange"
        raise NotTraffic(path, 1, why)


def _of_no_json(path: Path, text: str, wrong: ValueError) -> Iterator[TrafficEntry]:
    """JSON Lines, YAML that begins like JSON, or JSON with a mistake in it."""
    suffix = path.suffix.lower()
    try:
        first = json.loads(text.lstrip().split("\n", 1)[0])
    except (ValueError, RecursionError):
        first = None
    # JSON Lines rather than one broken document: named so, or the first line is whole.
    if suffix in LINES or (suffix not in {".har", *YAML} and isinstance(first, dict)):
        _refuse(path, first)
        if isinstance(first, dict) and "request" not in first:
            raise NotTraffic(path, 1, "no traffic: its lines are not exchanges")
        yield from jsonlines.entries(path, text)
        return
    if suffix in YAML:
        yield from _of_yaml(path, text)
        return
    at, why = getattr(wrong, "lineno", 1), f"not JSON: {getattr(wrong, 'msg', wrong)}"
    # An archive that was cut short is traffic that cannot be judged, not another file.
    is_archive = suffix == ".har" or '"entries"' in text
    raise (MalformedTraffic if is_archive else NotTraffic)(path, at, why) from None


def _refuse(path: Path, value: Any) -> None:
    """Raises NotTraffic for what is known to be something else."""
    known = formats.of_value(value)
    if known is not None:
        raise known.refusal(path)


def _is_exchange(value: Any) -> bool:
    match value:
        case {"request": {"method": _}}:
            return True
    return False
