"""From a request to the service that it is signed for."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable
from uuid import uuid4

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
from .rest import Rest
from .rest_json import RestJson
from .rest_xml import RestXml
from .world import World
from .zones import Zones


class Edge:
    """All services of this server behind one address; every request under one lock."""

    def __init__(self, readings: Iterable[str] = ()) -> None:
        self.world = World(readings)
        self._lock = threading.Lock()
        shelf = Shelf(self.world)
        parts = (Networks(shelf), Groups(shelf), Keys(shelf), Addresses(shelf), Tagging(shelf))
        ec2 = {name: one for part in parts for name, one in part.operations.items()}
        apis = Apishelf(self.world)
        appsync = {**Apis(apis).operations, **Parts(apis).operations}
        zones = Zones(self.world)
        route53 = {**zones.operations, **Health(self.world, zones).operations}
        self.services: dict[str, Forms | Rest] = {
            "route53": RestXml("route53", self.world, route53),
            "appsync": RestJson("appsync", self.world, appsync),
            "iam": Forms("iam", self.world, Iam(self.world).operations),
            "ec2": Forms("ec2", self.world, ec2),
        }

    def answer(self, request: Request) -> Response:
        authorization = request.headers.get("authorization", "")
        scope = re.search(r"Credential=[^,/]*/\d{8}/[^/]*/([^/]*)/", authorization)
        service = self.services.get(scope.group(1) if scope else "")
        if service is None:
            response = Response(403, b'{"message":"Missing Authentication Token"}')
        else:
            with self._lock:
                response = service.answer(request)
        response.headers["x-amzn-RequestId"] = str(uuid4())
        return response
