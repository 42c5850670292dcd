"""Seconds since 1970: whole where AWS was seen to write whole ones, else with a fraction too."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.contract.building import build_contract
from conformance.engine.judge.response import observe
from conformance.transport.parsed_response import ParsedResponse


def held(value: Any, *, whole: bool) -> bool:
    sources = {"type": {"document": "p.md"}}
    time = {"type": "number", "x-type": "timestamp", "x-whole": whole, "x-sources": sources}
    body = {"schema": {"type": "object", "properties": {"at": time}}}
    success = {"content": {"application/json": body}}
    node = {"operationId": "GetIt", "responses": {"200": success}}
    spec = {"info": {"title": "It"}, "paths": {"/it": {"get": node}}}
    contract = build_contract("it", spec, {})
    answer = ParsedResponse(200, {"at": value}, None, "", "application/json", 20)
    found = observe(contract, contract.operations["GetIt"], answer)
    return next(one.held for one in found if one.requirement.endswith("at/format"))


@pytest.mark.parametrize(
    ("value", "loose", "strict"),
    [
        (1_700_000_000, True, True),
        (1_700_000_000.25, True, False),
        (1_700_000_000_000, False, False),
    ],
)
def test_fractions(value: float, *, loose: bool, strict: bool) -> None:
    assert held(value, whole=False) is loose
    assert held(value, whole=True) is strict
