"""A reference in the test's own process, with a clock that the test turns."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest

from conformance.reference.ambiguities import Ambiguities, ReadingName, reading
from conformance.reference.application import Application, Setting
from conformance.reference.clock import Identifiers
from conformance.reference.faults import InjectedFault
from conformance.reference.http.message import HttpRequest
from conformance.reference.tables import load

START = 1_700_000_000.25
RESTRICTIONS = {
    "AllowActions": ["geo-maps:GetTile"],
    "AllowResources": ["arn:aws:geo-maps:us-east-1::provider/default"],
}


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    headers: Mapping[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def code(self) -> str | None:
        return self.headers.get("x-amzn-errortype")

    @property
    def message(self) -> str:
        return str(self.json["message"])


@dataclass
class Driver:
    """Sends requests without sockets; ``now`` is the reference's clock."""

    app: Application
    clock: list[float]

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
        **query: Any,
    ) -> Reply:
        if query:
            path = f"{path}?{urlencode(query, doseq=True)}"
        target, _, parameters = path.partition("?")
        content = body if isinstance(body, bytes) else b""
        if body is not None and not isinstance(body, bytes):
            content = json.dumps(body).encode()
        known = {"host": "localhost", "accept": "application/json", **(headers or {})}
        response = self.app(HttpRequest(method, target, parameters, known, content))
        return Reply(response.status, response.headers, response.body.decode())

    def wait(self, seconds: float) -> None:
        self.clock[0] += seconds

    def api_key(self, **members: Any) -> dict[str, Any]:
        reply = self("POST", "/apikeys", members)
        assert reply.status == 201, reply
        return dict(reply.json)

    def patch(self, key_id: str, *operations: Any) -> Reply:
        return self("PATCH", f"/apikeys/{key_id}", {"patchOperations": list(operations)})

    def replace(self, key_id: str, path: str, value: Any) -> Reply:
        return self.patch(key_id, {"op": "replace", "path": path, "value": value})

    def shown(self, key_id: str) -> dict[str, Any]:
        return dict(self("GET", f"/apikeys/{key_id}", includeValue="true").json)

    def location_key(self, name: str, **members: Any) -> dict[str, Any]:
        expiry = {} if "ExpireTime" in members else {"NoExpiry": True}
        body = {"KeyName": name, "Restrictions": RESTRICTIONS, **expiry, **members}
        reply = self("POST", "/metadata/v0/keys", body)
        assert reply.status == 200, reply
        return dict(reply.json)

    def update(self, name: str, **members: Any) -> Reply:
        return self("PATCH", f"/metadata/v0/keys/{name}", members)

    def described(self, name: str) -> dict[str, Any]:
        return dict(self("GET", f"/metadata/v0/keys/{name}").json)


@dataclass
class Factory:
    """Makes references."""

    made: list[Driver] = field(default_factory=list)

    def __call__(
        self,
        name: ReadingName = "a",
        *,
        readings: Ambiguities | None = None,
        faults: tuple[InjectedFault, ...] = (),
        authenticate: Any = None,
    ) -> Driver:
        clock = [START]
        setting = Setting(
            readings=readings or reading(name),
            faults=faults,
            clock=lambda: clock[0],
            identifiers=Identifiers(7),
            authenticate=authenticate,
        )
        driver = Driver(Application(load(), setting), clock)
        self.made.append(driver)
        return driver


@pytest.fixture
def make() -> Callable[..., Driver]:
    return Factory()


@pytest.fixture
def send(make: Factory) -> Driver:
    return make()
