"""What doubles of JSON services do alike: they refuse, and read what a request gives."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conformance.transport.exchange import Request


class Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, code: str | None) -> None:
        super().__init__(code)
        self.status, self.code = status, code


def given_members(request: Request) -> dict[str, Any]:
    """The members of a request, null being none. Raises Refused where it is no JSON object."""
    try:
        given = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        raise Refused(400, "SerializationException") from None
    if not isinstance(given, dict):
        raise Refused(400, "SerializationException")
    return {name: one for name, one in given.items() if one is not None}
