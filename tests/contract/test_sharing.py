"""What is said of structures that occur in many places is listed once, and loses nothing."""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import pytest

from benchmarks import plan_all
from conformance.contract.building import build_contract
from conformance.contract.listing.catalogue import catalogue, listed
from conformance.contract.listing.sharing import MOST, Extent, Sharing, shared_to, sharing_of
from conformance.contract.locate import services
from conformance.contract.model import Contract
from tests import contracts
from tests.sampling import one_in

contract_of = cache(plan_all.contract_of)
PAGE = {"document": "p.md", "section": "s", "line": 1}


def every_id(contract: Contract, sharing: Sharing) -> list[str]:
    return [one.id for one in listed(contract, sharing)]


@pytest.mark.parametrize("service", services())
def test_contracts_of_a_usual_size_state_everything_everywhere(service: str) -> None:
    contract = contracts.contract(service)
    assert sharing_of(contract) == Sharing(service)
    assert [one.id for one in catalogue(contract)] == every_id(contract, Sharing(service))


@pytest.mark.parametrize(
    ("service", "extent"),
    one_in(8, itertools.product(["mq", "guardduty", "appmesh"], list(Extent)[1:])),
)
def test_each_id_that_is_left_out_is_covered_by_one_that_is_listed(
    service: str, extent: Extent
) -> None:
    contract = contract_of(service)
    sharing = shared_to(contract, extent)
    everywhere, kept = every_id(contract, Sharing(service)), every_id(contract, sharing)
    left_out = set(everywhere) - set(kept)
    assert kept == [one for one in everywhere if one in set(kept)]
    assert len(left_out) == sharing.left_out > 0
    assert {sharing.covering(one) for one in left_out} <= set(kept)
    assert not [one for one in kept if sharing.covering(one) is not None and extent < 3]
    told = [place for one in listed(contract, sharing) for place in one.covers]
    assert sorted(told) == sorted({str(one) for one in (*sharing.inside, *sharing.whole)})


@pytest.mark.exhaustive
def test_the_largest_service_stays_below_the_bound() -> None:
    contract = contract_of("quicksight")
    found = catalogue(contract)
    sharing = sharing_of(contract)
    assert 10_000 < len(found) <= MOST
    assert sharing.left_out > 1_000_000
    assert sharing is sharing_of(contract)
    assert "also cover" in sharing.told()


def place(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}", "x-sources": {"type": PAGE}}


def structure(**members: Any) -> dict[str, Any]:
    return {"type": "object", "x-type": "structure", "properties": members}


def text(**limits: Any) -> dict[str, Any]:
    return {"type": "string", **limits, "x-sources": dict.fromkeys(("type", *limits), PAGE)}


def nested() -> Contract:
    """Two operations that take a box; a box is made of sides, and of boxes."""
    schemas = {
        "Box": structure(
            left=place("Side"),
            right={"type": "array", "items": place("Side"), "x-sources": {"type": PAGE}},
            inner=place("Box"),
        ),
        "Side": structure(colour=text(maxLength=9)),
    }
    paths = {
        f"/{name.lower()}": {
            "post": {
                "operationId": name,
                "x-source": PAGE,
                "responses": {"200": {"x-source": PAGE}},
                "requestBody": {"content": {"application/json": {"schema": body}}},
            }
        }
        for name, body in (
            ("Deep", structure(crate=place("Crate"))),
            ("Flat", structure(box=place("Box"))),
        )
    }
    schemas["Crate"] = structure(box=place("Box"))
    spec = {"info": {"title": "Nest"}, "paths": paths, "components": {"schemas": schemas}}
    return build_contract("nest", spec, {})


def test_the_place_nearest_to_the_top_stands_for_the_others() -> None:
    contract = nested()
    sharing = shared_to(contract, Extent.SERVICE)
    limits = [one for one in every_id(contract, sharing) if one.endswith("/maxLength")]
    assert limits == ["nest/Flat/request/box.left.colour/maxLength"]
    deep = "nest/Deep/request/crate.box.right[].colour/maxLength"
    assert sharing.covering(deep) == limits[0]
    assert sharing.covering(limits[0]) is None
    assert sharing.covers["Flat/request/box"] == ("Deep/request/crate.box",)


def test_within_an_operation_each_has_its_own() -> None:
    contract = nested()
    sharing = shared_to(contract, Extent.OPERATION)
    limits = [one for one in every_id(contract, sharing) if one.endswith("/maxLength")]
    assert limits == [
        "nest/Deep/request/crate.box.left.colour/maxLength",
        "nest/Flat/request/box.left.colour/maxLength",
    ]


@pytest.mark.parametrize(
    "other",
    [
        "nest/Flat/status/200", "other/Flat/request/box.left.colour/maxLength",
        "nest/Flat/request/nothing/maxLength", "nest/protocol/malformed-json", "",
    ],
)  # fmt: skip
def test_other_ids_are_covered_by_nothing(other: str) -> None:
    assert shared_to(nested(), Extent.MEMBERS).covering(other) is None
