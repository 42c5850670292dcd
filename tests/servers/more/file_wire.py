"""Elastic File System: errors, which have members of their own."""

from __future__ import annotations

import json

from tests.servers.cloud.rest_json import RestJson
from tests.servers.keys.wire import Refused
from tests.servers.testbed.wire import Response


class Taken(Refused):
    """A refusal that names what is there already."""

    def __init__(self, code: str, member: str, identity: str) -> None:
        super().__init__(code, f"{identity} already exists with the token", 409)
        self.member = {member: identity}


class FileWire(RestJson):
    """The errors of this service have members of their own."""

    def invalid(self) -> str:
        return "ValidationException" if self.world.on("other-codes") else "BadRequest"

    def _unreadable(self) -> str:
        return "BadRequest" if self.world.on("other-codes") else "SerializationException"

    def refusal(self, refused: Refused) -> Response:
        response = super().refusal(refused)
        members = json.loads(response.body)
        message = members.pop("message", None)
        members |= {"ErrorCode": refused.code, **getattr(refused, "member", {})}
        if message:
            members["Message"] = message
        response.body = json.dumps(members).encode()
        return response
