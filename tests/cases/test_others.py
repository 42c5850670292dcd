"""Valid requests of services that are not REST with JSON, where no overlay states any."""

from __future__ import annotations

import base64
import ssl
from dataclasses import replace
from typing import Any

import pytest

from conformance.contract.aws_values import aws_values
from conformance.contract.found_requests import FoundRequests
from conformance.contract.inference.binding import Binding
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.model import Called, Kind, Shape
from conformance.contract.observed import empty_for_unknown
from conformance.engine.resources.inventory import Inventory
from conformance.engine.resources.names import Names, fill
from conformance.engine.resources.prerequisites import first_operations, naming
from conformance.engine.resources.request_search import RequestSearch
from conformance.engine.sending.exchange_log import RunResource, SentProbe, SetupFailed
from conformance.engine.stops import Limits
from conformance.plan.generation.values import sample
from conformance.plan.planner import plan
from conformance.plan.probes import Fault, Probe, Side
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.optional_members import joined
from conformance.plan.valid_requests.refusal_values import likely
from conformance.plan.valid_requests.request_repair import RefusalText, repaired
from conformance.plan.valid_requests.resources import is_named_twice, nameable
from conformance.plan.valid_requests.variants import Variants
from conformance.transport.exchange import Exchange, Request
from conformance.transport.parsed_response import ParsedResponse
from tests import contracts

EXCHANGE = Exchange(Request("POST", "http://127.0.0.1/", ()), None, None, 0.0)


class Target:
    """Accepts the operations that it knows, and shows an ARN of what they made."""

    def __init__(self, *known: str) -> None:
        self.known, self.asked = known, list[str]()
        self.inventory: Inventory | None = None

    def send(self, probe: Probe, *, resource: RunResource | None = None) -> SentProbe:
        self.asked.append(probe.operation.name)
        ok = probe.operation.name in self.known
        body = {"CertificateArn": f"arn:{len(self.asked)}"} if ok else {}
        code, status = (None, 200) if ok else ("ValidationException", 400)
        answer = ParsedResponse(
            status=status, code=code, message="no", body=body, content_type="", size=1
        )
        sent = SentProbe(probe, dict(probe.values), EXCHANGE, answer, resource)
        assert self.inventory is not None
        self.inventory.made.note(sent)
        return sent


def made_by(*known: str) -> Target:
    target = Target(*known)
    target.inventory = Inventory(contracts.inferred("acm"), target.send)
    return target


def test_a_kind_is_made_by_another_operation_where_the_usual_one_is_refused() -> None:
    target = made_by("RequestCertificate")
    assert target.inventory is not None
    made = target.inventory.resource(kind="certificate")
    assert made.created.probe.operation.name == "RequestCertificate"
    assert target.asked == ["ImportCertificate", "RequestCertificate"]
    target.inventory.resource(kind="certificate", fresh=True)
    assert target.asked[-1] == "RequestCertificate"


def test_a_kind_that_nothing_makes_is_refused_by_its_usual_creation() -> None:
    target = made_by()
    assert target.inventory is not None
    for _ in range(2):
        with pytest.raises(SetupFailed) as failed:
            target.inventory.resource(kind="certificate")
        assert failed.value.sent.probe.operation.name == "ImportCertificate"
    assert target.asked.count("RequestCertificate") == 1


def test_what_a_creation_is_for_is_not_of_the_service_itself() -> None:
    shield = contracts.inferred("shield")
    found = Binding(shield).of(shield.operations["CreateProtection"])
    assert "ResourceArn" not in found.members
    assert found.needs == ()
    tags = Binding(shield).of(shield.operations["TagResource"])
    assert "ResourceARN" in tags.members


def _sample(name: str, kind: Kind) -> Any:
    return sample(Shape(kind, called=Called(name, "", "acm")))


