"""Right servers of more services without an overlay are found right, whatever they chose.

They are written without a look at the rules that are inferred: a failure here is a false alarm.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers.blamed import blamed
from tests.servers.cloud.edge import Edge
from tests.servers.cloud.world import READINGS, TOGETHER
from tests.servers.data.edge import Data
from tests.servers.metrics.edge import SIGNED, Metrics
from tests.servers.more.edge import More

FAST = {
    "events": ("*EventBus/behavior/*", "*Archive*/behavior/*"),
    "cloudfront": ("*OriginAccessControl*/behavior/*",),
    "kinesis": ("*StreamConsumer*/behavior/*", "*RetentionPeriod/behavior/*"),
    "acm": ("*Certificate/behavior/*",),
    "rds": ("*DBParameterGroup*/behavior/*", "*OptionGroup/behavior/*"),
    "batch": ("*SchedulingPolic*/behavior/*",),
    "codebuild": ("*ReportGroup*/behavior/*",),
    "config": ("*Recorder*/behavior/*", "*DeliveryChannel*/behavior/*"),
}
SERVERS: dict[str, type[Edge]] = {
    **dict.fromkeys(("events", "ecs", "elbv2", "efs", "cloudfront", "glue"), More),
    **dict.fromkeys(("kinesis", "cloudwatch", "autoscaling", "acm"), Metrics),
    **dict.fromkeys(("rds", "batch", "config", "codebuild"), Data),
}
TRIED = [(service, how) for service in SERVERS for how in TOGETHER]


def operations(service: str, *readings: str) -> list[str]:
    return [*SERVERS[service](readings).service(SIGNED.get(service, service)).operations]


def wrong(tmp_path: Path, service: str, how: str, of: tuple[str, ...]) -> list[str]:
    """What a run blames on a server with these readings, of some requirements; what it leaves.

    Nothing may be left but what is still being made at the end of a run, which is not waited for,
    and what is refused to be deleted without a word. Not every server knows what is left.
    """
    server = SERVERS[service](TOGETHER[how])
    requirements = tuple(f"{service}/{one}" for one in of)
    found = blamed(tmp_path, server.answer, service, requirements, server.world.region)
    if not isinstance(server, Data) or how == "late" or "terse" in TOGETHER[how]:
        return found
    return [*found, *server.left(service)]


@pytest.mark.parametrize("service", FAST)
def test_a_right_server_is_called_right_without_an_overlay(tmp_path: Path, service: str) -> None:
    assert wrong(tmp_path, service, "chosen", FAST[service]) == []


@pytest.mark.exhaustive
@pytest.mark.parametrize(("service", "how"), TRIED)
def test_so_is_one_that_chose_otherwise(tmp_path: Path, service: str, how: str) -> None:
    """As it is, all of it; where it chose otherwise, what is known of its behavior."""
    of = ("*/behavior/*",) if TOGETHER[how] else tuple(f"{one}/*" for one in operations(service))
    assert wrong(tmp_path, service, how, of) == []


@pytest.mark.parametrize("service", SERVERS)
def test_every_service_has_its_operations(service: str) -> None:
    """A method of another name would be no operation."""
    assert len(operations(service, *READINGS)) > 15
