"""Right servers of services without an overlay are found right, whatever they chose.

They are written without a look at the rules that are inferred: a failure here is a false alarm.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.sampling import sampled
from tests.servers.blamed import blamed
from tests.servers.cloud.edge import Edge
from tests.servers.cloud.world import READINGS, TOGETHER

SOME = {
    "appsync": ("*ApiKey/*", "ListApiKeys/*"),
    "ec2": ("*eVpc/*", "DescribeVpcs/*", "*VpcAttribute/*"),
    "iam": ("*eGroup/*", "ListGroups/*", "*UserTags/*"),
    "route53": ("*eHostedZone/*", "ListHostedZones/*", "ListTagsForResource/*"),
}
"""What a run of some requirements asks for."""
REGIONS = {"appsync": "eu-central-1"}


def wrong(tmp_path: Path, service: str, readings: tuple[str, ...], *of: str) -> list[str]:
    """What a run blames on a server with these readings, of some requirements or of all it has."""
    edge = Edge(readings)
    asked = of or tuple(f"{name}/*" for name in edge.service(service).operations)
    region = REGIONS.get(service, "cn-northwest-1") if "elsewhere" in readings else "us-east-1"
    requirements = tuple(f"{service}/{one}" for one in asked)
    return blamed(tmp_path, edge.answer, service, requirements, region)


@pytest.mark.parametrize("service", sampled(SOME, "appsync", "route53"))
def test_a_right_server_is_called_right_without_an_overlay(tmp_path: Path, service: str) -> None:
    assert wrong(tmp_path, service, (), *SOME[service]) == []


def test_what_is_undone_after_a_look_is_not_what_needs_time(tmp_path: Path) -> None:
    """Lists lag behind: it is the read that is given time, not what tidies up after it."""
    assert wrong(tmp_path, "iam", TOGETHER["late"], "AddUserToGroup/*", "PutUserPolicy/*") == []


@pytest.mark.exhaustive
@pytest.mark.parametrize("readings", TOGETHER.values(), ids=TOGETHER)
@pytest.mark.parametrize("service", SOME)
def test_so_is_one_that_chose_otherwise(
    tmp_path: Path, service: str, readings: tuple[str, ...]
) -> None:
    assert wrong(tmp_path, service, readings) == []


def test_every_reading_is_tried() -> None:
    assert {one for some in TOGETHER.values() for one in some} == {*READINGS}


def test_an_unknown_reading_is_refused() -> None:
    with pytest.raises(ValueError, match="no-such-reading"):
        Edge(["no-such-reading"])