def test_certificates_and_their_keys_fit_together() -> None:
    kinds = aws_values().kinds
    text = kinds["certificate"].values[0]
    der = ssl.PEM_cert_to_DER_cert(text)
    # Until 2045, in the form of years before 2050: nothing takes that for milliseconds.
    assert b"451231" in der
    assert _sample("CertificateBody", Kind.STRING) == text
    assert base64.b64decode(_sample("Certificate", Kind.BLOB)).decode() == text
    assert _sample("PrivateKey", Kind.STRING).startswith("-----BEGIN PRIVATE KEY-----")
    assert base64.b64decode(_sample("Csr", Kind.BLOB)).startswith(b"-----BEGIN CERTIFICATE REQ")


def test_an_identity_has_a_policy_without_a_principal() -> None:
    policy = sample(Shape(Kind.STRING, called=Called("PolicyDocument", "", "iam")))
    assert '"Principal"' not in policy
    trusted = sample(Shape(Kind.STRING, called=Called("AssumeRolePolicyDocument", "", "iam")))
    assert '"Principal"' in trusted


@pytest.mark.parametrize(
    ("limits", "room"),
    [
        (Limits(), True),
        (Limits(seconds=150), True),
        (Limits(seconds=30), False),
        (Limits(requests=100), False),
        (Limits(seconds=150, requests=20_000), True),
    ],
)
def test_what_leaves_room_for_a_whole_quick_run_changes_no_order(
    limits: Limits, *, room: bool
) -> None:
    assert limits.leave(90, 14_000) is room


def test_what_answers_empty_for_the_unknown_is_not_asked_for_its_error() -> None:
    contract = contracts.inferred("cognito-idp")
    domain = contract.overlay.kinds()["user-pool-domain"]
    assert domain.read == "DescribeUserPoolDomain"
    assert domain.not_found is None
    pool = contract.overlay.kinds()["user-pool"]
    assert pool.not_found == "ResourceNotFoundException"
    for name in empty_for_unknown("cognito-idp"):
        assert contract.operations[name].missing
    address = "cognito-idp/DescribeUserPoolDomain/error/ResourceNotFoundException"
    [requirement] = [one for one in catalogue(contract) if one.id == address]
    assert all(one.fault is not Fault.NOT_FOUND for one in plan(contract, requirement).probes)


def test_the_name_in_what_a_kind_is_made_of_identifies_it() -> None:
    glue = contracts.inferred("glue")
    known = glue.overlay.kinds()
    identifier = known["database"].identifier
    assert identifier is not None
    assert identifier.given == "DatabaseInput.Name"
    found = Binding(glue).of(glue.operations["CreateTable"])
    assert found.members["DatabaseName"] == "${id.database}"
    # What many may have alike identifies nothing.
    assert "Description" not in {one.label for one in known.values()}


def test_a_name_at_the_top_is_that_of_what_is_made_of_it() -> None:
    request = {"Name": "${name}", "TableInput": {"Name": "${name}"}, "Other": "${name}"}
    assert joined(request) == {
        "Name": "${name.Name}",
        "TableInput": {"Name": "${name.Name}"},
        "Other": "${name}",
    }
    assert joined({"Name": "${name}", "Owner": {"Id": "${name}"}})["Name"] == "${name}"


def test_a_number_is_a_number_when_it_is_filled_and_no_two_are_the_same() -> None:
    names = Names("a0b1c2d3")
    lookup = {"number": names.number}
    found = [fill({"Priority": "${number}"}, lookup)["Priority"] for _ in range(50)]
    assert all(isinstance(one, int) and one > 0 for one in found)
    assert len(set(found)) == 50
    assert all(1 <= fill("${number:9}", lookup) <= 9 for _ in range(50))
    assert isinstance(fill("no-${number}", lookup), str)


