"""The parts of a campaign: a target, a service, and of a large service one shard."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass

import msgspec

from conformance.reports.site.record_stream import file_name
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
        """Changes with everything that the result depends on: another digest, another part."""
        known = msgspec.json.encode(
            (self.target, self.service, self.index, self.of, self.profile, self.seed, self.options)
        )
        return hashlib.sha256(known).hexdigest()[:_DIGEST]

    @property
    def file(self) -> str:
        """Where its record is, in the folder of parts."""
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
