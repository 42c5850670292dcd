"""The services of this server, next to those of `cloud`, whose networks and roles they use."""

from __future__ import annotations

from collections.abc import Iterable

from tests.servers.cloud.edge import Edge, Served
from tests.servers.cloud.forms import Forms

from . import rds
from .rds_clusters import Clusters
from .rds_groups import Groups
from .rds_instances import Instances
from .rds_options import Options, Subscriptions
from .rds_snapshots import Snapshots


class Data(Edge):
    """Services that others need are made first: what is there already is in them."""

    def __init__(self, readings: Iterable[str] = ()) -> None:
        super().__init__(readings)
        self.makers |= {"rds": self._rds}

    def _rds(self) -> Served:
        shelf = rds.Shelf(self.world, self.ec2)
        groups, snapshots = Groups(shelf), Snapshots(shelf)
        parts = (
            groups, snapshots, Options(shelf, groups), Subscriptions(shelf), rds.Tags(shelf),
            Instances(shelf, snapshots), Clusters(shelf, snapshots),
        )  # fmt: skip
        operations = {name: one for part in parts for name, one in part.operations.items()}
        return Forms("rds", self.world, operations)