def test_a_number_or_a_name_that_is_taken_becomes_a_new_one() -> None:
    shape = Shape(Kind.INTEGER, called=Called("Priority", "", "elasticloadbalancing"))
    taken = RefusalText(400, "PriorityInUse", "The specified priority is in use.")
    assert next(likely(shape, taken)) == "${number}"
    text = Shape(Kind.STRING, called=Called("Prefix", "", "elasticbeanstalk"))
    assert next(likely(text, taken)) == "${name}"
    other = RefusalText(400, "ValidationError", "The priority is too large.")
    assert "${number}" not in list(likely(shape, other))


def _sent(name: str, values: dict[str, Any], body: dict[str, Any]) -> SentProbe:
    operation = contracts.inferred("swf").operations[name]
    answer = ParsedResponse(status=200, code=None, message="", body=body, content_type="", size=1)
    return SentProbe(Probe("", operation, Side.ACCEPT, values, ""), values, EXCHANGE, answer)


def test_a_request_names_what_was_just_made() -> None:
    made = _sent("RegisterActivityType", {"domain": "d", "name": "mine", "version": "1"}, {})
    about = contracts.inferred("swf").operations["DescribeActivityType"]
    request = {"domain": "${id}", "activityType": {"name": "${name}", "version": "0conform"}}
    first, whole = naming(about, request, made)
    assert first == {**request, "activityType": {"name": "mine", "version": "1"}}
    assert whole == {"domain": "d", "activityType": {"name": "mine", "version": "1"}}
    assert list(naming(about, {"domain": "${id}"}, made)) == []
    assert list(naming(about, request, _sent("RegisterDomain", {"x": "y"}, {}))) == []


def test_what_is_not_there_is_made_by_what_its_name_or_a_member_says() -> None:
    swf = contracts.inferred("swf")
    unknown = ParsedResponse(
        status=400, code="UnknownResourceFault", message="Unknown type: ActivityType=[a]",
        body={}, content_type="", size=1,
    )  # fmt: skip
    names = [one.name for one in first_operations(swf, "DescribeActivityType", unknown)]
    assert names[0] == "RegisterActivityType"
    odd = replace(unknown, code="ValidationException", message="Unknown parameter x")
    assert list(first_operations(swf, "DescribeActivityType", odd)) == []


def test_optional_members_name_what_the_run_has_and_nothing_that_is_made_of_it() -> None:
    ecs = contracts.inferred("ecs")
    known = nameable(ecs, "RunTask")
    assert "cluster" in known
    refusal = RefusalText(500, "", "", known)
    found = list(repaired(ecs.operations["RunTask"], {"taskDefinition": "${name}"}, {}, refusal))
    assert any(one.get("cluster") == "${id.cluster}" for one in found)
    assert "cluster" not in nameable(ecs, "CreateCluster")
    glue = contracts.inferred("glue")
    assert "table" not in nameable(glue, "CreateDatabase")  # it is made of a database
    assert "connection" in nameable(glue, "CreateDatabase")
    loop = replace(glue, found=FoundRequests())
    loop.found.keep("CreateConnection", {"CatalogId": "${id.database}"})
    assert "connection" not in nameable(loop, "CreateDatabase")
    variants = Variants.of(ecs, ecs.operations["RunTask"], {"taskDefinition": "${name}"})
    assert variants.refer(ecs.operations["RunTask"].input["cluster"].shape) == "${id.cluster}"


def test_a_member_names_what_its_operation_is_about_and_not_another_one_of_the_kind() -> None:
    ses = contracts.inferred("ses")
    about = ses.operations["UpdateTemplate"]
    request = {"Template": {"TemplateName": "${name}"}}
    said = "Invalid Template Name."
    for kind, named in (("template", "${id}"), (None, "${id.template}")):
        refusal = RefusalText(400, "TemplateDoesNotExist", said, nameable(ses, about.name),
                              kind=kind)  # fmt: skip
        tried = [one.get("Template", {}) for one in repaired(about, request, {}, refusal)]
        found = [one.get("TemplateName") for one in tried]
        assert {"${id}", "${id.template}"} & {*map(str, found)} == {named}


