"""What a model answers: an outcome, or a refusal that says which error of the service it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class OperationOutcome:
    """A success: ``body`` is the JSON object to show, None for an empty body."""

    status: int
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error of the service: its code, HTTP status and message.

    ``details`` are the further members of the error's body (Location's ``reason`` and
    ``fieldList``).
    """

    code: str
    status: int
    message: str
    details: Mapping[str, Any] = field(default_factory=dict)
    message_key: str = "message"
    """Name of the message on the wire; only the unroutable request's error spells it otherwise."""


class Refused(Exception):
    """Carries a refusal out of the rule that made it."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.status} {refusal.code}: {refusal.message}")
        self.refusal = refusal


UNROUTABLE = Refusal(
    "AccessDeniedException",
    403,
    "Unable to determine service/operation name to be authorized",
    message_key="Message",
)
"""Recorded: the answer to a request that fits no operation."""
