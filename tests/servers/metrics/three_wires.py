"""CloudWatch speaks three protocols: RPC v2 CBOR, JSON 1.0, and the query protocol."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import cbor2

from tests.servers.cloud.forms import Forms
from tests.servers.cloud.json_rpc import JsonRpc
from tests.servers.cloud.typed import json_of
from tests.servers.cloud.world import Members, Operation, World
from tests.servers.keys.shapes import model
from tests.servers.keys.wire import Refused
from tests.servers.testbed.wire import Request, Response

PATH = "/service/GraniteServiceVersion20100801/operation/"


def declared(refused: Refused, *, query: bool) -> Refused:
    """An error with the status, and for the query protocol the code, that the model has for it."""
    shape = model("cloudwatch")["shapes"].get(refused.code, {}).get("error", {})
    code = str(shape.get("code", refused.code)) if query else refused.code
    return Refused(code, str(refused), shape.get("httpStatusCode", refused.status))


class _Query(Forms):
    def refusal(self, refused: Refused) -> Response:
        return super().refusal(declared(refused, query=True))


class _Json(JsonRpc):
    def refusal(self, refused: Refused) -> Response:
        response = super().refusal(declared(refused, query=False))
        code = declared(refused, query=True).code
        response.headers["x-amzn-query-error"] = f"{code};Sender"
        return response

    def _response(self, status: int, body: bytes) -> Response:
        return Response(status, body, headers={"Content-Type": "application/x-amz-json-1.0"})


class _Cbor(JsonRpc):
    def _name(self, request: Request) -> str:
        name = request.path.removeprefix(PATH)
        right = request.headers.get("smithy-protocol") == "rpc-v2-cbor"
        if not right or name not in self.operations or request.method != "POST":
            raise Refused("UnknownOperationException")
        return name

    def _decoded(self, body: bytes) -> Any:
        try:
            return _plain(cbor2.loads(body)) if body else {}
        except (cbor2.CBORDecodeError, ValueError, OverflowError) as error:
            raise Refused("SerializationException", "This is no CBOR.") from error

    def _shown(self, operation: Members, answer: Members) -> Response:
        if "output" not in operation:
            return self._response(200, cbor2.dumps({}))
        name = operation["output"]["shape"]
        body = json_of(self.shapes, self.world, name, answer)
        return self._response(200, cbor2.dumps(self._timed(name, body)))

    def _timed(self, name: str, value: Any) -> Any:
        """The same with points in time as CBOR has them, and doubles as such."""
        shape = self.shapes[name]
        kind = shape["type"]
        if value is None:
            return None
        if kind == "structure":
            members = shape["members"]
            return {
                key: self._timed(members[key]["shape"], one) if key in members else one
                for key, one in value.items()
            }
        if kind == "list":
            return [self._timed(shape["member"]["shape"], one) for one in value]
        if kind == "map":
            return {key: self._timed(shape["value"]["shape"], of) for key, of in value.items()}
        if kind == "timestamp":
            return cbor2.CBORTag(1, float(value))
        return float(value) if kind == "double" else value

    def refusal(self, refused: Refused) -> Response:
        plain = self.world.on("other-codes")
        found = declared(refused, query=False)
        code = found.code if plain else f"com.amazonaws.cloudwatch#{found.code}"
        members = {"__type": code}
        if not self.world.on("terse"):
            members["message"] = str(refused)
        response = self._response(found.status, cbor2.dumps(members))
        query = declared(refused, query=True).code
        response.headers["x-amzn-query-error"] = f"{query};Sender"
        return response

    def _response(self, status: int, body: bytes) -> Response:
        headers = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
        return Response(status, body, headers=headers)


def _plain(value: Any) -> Any:
    """Points in time as numbers, as the other protocols have them."""
    if isinstance(value, datetime):
        return value.timestamp()
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


class ThreeWires:
    """The same operations in each protocol."""

    def __init__(self, world: World, operations: dict[str, Operation]) -> None:
        self.operations = operations
        codes = ("ValidationException", "InvalidParameterValueException")
        self.cbor = _Cbor("cloudwatch", world, operations, codes)
        self.json = _Json("cloudwatch", world, operations, codes)
        self.query = _Query("cloudwatch", world, operations)
        self.last: JsonRpc | Forms = self.cbor

    def answer(self, request: Request) -> Response:
        if request.path.startswith("/service/"):
            self.last = self.cbor
        else:
            self.last = self.json if "x-amz-target" in request.headers else self.query
        return self.last.answer(request)

    def refusal(self, refused: Refused) -> Response:
        return self.last.refusal(refused)
