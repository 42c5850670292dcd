"""From HTTP to an operation and back."""

from __future__ import annotations

import copy
import json
import threading
import uuid
from collections.abc import Iterable
from typing import Any

from tests.servers.keys import shapes
from tests.servers.keys.wire import Members, Refused
from tests.servers.testbed.sockets import serve_readings
from tests.servers.testbed.wire import Request, Response

from .answers import shown
from .directory import Directory
from .logs import Logs
from .media import Media
from .readings import READINGS, World
from .registry import Registry
from .service import Service
from .workflows import Workflows


class UncuratedServer:
    """Every request is answered under one lock: no test is about races."""

    def __init__(self, readings: Iterable[str] = ()) -> None:
        self.world = World(frozenset(readings))
        self._lock = threading.Lock()
        made = (kind(self.world) for kind in (Logs, Workflows, Registry, Directory, Media))
        self._count = 0
        self._made: dict[tuple[str, str, str], Members | None] = {}
        self._services: dict[str, Service] = {service.target: service for service in made}

    def answer(self, request: Request) -> Response:
        """What is answered to any request, right or wrong."""
        target, _, operation = request.headers.get("x-amz-target", "").partition(".")
        service = self._services.get(target)
        version = service.version if service else "1.1"
        try:
            with self._lock:
                body = self._called(service, operation, request)
            response = Response(200, body)
        except Refused as refused:
            response = self._refusal(refused, service.name if service else "coral")
        response.headers["x-amzn-RequestId"] = str(uuid.uuid4())
        response.headers["Content-Type"] = f"application/x-amz-json-{version}"
        return response

    def _called(self, service: Service | None, operation: str, request: Request) -> bytes:
        known = service is not None and operation in service.operations
        if service is None or not known or request.method != "POST":
            raise Refused("UnknownOperationException")
        self._count += 1
        if self.world.on("throttled") and self._count % 9 == 0:
            raise Refused("ThrottlingException", "Rate exceeded")
        members = self._done(service, operation, request.body)
        outcome = shapes.model(service.name)["operations"][operation].get("output")
        if outcome is None:
            return b"{}" if self.world.on("empty-object") else b""
        answer = shown(self.world, service.name, outcome["shape"], members or {})
        if not answer and self.world.on("empty-object"):
            return b""
        return json.dumps(answer, separators=(",", ":")).encode()

    def _done(self, service: Service, operation: str, body: bytes) -> Members | None:
        """What the operation answers; some refusals are none under some readings."""
        sent = self._read(service, operation, body)
        made = (service.name, operation, json.dumps(sent, sort_keys=True, default=str))
        try:
            members = service.operations[operation](sent)
        except Refused as refused:
            deleted = "Delete" in operation and len(shapes.required(service.name, operation)) > 1
            of_any = refused.code == "ResourceNotFoundException"
            if deleted and of_any and self.world.on("forgiving"):
                return {}
            if made in self._made and "InUse" in refused.code and self.world.on("repeatable"):
                return self._made[made]
            raise
        if self.world.on("repeatable"):
            self._made[made] = copy.deepcopy(members)
        return members

    def _read(self, service: Service, operation: str, body: bytes) -> Members:
        try:
            sent: Any = json.loads(body or b"{}", parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise Refused("SerializationException", "This is no JSON.") from error
        try:
            return shapes.read(service.name, operation, sent)
        except Refused as refused:
            if refused.code == "SerializationException":
                raise
            raise Refused(service.invalid(operation, str(refused)), str(refused)) from refused

    def _refusal(self, refused: Refused, service: str) -> Response:
        plain = self.world.on("plain-errors")
        code, text = refused.code, str(refused)
        members: dict[str, str] = {"__type": f"com.amazonaws.{service}#{code}" if plain else code}
        if text != code:
            members["Message" if plain else "message"] = text
        response = Response(refused.status, json.dumps(members).encode())
        if not plain:
            response.headers["x-amzn-ErrorType"] = code
        return response


def _no_constant(name: str) -> None:
    raise ValueError(name)


if __name__ == "__main__":
    serve_readings(lambda some: UncuratedServer(some).answer, READINGS)
