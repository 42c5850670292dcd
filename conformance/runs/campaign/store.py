"""The folder of a campaign: parts as they are finished, then a record for each target and service.

A part is written whole or not at all, so that a campaign that is killed goes on where it was.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from conformance.cache_folder import write_whole
from conformance.record import merged, read_record, write_record
from conformance.reports.site.record_stream import file_name, run_of
from conformance.runs.campaign.parts import Part

PARTS, RECORDS, SITE = "parts", "records", "site"
_UNKNOWN = "unknown"


class Store:
    """The folder, and what is in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, part: Part) -> bool:
        """Whether the part is finished."""
        return self._file(part).exists()

    def keep(self, part: Part, record: bytes) -> None:
        """Keep the record of a finished part, in one step."""
        write_whole(self._file(part), record)

    def merge(self, parts: Iterable[Part]) -> Path:
        """Make a record of each target, version and service that is finished; gives the folder."""
        groups: dict[tuple[str, str | None, str], list[Part]] = {}
        for part in parts:
            key = (part.target.name, part.target.version, part.service)
            groups.setdefault(key, []).append(part)
        for (target, _, service), some in groups.items():
            if all(self.has(part) for part in some):
                self._merge(target, service, some)
        return self.folder / RECORDS

    def _merge(self, target: str, service: str, parts: list[Part]) -> None:
        first = run_of(self._file(parts[0]))
        version = file_name((first and first.run.target.version) or _UNKNOWN)
        path = self.folder / RECORDS / file_name(target) / version / f"{file_name(service)}.jsonl"
        path.parent.mkdir(parents=True, exist_ok=True)
        if len(parts) == 1:
            write_whole(path, self._file(parts[0]).read_bytes())
            return
        records = [read_record(self._file(part)) for part in parts]
        partial = path.with_suffix(".part")
        write_record(merged(records, partial), partial)
        partial.replace(path)

    def _file(self, part: Part) -> Path:
        return self.folder / PARTS / part.file
