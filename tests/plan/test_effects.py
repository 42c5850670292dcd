"""What changes show elsewhere, filters, orders and tokens, against answers made by hand."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from functools import cache
from typing import Any

import pytest

from conformance.contract.building import build_contract
from conformance.contract.deriving.assemble import assemble_whole
from conformance.contract.deriving.example_requests import add_usual
from conformance.contract.inference.inferring import inferred_overlay
from conformance.contract.levels import Level, Source
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.listing.effects import effect_rules
from conformance.contract.listing.requirements import Requirement, Subject
from conformance.contract.observed import disproved
from conformance.documents.sdk.member_prose import tokens
from conformance.documents.sdk.models import load_model
from conformance.documents.sdk.pages import model_pages
from conformance.plan.sequences import KINDS
from conformance.plan.sequences.steps import NotShown, Pause, RuleBroken, Script
from tests import contracts
from tests.plan.shop import played
from tests.plan.test_sequences import answered, read_rule
from tests.sampling import one_in

MADE = answered(200)
NONE: dict[str, Any] = {"AttachedPolicies": []}
ONE = {"AttachedPolicies": [{"PolicyArn": "arn:one"}]}


inferred = contracts.inferred


@cache
def told(service):
    """The contract as a run has it: with what the model's prose says."""
    model = load_model(service)
    document, _ = assemble_whole(model_pages(model, service))
    add_usual(document, model)
    contract = build_contract(service, document, {})
    return replace(contract, overlay=inferred_overlay(contract))


@cache
def effects(service):
    return effect_rules(inferred(service), ())


def made(value, key):
    return f"made-{key}" if value == "${id}" else value


def ending(rule, operation, bodies, contract, fill=made):
    """Play a rule; gives what that raised, or None."""
    requirement = Requirement(
        f"x/{operation}/behavior/x", "x", operation, Level.EXPECTED, "", Source(), Subject.RULE,
        keyword=rule.kind, rule=rule,
    )  # fmt: skip
    waiting = iter(bodies)

    def answer(step):
        body: Any = {} if isinstance(step, Pause) else next(waiting, {})
        return body if hasattr(body, "status") else answered(200, body)

    return played(Script(contract, requirement, fill), answer)


def still(body):
    """The same, however often it is looked at."""
    return [body] * 4


def effect(address, bodies):
    rule = effects("iam")[address]
    return ending(rule, address.partition("/")[0], bodies, inferred("iam"))


def test_what_is_attached_is_listed_with_the_user_that_it_is_attached_to():
    rule = effects("iam")["AttachUserPolicy/behavior/takes-effect"]

    assert (rule.by, rule.at, rule.of) == (
        "ListAttachedUserPolicies", "AttachedPolicies[].PolicyArn", "user",
    )  # fmt: skip
    assert rule.off == "DetachUserPolicy"


@pytest.mark.parametrize(("after", "holds"), [(ONE, True), (NONE, False)])
def test_what_is_attached_has_to_be_listed(after, holds):
    bodies = [{}, {}, NONE, {}, *still(after), {}]
    raised = effect("AttachUserPolicy/behavior/takes-effect", bodies)

    assert raised is None if holds else isinstance(raised, RuleBroken)


def test_what_is_attached_may_be_listed_a_moment_later():
    bodies = [{}, {}, NONE, {}, NONE, ONE]
    assert effect("AttachUserPolicy/behavior/takes-effect", bodies) is None
    bodies = [{}, {}, NONE, {}, ONE, {}, ONE, ONE, NONE]
    assert effect("DetachUserPolicy/behavior/takes-effect", bodies) is None


@pytest.mark.parametrize(
    ("after", "gone", "raised"),
    [([ONE], NONE, None), ([ONE], ONE, RuleBroken), (still(NONE), NONE, NotShown)],
)
def test_what_is_detached_has_to_be_listed_no_more(after, gone, raised):
    bodies = [{}, {}, NONE, {}, *after, {}, *still(gone)]
    seen = effect("DetachUserPolicy/behavior/takes-effect", bodies)

    assert seen is None if raised is None else isinstance(seen, raised)


@pytest.mark.parametrize(
    ("service", "address"),
    one_in(
        4,
        [
            ("accessanalyzer", "UpdateFindings/behavior/status-takes-effect"),
            ("networkmanager", "UpdateSite/behavior/Description-takes-effect"),
            ("deadline", "UpdateQueueFleetAssociation/behavior/status-takes-effect"),
            ("mediaconnect", "UpdateFlowMediaStream/behavior/description-takes-effect"),
            ("medialive", "UpdateNodeState/behavior/state-takes-effect"),
            ("connect", "AssociateQueueQuickConnects/behavior/takes-effect"),
            ("notifications", "AssociateChannel/behavior/takes-effect"),
            ("customer-profiles", "PutSegmentSubscription/behavior/takes-effect"),
            ("drs", "StartReplication/behavior/takes-effect"),
            ("ec2", "AssociateCapacityReservationBillingOwner/behavior/takes-effect"),
            ("qconnect", "ActivateMessageTemplate/behavior/takes-effect"),
            ("connect", "ActivateEvaluationForm/behavior/takes-effect"),
            (
                "cleanrooms",
                "UpdateConfiguredTableAnalysisRule/behavior/analysisRuleType-takes-effect",
            ),
            ("rolesanywhere", "PutAttributeMapping/behavior/certificateField-takes-effect"),
        ],
    ),
)
def test_what_a_reader_shows_of_something_else_says_nothing_of_a_change(service, address):
    assert address not in effects(service)


