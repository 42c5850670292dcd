"""What takes a moment is waited for, and no longer than that."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from conformance.engine.recording.evidence import with_setup
from conformance.engine.resources.readiness import NEVER_READY, Readiness, passing_state
from conformance.engine.sending.exchange_log import RunResource
from conformance.engine.sending.settling import PAUSES, Arrival
from conformance.engine.session import Session
from conformance.plan.probes import Probe, Side
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.parsed_response import ParsedResponse
from tests import contracts


def answering(body: Any, code: str | None = None, seconds: float = 0.0) -> Any:
    status = 200 if code is None else 400
    answer = ParsedResponse(status, body, code, "", "application/json", 9)
    return SimpleNamespace(answer=answer, exchange=SimpleNamespace(seconds=seconds))


def resource(kind: str) -> Any:
    return RunResource("id", "", answering({}), kind)


@pytest.mark.parametrize(
    ("body", "state"),
    [
        (
            {"Table": {"TableStatus": "CREATING", "Indexes": [{"IndexStatus": "ACTIVE"}]}},
            "CREATING",
        ),
        ({"Table": {"TableStatus": "ACTIVE", "Indexes": [{"IndexStatus": "CREATING"}]}}, ""),
        (
            {"Reservations": [{"Instances": [{"State": {"Code": "0", "Name": "pending"}}]}]},
            "pending",
        ),
        ({"Status": "UPDATE_IN_PROGRESS"}, "UPDATE_IN_PROGRESS"),
        ({"Status": "Running"}, ""),
        ({"Keys": [{"Status": "CREATING"}, {"Status": "CREATING"}]}, None),
        ({"Name": "CREATING"}, None),
        ("CREATING", None),
    ],
)
def test_a_state_that_passes_is_known_by_its_name(body: Any, state: str | None) -> None:
    assert passing_state(body) == state


def test_a_resource_is_looked_at_until_its_state_lasts() -> None:
    states, slept = iter(["CREATING", "CREATING", "ACTIVE"]), list[float]()
    ready = Readiness(lambda _: answering({"Status": next(states)}), 9.0, slept.append)
    table = resource("table")
    ready.wait(table)
    ready.wait(table)
    assert table.is_ready
    assert len(slept) == 2


def test_what_is_never_ready_is_waited_for_once_a_kind_and_a_few_times_in_all() -> None:
    slept = list[float]()
    ready = Readiness(lambda _: answering({"Status": "CREATING"}), 2.0, slept.append)
    for kind in ("a", "a", "b", "c", "d", "e"):
        ready.wait(resource(kind))
    assert sum(slept) <= 2.0 * NEVER_READY


def test_the_time_of_slow_looks_counts() -> None:
    looks = list[Any]()

    def look(of: Any) -> Any:
        looks.append(of)
        return answering({"Status": "CREATING"}, seconds=1.0)

    Readiness(look, 2.0, lambda _: None).wait(resource("table"))
    assert len(looks) == 2


def test_what_is_not_there_any_more_is_not_waited_for() -> None:
    slept = list[float]()
    missing = Exchange(Request("GET", "http://127.0.0.1/", ()), Response(404, (), b"{}"), None, 0.0)
    operation = contracts.contract("apigateway").operations["GetApiKey"]
    for arrived, waits in ((False, True), (True, False)):
        slept.clear()
        made = resource("key")
        made.has_arrived = arrived
        Arrival(3.0, slept.append).wait(made, operation, missing, lambda: missing, {})
        assert bool(slept) is waits


def test_a_main_kind_without_a_name_may_be_what_any_error_means() -> None:
    slept = list[float]()
    answer = Response(404, (), b'{"__type": "UsagePlanNotFoundException"}')
    missing = Exchange(Request("GET", "http://127.0.0.1/", ()), answer, None, 0.0)
    operation = contracts.contract("apigateway").operations["GetApiKey"]
    for kind in ("main", "domain-name"):
        Arrival(3.0, slept.append).wait(resource(kind), operation, missing, lambda: missing, {})
        assert len(slept) == len(PAUSES)


def test_what_shows_no_state_is_looked_at_twice_a_kind() -> None:
    looks = list[Any]()

    def look(of: Any) -> Any:
        looks.append(of)
        return answering({"Name": "x"})

    ready = Readiness(look, 9.0, lambda _: None)
    for _ in range(5):
        ready.wait(resource("key"))
    assert len(looks) == 2


@pytest.mark.parametrize(("refusals", "tries"), [(0, 1), (2, 3), (99, 1 + len(PAUSES))])
def test_room_that_deletions_make_is_waited_for(refusals: int, tries: int) -> None:
    sent = [answering({}, "LimitExceededException")] * refusals + [answering({})]
    answers, slept = iter(sent), list[float]()
    arrival = Arrival(3.0, slept.append)
    arrival.of_room(lambda: next(answers))
    assert len(slept) == tries - 1


def test_the_evidence_says_how_long_a_resource_took_to_be_ready() -> None:
    created, probed = answering({}), answering({})
    created.resource, created.parents, probed.parents = None, {}, {}
    probed.resource = RunResource("id", "", created, "table", ready_after=0.31)
    probed.resource.history.append(updated := answering({}))
    steps = with_setup(probed, "", "")
    assert [step.sent for step in steps] == [created, updated, probed]
    assert [step.pause for step in steps] == [0.0, 0.3, 0.0]


@pytest.mark.parametrize(("named", "about"), [("id", True), (["id"], True), (["id", "x"], False)])
def test_what_is_asked_for_in_a_list_of_one_is_waited_for(named: Any, about: bool) -> None:
    contract = contracts.contract("location")
    operation = contract.operations["DescribeKey"]
    probe = Probe("", operation, Side.OBSERVE, {"KeyName": named}, "")
    filled: Any = SimpleNamespace(probe=probe, values=probe.values)
    session: Any = SimpleNamespace(contract=contract)
    assert Session._is_about(session, filled, resource("key")) is about
