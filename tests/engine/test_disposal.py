"""What a run made is deleted by the operation that there is."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.engine.resources.disposal import Disposal
from conformance.engine.sending.exchange_log import SentProbe
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.protocols.registry import read
from tests.contracts import inferred

REFUSED = 400


def deletions(service: str, kind: str, statuses: list[int]) -> list[dict[str, Any]]:
    """What is sent until one of a kind is gone, if these are the statuses of the answers."""
    contract = inferred(service)
    sent: list[dict[str, Any]] = []

    def send(probe: Any, *, resource: Any = None) -> SentProbe:
        status = statuses[len(sent)] if len(sent) < len(statuses) else 200
        sent.append(dict(probe.values))
        body = json.dumps({"__type": "ResourceInUse"} if status == REFUSED else {}).encode()
        request = Request(probe.operation.method, "http://127.0.0.1:1/", ())
        exchange = Exchange(request, Response(status, (), body), None, 0.0)
        found = read(exchange, probe.operation)
        return SentProbe(probe, probe.values, exchange, found, resource, {})

    made = SimpleNamespace(lifecycle=lambda name: contract.overlay.kinds()[name])
    inventory: Any = SimpleNamespace(made=made)
    one: Any = SimpleNamespace(kind=kind, id="conformance-1", gone=False, given=False)
    Disposal(contract, send, inventory).delete(one)
    return sent


@pytest.mark.parametrize(
    ("service", "kind", "named"),
    [
        ("cloudwatch", "dashboard", {"DashboardNames": ["${id}"]}),
        ("cloudwatch", "insight-rule", {"RuleNames": ["${id}"]}),
        ("cloudwatch", "alarm", {"AlarmNames": ["${id}"]}),
        ("cloudwatch", "metric-stream", {"Name": "${id}"}),
    ],
)
def test_what_is_deleted_by_a_list_of_names_is_deleted_alone(
    service: str, kind: str, named: dict[str, Any]
) -> None:
    assert deletions(service, kind, [200]) == [named]


def test_what_is_put_under_several_names_and_deleted_under_one_is_of_one_kind() -> None:
    alarm = inferred("cloudwatch").overlay.kinds()["alarm"]
    assert alarm.create == "PutMetricAlarm"  # it needs least
    assert {*alarm.also_created_by} == {"PutCompositeAlarm", "PutLogAlarm"}
    assert alarm.list is None  # DescribeAlarms shows some sorts alone


def test_what_several_versions_of_are_deleted_by_their_numbers_is_not_deleted_so() -> None:
    contract = inferred("omics")
    assert "DeleteAnnotationStoreVersions" in contract.operations
    deletes = {one.delete for one in contract.overlay.kinds().values()}
    assert "DeleteAnnotationStoreVersions" not in deletes
