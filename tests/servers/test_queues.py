"""A server of queues, topics and parameters that is right is found right, whatever it chose.

It is written from the documents, without a look at the rules: a failure here is a false alarm.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import conformance
from conformance.record import Verdict
from tests.servers.queues.edge import Edge
from tests.servers.queues.readings import READINGS
from tests.servers.testbed.sockets import serving

SERVICES = ("sqs", "ssm", "sns")
PLAIN = [
    pytest.param(service, "", id=service, marks=() if service == "sns" else pytest.mark.exhaustive)
    for service in SERVICES
]
READ = [
    pytest.param(service, reading, id=f"{service}-{reading}", marks=pytest.mark.exhaustive)
    for service in SERVICES
    for reading in READINGS
]
OPEN = {Verdict.INCONCLUSIVE, Verdict.ERROR}
CHANCE = {"shy", "twice"}
"""Readings of what happens now and then: what comes of it does not repeat, and decides nothing."""


@pytest.mark.parametrize(("service", "reading"), [*PLAIN, *READ])
def test_nothing_is_wrong_with_a_right_server(service: str, reading: str, tmp_path: Path) -> None:
    with serving(Edge([reading] if reading else []).answer) as url:
        result = conformance.run(
            url, services=service, profile="quick", seed=1, auth="off", journal_folder=tmp_path
        )
    assert [(one.requirement, one.reason) for one in result.failures] == []
    doubtful = [
        one
        for one in result.verdicts
        if one.verdict in OPEN
        and not (reading in CHANCE and one.reason.startswith("did not repeat on a fresh resource"))
    ]
    assert [one for one in doubtful if one.level in {"required", "expected"}] == []
    assert [one for one in doubtful if one.verdict is Verdict.ERROR] == []
    assert result.exit_code == 0


def test_arns_are_of_the_partition_that_the_run_is_in(tmp_path: Path) -> None:
    with serving(Edge().answer) as url:
        result = conformance.run(
            url, services="sns", requirements="sns/Subscribe/*", region="cn-north-1",
            profile="quick", seed=1, auth="off", journal_folder=tmp_path,
        )  # fmt: skip
    assert [(one.requirement, one.reason) for one in result.failures] == []
    assert result.exit_code == 0


def test_an_unknown_reading_is_refused() -> None:
    with pytest.raises(ValueError, match="no-such-reading"):
        Edge(["no-such-reading"])