def test_what_is_right_but_for_what_is_not_there_is_gone_on_from() -> None:
    sent: list[tuple[str, Any]] = []
    contract = contracts.inferred("glue")

    def send(probe: Probe, *, resource: RunResource | None = None) -> SentProbe:
        sent.append((probe.operation.name, probe.values))
        place = probe.values.get("SchemaId", {})
        said = {"status": 400, "code": "InvalidInputException", "message": "odd", "body": {}}
        if probe.operation.name == "CreateSchema":
            said = {"status": 200, "code": None, "message": "", "body": {"SchemaArn": "arn:mine"}}
        elif probe.operation.name == "GetSchema" and place.get("SchemaArn") == "arn:mine":
            said = {"status": 200, "code": None, "message": "", "body": {}}
        elif len(place) > 1:
            said["message"] = "SchemaArn or SchemaName has to be provided, both cannot be provided"
        elif "SchemaArn" in place:
            said |= {"code": "EntityNotFoundException", "message": "Schema is not found."}
        answer = ParsedResponse(content_type="", size=1, **said)  # type: ignore[arg-type]
        return SentProbe(probe, dict(probe.values), EXCHANGE, answer, resource)

    about = contract.operations["GetSchema"]
    first = send(Probe("", about, Side.ACCEPT, valid_request(contract, about), ""))
    found = RequestSearch(contract, send).improve(first)
    assert found is not None
    assert found.values["SchemaId"] == {"SchemaArn": "arn:mine"}
    assert ("CreateSchema", valid_request(contract, contract.operations["CreateSchema"])) in sent
    sent.clear()
    anew = replace(contract, found=FoundRequests())
    assert RequestSearch(anew, send, lambda name: name != "CreateSchema").improve(first) is None
    assert sent
    assert "CreateSchema" not in dict(sent), "what the user excludes no guess leads to"


def test_an_unknown_name_beside_the_known_one_is_not_asked_for() -> None:
    glue = contracts.inferred("glue")
    update = glue.operations["UpdateTable"]
    once = {"DatabaseName": "${id.database}", "Name": "${id}"}
    assert not is_named_twice(glue, update, once)
    assert not is_named_twice(glue, update, {**once, "DatabaseName": "${made.database.Name}"})
    assert is_named_twice(glue, update, {**once, "TableInput": {"Name": "${id.table}"}})
    found = replace(glue, found=FoundRequests())
    address = "glue/UpdateTable/error/EntityNotFoundException"
    [requirement] = [one for one in catalogue(glue) if one.id == address]
    for more in ({}, {"TableInput": {"Name": "${id.table}"}}):
        found.found.keep("UpdateTable", {**once, **more})
        probes = plan(found, requirement).probes
        assert all(one.values["Name"] == "${id}" for one in probes if more)


def test_the_arn_that_a_request_lacks_is_that_of_what_it_is_about() -> None:
    contract = replace(contracts.inferred("kinesis"), found=FoundRequests())

    def send(probe: Probe, *, resource: RunResource | None = None) -> SentProbe:
        said: dict[str, Any] = {"status": 200, "code": None, "message": ""}
        if "StreamARN" not in probe.values:
            text = "Either StreamName or StreamARN should be provided."
            said = {"status": 400, "code": "InvalidArgumentException", "message": text}
        elif "${made." not in probe.values["StreamARN"]:
            text = "Stream other not found."
            said = {"status": 400, "code": "ResourceNotFoundException", "message": text}
        answer = ParsedResponse(content_type="", size=1, body={}, **said)
        return SentProbe(probe, dict(probe.values), EXCHANGE, answer, resource)

    about = contract.operations["IncreaseStreamRetentionPeriod"]
    first = send(Probe("", about, Side.ACCEPT, {"RetentionPeriodHours": 48}, ""))
    found = RequestSearch(contract, send).improve(first)
    assert found is not None
    assert found.values["StreamARN"] == "${made.StreamARN}"
