"""Reads records line by line for a site of many: of a verdict only what pages show.

A site may rest on millions of verdicts. What every page needs of one is a few texts; only where a
requirement fails are there exchanges beside them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import msgspec

from conformance.contract.levels import Level
from conformance.record import RecordedExchange, RunLine, Verdict, parse
from conformance.record.errors import LineNotJson, NoRunLine, UnknownFormat, Unreadable, WrongShape
from conformance.record.reader import COMPRESSED, UNREADABLE, open_record, why_unreadable
from conformance.record.values import FORMAT


class StreamedVerdict(msgspec.Struct, frozen=True, gc=False):
    """What pages need of a verdict line; ``evidence`` is that of a failure."""

    requirement: str
    service: str
    operation: str | None
    statement: str
    level: Level
    verdict: Verdict
    source: msgspec.Raw = msgspec.Raw(b"{}")
    reason: str = ""
    baseline: str | None = None
    evidence: tuple[RecordedExchange, ...] = ()


class _Kind(msgspec.Struct, frozen=True, gc=False):
    type: str


_VERDICT = msgspec.json.Decoder(StreamedVerdict)
_KIND = msgspec.json.Decoder(_Kind)
_START = b'{"type":"verdict"'


@dataclass(frozen=True, slots=True)
class RunFile:
    """A record on the disk and its first line."""

    path: Path
    run: RunLine


def find_runs(folder: Path) -> tuple[RunFile, ...]:
    """Every record in a folder and below, in the order of their paths, compressed or not.

    Files that are no records (``*.jsonl`` of other programs) are left out; a record of a format
    that this version does not know is an error. Raises RecordProblem (a record cannot be read, or
    there is none).
    """
    kinds = ("", *COMPRESSED)
    paths = sorted(path for kind in kinds for path in folder.rglob(f"*.jsonl{kind}"))
    every = (run_of(path) for path in paths)
    found = tuple(one for one in every if one is not None)
    if not found:
        raise NoRunLine(folder)
    return found


def run_of(path: Path) -> RunFile | None:
    """The record at a path by its first line; None where the file is none. Raises RecordProblem."""
    try:
        with open_record(path) as file:
            first = file.readline()
    except UNREADABLE as error:
        raise Unreadable(path, why_unreadable(error)) from None
    try:
        line = json.loads(first)
    except ValueError:
        return None
    if not isinstance(line, dict) or line.get("type") != "run":
        return None
    if line.get("format") != FORMAT:
        raise UnknownFormat(path, line.get("format"))
    try:
        return RunFile(path, parse.run_line(line))
    except (KeyError, TypeError, ValueError) as error:
        raise WrongShape(path, 1, "run", str(error)) from None


def verdicts_of(file: RunFile, service: str) -> Iterator[StreamedVerdict]:
    """The verdicts of a service in a record, in its order.

    A last line that was cut off is left out. Raises LineNotJson and WrongShape for any other line
    that is no verdict.
    """
    for number, line in enumerate(_lines(file.path), 1):
        if not line.startswith(_START) and _kind(file.path, number, line) != "verdict":
            continue
        try:
            found = _VERDICT.decode(line)
        except msgspec.ValidationError as error:
            raise WrongShape(file.path, number, "verdict", str(error)) from None
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            if line.endswith(b"\n"):
                raise LineNotJson(file.path, number, str(error)) from None
            return
        if found.service == service:
            unshown = found.evidence and found.verdict is not Verdict.FAILED
            yield msgspec.structs.replace(found, evidence=()) if unshown else found


def _lines(path: Path) -> Iterator[bytes]:
    try:
        with open_record(path) as file:
            yield from file
    except UNREADABLE as error:
        raise Unreadable(path, why_unreadable(error)) from None


def _kind(path: Path, number: int, line: bytes) -> str:
    try:
        return _KIND.decode(line).type
    except msgspec.MsgspecError as error:
        if line.endswith(b"\n"):
            raise LineNotJson(path, number, str(error)) from None
        return "cut off"
