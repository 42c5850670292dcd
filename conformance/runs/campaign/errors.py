"""What can go wrong with a campaign that is no fault of ours."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.errors import BadInput, CouldNotTest, FileProblem


class BadCampaign(FileProblem):
    """The file of a campaign cannot be read, or says what no campaign can be."""

    hint = "docs/recipes/campaigns.md has an example of every key"


class NoDask(BadInput):
    """The library that spreads the parts is not installed."""

    hint = "install it: pip install 'aws-conformance[campaign]'"
    told = "a campaign needs Dask distributed, which is not installed"


@dataclass(eq=False)
class SchedulerLost(CouldNotTest):
    """The scheduler cannot be reached, or went away while parts were running."""

    hint = "what is finished is on the disk: start the scheduler and give the same command again"

    address: str
    why: str

    def __str__(self) -> str:
        return f"the scheduler at {self.address} is lost: {self.why}"


@dataclass(eq=False)
class PartsFailed(CouldNotTest):
    """Some parts could not be run, each after several attempts."""

    hint = "the same command tries them again; what is finished is kept"

    failed: tuple[str, ...]

    def __str__(self) -> str:
        return f"{len(self.failed)} parts could not be run: {'; '.join(self.failed[:3])}"


@dataclass(eq=False)
class PartsLeft(CouldNotTest):
    """The time that the campaign was given is over."""

    hint = "the same command goes on from there"

    left: int
    of: int

    def __str__(self) -> str:
        return f"{self.left} of {self.of} parts are left at the end of the time (--time-limit)"


class PartFailed(Exception):
    """A part could not be run this time; its text says why. Another attempt may succeed."""
