"""The plan of the real contracts: every probe has the fault it is for, and no other."""

import pytest

from conformance.contract.listing.requirements import Subject
from conformance.contract.places import find
from conformance.contract.validate import violations
from conformance.engine.resources.names import Names, far_future, fill
from conformance.plan.planner import plan
from conformance.plan.probes import Fault, Side
from tests import contracts

NAMES = Names()
LOOKUP = {
    "name": lambda length: NAMES.new(length or 26),
    "secret": lambda length: NAMES.new(length or 40),
    "id": lambda _: "abcdefghij",
    "taken": lambda _: "taken-by-another-resource",
    "alnum": lambda length: "z" * (length or 10),
    "long": lambda length: "a" * (length or 0),
    "region": lambda _: "us-east-1",
    "future": lambda _: far_future(),
}
CHECKED = {Fault.LIMIT, Fault.ENUM, Fault.TYPE, Fault.REQUIRED}


def probes(subjects):
    for service in ("apigateway", "location"):
        for requirement in contracts.requirements(service):
            if requirement.subject in subjects:
                for probe in plan(contracts.contract(service), requirement).probes:
                    yield requirement, probe


LIMITS = {Subject.INPUT_LIMIT, Subject.INPUT_TYPE, Subject.INPUT_REQUIRED, Subject.STATUS}


def broken(probe):
    values = fill(probe.values, LOOKUP)
    return set(violations(dict(probe.operation.input), values))


def test_accepted_probes_break_nothing():
    seen = 0
    for requirement, probe in probes(LIMITS):
        if probe.side is Side.ACCEPT:
            assert not broken(probe), (requirement.id, probe.note)
            seen += 1
    assert seen > 200


def test_refused_probes_break_their_own_limit_in_one_place():
    seen = 0
    for requirement, probe in probes(LIMITS):
        if probe.side is Side.REJECT and probe.fault in CHECKED:
            found = broken(probe)
            assert {one.place for one in found} == {requirement.place}, requirement.id
            if requirement.subject is Subject.INPUT_LIMIT:
                assert requirement.keyword in {one.keyword for one in found}, requirement.id
            seen += 1
    assert seen > 400


@pytest.mark.parametrize(
    ("name", "lengths"),
    [
        ("location/CreateKey/request/Description/maxLength", {1000, 999, 1001}),
        ("location/UpdateKey/request/KeyName/maxLength", {100, 99, 101}),
        ("location/CreateKey/request/Restrictions.AllowResources[]/maxLength", {1600, 1599, 1601}),
    ],
)
def test_boundaries_are_the_limit_and_one_step_on_each_side(name, lengths):
    contract = contracts.contract("location")
    requirement = next(one for one in contracts.requirements("location") if one.id == name)
    sizes = {
        len(value)
        for probe in plan(contract, requirement).probes
        for value in find(probe.values, requirement.place)
    }
    assert sizes == lengths


def test_a_contradiction_of_the_documents_is_not_probed():
    """AllowReferers items may be empty by length and not by pattern: nobody knows."""
    values = [
        list(find(probe.values, requirement.place))
        for requirement, probe in probes({Subject.INPUT_LIMIT})
        if requirement.id.endswith("AllowReferers[]/pattern")
    ]
    assert len(values) > 4
    assert all(values)
    assert [one for one in values if "" in one] == []


def test_what_no_request_provokes_says_so():
    contract = contracts.contract("apigateway")
    by_id = {one.id: one for one in contracts.requirements("apigateway")}
    planned = plan(contract, by_id["apigateway/UpdateApiKey/error/UnauthorizedException"])
    assert not planned.probes
    assert "provokes" in planned.why_not
