"""Requests that a run found out to be valid, where nothing states them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class FoundRequest:
    """A request that a target accepted; ``instead_of`` are the answers to those before it."""

    members: Mapping[str, Any]
    instead_of: tuple[str, ...] = ()


@dataclass(slots=True)
class FoundRequests:
    """Valid requests by operation that a run found by trial: the mutable part of a contract."""

    by_operation: dict[str, FoundRequest] = field(default_factory=dict)
    before: dict[str, str] = field(default_factory=dict)
    """Operations that have to be called first, by the operation that needs it."""
    before_with: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    """What such an operation sets to bring about the state that is needed."""

    def keep(self, operation: str, members: Mapping[str, Any], *refused: str) -> None:
        """Keep a request that was accepted, with what was answered to those before it."""
        self.by_operation[operation] = FoundRequest(members, refused)
