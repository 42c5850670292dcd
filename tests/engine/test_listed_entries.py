"""What a target lists may be anything, also where an identifier is expected."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from benchmarks.plan_all import contract_of
from conformance.engine.recording.list_filter import entries_of_this_run
from conformance.transport.parsed_response import ParsedResponse


def test_an_entry_with_a_list_for_its_identifier_is_nobodys():
    contract = contract_of("batch")
    about = contract.overlay.kinds()["job-queue"]
    assert about.list is not None
    assert about.listing is not None
    items, name = about.listing.items.removesuffix("[]"), about.listing.id
    entries = [{name: ["x"]}, {name: {"x": 1}}, {name: "not-ours"}, "no entry"]
    answer = ParsedResponse(200, {items: entries}, None, "", "application/json", 99)
    sent: Any = SimpleNamespace(
        probe=SimpleNamespace(operation=contract.operations[about.list]), answer=answer
    )
    found = entries_of_this_run(contract, sent, [])
    assert found.body == {items: ["no entry"]}
