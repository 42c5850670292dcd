"""Answers with their parts still apart: status, headers, JSON; encoded at the very end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.reference.http.message import HttpResponse
from conformance.reference.jsonbody import encoded

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
        """The bytes."""
        if self.body is None:
            return HttpResponse(self.status, self.headers)
        text = self.body if isinstance(self.body, str) else encoded(self.body)
        return HttpResponse(self.status, self.headers, (text + self.tail).encode())


@dataclass(frozen=True, slots=True)
class SentAnswer:
    """The request that an answer is for, as far as it was understood.

    ``members`` is empty where the input could not be read.
    """

    service: str
    operation: str
    members: Mapping[str, Any] = field(default_factory=dict)
