"""What doubles of services do alike: they refuse, and read what a request gives."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from conformance.transport.exchange import Exchange, Request, Response

if TYPE_CHECKING:
    from collections.abc import Sequence


class OneByOne:
    """Sends several requests as it sends each."""

    def send(self, request: Request) -> Exchange:
        raise NotImplementedError

    def send_all(self, requests: Sequence[Request], *, pipelined: bool) -> list[Exchange]:
        return [self.send(one) for one in requests]


class Accepting(OneByOne):
    """Accepts everything."""

    def send(self, request: Request) -> Exchange:
        return Exchange(request, Response(200, (), b"{}"), None, 0.0)


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
