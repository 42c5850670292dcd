"""The services of this server, next to those of `cloud`, whose networks they are in."""

from __future__ import annotations

from collections.abc import Iterable

from tests.servers.cloud.edge import Edge, Served
from tests.servers.cloud.forms import Forms
from tests.servers.cloud.json_rpc import JsonRpc
from tests.servers.cloud.rest_xml import RestXml

from . import balancers, buses, clusters, file_systems
from .access_points import AccessPoints
from .archives import Archives
from .catalog import Catalog
from .distribution import Configured, Versions
from .file_wire import FileWire
from .functions import Functions
from .listeners import Listeners
from .rules import Rules
from .services import Services
from .targets import Targets
from .tasks import Tasks

SIGNED = {"elbv2": "elasticloadbalancing", "efs": "elasticfilesystem"}
"""What requests are signed for, where it is not the name of the SDK."""


class More(Edge):
    """Services that others need are made first: what is there already is in them."""

    def __init__(self, readings: Iterable[str] = ()) -> None:
        super().__init__(readings)
        self.makers |= {
            "events": self._events,
            "ecs": self._ecs,
            "elasticloadbalancing": self._elbv2,
            "elasticfilesystem": self._efs,
            "cloudfront": self._cloudfront,
            "glue": self._glue,
        }

    def _events(self) -> Served:
        shelf = buses.Shelf(self.world)
        operations = buses.Buses(shelf).operations
        operations |= Rules(shelf).operations | Archives(shelf).operations
        return JsonRpc("events", self.world, operations)

    def _ecs(self) -> Served:
        shelf = clusters.Shelf(self.world)
        tasks = Tasks(shelf)
        operations = clusters.Clusters(shelf).operations | tasks.operations
        operations |= Services(shelf, tasks).operations
        codes = ("InvalidParameterException", "ClientException")
        return JsonRpc("ecs", self.world, operations, codes)

    def _elbv2(self) -> Served:
        shelf = balancers.Shelf(self.world, self.ec2)
        operations = balancers.Balancers(shelf).operations | Targets(shelf).operations
        return Forms("elbv2", self.world, operations | Listeners(shelf).operations)

    def _efs(self) -> Served:
        shelf = file_systems.Shelf(self.world, self.ec2)
        operations = file_systems.FileSystems(shelf).operations | AccessPoints(shelf).operations
        return FileWire("efs", self.world, operations)

    def _cloudfront(self) -> Served:
        versions = Versions(self.world)
        operations = Configured(versions).operations | Functions(versions).operations
        space = "http://cloudfront.amazonaws.com/doc/2020-05-31/"
        codes = ("InvalidArgument", "MalformedXML")
        return RestXml("cloudfront", self.world, operations, space, codes)

    def _glue(self) -> Served:
        codes = ("ValidationException", "InvalidInputException")
        return JsonRpc("glue", self.world, Catalog(self.world).operations, codes)
