"""A run that is killed with SIGKILL leaves nothing behind after the clean-up, and harms nothing."""

from __future__ import annotations

from random import Random

import pytest
from testbed.killing import kill_one

from conformance.record import read_record

OPTIONS = {
    "apigateway": (
        *("--profile", "quick", "--seed", "1"),
        *("--requirement", "apigateway/UpdateApiKey/patch/*"),
        *("--requirement", "apigateway/CreateApiKey/behavior/*"),
    ),
    "location": (
        *("--profile", "quick", "--seed", "1"),
        *("--requirement", "location/CreateKey/request/KeyName/*"),
        *("--requirement", "location/UpdateKey/behavior/*"),
    ),
}


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.exhaustive)])
@pytest.mark.parametrize("service", OPTIONS)
def test_nothing_stays_behind(place, service, seed):
    killed = kill_one(place, Random(f"{seed}"), 60, OPTIONS[service])
    assert not killed.ended
    assert killed.left_later == [], killed.told
    assert killed.harmed == []
    assert killed.journals == []
    assert killed.code == 0, killed.told
    record = place / "r.jsonl"
    assert not record.exists() or read_record(record).interrupted