@pytest.mark.parametrize(
    ("service", "address"),
    one_in(
        2,
        [
            ("connect", "UpdateQueueStatus/behavior/Status-takes-effect"),
            ("logs", "PutRetentionPolicy/behavior/retentionInDays-takes-effect"),
            (
                "ecr",
                "PutImageScanningConfiguration/behavior/imageScanningConfiguration-takes-effect",
            ),
            ("elb", "AttachLoadBalancerToSubnets/behavior/takes-effect"),
            ("iam", "AddUserToGroup/behavior/takes-effect"),
            ("ds", "EnableDirectoryDataAccess/behavior/takes-effect"),
            ("mediastore", "StartAccessLogging/behavior/takes-effect"),
            ("ec2", "ModifyInstancePlacement/behavior/Tenancy-takes-effect"),
        ],
    ),
)
def test_what_a_reader_shows_of_the_same_says_it(service, address):
    assert address in effects(service)


@pytest.mark.parametrize(
    ("service", "do", "undo"),
    [
        ("autoscaling", "AttachLoadBalancers", "DetachLoadBalancers"),  # being removed for a while
        ("autoscaling", "AttachTrafficSources", "DetachTrafficSources"),
        ("iot", "AttachThingPrincipal", "DetachThingPrincipal"),  # in the background
    ],
)
def test_what_is_undone_later_shows_at_once_only_what_is_done(service, do, undo):
    known = {one.id.partition("/")[2] for one in catalogue(told(service))}

    assert f"{do}/behavior/takes-effect" in known
    assert f"{undo}/behavior/takes-effect" not in known


@pytest.mark.parametrize(
    ("service", "operation", "other"),
    [
        ("mediastore", "PutMetricPolicy", "PutContainerPolicy"),  # takes up to minutes
        ("lightsail", "AttachInstancesToLoadBalancer", "StartRelationalDatabase"),  # after a time
    ],
)
def test_what_is_done_later_says_nothing(service, operation, other):
    known = {one.id.partition("/")[2] for one in catalogue(told(service))}

    assert f"{other}/behavior/takes-effect" in known
    assert f"{operation}/behavior/takes-effect" not in known


def client_authentication(state):
    return {"ClientAuthenticationSettingsInfo": [{"Type": "SmartCard", "Status": state}]}


@pytest.mark.parametrize(("state", "raised"), [("Disabled", None), ("Enabled", RuleBroken)])
def test_what_is_disabled_may_stay_in_the_list_with_another_state(state, raised):
    rule = effects("ds")["DisableClientAuthentication/behavior/takes-effect"]
    none: dict[str, Any] = {"ClientAuthenticationSettingsInfo": []}
    last = still(client_authentication(state))
    bodies = [{}, none, {}, client_authentication("Enabled"), {}, *last]
    seen = ending(rule, "DisableClientAuthentication", bodies, inferred("ds"))

    assert seen is None if raised is None else isinstance(seen, raised)


def test_of_a_switch_that_is_not_shown_nothing_is_said():
    rule = effects("mediastore")["StartAccessLogging/behavior/takes-effect"]
    seen = ending(rule, "StartAccessLogging", [{}, {}, {}, {}], inferred("mediastore"))

    assert isinstance(seen, NotShown)


@pytest.mark.parametrize("after", [ONE, NONE])
def test_what_is_attached_is_detached_whatever_was_shown(after):
    rule, sent = effects("iam")["AttachUserPolicy/behavior/takes-effect"], []
    requirement = Requirement(
        "x", "x", "AttachUserPolicy", Level.EXPECTED, "", Source(), Subject.RULE,
        keyword=rule.kind, rule=rule,
    )  # fmt: skip
    play = KINDS[rule.kind](Script(inferred("iam"), requirement, lambda value, _: value))
    step, bodies = next(play), [{}, {}, NONE, {}, after, *[{}, after] * 3, {}]
    with suppress(StopIteration, RuleBroken):
        for body in bodies:
            sent.append(getattr(step, "operation", step))
            step = play.send(answered(200, body))

    assert getattr(sent[-1], "name", None) == "DetachUserPolicy"


