"""What a run makes is used by one request at a time, and what it finds out is not lost."""

from __future__ import annotations

from dataclasses import replace
from unittest.mock import Mock

import pytest

from conformance.contract.building import build_contract
from conformance.contract.inference.inferring import inferred_overlay
from conformance.contract.model import Contract
from conformance.contract.protocols import with_protocol
from conformance.engine.attempt import send_and_judge
from conformance.engine.resources.inventory import Inventory
from conformance.engine.resources.names import Names
from conformance.engine.resources.prerequisites import naming
from conformance.engine.resources.request_search import RequestSearch
from conformance.engine.secrets.masking import Masker
from conformance.engine.sending.channel import SignedChannel
from conformance.engine.sending.exchange_log import RunResource, SentProbe, SetupFailed
from conformance.engine.sending.settling import Arrival
from conformance.engine.session import Session
from conformance.error_identity import says_missing
from conformance.plan.probes import Probe, Side
from conformance.plan.sequences.listing import whole
from conformance.plan.sequences.steps import NotShown, Send
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.refusal_values import RefusalText
from conformance.plan.valid_requests.request_repair import repaired
from conformance.transport.credentials import TEST_CREDENTIALS
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.parsed_response import ParsedResponse
from conformance.transport.retry import RetryingTransport
from conformance.transport.signing import Signer
from tests.cases.test_protocols import Full, asked, endpoints
from tests.cases.test_restjson import SPEC, TEXT, Grove, Refused, operation
from tests.contracts import inferred

URL = "http://127.0.0.1:1"


class Counting(Grove):
    """Counts the requests by method and path."""

    seen: list[str]

    def send(self, request: Request) -> Exchange:
        self.seen.append(f"{request.method} {request.url.removeprefix(URL)}")
        return super().send(request)


@pytest.fixture
def grove() -> Counting:
    found = Counting()
    found.seen = []
    return found


@pytest.fixture
def session(grove: Counting) -> Session:
    found = build_contract("grove", SPEC, {})
    contract = with_protocol(replace(found, overlay=inferred_overlay(found)))
    signer = Signer(TEST_CREDENTIALS, "us-east-1", contract.signing_name)
    transport = RetryingTransport(grove, retries=0, base=0.0)
    return Session(contract, SignedChannel(URL, signer, transport), Names(), Masker(), settle=0.0)


def probe(contract: Contract, name: str) -> Probe:
    operation = contract.operations[name]
    return Probe("grove/x", operation, Side.ACCEPT, valid_request(contract, operation), "")


def test_an_accepted_request_is_sent_once(session: Session, grove: Counting) -> None:
    tried = send_and_judge(session, probe(session.contract, "CreateTree"))
    assert tried.finding is not None
    assert tried.finding.held
    assert grove.seen.count("POST /trees") == 1


def test_requests_at_once_are_each_for_a_resource_of_their_own(session: Session) -> None:
    sent = session.send_again(probe(session.contract, "DeleteTree"), 3)
    assert [one.answer.status for one in sent] == [200] * 3
    assert len({one.resource.id for one in sent if one.resource is not None}) == 3


def test_what_comes_along_is_fresh_with_a_new_owner(session: Session) -> None:
    first = session.inventory.resource(kind="keeper")
    assert session.inventory.resource(kind="keeper", fresh=True).id == first.id
    first.touched = True
    fresh = session.inventory.resource(kind="keeper", fresh=True)
    assert fresh.id != first.id
    assert fresh.parents["tree"] is not first.parents["tree"]
    assert not fresh.touched


def test_room_is_made_by_nothing_that_is_in_use() -> None:
    contract, target = inferred("route53resolver"), Full(3, "LimitExceededException")
    disposal = endpoints(target, contract, 3)
    one, two, three = list(target.there)
    made = {found.id: found for found in disposal._inventory.made.all}
    made[one].held = True
    refused = target.send(asked(contract, "CreateResolverEndpoint"))
    refused = replace(refused, resource=made[two])
    assert disposal.made_room(refused)
    assert target.there == [one, two]
    assert made[three].gone


