"""What services of the XML and query protocols may rightly do is not held against them."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from conformance.contract.levels import Level
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.model import Contract, ProtocolName
from conformance.engine.judge.refusal import judge_probe
from conformance.engine.judge.response import observe
from conformance.engine.sending.exchange_log import SentProbe
from conformance.engine.support import SupportStatus, standing_of
from conformance.plan.planner import plan
from conformance.plan.probes import Fault, Probe, Side
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.protocols.registry import read
from conformance.transport.protocols.seam import WireRequest
from tests import contracts

LISTING = b"<ListBucketResult><Name>thing</Name><MaxKeys>1000</MaxKeys></ListBucketResult>"
TAGGING = b"<Tagging><TagSet/></Tagging>"
MISSING = b"<Error><Code>NoSuchBucket</Code><Message>none</Message></Error>"


@pytest.fixture(scope="module")
def s3() -> Contract:
    return contracts.contract("s3")


def exchange(body: bytes, status: int = 200, media: str = "application/xml") -> Exchange:
    request = Request("GET", "http://127.0.0.1/thing?tagging=&id=a", ())
    return Exchange(request, Response(status, (("content-type", media),), body), None, 0.0)


class Answering:
    """A channel on which every request has one answer."""

    region = "us-east-1"

    def __init__(self, answered: Exchange) -> None:
        self.answered, self.sent = answered, list[WireRequest]()

    def send(self, request: WireRequest) -> Exchange:
        self.sent.append(request)
        return self.answered

    def send_all(self, requests: object, *, pipelined: bool) -> list[Exchange]:
        raise NotImplementedError


def sent(contract: Contract, name: str, answered: Exchange) -> SentProbe:
    operation = contract.operations[name]
    probe = Probe("r", operation, Side.ACCEPT, {}, "a valid request")
    return SentProbe(probe, {}, answered, read(answered, operation))


@pytest.mark.parametrize(
    ("seen", "otherwise", "standing"),
    [
        (LISTING, exchange(LISTING), SupportStatus.LACKING),
        (TAGGING, exchange(LISTING), SupportStatus.WORKS),
        (TAGGING, exchange(MISSING, 404), SupportStatus.WORKS),
        (LISTING, exchange(LISTING.replace(b"thing", b"other")), SupportStatus.WORKS),
        (b"", exchange(b""), SupportStatus.WORKS),
    ],
)
def test_a_read_that_is_answered_without_its_selector_is_lacking(
    s3: Contract, seen: bytes, otherwise: Exchange, standing: SupportStatus
) -> None:
    channel = Answering(otherwise)
    one = sent(s3, "GetBucketTagging", exchange(seen))
    assert standing_of(one, channel, "0").standing is standing
    assert all(request.target == "/thing?no-such-selector-0=&id=a" for request in channel.sent)
    assert len(channel.sent) == bool(seen)


def test_what_changes_something_is_not_sent_without_its_selector(s3: Contract) -> None:
    channel = Answering(exchange(b"<a/>"))
    one = sent(s3, "PutBucketVersioning", exchange(b"<a/>"))
    assert standing_of(one, channel, "0").standing is SupportStatus.WORKS
    assert not channel.sent


def test_what_is_always_in_an_answer_is_weak_evidence() -> None:
    levels = {one.id: one.level for one in catalogue(contracts.contract("route53"))}
    assert levels["route53/ListHostedZones/response/Marker/required"] is Level.INFORMATIONAL


@pytest.mark.parametrize(("body", "held"), [(b"", True), (b"{}", False)])
def test_an_answer_without_a_body_needs_no_label(body: bytes, held: bool) -> None:
    contract = contracts.contract("kinesis")
    operation = contract.operations["ListStreams"]
    answered = read(exchange(body, media="text/html"), operation)
    found = {one.requirement: one.held for one in observe(contract, operation, answered)}
    assert found.get("kinesis/ListStreams/response/content-type", True) is held


@pytest.mark.parametrize(
    ("code", "status", "held"),
    [("NoSuchBucket", 404, True), ("NoSuchBucket", 400, True), ("Other", 404, False)],
)
def test_a_name_that_is_looked_up_first_may_be_missing_with_any_status(
    s3: Contract,
    code: str,
    status: int,
    held: bool,
) -> None:
    operation = s3.operations["ListObjectsV2"]
    errors = {name: replace(one, status=404) for name, one in operation.errors.items()}
    limited = msgspec.structs.replace(s3.overlay, refusals={"limit": ((400, "InvalidBucketName"),)})
    contract = replace(s3, overlay=limited)
    probe = Probe(
        "r", replace(operation, errors=errors), Side.REJECT, {}, "", Fault.LIMIT,
        tolerated=("NoSuchBucket",),
    )  # fmt: skip
    body = MISSING.replace(b"NoSuchBucket", code.encode())
    assert judge_probe(contract, probe, read(exchange(body, status), operation)).held is held


@pytest.mark.parametrize(
    "wanted",
    [
        pytest.param(
            "redshift/AcceptReservedNodeExchange/request/ReservedNodeId/maxLength", id="a text"
        ),
        # 50,000 of them, and each with two names of 1,024 characters at the most.
        pytest.param("transfer/CreateUser/request/HomeDirectoryMappings/maxItems", id="a list"),
    ],
)
def test_nothing_is_made_that_no_request_carries(wanted: str) -> None:
    contract = contracts.contract(wanted.partition("/")[0])
    one = next(one for one in catalogue(contract) if one.id == wanted)
    planned = plan(contract, one)
    assert not planned.probes
    assert "too large for one request" in planned.why_not


@pytest.mark.parametrize(("status", "held"), [(404, True), (400, False), (200, False)])
def test_a_refusal_of_head_has_no_name(s3: Contract, status: int, held: bool) -> None:
    operation = s3.operations["HeadBucket"]
    probe = Probe("r", operation, Side.REJECT, {}, "", Fault.NOT_FOUND)
    assert judge_probe(s3, probe, read(exchange(b"", status), operation)).held is held


@pytest.mark.parametrize("odd", [b"\x00", b"&#x0;", b"&#0;", b"\x1f", b"&#31;", b"&#x1F;"])
def test_a_character_that_xml_cannot_have_is_no_fault_of_the_form(s3: Contract, odd: bytes) -> None:
    operation = s3.operations["ListObjectsV2"]
    body = b"<ListBucketResult><Delimiter>a" + odd + b"b</Delimiter></ListBucketResult>"
    assert not read(exchange(body), operation).form
    assert read(exchange(body[:-3]), operation).form
    assert read(exchange(b"<a>&#9;&b;</a>"), operation).form


def test_a_bucket_of_the_first_region_shows_no_place(s3: Contract) -> None:
    operation = s3.operations["GetBucketLocation"]
    assert read(exchange(b"<LocationConstraint/>"), operation).body == {}
    placed = exchange(b"<LocationConstraint>eu-west-1</LocationConstraint>")
    assert read(placed, operation).body == {"LocationConstraint": "eu-west-1"}


@pytest.mark.parametrize(("status", "held"), [(404, True), (400, True), (409, False)])
def test_json_services_refuse_with_400(status: int, held: bool) -> None:
    contract = contracts.contract("servicediscovery")
    operation = replace(contract.operations["GetNamespace"], protocol=ProtocolName.AWS_JSON_1_1)
    body = b'{"__type":"NamespaceNotFound","message":"none"}'
    answered = read(exchange(body, status, "application/x-amz-json-1.1"), operation)
    found = {one.requirement: one.held for one in observe(contract, operation, answered)}
    assert found["servicediscovery/GetNamespace/error/NamespaceNotFound"] is held


@pytest.mark.parametrize(
    ("fault", "code", "held"),
    [
        (Fault.REQUIRED, "WAFDuplicateItemException", True),
        (Fault.LIMIT, "WAFNonexistentItemException", True),
        (Fault.REQUIRED, "WAFNonexistentItemException", False),
        (Fault.LIMIT, "AccessDenied", False),
    ],
)
def test_a_request_that_nobody_confirmed_may_have_another_fault(
    fault: Fault, code: str, held: bool
) -> None:
    contract = contracts.contract("wafv2")
    probe = Probe("r", contract.operations["CreateIPSet"], Side.REJECT, {}, "", fault)
    body = f'{{"__type":"{code}","message":"none"}}'.encode()
    answered = read(exchange(body, 403, "application/x-amz-json-1.1"), probe.operation)
    assert judge_probe(contract, probe, answered).held is held
