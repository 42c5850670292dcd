"""The services of this server, next to those that they need: networks, roles, keys, topics."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from tests.servers.cloud.edge import Edge, Served
from tests.servers.cloud.forms import Forms
from tests.servers.cloud.json_rpc import JsonRpc
from tests.servers.cloud.world import Store
from tests.servers.keys.edge import KeyServer
from tests.servers.queues.edge import Edge as Queues
from tests.servers.queues.sns import Topics
from tests.servers.testbed.wire import Request, Response

from . import batch, codebuild, config, rds
from .batch_jobs import Jobs
from .batch_policies import Policies
from .batch_queues import Queues as JobQueues
from .batch_wire import BatchWire
from .config_packs import Aggregating, Packs
from .config_recording import Recording
from .rds_changes import Changes
from .rds_clusters import Clusters
from .rds_groups import Groups
from .rds_instances import Instances
from .rds_options import Options, Subscriptions
from .rds_snapshots import Snapshots


class Data(Edge):
    """Services that others need are made first: what is there already is in them."""

    def __init__(self, readings: Iterable[str] = ()) -> None:
        super().__init__(readings)
        self.makers |= {"rds": self._rds, "config": self._config, "batch": self._batch}
        self.makers["codebuild"] = self._codebuild
        queues = Queues()
        self.topics: Topics = queues.topics.operations["CreateTopic"].__self__
        keys = KeyServer(["other-partition"] if self.world.on("elsewhere") else [])
        self.buckets: set[str] = set()
        self.stores: dict[str, dict[str, Store]] = {}
        self.others: dict[str, Callable[[Request], Response]] = {
            **dict.fromkeys(("sns", "sqs", "ssm"), queues.answer),
            **dict.fromkeys(("kms", "sts", "secretsmanager"), keys.answer),
            "s3": self._bucket,
        }

    def left(self, service: str) -> list[str]:
        """What a run made and did not delete, of what can be deleted."""
        return [
            f"{kind} {name}"
            for kind, store in self.stores[service].items()
            for name, one in store.alive()
            if name.startswith("conformance-") and not {"gone", "_gone"} & one.keys()
            if one.get("shown", {}).get("status") != "INACTIVE"
            if not one.get("shown", {}).get("buildComplete")
        ]

    def _answered(self, name: str, request: Request) -> Response:
        if name in self.others:
            return self.others[name](request)
        return super()._answered(name, request)

    def _bucket(self, request: Request) -> Response:
        """Buckets without anything in them."""
        name = re.split("[/?]", request.path.strip("/"))[0]
        if request.method == "PUT" and name and not request.query:
            self.buckets.add(name)
            return Response(200, headers={"Location": f"/{name}"})
        if name not in self.buckets:
            text = b"<Error><Code>NoSuchBucket</Code><Message>none</Message></Error>"
            return Response(404, text, headers={"Content-Type": "application/xml"})
        if request.method == "DELETE":
            self.buckets.discard(name)
            return Response(204)
        return Response(200)

    def _rds(self) -> Served:
        shelf = rds.Shelf(self.world, self.ec2, lambda arn: arn in self.topics.all)
        self.stores["rds"] = shelf.stores
        groups, snapshots = Groups(shelf), Snapshots(shelf)
        instances = Instances(shelf, snapshots)
        parts = (
            groups, snapshots, Options(shelf, groups), Subscriptions(shelf), rds.Tags(shelf),
            instances, Changes(instances), Clusters(shelf, snapshots),
        )  # fmt: skip
        operations = {name: one for part in parts for name, one in part.operations.items()}
        return Forms("rds", self.world, operations)

    def _config(self) -> Served:
        shelf = config.Shelf(self.world)
        self.stores["config"] = shelf.stores
        parts = (
            config.Rules(shelf), config.Queries(shelf), Packs(shelf), Aggregating(shelf),
            Recording(shelf, self.buckets.__contains__),
        )  # fmt: skip
        operations = {name: one for part in parts for name, one in part.operations.items()}
        codes = ("ValidationException", "InvalidParameterValueException")
        return JsonRpc("config", self.world, operations, codes)

    def _batch(self) -> Served:
        shelf = batch.Shelf(self.world, self.ec2)
        self.stores["batch"] = shelf.stores
        parts = (batch.Environments(shelf), JobQueues(shelf), Policies(shelf), Jobs(shelf))
        operations = {name: one for part in parts for name, one in part.operations.items()}
        return BatchWire("batch", self.world, operations)

    def _codebuild(self) -> Served:
        shelf = codebuild.Shelf(self.world)
        self.stores["codebuild"] = shelf.stores
        operations = codebuild.Projects(shelf).operations | codebuild.Reports(shelf).operations
        codes = ("InvalidInputException", "ValidationException")
        return JsonRpc("codebuild", self.world, operations, codes)
