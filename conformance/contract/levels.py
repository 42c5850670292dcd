"""How much a statement weighs, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Level(StrEnum):
    """What a failure means; the gate fails on the first two."""

    REQUIRED = "required"
    EXPECTED = "expected"
    STRICT = "strict"
    INFORMATIONAL = "informational"


@dataclass(frozen=True, slots=True)
class Source:
    """Where a statement comes from: one of document, model, observation, protocol is set.

    ``model`` is an SDK model, for a service whose pages were not at hand; ``path`` the node in it.
    """

    document: str | None = None
    section: str | None = None
    line: int | None = None
    url: str | None = None
    sha256: str | None = None
    text: str | None = None
    observation: str | None = None
    protocol: str | None = None
    model: str | None = None
    path: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The record's form: only what is known."""
        pairs = ((name, getattr(self, name)) for name in self.__slots__)
        return {name: value for name, value in pairs if value is not None}
