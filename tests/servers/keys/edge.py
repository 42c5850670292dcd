"""From HTTP to an operation and back, for the services that speak JSON 1.1."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterable

from tests.servers.testbed.sockets import serve_readings
from tests.servers.testbed.wire import Request, Response

from . import shapes
from .kms_admin import KmsAdmin
from .kms_crypto import KmsCrypto
from .kms_grants import KmsGrants
from .kms_store import KmsStore
from .secrets import Secrets
from .sts import Sts
from .wire import READINGS, Members, Refused, World, render, request_id

Operation = Callable[[Members], Members | None]
INVALID = {"secretsmanager": "InvalidParameterException"}
"""What a service declares for an invalid value."""


class KeyServer:
    """Every request is answered under one lock: no test is about races."""

    def __init__(self, readings: Iterable[str] = ()) -> None:
        self.world = World(frozenset(readings))
        self._lock = threading.Lock()
        self._sts = Sts(self.world)
        keys = KmsStore(self.world)
        kms = [part(keys).operations for part in (KmsAdmin, KmsCrypto, KmsGrants)]
        self._services: dict[str, tuple[str, dict[str, Operation]]] = {
            "secretsmanager": ("secretsmanager", Secrets(self.world).operations),
            "TrentService": ("kms", {name: one for part in kms for name, one in part.items()}),
        }

    def answer(self, request: Request) -> Response:
        """What is answered to any request, right or wrong."""
        with self._lock:
            if self._signed_for(request) == "sts":
                return self._of_sts(request)
            try:
                given = self._called(request)
            except Refused as refused:
                return self._refusal(request, refused)
        return self._response(200, b"" if given is None else render(given))

    def _signed_for(self, request: Request) -> str:
        scope = re.search(r"Credential=([^,/]*)/\d{8}/[^/]*/([^/]*)/", _authorization(request))
        return scope.group(2) if scope else ""

    def _of_sts(self, request: Request) -> Response:
        key = re.search(r"Credential=([^,/]*)/", _authorization(request))
        query = request.body.decode(errors="replace") or request.query
        status, body = self._sts.answer(query, key.group(1) if key else "")
        headers = {"x-amzn-RequestId": request_id(), "Content-Type": "text/xml"}
        return Response(status, body, headers=headers)

    def _called(self, request: Request) -> Members | None:
        target, _, name = request.headers.get("x-amz-target", "").partition(".")
        service, operations = self._services.get(target, ("", {}))
        operation = operations.get(name)
        if request.method != "POST" or operation is None:
            raise Refused("UnknownOperationException", "")
        try:
            sent = json.loads(request.body or b"{}", parse_constant=_no_constant)
        except (ValueError, RecursionError) as error:
            raise Refused("SerializationException", "no JSON") from error
        try:
            return operation(shapes.read(service, name, sent))
        except Refused as refused:
            other = INVALID.get(service, "")
            valid = other in shapes.declared(service, name)
            if refused.code == "ValidationException" and valid and self.world.on("declared-codes"):
                raise Refused(other, str(refused)) from refused
            raise

    def _refusal(self, request: Request, refused: Refused) -> Response:
        capital = request.headers.get("x-amz-target", "").startswith("secretsmanager.")
        members = {"__type": refused.code, "Message" if capital else "message": str(refused)}
        if self.world.on("declared-codes"):
            members["__type"] = f"com.amazonaws.service#{refused.code}"
            dry = refused.code == "DryRunOperationException"
            return self._response(412 if dry else refused.status, render(members))
        return self._response(refused.status, render(members))

    def _response(self, status: int, body: bytes) -> Response:
        name = "x-amzn-requestid" if self.world.on("short-pages") else "x-amzn-RequestId"
        headers = {name: request_id(), "Content-Type": "application/x-amz-json-1.1"}
        return Response(status, body, headers=headers)


def _authorization(request: Request) -> str:
    return request.headers.get("authorization", "")


def _no_constant(name: str) -> None:
    raise ValueError(name)


if __name__ == "__main__":
    serve_readings(lambda some: KeyServer(some).answer, READINGS)
