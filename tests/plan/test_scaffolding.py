"""What a nested value lies in is whole, so that the value is the only fault."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.contract.aws_values import example
from conformance.contract.model import Contract
from conformance.contract.places import parse
from conformance.contract.validate import violations
from conformance.plan.valid_requests.base_requests import request_from_schema, with_parents
from tests import contracts


def scheduler() -> Contract:
    return contracts.modelled("scheduler")


@pytest.mark.parametrize(
    "where",
    [
        "Target.EcsParameters.TaskCount",
        "Target.EcsParameters.NetworkConfiguration.awsvpcConfiguration.Subnets[]",
        "Target.EcsParameters.Tags[].{value}",
        "Target.SageMakerPipelineParameters.PipelineParameterList[].Name",
    ],
)
def test_the_way_to_a_nested_place_is_valid(where: str) -> None:
    operation = scheduler().operations["CreateSchedule"]
    base = {**request_from_schema(scheduler(), operation), "Name": "conformance"}
    request = with_parents(operation, base, parse(where))
    assert request != base
    assert list(violations(dict(operation.input), _sent(request))) == []


def _sent(value: Any) -> Any:
    """A template as a run may fill it."""
    if isinstance(value, dict):
        return {name: _sent(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_sent(one) for one in value]
    return example(value)


def test_what_is_there_is_left_as_it_is() -> None:
    operation = scheduler().operations["CreateSchedule"]
    base = request_from_schema(scheduler(), operation)
    assert with_parents(operation, base, parse("Target.Arn")) == base
