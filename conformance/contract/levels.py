"""How much a statement weighs, and where it comes from."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct
from msgspec.structs import asdict, replace


class Level(StrEnum):
    """What a failure means; the gate fails on the first two."""

    REQUIRED = "required"
    EXPECTED = "expected"
    STRICT = "strict"
    INFORMATIONAL = "informational"


class Source(Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
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

    @classmethod
    def of(cls, stated: Mapping[str, Any]) -> Source:
        return cls(**{name: stated[name] for name in cls.__struct_fields__ if name in stated})

    def in_documents(self, documents: Mapping[str, Mapping[str, Any]]) -> Source:
        """The same, with the URL and the hash of its document or model."""
        name = self.document or self.model
        if name is None:
            return self
        about = documents.get(name, {})
        return replace(self, url=about.get("url"), sha256=about.get("sha256"))

    def as_json(self) -> dict[str, Any]:
        """The record's form: only what is known."""
        return {name: value for name, value in asdict(self).items() if value is not None}
