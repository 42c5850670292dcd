"""A pattern that cannot be translated costs the requirements that need it, and no others."""

from __future__ import annotations

from typing import Any

import pytest

from benchmarks.plan_all import contract_of, planned
from conformance.contract.building import build_contract
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.model import Contract
from conformance.contract.protocols import with_protocol
from conformance.contract.regex import patterns
from conformance.contract.validate import unchecked
from conformance.plan.planner import plan
from conformance.plan.probes import Side
from tests.sampling import sampled

SAMPLE = (
    "amplify", "appflow", "codeartifact", "dlm", "eks", "efs", "iot-data", "kafka",
    "lakeformation", "managedblockchain", "mediaconvert", "rbin", "signer", "xray",
)  # fmt: skip
"""Some with patterns that are no Java, or that are not translated; one with many structures."""
PAGE = {"document": "p.md", "section": "s", "line": 1}
BROKEN = "[a-z]{11}{0,1011}"


@pytest.mark.parametrize("service", sampled(SAMPLE, *SAMPLE[::3]))
def test_a_service_is_planned(service: str) -> None:
    found = planned(service)
    assert found.trouble == ""
    assert found.requirements > 0
    assert found.probes >= 200


@pytest.mark.parametrize("service", ["rbin", "codeartifact", "dlm"])
def test_no_request_is_taken_for_a_right_one_that_is_not_known_to_be(service: str) -> None:
    contract = contract_of(service)
    plans = [plan(contract, one) for one in catalogue(contract)]
    judged = [one for each in plans for one in each.probes if one.side is not Side.OBSERVE]
    assert len(judged) > 200
    assert not [one for one in judged if list(unchecked(one.operation.input, one.values))]


def test_a_pattern_that_is_not_translated_is_named_as_the_reason() -> None:
    contract = contract_of("dlm")
    reasons = {plan(contract, one).why_not for one in catalogue(contract)}
    assert any("no request is known to be valid" in one for one in reasons)


def limited(**limits: Any) -> dict[str, Any]:
    return {"type": "string", **limits, "x-sources": dict.fromkeys(("type", *limits), PAGE)}


def a_contract(required: list[str]) -> Contract:
    odd = {"type": "string", "x-pattern": BROKEN, "x-sources": {"pattern": PAGE, "type": PAGE}}
    body = {
        "type": "object", "x-type": "structure", "required": required,
        "properties": {"name": limited(minLength=2, maxLength=9), "odd": odd},
    }  # fmt: skip
    post = {
        "operationId": "Send", "x-source": PAGE, "responses": {"200": {"x-source": PAGE}},
        "requestBody": {"content": {"application/json": {"schema": body}}},
    }  # fmt: skip
    spec = {"info": {"title": "One"}, "paths": {"/one": {"post": post}}}
    return with_protocol(build_contract("one", spec, {}))


def sides(contract: Contract, name: str) -> set[Side]:
    known = {one.id: one for one in catalogue(contract)}
    return {one.side for one in plan(contract, known[f"one/Send/request/{name}"]).probes}


def test_an_optional_neighbour_costs_nothing() -> None:
    contract = a_contract(["name"])
    assert sides(contract, "name/maxLength") == {Side.ACCEPT, Side.REJECT}
    assert sides(contract, "odd/pattern") == set()


def test_a_neighbour_that_must_be_given_leaves_the_odd_requests() -> None:
    contract = a_contract(["name", "odd"])
    assert sides(contract, "name/maxLength") == set()
    known = {one.id: one for one in catalogue(contract)}
    odd = plan(contract, known["one/Send/robustness/empty-body"])
    assert {one.side for one in odd.probes} == {Side.OBSERVE}


def test_the_halves_of_a_character_are_one() -> None:
    pattern = r"[\u0020-\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF\t]*"
    assert patterns.matches(pattern, "a\U0001f600\t\U0010ffff")
    assert not patterns.matches(pattern, "a\n")
    assert patterns.to_ecma(pattern).isascii() is False
