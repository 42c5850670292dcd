"""The resources that a user named for a run, as values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GivenMember:
    """One resource: the member that takes it, its value and, where that matters, its kind."""

    member: str
    value: str
    kind: str = ""

    def __str__(self) -> str:
        return f"{self.kind}.{self.member}" if self.kind else self.member


@dataclass(frozen=True, slots=True)
class Given:
    """All resources that a user named for a run, and whether the run may change them."""

    members: tuple[GivenMember, ...] = ()
    may_change: bool = False

    def __bool__(self) -> bool:
        return bool(self.members)
