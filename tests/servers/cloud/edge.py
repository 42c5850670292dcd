"""From a request to the service that it is signed for."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable
from typing import Protocol
from uuid import uuid4

from tests.servers.keys.wire import Refused
from tests.servers.testbed.wire import Request, Response

from .appsync import Apis
from .appsync import Shelf as Apishelf
from .appsync_parts import Parts
from .ec2 import Shelf, Tagging
from .ec2_groups import Groups
from .ec2_keys import Addresses, Keys
from .ec2_network import Networks
from .forms import Forms
from .health import Health
from .iam import Iam
from .rest_json import RestJson
from .rest_xml import RestXml
from .world import Operation, World
from .zones import Zones


class Served(Protocol):
    """One service, as the edge knows it."""

    operations: dict[str, Operation]

    def answer(self, request: Request) -> Response:
        """What is answered to a request."""

    def refusal(self, refused: Refused) -> Response:
        """An error as it is sent."""


class Edge:
    """All services behind one address; every request under one lock.

    A service is made when the first request comes for it: to read its model takes time.
    """

    def __init__(self, readings: Iterable[str] = ()) -> None:
        self.world = World(readings)
        self.ec2 = Shelf(self.world)
        self._lock = threading.Lock()
        self._made: dict[str, Served] = {}
        self._count = 0
        self.makers: dict[str, Callable[[], Served]] = {
            "route53": self._route53,
            "appsync": self._appsync,
            "iam": lambda: Forms("iam", self.world, Iam(self.world).operations),
            "ec2": self._ec2,
        }

    def _route53(self) -> Served:
        zones = Zones(self.world)
        operations = {**zones.operations, **Health(self.world, zones).operations}
        return RestXml("route53", self.world, operations)

    def _appsync(self) -> Served:
        apis = Apishelf(self.world)
        operations = {**Apis(apis).operations, **Parts(apis).operations}
        return RestJson("appsync", self.world, operations)

    def _ec2(self) -> Served:
        shelf = self.ec2
        parts = (Networks(shelf), Groups(shelf), Keys(shelf), Addresses(shelf), Tagging(shelf))
        operations = {name: one for part in parts for name, one in part.operations.items()}
        return Forms("ec2", self.world, operations)

    def service(self, name: str) -> Served:
        """The service that requests are signed for by this name."""
        if name not in self._made:
            self._made[name] = self.makers[name]()
        return self._made[name]

    def answer(self, request: Request) -> Response:
        authorization = request.headers.get("authorization", "")
        scope = re.search(r"Credential=[^,/]*/\d{8}/[^/]*/([^/]*)/", authorization)
        with self._lock:
            response = self._answered(scope.group(1) if scope else "", request)
        response.headers["x-amzn-RequestId"] = str(uuid4())
        return response

    def _answered(self, name: str, request: Request) -> Response:
        if name not in self.makers:
            return Response(403, b'{"message":"Missing Authentication Token"}')
        self._count += 1
        if self.world.on("throttled") and self._count % 9 == 0:
            return self.service(name).refusal(Refused("ThrottlingException", "Rate exceeded"))
        return self.service(name).answer(request)
