"""JSON 1.1, with the operation in a header."""

from __future__ import annotations

import json
from typing import Any

from tests.servers.keys.shapes import model, refuse_faults, typed
from tests.servers.keys.wire import Refused
from tests.servers.testbed.wire import NotJson, Request, Response, parse

from .typed import json_of
from .world import Members, Operation, World


class JsonRpc:
    """One service; `codes` are the usual and the other code for what its model does not allow."""

    def __init__(
        self,
        service: str,
        world: World,
        operations: dict[str, Operation],
        codes: tuple[str, str] = ("ValidationException", "ValidationException"),
    ) -> None:
        self.model = model(service)
        self.shapes = self.model["shapes"]
        self.world = world
        self.operations = operations
        self._invalid = codes[1] if world.on("other-codes") else codes[0]
        self._target = self.model["metadata"]["targetPrefix"]

    def answer(self, request: Request) -> Response:
        try:
            name = self._name(request)
            operation = self.model["operations"][name]
            answer = self.operations[name](self._read(operation, request.body)) or {}
            return self._shown(operation, answer)
        except Refused as refused:
            return self.refusal(refused)

    def _name(self, request: Request) -> str:
        prefix, _, name = request.headers.get("x-amz-target", "").partition(".")
        if prefix != self._target or name not in self.operations or request.method != "POST":
            raise Refused("UnknownOperationException")
        return name

    def _decoded(self, body: bytes) -> Any:
        try:
            return parse(body or b"{}")
        except NotJson as error:
            raise Refused("SerializationException", "This is no JSON.") from error

    def _read(self, operation: Members, body: bytes) -> Members:
        sent = self._decoded(body)
        if "input" not in operation:
            return {}
        name = operation["input"]["shape"]
        members: Members = typed(self.shapes, name, sent)
        try:
            refuse_faults(self.shapes, name, members)
        except Refused as refused:
            raise Refused(self._invalid, str(refused)) from refused
        return members

    def _shown(self, operation: Members, answer: Members) -> Response:
        body: Members = {}
        if "output" in operation:
            body = json_of(self.shapes, self.world, operation["output"]["shape"], answer)
        hollow = "output" not in operation and not self.world.on("empty-object")
        return self._response(200, b"" if hollow else json.dumps(body).encode())

    def refusal(self, refused: Refused) -> Response:
        plain = self.world.on("other-codes")
        code = f"com.amazonaws.some#{refused.code}" if plain else refused.code
        members = {"__type": code}
        if not self.world.on("terse"):
            members["Message" if plain else "message"] = str(refused)
        response = self._response(refused.status, json.dumps(members).encode())
        if not plain:
            response.headers["x-amzn-ErrorType"] = code
        return response

    def _response(self, status: int, body: bytes) -> Response:
        return Response(status, body, headers={"Content-Type": "application/x-amz-json-1.1"})
