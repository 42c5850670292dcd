"""Members within structures, and what an update does not name: each proxy is wrong in one point."""

from __future__ import annotations

import pytest

from tests.cases.exam import assert_found_alone, assert_names_operations
from tests.cases.recalled_fresh import after, before
from tests.cases.recalled_uncurated import table
from tests.sampling import sampled


def shown_within(operation, *path, value):
    """A part of an answer is always this, where it is shown."""

    def change(_call, status, body):
        inner = body
        for name in path[:-1]:
            inner = inner[name]
        if status != 200 or path[-1] not in inner:
            return None
        inner[path[-1]] = value
        return body

    return after(operation, change)


def also_sets(operation, **members):
    """A request that does not name these members sets them all the same."""
    return before(operation, lambda call: {**members, **call.sent})


ROLE = "arn:aws:iam::123456789012:role/another"
NESTED = table([
    ("only administrators make users, whatever is asked", "cognito-idp",
     "CreateUserPool DescribeUserPool", "AllowAdminCreateUserOnly is that of the creation",
     lambda: shown_within("DescribeUserPool", "UserPool", "AdminCreateUserConfig",
                          "AllowAdminCreateUserOnly", value=True), [""]),
    ("machines log at no level but one", "stepfunctions",
     "CreateStateMachine DescribeStateMachine", "the level is that of the creation",
     lambda: shown_within("DescribeStateMachine", "loggingConfiguration", "level", value="ERROR"),
     [""]),
    ("an update of a machine puts another role there", "stepfunctions", "UpdateStateMachine",
     "what is left out is kept", lambda: also_sets("UpdateStateMachine", roleArn=ROLE), [""]),
])  # fmt: skip
FINDS = {
    "only administrators make users, whatever is asked":
    "cognito-idp/CreateUserPool/behavior/AdminCreateUserConfig-parts-are-stored",
    "machines log at no level but one":
    "stepfunctions/CreateStateMachine/behavior/loggingConfiguration-parts-are-stored",
    "an update of a machine puts another role there":
    "stepfunctions/UpdateStateMachine/behavior/others-are-kept",
}  # fmt: skip


@pytest.mark.parametrize("report", sampled(FINDS, "an update of a machine puts another role there"))
def test_what_is_lost_within_a_structure_is_found(moto_port, proxied, run, report):
    assert_found_alone(NESTED[report], FINDS[report], run, proxied, moto_port)


def test_the_table_names_operations_that_there_are():
    assert_names_operations(NESTED)
