"""Right servers of services that no overlay describes, in every reading: nothing is held wrong.

They are written from models and documents, without a look at what is inferred from these.
"""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("cryptography", reason="comes with the extra moto")

from tests.sampling import one_in
from tests.servers.blamed import blamed
from tests.servers.uncurated.edge import UncuratedServer
from tests.servers.uncurated.readings import READINGS

SERVICES = ("logs", "stepfunctions", "ecr", "cognito-idp", "mediastore")
READ = {
    "chosen": (),
    "late": ("lagging", "eventual", "slow-states", "busy"),
    "later": ("slower-states", "throttled", "skewed"),
    "other-lists": ("short-pages", "empties-absent", "other-order", "populated", "last-token"),
    "other-notation": ("whole-seconds", "normalized", "extra", "defaults-shown", "arns-shown"),
    "other-refusals": (
        "other-codes",
        "plain-errors",
        "early-look-up",
        "empty-object",
        "unreachable",
    ),
    "other-effects": ("pointless", "forgiving", "repeatable", "masked"),
    "elsewhere": ("other-partition",),
}
"""Readings that go together."""
NOWHERE = {("mediastore", "elsewhere")}
"""Its model has ARNs of one partition only."""
TRIED = [(one, how) for one in SERVICES for how in READ if (one, how) not in NOWHERE]
REPEATED = "did not repeat on a fresh resource"
SLOW = {"lagging", "eventual", "slow-states", "busy", "throttled"}
"""Readings of what takes its time: it may have come when the tool looks again."""


def wrong(tmp_path: Path, service: str, *readings: str, of: tuple[str, ...] = ()) -> list[str]:
    """What a run, of some requirements or of all, blames on a server with these readings."""
    server = UncuratedServer(readings)
    but = (REPEATED,) if {*readings} & SLOW else ()
    return blamed(
        tmp_path, server.answer, service, of, server.world.region, undecided=True, but=but
    )


@pytest.mark.exhaustive
@pytest.mark.parametrize(("service", "how"), TRIED)
def test_a_right_server_is_called_right(tmp_path: Path, service: str, how: str) -> None:
    """As it is, all of it; where it chose otherwise, what is known of its behavior."""
    of = (f"{service}/*/behavior/*",) if READ[how] else ()
    assert wrong(tmp_path, service, *READ[how], of=of) == []


def test_every_reading_is_tried() -> None:
    assert {one for some in READ.values() for one in some} == {*READINGS}


@pytest.mark.parametrize(
    ("service", "of"),
    one_in(
        2,
        [
            ("logs", ("logs/*LogStream*/behavior/*", "logs/UntagLogGroup/*")),
            ("stepfunctions", ("stepfunctions/*Activit*/behavior/*", "stepfunctions/Publish*/*")),
            (
                "cognito-idp",
                ("cognito-idp/*Group*/behavior/*", "cognito-idp/Admin*User/behavior/*"),
            ),
            ("ecr", ("ecr/PutRegistryPolicy/*", "ecr/*Repositor*/behavior/*")),
        ],
    ),
)
def test_so_is_a_part_of_it(tmp_path: Path, service: str, of: tuple[str, ...]) -> None:
    assert wrong(tmp_path, service, of=of) == []


def test_a_reading_that_is_not_declared_is_refused() -> None:
    with pytest.raises(ValueError, match="no-such-reading"):
        UncuratedServer(["no-such-reading"])
