"""An identifier that is half a surrogate pair, taken by a target, can be spoken of anywhere."""

from __future__ import annotations

from benchmarks.plan_all import contract_of
from conformance.transport.protocols.registry import wire


def test_half_a_pair_travels_in_the_query_and_in_the_path():
    operations = contract_of("macie2").operations
    listed = wire(operations["ListOrganizationAdminAccounts"], {"nextToken": "\ud83d"})
    assert listed.target == "/admin?nextToken=%ED%A0%BD"
    read = wire(operations["GetAllowList"], {"id": "\ud83d"})
    assert read.target == "/allow-lists/%ED%A0%BD"
