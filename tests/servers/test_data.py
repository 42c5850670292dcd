"""Right servers of RDS, Batch, Config and CodeBuild are found right, whatever they chose.

They are written without a look at the rules that are inferred: a failure here is a false alarm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.servers.blamed import blamed
from tests.servers.cloud.world import READINGS, TOGETHER
from tests.servers.data.edge import Data

if TYPE_CHECKING:
    from pathlib import Path

FAST = {
    "rds": ("*DBParameterGroup*/behavior/*", "*OptionGroup/behavior/*"),
    "batch": ("*SchedulingPolic*/behavior/*",),
    "codebuild": ("*ReportGroup*/behavior/*",),
    "config": ("*Recorder*/behavior/*", "*DeliveryChannel*/behavior/*"),
}
SERVICES = ("rds", "batch", "config", "codebuild")
TRIED = [(service, how) for service in SERVICES for how in TOGETHER]


def wrong(tmp_path: Path, service: str, how: str, of: tuple[str, ...]) -> list[str]:
    """What a run blames on a server with these readings, of some requirements; what it leaves.

    Nothing may be left but what is still being made at the end of a run, which is not waited for,
    and what is refused to be deleted without a word.
    """
    server = Data(TOGETHER[how])
    requirements = tuple(f"{service}/{one}" for one in of)
    found = blamed(tmp_path, server.answer, service, requirements, server.world.region)
    left = () if how == "late" or "terse" in TOGETHER[how] else server.left(service)
    return [*found, *left]


@pytest.mark.parametrize("service", FAST)
def test_a_right_server_is_called_right_without_an_overlay(tmp_path: Path, service: str) -> None:
    assert wrong(tmp_path, service, "chosen", FAST[service]) == []


@pytest.mark.exhaustive
@pytest.mark.parametrize(("service", "how"), TRIED)
def test_so_is_one_that_chose_otherwise(tmp_path: Path, service: str, how: str) -> None:
    """As it is, all of it; where it chose otherwise, what is known of its behavior."""
    operations = Data().service(service).operations
    of = ("*/behavior/*",) if TOGETHER[how] else tuple(f"{one}/*" for one in operations)
    assert wrong(tmp_path, service, how, of) == []


def test_every_service_has_its_operations() -> None:
    """A method of another name would be no operation."""
    server = Data([*READINGS])
    assert all(len(server.service(one).operations) > 15 for one in SERVICES)
