"""What an operation came to: what it answers or refuses, and that as it is sent."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.reference.http.message import HttpResponse
from conformance.reference.jsonbody import encoded


@dataclass(frozen=True, slots=True)
class OperationOutcome:
    """A success: ``body`` is the JSON object to show, None for an empty body."""

    status: int
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error; ``details`` are further members of its body, such as Location's ``reason``."""

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


Headers = Mapping[str, str]

JSON_TYPE = "application/json"
ERROR_TYPE = "x-amzn-errortype"


@dataclass(frozen=True, slots=True)
class ReferenceAnswer:
    """What will be sent: ``body`` None is an empty body; ``tail`` follows the JSON."""

    status: int
    headers: Headers = field(default_factory=dict)
    body: Any = None
    tail: str = ""

    def response(self) -> HttpResponse:
        if self.body is None:
            return HttpResponse(self.status, self.headers)
        text = self.body if isinstance(self.body, str) else encoded(self.body)
        return HttpResponse(self.status, self.headers, (text + self.tail).encode())
