"""restJson1."""

from __future__ import annotations

import json

from tests.servers.keys.shapes import typed
from tests.servers.keys.wire import Refused
from tests.servers.testbed.wire import NotJson, Request, Response, parse

from .rest import Rest
from .typed import json_of
from .world import Members


class RestJson(Rest):
    """A service that says BadRequestException of what is invalid, or ValidationException."""

    def invalid(self) -> str:
        return "ValidationException" if self.world.on("other-codes") else "BadRequestException"

    def body(self, operation: Members, shape: Members, request: Request) -> Members:
        inside = {member: of for member, of in shape["members"].items() if "location" not in of}
        if not inside or not request.body:
            return {}
        try:
            sent = parse(request.body)
        except NotJson as error:
            raise Refused(self._unreadable(), "The body is no JSON.") from error
        if not isinstance(sent, dict):
            raise Refused(self._unreadable(), "The body is no object.")
        try:
            return {
                member: typed(self.shapes, of["shape"], sent[member])
                for member, of in inside.items()
                if sent.get(member) is not None
            }
        except Refused as refused:
            raise Refused(self._unreadable(), str(refused)) from refused

    def _unreadable(self) -> str:
        return "BadRequestException" if self.world.on("other-codes") else "SerializationException"

    def shown(self, name: str, operation: Members, answer: Members) -> Response:
        if "output" not in operation:
            return Response(operation["http"].get("responseCode", 200))
        body = json_of(self.shapes, self.world, operation["output"]["shape"], answer)
        text = b"" if self.world.on("terse") and not body else json.dumps(body).encode()
        return Response(
            operation["http"].get("responseCode", 200),
            text,
            headers={"Content-Type": "application/json"},
        )

    def refusal(self, refused: Refused) -> Response:
        members = {"message": str(refused)}
        if self.world.on("terse"):
            members = {}
        if self.world.on("other-codes"):
            members["__type"] = f"com.amazonaws.some#{refused.code}"
        headers = {"Content-Type": "application/json"}
        if not self.world.on("other-codes"):
            headers["x-amzn-ErrorType"] = f"{refused.code}:http://internal.amazon.com/coral/"
        return Response(refused.status, json.dumps(members).encode(), headers=headers)