def test_what_is_too_much_in_a_request_is_waited_for_no_longer(
    session: Session, grove: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    session._arrival = Arrival(3.0, lambda _: None)
    for _ in range(2):
        session.inventory.create(kind="tree")
    full = Refused(400, "TooManyNotesException")
    monkeypatch.setattr(grove, "_plant", Mock(side_effect=full))
    asked_for = replace(probe(session.contract, "CreateTree"), side=Side.REJECT)
    assert session.send(asked_for).answer.code == "TooManyNotesException"
    assert grove.seen.count("POST /trees") == 4


class MakesAnother(Full):
    """Makes one more for the first deletion."""

    inventory: Inventory
    has_deleted = False

    def send(self, probe: Probe, *, resource: RunResource | None = None) -> SentProbe:
        sent = super().send(probe, resource=resource)
        if probe.operation.name.startswith("Delete") and not self.has_deleted:
            self.has_deleted = True
            again = asked(inferred("route53resolver"), "CreateResolverEndpoint")
            self.inventory.made.note(super().send(again))
        return sent


def test_what_is_made_while_all_is_deleted_is_deleted_too() -> None:
    contract, target = inferred("route53resolver"), MakesAnother(3, "LimitExceededException")
    disposal = endpoints(target, contract, 3)
    target.inventory = disposal._inventory
    assert disposal.clean_up() == []
    assert target.there == []


class CannotBeMade:
    """Accepts a request with a member more, and fails to set up any that is pruned."""

    def __init__(self) -> None:
        self.accepted = 0

    def send(self, probe: Probe, *, resource: RunResource | None = None) -> SentProbe:
        exchange = Exchange(Request("POST", URL, ()), Response(200, (), b"{}"), None, 0.0)
        ok = "note" in probe.values
        answer = ParsedResponse(400, {}, "BadRequest", "note is required", "", 2)
        answer = ParsedResponse(200, {}, None, "", "", 2) if ok else answer
        sent = SentProbe(probe, probe.values, exchange, answer, resource)
        self.accepted += ok
        if self.accepted and not ok:
            raise SetupFailed(sent)
        return sent


def test_what_was_accepted_is_found_although_nothing_less_can_be_sent(session: Session) -> None:
    contract, target = session.contract, CannotBeMade()
    search = RequestSearch(contract, target.send)
    found = search.improve(target.send(probe(contract, "CreateTree")))
    assert found is not None
    assert "note" in found.probe.values


def test_pages_of_wrong_types_are_no_trouble() -> None:
    contract = inferred("route53resolver")
    listing = contract.operations["ListResolverEndpoints"]
    pages = whole(Send(listing, {}, 0), {"ResolverEndpoints": 5, "NextToken": "t"})
    following = next(pages)
    assert isinstance(following, Send)
    assert following.values["NextToken"] == "t"
    with pytest.raises(StopIteration) as ended:
        pages.send(ParsedResponse(200, {"ResolverEndpoints": [1]}, None, "", "", 2))
    assert ended.value.value["ResolverEndpoints"] == [1]


def test_a_position_that_is_no_text_ends_the_look() -> None:
    listing = inferred("route53resolver").operations["ListResolverEndpoints"]
    with pytest.raises(NotShown, match="is not a string"):
        next(whole(Send(listing, {}, 0), {"NextToken": {"a": 1}}))


@pytest.mark.parametrize(
    ("message", "gone"),
    [
        ("the branch was not found", True),
        ("branch b1 does not exist", True),
        ("Branch b1 doesn't exist", True),
        ("branch b1 couldn't be found", True),
        ("There is no such branch", True),
        ("NOT_FOUND", True),
        ("the branch cannot be used", False),
        ("Comparison is one of EXISTS, NOT_EXISTS", False),
        ("Member must have length less than 20", False),
    ],
)
def test_a_message_says_that_something_is_not_there(message: str, *, gone: bool) -> None:
    assert says_missing(message) is gone


def test_a_member_that_only_an_example_has_names_nothing(session: Session) -> None:
    about = session.contract.operations["CreateBranch"]
    made = session.send(probe(session.contract, "CreateBranch"))
    request = {"treeId": "other", "odd": {"branchId": "b"}}
    [changed] = naming(about, {**request, "parentId": "p", "note": "n"}, made)
    assert changed["treeId"] == made.values["treeId"]
    assert changed["odd"] == {"branchId": "b"}


def test_what_excludes_each_other_is_left_out_with_all_that_is_in_it() -> None:
    settings = {"type": "object", "x-type": "structure", "properties": {"colourName": TEXT}}
    given = {"note": TEXT, "generalSettings": settings}
    paths = {"/trees": {"post": operation("CreateTree", given=given)}}
    creation = build_contract("grove", {**SPEC, "paths": paths}, {}).operations["CreateTree"]
    start = {"note": "n", "generalSettings": {"colourName": "t"}}
    told = "general settings, colour name and note: both cannot be specified"
    tried = list(repaired(creation, start, start, RefusalText(400, "Bad", told, {})))
    assert {} in tried
    assert {"generalSettings": {}} not in tried
