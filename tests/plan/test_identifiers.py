"""The identifier of what a creation made: of the answer, or as the request chose it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.contract.found_requests import FoundRequests
from conformance.contract.inference.identities import is_described_beside
from conformance.contract.levels import Level, Source
from conformance.contract.listing.requirements import Requirement, Subject
from conformance.contract.vocabulary.overlay_model import Identifier, Resource
from conformance.contract.vocabulary.overlay_rules import TakenIdentifierRule
from conformance.plan.identities import named_by, of_identity
from conformance.plan.sequences import connection
from conformance.plan.sequences.steps import NotShown, RuleBroken
from conformance.plan.valid_requests.base_requests import names_another, valid_request
from conformance.plan.valid_requests.lifecycle import Lifecycle
from conformance.plan.valid_requests.resources import all_creators, identifiers, is_named_twice
from conformance.transport.parsed_response import ParsedResponse
from tests import contracts


@pytest.mark.parametrize(
    ("service", "operation", "asked", "answer", "expected"),
    [
        ("apigateway", "CreateApiKey", {"name": "a"}, {"id": "x"}, ["x"]),
        ("apigateway", "ImportApiKeys", {}, {"ids": ["x", "y"]}, ["x", "y"]),
        ("apigateway", "CreateApiKey", {"id": "asked"}, {"id": 5}, []),
        ("scheduler", "CreateSchedule", {"Name": "one"}, {"ScheduleArn": "arn"}, ["one"]),
        ("scheduler", "CreateSchedule", {}, {"Name": "answered"}, []),
    ],
)
def test_where_an_identifier_stands(service, operation, asked, answer, expected):
    _, place = all_creators(contracts.contract(service))[operation]
    assert list(identifiers(place, asked, answer)) == expected


@pytest.mark.parametrize(
    ("place", "shown", "expected"),
    [
        ("Id", "/zone/Z1", ["Z1"]),
        ("Id", "/zone/", []),
        ("Id", "Z1", ["Z1"]),
        ("request:Id", "/logs/of/mine", ["/logs/of/mine"]),
    ],
)
def test_a_path_that_is_answered_is_known_by_its_last_part(place, shown, expected):
    assert list(identifiers(place, {"Id": shown}, {"Id": shown}, inferred=True)) == expected


def parts(body):
    """Two answers over one connection."""
    first = ParsedResponse(400, {}, "BadRequestException", "", "", 0)
    return first, ParsedResponse(200, body, None, "", "", 0)


@pytest.mark.parametrize(
    ("service", "member"), [("scheduler", "Name"), ("apigateway", "id"), ("location", "KeyName")]
)
def test_the_second_answer_on_a_connection_names_its_resource(service, member):
    life = Lifecycle.of(contracts.contract(service))
    connection._judge(parts({member: "mine"}), life, "mine")
    with pytest.raises(RuleBroken):
        connection._judge(parts({member: "another"}), life, "mine")


@pytest.fixture
def life():
    """A lifecycle whose read does not show the name that the request chose."""
    return SimpleNamespace(
        resource=Resource(create="Make", identifier=Identifier(label="Name", given="Name")),
        operation=lambda _: SimpleNamespace(name="Make", output={}),
    )


def test_a_read_that_does_not_name_its_resource_shows_nothing(life):
    with pytest.raises(NotShown):
        connection._judge(parts({}), life, "mine")


def test_a_name_that_is_taken_is_put_where_a_creation_has_it():
    """Within a structure, that may be; and it is read from there, too."""
    contract = contracts.inferred("ses")
    create = contract.operations["CreateTemplate"]
    rule = TakenIdentifierRule(level=Level.EXPECTED, statement="", source=Source())
    requirement = Requirement(
        "ses/x", "ses", create.name, Level.EXPECTED, "", Source(), Subject.RULE, rule=rule
    )

    (probe,) = of_identity(contract, create, requirement, rule)

    assert probe.values.keys() == {"Template"}
    assert probe.values["Template"]["TemplateName"] == "${taken}"
    kind = contract.overlay.kinds()["template"]
    assert kind.unique_in({"Template": {"TemplateName": "one"}}) == "one"
    assert kind.unique_in({}) is None


@pytest.mark.parametrize(
    ("operation", "named"), [("CreateTemplate", None), ("GetTemplate", "TemplateName")]
)
def test_a_creation_names_nothing_that_could_be_unknown(operation, named):
    contract = contracts.inferred("ses")
    asked = contract.operations[operation]
    assert named_by(contract, asked, valid_request(contract, asked)) == named


@pytest.mark.parametrize(
    ("beside", "expected"),
    [({"TableInput": ["Name"]}, True), ({"TableInput": []}, False), ({"Owner": ["Name"]}, False)],
)
def test_a_creation_may_name_the_new_one_in_two_places(beside, expected):
    members = {"Name": (), **beside}
    shapes = {name: SimpleNamespace(members=dict.fromkeys(one)) for name, one in members.items()}
    given = {name: SimpleNamespace(shape=shape) for name, shape in shapes.items()}
    create: Any = SimpleNamespace(name="CreateTable", input=given)
    kind: Any = SimpleNamespace(unique_member="Name")
    assert is_described_beside(create, kind) is expected


def test_a_version_that_is_to_match_is_the_one_that_was_shown():
    """A change or a deletion says which version it is about; that names nothing twice."""
    contract = contracts.inferred("cloudfront")
    for name in ("UpdateOriginAccessControl", "DeleteFunction"):
        operation = contract.operations[name]
        request = valid_request(contract, operation)
        assert request["If-Match"] == "${made.ETag}"
        assert not is_named_twice(contract, operation, request)


@pytest.mark.parametrize(
    ("service", "operation", "found", "values", "expected"),
    [
        ("acm", "GetCertificate", {"CertificateArn": "arn:other"}, {}, True),
        ("acm", "GetCertificate", {"CertificateArn": "arn:other"},
         {"CertificateArn": "${unknown.certificate}"}, False),
        ("acm", "GetCertificate", {"CertificateArn": "${id}"}, {}, False),
        ("kinesis", "DescribeStream", {"StreamARN": "arn:other"}, {"Limit": 1}, True),
        ("kinesis", "DescribeStream", {"StreamARN": "arn:other"}, {"StreamName": "${id}"}, False),
        ("kinesis", "ListStreams", {"ExclusiveStartStreamName": "other"}, {}, False),
        ("ses", "UpdateTemplate", {"Template": {"TemplateName": "other"}},
         {"Template": {"TemplateName": "other", "SubjectPart": "a"}}, True),
        ("ses", "UpdateTemplate", {"Template": {"TemplateName": "other"}},
         {"Template": {"TemplateName": "${id}"}}, False),
        ("emr", "SetTerminationProtection", {"JobFlowIds": ["j-1"]}, {}, True),
        ("emr", "SetTerminationProtection", {"JobFlowIds": []}, {}, False),
    ],
)  # fmt: skip
def test_a_request_found_by_trial_may_be_about_what_others_made(
    service, operation, found, values, expected
):
    contract = replace(contracts.inferred(service), found=FoundRequests())
    contract.found.keep(operation, found)
    one = contract.operations[operation]
    assert names_another(contract, one, {**found, **values}) is expected
