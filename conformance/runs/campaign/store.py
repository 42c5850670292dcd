"""The parts of a campaign, and its folder: what is finished, and the records that come of it.

A part is a target, a service, and of a large service one shard. It is written whole or not at all,
so that a campaign that is killed goes on where it was.
"""

import bz2
import hashlib
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from conformance.cache_folder import write_whole
from conformance.record import Record, Verdict, VerdictLine, merged, read_record, write_record
from conformance.reports.facts import deciding, grouped
from conformance.reports.site.record_stream import file_name, run_of
from conformance.runs.campaign.file import CampaignFile, CampaignTarget

_DIGEST = 12


@dataclass(frozen=True, slots=True)
class Part:
    """What one worker does at a time, with a target of its own."""

    target: CampaignTarget
    service: str
    index: int
    of: int
    profile: str
    seed: int
    options: tuple[str, ...]
    start_seconds: int
    part_seconds: int

    @property
    def name(self) -> str:
        """What people read: ``moto eks``, ``moto 5.2 location 2/4``."""
        shard = f" {self.index}/{self.of}" if self.of > 1 else ""
        return f"{self.target.label} {self.service}{shard}"

    @property
    def digest(self) -> str:
        """Changes with everything that the result depends on."""
        known = msgspec.json.encode(
            (self.target, self.service, self.index, self.of, self.profile, self.seed, self.options)
        )
        return hashlib.sha256(known).hexdigest()[:_DIGEST]

    @property
    def file(self) -> str:
        shard = f".{self.index}-of-{self.of}" if self.of > 1 else ""
        target, service = file_name(self.target.name), file_name(self.service)
        return f"{target}/{service}{shard}.{self.digest}.jsonl"


def parts_of(campaign: CampaignFile) -> tuple[Part, ...]:
    """Every part, large services first, so that no worker is left with one at the end."""
    parts = [part for target in campaign.target for part in _of_target(campaign, target)]
    return tuple(sorted(parts, key=lambda part: -part.of))


def _of_target(campaign: CampaignFile, target: CampaignTarget) -> Iterator[Part]:
    for service in campaign.services_of(target):
        of = campaign.shards.get(service, 1)
        for index in range(1, of + 1):
            yield Part(
                target, service, index, of, campaign.profile, campaign.seed,
                (*campaign.options, *target.options), campaign.start_seconds, campaign.part_seconds,
            )  # fmt: skip


PARTS, RECORDS, SITE = "parts", "records", "site"
_UNKNOWN = "unknown"


class Store:
    """The folder, and what is in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def has(self, part: Part) -> bool:
        return self._file(part).exists()

    def keep(self, part: Part, record: bytes) -> None:
        """Keep the record of a finished part, in one step."""
        write_whole(self._file(part), record)

    def merge(self, parts: Iterable[Part]) -> Path:
        """Make a record of each target, version and service that is finished; gives the folder."""
        groups = grouped(parts, lambda one: (one.target.name, one.target.version, one.service))
        for (target, _, service), some in groups.items():
            if all(map(self.has, some)):
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


LONGEST = 4_000
"""Characters of an exchange that is kept."""


def publish(records: Path, folder: Path) -> int:
    """Write compressed copies of the records, with one exchange for each failure.

    They replace what was published of the same targets. Returns the number of copies.
    """
    found = sorted(records.rglob("*.jsonl"))
    for target in {file.relative_to(records).parts[0] for file in found}:
        shutil.rmtree(folder / target, ignore_errors=True)
    with tempfile.TemporaryDirectory() as temporary:
        small = Path(temporary, "record.jsonl")
        for file in found:
            path = folder / file.relative_to(records).with_suffix(".jsonl.bz2")
            path.parent.mkdir(parents=True, exist_ok=True)
            write_record(slim(read_record(file)), small)
            path.write_bytes(bz2.compress(small.read_bytes()))
    return len(found)


def slim(record: Record) -> Record:
    """The record without evidence but the deciding exchange of each failure, where it is short."""
    return replace(record, verdicts=tuple(map(_slim, record.verdicts)))


def _slim(line: VerdictLine) -> VerdictLine:
    exchange = deciding(line) if line.verdict is Verdict.FAILED else None
    if exchange is None or len(str(exchange.as_json())) > LONGEST:
        return replace(line, evidence=())
    return replace(line, evidence=(replace(exchange, uses=()),))
