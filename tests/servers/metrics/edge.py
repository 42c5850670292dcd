"""The services of this server, next to those of `more`, whose networks they are in."""

from __future__ import annotations

from collections.abc import Iterable

from tests.servers.cloud.edge import Served
from tests.servers.cloud.forms import Forms
from tests.servers.cloud.json_rpc import JsonRpc
from tests.servers.more import edge as more

from . import alarms, groups, streams
from .alarm_states import AlarmStates
from .certificate_uses import Uses
from .certificates import Certificates
from .dashboards import Dashboards
from .instances import Instances
from .launches import Launches
from .metric_data import MetricData
from .scaling import Scaling
from .stream_records import Records
from .stream_settings import Settings
from .three_wires import ThreeWires

SIGNED = {**more.SIGNED, "cloudwatch": "monitoring"}
"""What requests are signed for, where it is not the name of the SDK."""


class Metrics(more.More):
    """Services that others need are made first: what is there already is in them."""

    def __init__(self, readings: Iterable[str] = ()) -> None:
        super().__init__(readings)
        self.makers |= {
            "kinesis": self._kinesis,
            "autoscaling": self._autoscaling,
            "monitoring": self._cloudwatch,
            "acm": self._acm,
        }

    def _kinesis(self) -> Served:
        shelf = streams.Shelf(self.world)
        operations = streams.Streams(shelf).operations | Settings(shelf).operations
        operations |= Records(shelf).operations
        codes = ("ValidationException", "InvalidArgumentException")
        return JsonRpc("kinesis", self.world, operations, codes)

    def _autoscaling(self) -> Served:
        shelf = groups.Shelf(self.world, self.ec2)
        whole = groups.Groups(shelf)
        operations = whole.operations | Launches(shelf).operations | Scaling(shelf).operations
        return Forms("autoscaling", self.world, operations | Instances(shelf, whole).operations)

    def _cloudwatch(self) -> Served:
        shelf = alarms.Shelf(self.world)
        made = alarms.Alarms(shelf)
        operations = made.operations | AlarmStates(shelf, made).operations
        operations |= MetricData(shelf).operations | Dashboards(shelf).operations
        return ThreeWires(self.world, operations)

    def _acm(self) -> Served:
        codes = ("ValidationException", "InvalidParameterException")
        shelf = Certificates(self.world)
        operations = shelf.operations | Uses(shelf).operations
        return JsonRpc("acm", self.world, operations, codes)
