"""A contract is read once a process; what a run finds by trial is of that run alone."""

from conformance.contract.found_requests import FoundRequest
from conformance.contract.load import load_contract


def test_what_one_run_found_is_not_there_for_the_next():
    first = load_contract("location")
    first.found.by_operation["CreateKey"] = FoundRequest({"KeyName": "x"}, ())
    second = load_contract("location")
    assert second.found.by_operation == {}
    assert second.operations is first.operations