@pytest.mark.parametrize(
    ("service", "address"),
    [
        ("es", "CreateElasticsearchDomain/behavior/taken-identifier"),
        ("opensearch", "CreateDomain/behavior/taken-identifier"),
    ],
)
def test_a_creation_that_changes_what_is_there_is_known(service, address):
    assert f"{service}/{address}" in disproved(service)


def version(flag):
    return {"PolicyVersion": {"IsDefaultVersion": flag}}


@pytest.mark.parametrize(
    ("before", "after", "raised"),
    [(False, True, None), (False, False, RuleBroken), (True, True, NotShown)],
)
def test_what_is_set_as_the_default_is_the_default(before, after, raised):
    answers = [{}, version(before), {}, *still(version(after))]
    seen = effect("SetDefaultPolicyVersion/behavior/takes-effect", answers)

    assert seen is None if raised is None else isinstance(seen, raised)


@pytest.mark.parametrize(
    ("before", "after", "raised"),
    [(False, False, NotShown), (True, True, RuleBroken), (True, False, type(None))],
)
def test_members_that_no_page_lists_are_no_part_of_a_setting(before, after, raised):
    """``scanOnPush`` alone is compared, whatever stands beside it: false is tried first."""

    def repository(flag):
        setting = {"scanOnPush": flag, "lastSeenBy": "nobody"}
        return {
            "repositories": [{"repositoryName": "made-0", "imageScanningConfiguration": setting}]
        }

    address = "PutImageScanningConfiguration/behavior/imageScanningConfiguration-takes-effect"
    answers = [{}, repository(before), {}, repository(after), *still(repository(after))]
    seen = ending(effects("ecr")[address], address.partition("/")[0], answers, inferred("ecr"))
    assert isinstance(seen, raised)


def entries(*ids, **shown):
    return {"Entries": [{"KeyName": one, **shown} for one in ids]}


def filtered(*bodies):
    rule = read_rule(
        "filtered-by-name", filter="Filters", keys=["Name", "Values"], name="description",
        shown="Description", at="Entries[]", id="KeyName",
    )  # fmt: skip
    return ending(rule, "ListKeys", [MADE, *bodies], contracts.contract("location"))


def test_what_has_the_value_of_a_filter_is_listed_and_nothing_else():
    own, other = entries("made-0", Description="a"), entries("made-1", Description="b")
    both = {"Entries": [*own["Entries"], *other["Entries"]]}

    assert filtered(both, own, {}) is None
    assert filtered(both, own, answered(400)) is None
    assert isinstance(filtered(both, *[other, own] * 4), RuleBroken)
    assert filtered(both, other, own, own) is None  # an index that is behind
    assert isinstance(filtered(both, both, {}), RuleBroken)
    assert isinstance(filtered(both, own, own), RuleBroken)
    assert isinstance(filtered(own, {}, other), NotShown)
    assert isinstance(filtered(own, answered(400)), NotShown)


def turned(one, other):
    rule = read_rule("sorted", member="Order", values=["ASCENDING", "DESCENDING"])
    answers = [MADE, MADE, MADE, entries(*one), entries(*other)]
    return ending(rule, "ListKeys", answers, contracts.contract("location"))


def test_a_list_that_is_turned_round_has_another_order():
    own = ("made-0", "made-1", "made-2")

    assert turned(own, own[::-1]) is None
    assert isinstance(turned(own, own), RuleBroken)
    assert isinstance(turned(own, own[:2]), NotShown)


@pytest.mark.parametrize(
    ("service", "address", "level"),
    [
        ("swf", "ListDomains/behavior/reverseOrder", Level.EXPECTED),
        ("servicecatalog", "SearchProducts/behavior/SortOrder", Level.INFORMATIONAL),
        ("inspector2", "ListCisScanConfigurations/behavior/sortOrder", Level.INFORMATIONAL),
    ],
)
def test_an_order_by_a_key_that_is_chosen_elsewhere_is_not_sure(service, address, level):
    assert inferred(service).overlay.rules[address].level is level


def test_a_token_that_counts_for_nothing_makes_no_request_safe_to_repeat():
    used, unused = load_model("eks"), load_model("evs")

    assert tokens(used, "CreateClusterRequest") == ["clientRequestToken"]
    assert tokens(unused, "CreateEnvironmentRequest") == []


@pytest.mark.parametrize(
    ("again", "raised"),
    [
        ({"KeyName": "made-0"}, None),
        ({"KeyName": "other"}, RuleBroken),
        (answered(409), NotShown),
    ],
)
def test_a_creation_with_the_same_token_shows_what_was_made(again, raised):
    rule = read_rule("same-token", token="Description", at="KeyName")
    seen = ending(rule, "CreateKey", [MADE, again], contracts.contract("location"))

    assert seen is None if raised is None else isinstance(seen, raised)
