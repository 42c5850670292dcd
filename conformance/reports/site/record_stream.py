"""Reads records line by line for a site of many: of a verdict only what pages show.

A site may rest on millions of verdicts. What every page needs of one is a few texts; only where a
requirement fails are there exchanges beside them.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from conformance.contract.levels import Level
from conformance.errors import reason
from conformance.record import RecordedExchange, RunLine, Verdict
from conformance.record.errors import LineNotJson, NoRunLine, UnknownFormat, Unreadable, WrongShape
from conformance.record.reader import COMPRESSED, UNREADABLE, open_record
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
        line = json.loads(next(_lines(path), b""))
    except ValueError:
        return None
    if not isinstance(line, dict) or line.get("type") != "run":
        return None
    if line.get("format") != FORMAT:
        raise UnknownFormat(path, line.get("format"))
    try:
        return RunFile(path, msgspec.convert(line, RunLine))
    except (KeyError, TypeError, ValueError) as error:
        raise WrongShape(path, 1, "run", str(error)) from None


def verdicts_of(file: RunFile, service: str) -> Iterator[StreamedVerdict]:
    """The verdicts of a service, without a cut-off line. Raises LineNotJson, WrongShape."""
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
        raise Unreadable(path, reason(error)) from None


def _kind(path: Path, number: int, line: bytes) -> str:
    try:
        return _KIND.decode(line).type
    except msgspec.MsgspecError as error:
        if line.endswith(b"\n"):
            raise LineNotJson(path, number, str(error)) from None
        return "cut off"


_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")
_NUMBERS = re.compile(r"\d{1,9}(\.\d{1,9})*")
_LONGEST_NAME, _DIGEST = 80, 8
WHOLE_SERVICE = "whole-service"
"""The file name of the requirements that belong to no operation."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The runs of a service on a target, the newest first; never empty."""

    target: str
    service: str
    runs: tuple[RunFile, ...]

    @property
    def current(self) -> RunFile:
        """The run that the tables show."""
        return self.runs[0]


@dataclass(frozen=True, slots=True)
class League:
    """Targets and services, both by name, and what was run of them."""

    targets: tuple[str, ...]
    services: tuple[str, ...]
    entries: dict[tuple[str, str], Entry]

    def of_service(self, service: str) -> tuple[Entry, ...]:
        found = (self.entries.get((target, service)) for target in self.targets)
        return tuple(entry for entry in found if entry is not None)

    def version(self, target: str) -> str:
        """The newest version of a target that was run; "" where no run says."""
        runs = [entry.current for (name, _), entry in self.entries.items() if name == target]
        return _newest_first(runs)[0].run.target.version or ""


def league_of(runs: Iterable[RunFile]) -> League:
    """Sort runs by target and service. A target is its name; its versions are its history."""
    groups: dict[tuple[str, str], list[RunFile]] = {}
    for one in runs:
        for service in one.run.services:
            groups.setdefault((one.run.target.name, service), []).append(one)
    entries = {key: Entry(*key, _newest_first(found)) for key, found in groups.items()}
    targets, services = ({key[place] for key in groups} for place in (0, 1))
    return League(tuple(sorted(targets)), tuple(sorted(services)), entries)


def _newest_first(runs: Sequence[RunFile]) -> tuple[RunFile, ...]:
    """Sorted by version if all are numbers, as an older one may run later; else by start."""
    versions = [one.run.target.version or "" for one in runs]
    numbered = all(map(_NUMBERS.fullmatch, versions))

    def newness(one: RunFile) -> tuple[list[int], str, str]:
        version = (one.run.target.version or "").split(".") if numbered else ()
        return [int(part) for part in version], one.run.start, one.path.as_posix()

    return tuple(sorted(runs, key=newness, reverse=True))


def file_name(text: str) -> str:
    """A name for a file that no system refuses; different texts have different names."""
    safe = _UNSAFE.sub("-", text).strip(".-") or "x"
    if safe == text and len(safe) <= _LONGEST_NAME:
        return safe
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:_DIGEST]
    return f"{safe[:_LONGEST_NAME]}-{digest}"


def operation_file(operation: str | None) -> str:
    return WHOLE_SERVICE if operation is None else file_name(operation)
