"""Requests with all that they may hold: valid, and with every member of a union in one of them."""

from __future__ import annotations

import pytest

from benchmarks.plan_all import contract_of
from conformance.contract.places import find
from conformance.contract.validate import violations
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.variants import Variants, merged, variant


def every(service, name):
    contract = contract_of(service)
    operation = contract.operations[name]
    start = valid_request(contract, operation)
    found = Variants.of(contract, operation, start)
    return operation, start, [found.request(found.count, one) for one in range(found.most)]


@pytest.mark.parametrize(
    ("service", "name"),
    [("appmesh", "CreateRoute"), ("appmesh", "CreateVirtualNode"), ("scheduler", "CreateSchedule")],
)
def test_each_variant_keeps_the_limits_and_what_was_accepted(service, name):
    operation, start, requests = every(service, name)
    assert requests
    for request in requests:
        filled = {one: value for one, value in request.items() if "${" not in str(value)}
        assert not list(violations(dict(operation.input), filled)) or len(filled) < len(request)
        assert {one: request[one] for one in start if isinstance(start[one], str)} == {
            one: value for one, value in start.items() if isinstance(value, str)
        }


def test_together_they_hold_every_choice_of_a_union():
    operation, _, requests = every("appmesh", "CreateRoute")
    place = ("spec", "httpRoute", "match", "headers", "[]", "match")
    given = {name for request in requests for value in find(request, place) for name in value}
    shape = operation.input["spec"].shape
    for step in place[1:]:
        shape = shape.element if step == "[]" else shape.members[step].shape
    assert shape.union
    assert given == set(shape.members)
    assert all(len(value) == 1 for request in requests for value in find(request, place))


def test_of_a_union_the_variant_counts_and_not_what_was_accepted():
    shape = contract_of("appmesh").operations["CreateVirtualNode"].input["spec"].shape
    listener = shape.members["listeners"].shape.element
    assert listener is not None
    backend = shape.members["serviceDiscovery"].shape
    assert backend.union
    first, second = variant(backend, 0, 4), variant(backend, 1, 4)
    assert set(first) != set(second)
    assert merged(backend, second, first) == second
    kept = merged(listener, variant(listener, 0, 4), {"portMapping": {"port": 4711}})
    assert kept["portMapping"]["port"] == 4711
    assert "protocol" in kept["portMapping"]
