"""The resources that a user named for a run, as values."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GivenMember:
    """One: the member that takes it, its value and, where that matters, the kind of resource."""

    member: str
    value: str
    kind: str = ""

    def __str__(self) -> str:
        """As the user writes it."""
        return f"{self.kind}.{self.member}" if self.kind else self.member


@dataclass(frozen=True, slots=True)
class Given:
    """All that a user named for a run, and whether it may be changed."""

    members: tuple[GivenMember, ...] = ()
    may_change: bool = False

    def __bool__(self) -> bool:
        """Whether anything was given."""
        return bool(self.members)
