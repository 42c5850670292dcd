"""Values that members take by what they are called: the file, and what a shape makes of it."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

import pytest
import yaml
from botocore.session import get_session
from botocore.validate import ParamValidator

from conformance.contract.aws_values import aws_values, example, examples
from conformance.contract.levels import Level, Source
from conformance.contract.locate import specs_folder
from conformance.contract.model import Called, Constraint, Kind, Shape
from conformance.contract.validate import violations
from conformance.engine.resources.companions import Companions
from conformance.engine.resources.names import Names, fill
from conformance.engine.resources.sdk_calls import _operation, _with_bytes
from conformance.plan.generation import values
from conformance.plan.generation.suggestions import arns_of, suggestions
from conformance.plan.valid_requests.base_requests import request_from_schema
from conformance.plan.valid_requests.other_values import tagged
from tests import contracts

FILE = aws_values()


def text(name: str, inside: str = "", **limits: Any) -> Shape:
    """A string that is called so, with these limits."""
    stated = {key: Constraint(key, one, Source(), Level.REQUIRED) for key, one in limits.items()}
    return Shape(Kind.STRING, stated, called=Called(name, inside, "osis"))


def test_every_rule_names_a_kind_and_every_kind_a_companion_that_there_is() -> None:
    for rule in FILE.members:
        assert rule.name or rule.pattern
        assert {*rule.kinds} <= FILE.kinds.keys()
        for expression in filter(None, (rule.name, rule.inside, rule.pattern)):
            re.compile(expression)
    for kind in FILE.kinds.values():
        assert kind.values
        assert (kind.of is None) == (kind.shows is None and kind.as_ is None)
        assert kind.of is None or kind.of in FILE.companions
    assert {one.of for one in FILE.kinds.values() if one.of} == FILE.companions.keys()
    used = {kind for rule in FILE.members for kind in rule.kinds}
    used |= {*re.findall(r"\$\{aws\.([\w-]+)", str(FILE))}
    assert used == FILE.kinds.keys()


def repeated(node: yaml.Node | None) -> list[str]:
    """The keys that a mapping has twice: YAML takes the last of them."""
    if isinstance(node, yaml.SequenceNode):
        return [key for one in node.value for key in repeated(one)]
    if not isinstance(node, yaml.MappingNode):
        return []
    keys = Counter(key.value for key, _ in node.value)
    inner = [key for _, one in node.value for key in repeated(one)]
    return [key for key, times in keys.items() if times > 1] + inner


def test_no_key_stands_twice_in_what_is_written_by_hand() -> None:
    folder, loader = specs_folder(), getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for file in (*folder.glob("*.yaml"), *folder.glob("*/overlay.yaml")):
        assert repeated(yaml.compose(file.read_text(), loader)) == [], file


@pytest.mark.parametrize("name", FILE.companions)
def test_companions_are_made_and_deleted_by_requests_that_the_sdk_finds_right(name: str) -> None:
    about = FILE.companions[name]
    model = get_session().get_service_model(about.service)
    filled = Companions(Names(), "us-east-1")._filled
    delete_with = {key: "a-name-of-more-than-twenty" if one == "${id}" else one
                   for key, one in about.delete_with.items()}  # fmt: skip
    for operation, members in ((about.create, filled(about.with_)), (about.delete, delete_with)):
        shape = model.operation_model(operation).input_shape
        report = ParamValidator().validate(_with_bytes(shape, members), shape)
        assert not report.has_errors(), report.generate_report()
    assert about.id is not None or about.named in about.with_


@pytest.mark.parametrize("kind", [name for name, one in FILE.kinds.items() if one.form])
def test_what_stands_for_a_companion_has_its_form(kind: str) -> None:
    for filled in examples(f"${{aws.{kind}}}"):
        assert re.fullmatch(FILE.kinds[kind].form or "", filled)


@pytest.mark.parametrize(
    ("shape", "first"),
    [
        (text("executionRoleArn"), "${aws.role-arn}"),
        (text("role", pattern="arn:aws:iam::[0-9]{12}:role/.+"), "${aws.role-arn}"),
        (text("IamThing", pattern=r"arn:aws[a-zA-Z-]*:iam::\d{12}:role/?[\w+=,.@/-]+"),
         "${aws.role-arn}"),
        (text("subnetIds"), "${aws.subnet-id}"),
        (text("kmsKeyId"), "${aws.key-arn}"),
        (text("kmsKeyId", maxLength=40), "${aws.key-id}"),
        (text("S3Bucket"), "${aws.bucket-name}"),
        (text("PipelineName", minLength=3, maxLength=28), "${name}"),
        (text("Name", maxLength=14), "${name:14}"),
        (text("clientToken"), "${uuid}"),
        (text("ScheduleExpression"), "cron(0 12 * * ? *)"),
        (text("CidrBlock"), "10.0.0.0/16"),
        (text("awsAccountId", pattern=r"\d{12}"), "${account}"),
        (text("availabilityZone"), "${region}a"),
        (text("PipelineArn", pattern="^arn:(aws|aws-cn):osis:.+:pipeline\\/.+$"),
         "arn:aws:osis:${region}:${account}:pipeline/conformance"),
    ],
)  # fmt: skip
def test_the_likeliest_value_is_the_first(shape: Shape, first: str) -> None:
    assert values.sample(shape) == first


def test_nothing_is_suggested_that_the_limits_forbid() -> None:
    assert suggestions(text("roleArn", maxLength=10)) == ()
    assert suggestions(text("roleArn", enum=["a", "b"])) == ()
    assert suggestions(text("roleArn", pattern=r"\p{IsNoSuchScript}+")) == ()


def test_where_right_values_are_stated_nothing_is_suggested() -> None:
    shape = contracts.contract("scheduler").operations["CreateSchedule"].input["Target"].shape
    assert shape.members["RoleArn"].shape.called is None
    assert suggestions(shape.members["RoleArn"].shape) == ()


@pytest.mark.parametrize(
    ("pattern", "arn"),
    [
        ("arn:aws[a-z-]*:lambda:[a-z0-9-]+:\\d{12}:code-signing-config:csc-[a-z0-9]{17}",
         "arn:aws:lambda:${region}:${account}:code-signing-config:csc-aaaaaaaaaaaaaaaaa"),
        ("^(arn:[a-z-]+:elasticfilesystem:[0-9a-z-:]+:access-point/fsap-[0-9a-f]{8,40}|fsap-.+)$",
         None),
        ("[a-z]+", None),
    ],
)  # fmt: skip
def test_an_arn_has_the_ending_that_the_pattern_asks_for(pattern: str, arn: str | None) -> None:
    assert next(arns_of(pattern, "osis"), None) == arn


def test_models_of_other_services_are_read_without_their_prose() -> None:
    about = _operation("ec2", "CreateSubnet")
    assert about.input_shape.members["VpcId"].type_name == "string"
    assert not about.documentation
    assert not about.input_shape.members["VpcId"].documentation


@pytest.mark.parametrize("service", ["osis", "eks", "efs", "ivs"])
def test_made_up_members_keep_every_limit(service: str) -> None:
    contract = contracts.contract(service)
    for operation in contract.operations.values():
        made = {
            name: _filled(value)
            for name, value in request_from_schema(contract, operation).items()
            if "${id" not in str(value) and "${made" not in str(value)
        }
        members = {name: operation.input[name] for name in made}
        assert list(violations(members, made)) == [], operation.name


def _filled(value: Any) -> Any:
    """A value as a run fills it where it makes companions."""
    if isinstance(value, list):
        return [_filled(one) for one in value]
    if isinstance(value, dict):
        return {key: _filled(one) for key, one in value.items()}
    return examples(value)[-1] if isinstance(value, str) else value


def test_a_moment_or_a_number_that_was_given_is_looked_for_as_it_was_given() -> None:
    count = iter(range(1, 9))
    lookup = {name: lambda _: str(next(count)) for name in ("now", "number")}
    request = tagged({"At": "${now:13}", "On": "at ${now}", "Count": "${number:30}"})
    filled: dict[str, str] = {}
    sent = fill(request, lookup, filled)
    assert sent == {"At": 1, "On": "at 2", "Count": 3}
    assert fill(request, lookup, filled) == sent
    assert example(request["At"]) == 1780315200000
