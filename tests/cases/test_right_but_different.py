"""What AWS may answer, and another server may answer otherwise: neither fails at a gate level."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.contract.levels import Level
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.load import load_contract
from conformance.engine.judge.refusal import judge_probe
from conformance.engine.judge.response import observe
from conformance.plan.probes import Fault, Probe, Side
from conformance.transport.parsed_response import ParsedResponse

GATE = {Level.REQUIRED, Level.EXPECTED}


def broken(service: str, operation: str, status: int, body: Any = None) -> set[str]:
    """What a success breaks at the levels of the gate, less its label."""
    contract = load_contract(service)
    levels = {one.id: one.level for one in catalogue(contract)}
    answer = ParsedResponse(status, body, None, "", "", 0 if body is None else 20)
    told = observe(contract, contract.operations[operation], answer)
    failed = {one.requirement for one in told if not one.held and levels[one.requirement] in GATE}
    return {one for one in failed if not one.endswith("/content-type")}


@pytest.mark.parametrize(
    ("service", "operation", "status", "held"),
    [
        ("eks", "TagResource", 204, True),
        ("eks", "TagResource", 201, False),
        ("scheduler", "DeleteSchedule", 204, True),
        ("scheduler", "CreateSchedule", 201, False),
        ("dlm", "UntagResource", 204, True),
        ("quicksight", "TagResource", 202, True),
        ("quicksight", "TagResource", 206, False),
        ("mq", "CreateTags", 200, False),
        ("kms", "CreateKey", 204, False),
        ("apigateway", "UpdateApiKey", 204, False),
    ],
)
def test_a_status_that_no_model_states_may_be_another_success(
    service: str, operation: str, status: int, held: bool
) -> None:
    assert any("/status/" in one for one in broken(service, operation, status)) is not held


@pytest.mark.parametrize(
    ("service", "operation", "body", "held"),
    [
        ("kms", "ListResourceTags", {"Tags": [], "NextMarker": None}, True),
        ("scheduler", "GetSchedule", {"Description": None}, True),
        ("secretsmanager", "DescribeSecret", {"Description": 1}, False),
        ("location", "DescribeKey", {"Description": None}, False),
        ("apigateway", "GetApiKey", {"description": None}, False),
    ],
)
def test_a_null_is_a_member_that_is_not_there_unless_it_was_recorded_otherwise(
    service: str, operation: str, body: dict[str, Any], held: bool
) -> None:
    assert any(one.endswith("/type") for one in broken(service, operation, 200, body)) is not held


@pytest.mark.parametrize(
    ("service", "operation", "code", "held"),
    [
        ("glue", "CreateTrigger", "AlreadyExistsException", True),
        ("glue", "CreateTrigger", "IdempotentParameterMismatchException", True),
        ("cloudformation", "CreateStackSet", "CreatedButModifiedException", True),
        ("connect", "CreateView", "ResourceInUseException", True),
        ("glue", "CreateTrigger", "InvalidInputException", False),
        ("rds", "CreateDBCluster", "DBClusterSnapshotAlreadyExistsFault", False),
    ],
)
def test_a_name_that_came_with_other_content_may_be_refused_for_that(
    service: str, operation: str, code: str, held: bool
) -> None:
    contract = load_contract(service)
    probe = Probe("r", contract.operations[operation], Side.REJECT, {}, "", Fault.CONFLICT)
    assert judge_probe(contract, probe, ParsedResponse(400, {}, code, "", "", 20)).held is held
