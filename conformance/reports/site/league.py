"""Which records a site rests on: for each target and service the newest, and those before it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from conformance.reports.site.record_stream import RunFile

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
        """The entries of a service, in the order of the targets."""
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
    """By version where every run has one that is numbers, for an older one may be run later."""
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
    """The name of an operation's page."""
    return WHOLE_SERVICE if operation is None else file_name(operation)
