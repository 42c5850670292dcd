"""Services of every protocol without an overlay: how a run comes to what its requests need."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from conformance.contract.model import Contract
from conformance.contract.vocabulary.overlay_model import Overlay
from conformance.engine.resources.disposal import Disposal
from conformance.engine.resources.inventory import Inventory
from conformance.engine.resources.names import mentions
from conformance.engine.resources.placeholders import placeholder_facts, unknown_facts
from conformance.engine.resources.request_search import RequestSearch
from conformance.engine.sending.exchange_log import RunResource, SentProbe, SetupFailed
from conformance.engine.support import SupportStatus
from conformance.engine.support_registry import SupportRegistry
from conformance.engine.watching.spoilt import UNKNOWN, Spoilt
from conformance.error_identity import says_full
from conformance.plan.probes import Probe, Side
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.request_repair import RefusalText, repaired
from conformance.plan.valid_requests.resources import arn_of
from conformance.transport.parsed_response import NOT_JSON
from tests.cases.test_protobreadth import EXCHANGE, answer
from tests.contracts import inferred


def asked(contract: Contract, name: str) -> Probe:
    operation = contract.operations[name]
    return Probe("", operation, Side.ACCEPT, valid_request(contract, operation), "a valid request")


# -- The next request ------------------------------------------------------------------------------


def tried(service: str, name: str, message: str, **known: str | None) -> list[dict[str, Any]]:
    contract = inferred(service)
    probe = asked(contract, name)
    refusal = RefusalText(400, "InvalidRequestException", message, known)
    return list(repaired(probe.operation, probe.values, probe.values, refusal))


@pytest.mark.parametrize(
    ("service", "name", "message", "first"),
    [
        ("firehose", "CreateDeliveryStream", "Exactly one destination configuration is supported",
         "S3DestinationConfiguration"),
        ("firehose", "UpdateDestination", "Only one destination update may be given",
         "S3DestinationUpdate"),
    ],
)  # fmt: skip
def test_of_what_excludes_each_other_that_which_the_refusal_means_comes_first(
    service: str, name: str, message: str, first: str
) -> None:
    given = asked(inferred(service), name).values
    more = [set(one) - set(given) for one in tried(service, name, message)]
    assert next(one for one in more if one) == {first}


def test_what_is_not_found_under_two_names_is_replaced_in_both() -> None:
    probe = asked(inferred("datasync"), "CreateTask")
    value = probe.values["SourceLocationArn"]
    assert value == probe.values["DestinationLocationArn"]
    found = tried("datasync", "CreateTask", f"Location {value} not found.",
                  **{"location-s-3": "${id.location-s-3}", "task": "${id.task}"})  # fmt: skip
    assert {**probe.values, "SourceLocationArn": "${id.location-s-3}",
            "DestinationLocationArn": "${id.location-s-3}"} == found[0]  # fmt: skip


def test_a_refusal_for_want_of_what_identifies_leads_to_the_arn() -> None:
    probe = asked(inferred("wafv2"), "GetRuleGroup")
    missing = RefusalText(400, "AccessDenied", "missing: name, id, aRN=null", {}, "${made.ARN}")
    found = list(repaired(probe.operation, probe.values, probe.values, missing))
    assert any(one.get("ARN") == "${made.ARN}" for one in found[:8])


@pytest.mark.parametrize(
    ("service", "name", "member", "template"),
    [
        ("firehose", "UpdateDestination", "CurrentDeliveryStreamVersionId", "${made.VersionId}"),
        ("wafv2", "UpdateIPSet", "LockToken", "${made.LockToken}"),
    ],
)
def test_the_current_version_of_something_is_what_it_shows_as_its_version(
    service: str, name: str, member: str, template: str
) -> None:
    assert asked(inferred(service), name).values[member] == template


def test_what_was_made_in_a_scope_is_named_with_it() -> None:
    contract = inferred("wafv2")
    made = asked(contract, "CreateWebACL").values["Scope"]
    assert asked(contract, "GetWebACL").values == {"Name": "${id}", "Scope": made}
    assert "Scope" not in contract.overlay.words_of("GetIPSet").binds, "that has to be given"


def test_the_arn_of_a_sort_of_something_is_what_identifies_it() -> None:
    contract = inferred("datasync")
    assert arn_of(contract, "location-s-3") == "${id.location-s-3}"
    assert arn_of(contract, "agent") == "${id.agent}"


class Choosy:
    """Takes a request that has a member; what speaks of something else cannot be made."""

    def __init__(self, member: str) -> None:
        self._member = member
        self.sent: list[dict[str, Any]] = []

    def send(self, probe: Probe, *, resource: RunResource | None = None) -> SentProbe:
        self.sent.append(dict(probe.values))
        refused = answer(400, "ValidationException", f"{self._member} is a required attribute")
        if mentions(probe.values, "${id."):
            raise SetupFailed(SentProbe(probe, {}, EXCHANGE, refused))
        given = self._member in probe.values
        said = answer(200, body={}) if given else refused
        return SentProbe(probe, probe.values, EXCHANGE, said, resource)


@pytest.mark.parametrize(
    ("service", "name", "member"),
    [("identitystore", "CreateUser", "UserName"), ("identitystore", "CreateGroup", "DisplayName")],
)
def test_the_search_goes_on_where_one_request_cannot_be_filled(
    service: str, name: str, member: str
) -> None:
    contract, target = inferred(service), Choosy(member)
    target.sent.clear()
    search = RequestSearch(contract, target.send)
    found = search.improve(target.send(asked(contract, name)))
    contract.found.by_operation.pop(name, None)
    assert found is not None
    assert member in found.probe.values
    own = "${id." + next(
        kind for kind, one in contract.overlay.kinds().items() if one.create == name
    )
    assert not any(mentions(one, own) for one in target.sent), (
        "a creation names no other of its own"
    )


# -- What is not blamed ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("service", "kind", "error"),
    [
        # A domain without the item answers nothing; the error is that of a domain.
        ("sdb", "attributes", None),
        ("route53", "hosted-zone", "NoSuchHostedZone"),
        ("athena", "prepared-statement", "ResourceNotFoundException"),
    ],
)
def test_the_error_of_another_kind_is_not_that_of_what_is_in_it(
    service: str, kind: str, error: str | None
) -> None:
    assert inferred(service).overlay.kinds()[kind].not_found == error


def shown_after(value: Any) -> Any:
    """What a list shows that has a null, after a value was wrongly taken for a family."""
    contract = inferred("ecs")
    registering = contract.operations["RegisterTaskDefinition"]
    given = {"family": value, "containerDefinitions": []}
    probe = Probe("", registering, Side.REJECT, given, "", place=("family",))
    spoilt = Spoilt()
    spoilt.note(SentProbe(probe, given, EXCHANGE, answer(200, body={})), [])
    return spoilt.hide(answer(200, body={"families": ["a", None], "more": None})).body


def test_a_null_that_was_taken_is_not_blamed_on_the_list_that_shows_it() -> None:
    assert shown_after(None) == {"families": ["a", UNKNOWN], "more": None}
    assert shown_after(1) == {"families": ["a", None], "more": None}


# -- Versions, room and what is not made -----------------------------------------------------------


def test_an_update_names_the_version_that_the_last_one_left() -> None:
    probe = asked(inferred("wafv2"), "CreateIPSet")
    made = {"Summary": {"Id": "i", "LockToken": "one"}}
    resource = RunResource("i", "", SentProbe(probe, {}, EXCHANGE, answer(200, body=made)))
    assert placeholder_facts(resource)["LockToken"] == "one"
    assert not unknown_facts({"LockToken": "${made.LockToken}"}, None, resource)
    resource.history.append(resource.created)
    assert unknown_facts({"LockToken": "${made.LockToken}"}, None, resource)
    assert not unknown_facts({"Id": "${made.Id}"}, None, resource), "that does not change"
    resource.seen = {"IPSet": {"Id": "other"}, "LockToken": "two"}
    assert not unknown_facts({"LockToken": "${made.LockToken}"}, None, resource)
    assert (placeholder_facts(resource)["LockToken"], placeholder_facts(resource)["Id"]) == (
        "two",
        "i",
    )


class Full:
    """Has room for a few."""

    def __init__(self, room: int, code: str) -> None:
        self._room, self._code = room, code
        self.there: list[str] = []
        self._count = 0

    def send(self, probe: Probe, *, resource: RunResource | None = None) -> SentProbe:
        name = probe.operation.name
        said = answer(200, body={})
        if name == "CreateResolverEndpoint":
            if len(self.there) >= self._room:
                said = answer(400, self._code)
            else:
                self._count += 1
                self.there.append(f"e{self._count}")
                said = answer(200, body={"ResolverEndpoint": {"Id": self.there[-1]}})
        elif name == "DeleteResolverEndpoint" and resource is not None:
            self.there.remove(resource.id)
        return SentProbe(probe, probe.values, EXCHANGE, said, resource)


def endpoints(target: Full, contract: Contract, times: int) -> Disposal:
    inventory = Inventory(contract, target.send)
    for _ in range(times):
        inventory.made.note(target.send(asked(contract, "CreateResolverEndpoint")))
    return Disposal(contract, target.send, inventory)


@pytest.mark.parametrize("code", ["LimitExceededException", "QuotaExceeded", "TooManyEndpoints"])
def test_where_there_may_be_no_more_what_nothing_uses_is_deleted(code: str) -> None:
    contract, target = inferred("route53resolver"), Full(3, code)
    disposal = endpoints(target, contract, 3)
    refused = target.send(asked(contract, "CreateResolverEndpoint"))
    assert disposal.made_room(refused)
    assert target.there == []
    assert not disposal.made_room(refused), "there is nothing to delete any more"


@pytest.mark.parametrize("code", ["ThrottlingException", "TooManyRequestsException", "Conflict"])
def test_other_refusals_make_no_room(code: str) -> None:
    contract, target = inferred("route53resolver"), Full(3, code)
    disposal = endpoints(target, contract, 3)
    assert not says_full(code)
    assert not disposal.made_room(target.send(asked(contract, "CreateResolverEndpoint")))
    assert len(target.there) == 3


def test_with_an_overlay_nothing_is_deleted_to_make_room() -> None:
    contract = replace(inferred("route53resolver"), overlay=Overlay())
    target = Full(3, "LimitExceededException")
    disposal = endpoints(target, contract, 3)
    assert not disposal.made_room(target.send(asked(contract, "CreateResolverEndpoint")))


class Lacks:
    """A session with a target that has no code for what makes instances."""

    def __init__(self, contract: Contract, *, breaks: bool) -> None:
        self.contract, self._breaks = contract, breaks
        self.left_out: frozenset[str] = frozenset()
        self.sent: list[dict[str, Any]] = []

    def send(self, probe: Probe, **_more: Any) -> SentProbe:
        if mentions(probe.values, "${id.instance}"):
            page = replace(answer(500), body=NOT_JSON)
            refused = page if self._breaks else answer(400, "ValidationException", "no name")
            raise SetupFailed(SentProbe(probe, {}, EXCHANGE, refused))
        self.sent.append(dict(probe.values))
        return SentProbe(probe, probe.values, EXCHANGE, answer(200, body={}))


@pytest.mark.parametrize("breaks", [True, False])
def test_what_takes_any_identifier_where_none_can_be_had_works(
    breaks: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    contract = inferred("sso-admin")
    session: Any = Lacks(contract, breaks=breaks)

    def once(of: Any, probe: Probe, **_more: Any) -> Any:
        return SimpleNamespace(sent=of.send(probe))

    monkeypatch.setattr("conformance.engine.support_registry.send_and_judge", once)
    registry = SupportRegistry(contract, session, SimpleNamespace())  # type: ignore[arg-type]
    monkeypatch.setattr(registry, "_establish_without", lambda *_: SimpleNamespace(standing=None))
    assert mentions(asked(contract, "CreatePermissionSet").values, "${id.instance}")
    standing = registry.of("CreatePermissionSet").standing
    contract.found.by_operation.pop("CreatePermissionSet", None)
    assert (standing is SupportStatus.WORKS) is breaks
    assert all(str(one["InstanceArn"]).startswith("arn:aws:sso:::") for one in session.sent)
