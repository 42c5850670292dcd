"""Valid requests of services that are not REST with JSON, where no overlay states any."""

from __future__ import annotations

import base64
import ssl
from typing import Any

import pytest

from conformance.contract.aws_values import aws_values
from conformance.contract.inference.binding import Binding
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.model import Called, Kind, Shape
from conformance.contract.observed import empty_for_unknown
from conformance.engine.resources.inventory import Inventory
from conformance.engine.sending.exchange_log import RunResource, SentProbe, SetupFailed
from conformance.engine.stops import Limits
from conformance.plan.generation.values import sample
from conformance.plan.planner import plan
from conformance.plan.probes import Fault, Probe
from conformance.plan.valid_requests.resources import kinds
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
        self.inventory.note(sent)
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
    domain = kinds(contract)["user-pool-domain"]
    assert domain.read == "DescribeUserPoolDomain"
    assert domain.not_found is None
    pool = kinds(contract)["user-pool"]
    assert pool.not_found == "ResourceNotFoundException"
    for name in empty_for_unknown("cognito-idp"):
        assert contract.operations[name].missing
    address = "cognito-idp/DescribeUserPoolDomain/error/ResourceNotFoundException"
    [requirement] = [one for one in catalogue(contract) if one.id == address]
    assert all(one.fault is not Fault.NOT_FOUND for one in plan(contract, requirement).probes)
