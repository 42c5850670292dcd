"""What is switched or related is shown by some reader, against answers made by hand."""

from __future__ import annotations

from functools import cache

import pytest

from conformance.contract.listing.catalogue import catalogue
from conformance.plan.sequences.steps import NotShown, RuleBroken
from tests.plan.test_effects import ending, inferred, still
from tests.plan.test_sequences import answered
from tests.sampling import one_in

MADE, DONE = answered(200), answered(200)
BUSY = answered(409, {"__type": "ConflictException"})


@cache
def rules(service):
    return {
        one.id.partition("/")[2]: one.rule
        for one in catalogue(inferred(service))
        if one.keyword == "reflected"
    }


def played(service, address, *answers):
    contract = inferred(service)
    return ending(rules(service)[f"{address}/behavior/takes-effect"], address, answers, contract)


def pipe(state, **beside):
    return {"Name": "made-0", "CurrentState": state, **beside}


STOPPED, RUNNING = pipe("STOPPED"), pipe("RUNNING")


def idle(body):
    """The same, however often it is looked at: what runs may take its time to show so."""
    return [body] * 6


@pytest.mark.parametrize(
    ("answers", "raised"),
    [
        ([STOPPED, DONE, RUNNING], type(None)),
        ([STOPPED, DONE, STOPPED, STOPPED, RUNNING], type(None)),
        ([STOPPED, DONE, *idle(STOPPED), DONE, *idle(STOPPED)], RuleBroken),
        ([STOPPED, DONE, pipe("STARTING")], type(None)),
        ([STOPPED, DONE, pipe("STOPPED", StateReason="no source")], type(None)),
        ([RUNNING, DONE, *idle(RUNNING), DONE, STOPPED, STOPPED, DONE, RUNNING], type(None)),
        ([RUNNING, DONE, *idle(RUNNING), DONE, STOPPED, STOPPED, DONE, *idle(STOPPED)],
         RuleBroken),
        ([STOPPED, DONE, *idle(STOPPED), BUSY], NotShown),
        ([pipe("START_FAILED"), DONE, *idle(pipe("START_FAILED")), DONE,
          *idle(pipe("START_FAILED"))], NotShown),
        ([*[pipe("CREATING")] * 3, STOPPED, DONE, *idle(STOPPED), DONE, *idle(STOPPED)],
         RuleBroken),
        ([{}, DONE], NotShown),
    ],
)  # fmt: skip
def test_what_is_started_has_another_state_unless_it_ran_before(answers, raised):
    assert isinstance(played("pipes", "StartPipe", MADE, *answers), raised)


@pytest.mark.parametrize(
    ("answers", "raised"),
    [
        ([STOPPED, DONE, RUNNING, DONE, STOPPED], type(None)),
        ([STOPPED, DONE, RUNNING, DONE, RUNNING, STOPPED], type(None)),
        ([STOPPED, DONE, RUNNING, DONE, *idle(RUNNING)], RuleBroken),
        ([STOPPED, DONE, *idle(STOPPED)], NotShown),
        ([RUNNING, DONE, *idle(RUNNING), DONE, STOPPED], type(None)),
        ([RUNNING, DONE, *idle(RUNNING), DONE, *idle(RUNNING)], RuleBroken),
        ([STOPPED, DONE, RUNNING, BUSY], NotShown),
        ([RUNNING, BUSY, DONE, *idle(RUNNING), DONE, *idle(RUNNING)], RuleBroken),
        ([RUNNING, BUSY, DONE, STOPPED], type(None)),
    ],
)
def test_what_is_stopped_has_another_state_than_while_it_ran(answers, raised):
    assert isinstance(played("pipes", "StopPipe", MADE, *answers), raised)


def test_what_starts_and_stops_late_is_looked_at_for_a_while():
    late = [*idle(STOPPED)[1:], RUNNING]
    assert played("pipes", "StartPipe", MADE, STOPPED, DONE, *late) is None
    late = [*idle(RUNNING)[1:], STOPPED]
    assert played("pipes", "StopPipe", MADE, STOPPED, DONE, RUNNING, DONE, *late) is None


def test_what_is_under_way_is_waited_for_before_it_is_stopped():
    started = [pipe("STARTING"), pipe("STARTING"), RUNNING]
    answers = [STOPPED, DONE, *started, DONE, *idle(RUNNING)]

    assert isinstance(played("pipes", "StopPipe", MADE, *answers), RuleBroken)


def members(*names):
    return {"Users": [{"Username": one} for one in names]}


@pytest.mark.parametrize(
    ("answers", "raised"),
    [
        ([members(), DONE, members("made-1")], type(None)),
        ([members(), DONE, members(), members("made-1")], type(None)),
        ([members(), DONE, *still(members()), DONE, *still(members())], RuleBroken),
        ([members("${id.user}"), DONE], NotShown),
        ([members(), BUSY], NotShown),
        ([BUSY, DONE], NotShown),
    ],
)
def test_what_is_added_has_to_be_shown_by_a_reader_of_both_sides(answers, raised):
    seen = played("cognito-idp", "AdminAddUserToGroup", MADE, MADE, *answers)

    assert isinstance(seen, raised)


def consumers(*names):
    return {"Consumers": [{"ConsumerName": one, "ConsumerARN": f"arn:{one}"} for one in names]}


@pytest.mark.parametrize(
    ("answers", "raised"),
    [
        ([consumers(), DONE, consumers("new")], type(None)),
        ([consumers(), DONE, *still(consumers()), DONE, *still(consumers())], RuleBroken),
    ],
)
def test_entries_of_a_list_that_is_asked_for_by_an_arn_need_not_show_the_name(answers, raised):
    assert isinstance(played("kinesis", "RegisterStreamConsumer", MADE, *answers), raised)


MISSING = answered(404, {"__type": "CorsPolicyNotFoundException"})
POLICY = {"CorsPolicy": [{"AllowedOrigins": ["*"]}]}


@pytest.mark.parametrize(
    ("answers", "raised"),
    [
        ([MISSING, DONE, POLICY], type(None)),
        ([MISSING, DONE, *still(MISSING), DONE, *still(MISSING)], RuleBroken),
        ([POLICY, DONE], NotShown),
    ],
)
def test_what_is_put_has_to_be_found_where_nothing_was(answers, raised):
    assert isinstance(played("mediastore", "PutCorsPolicy", MADE, *answers), raised)


@pytest.mark.parametrize(
    ("service", "address", "by"),
    one_in(2, [
        ("medialive", "StopChannel", {"DescribeChannel": "state"}),
        ("synthetics", "StartCanary", {"GetCanary": "Canary.Status.State"}),
        ("cloudwatch", "StartMetricStreams", {"GetMetricStream": "State"}),
        ("organizations", "DetachPolicy", {"ListTargetsForPolicy": "Targets[].Arn"}),
        ("iot", "AttachPolicy", {"ListTargetsForPolicy": "targets"}),
        ("shield", "AssociateHealthCheck", {"DescribeProtection": "Protection.HealthCheckIds"}),
        ("customer-profiles", "PutProfileObjectType", {"ListProfileObjectTypes": ""}),
        ("firehose", "StopDeliveryStreamEncryption",
         {"DescribeDeliveryStream":
            "DeliveryStreamDescription.DeliveryStreamEncryptionConfiguration.Status"}),
    ]),
)  # fmt: skip
def test_readers_and_their_places_are_found_by_name_and_values(service, address, by):
    assert rules(service)[f"{address}/behavior/takes-effect"].by == by


@pytest.mark.parametrize(
    ("service", "address"),
    one_in(
        2,
        [
            ("glue", "StartTrigger"),  # one on demand runs, and has the state that it had
            ("glue", "StartCrawler"),  # ends by itself
            ("cognito-idp", "StartUserImportJob"),
            ("ssm-sap", "StartApplication"),  # an operation goes on
            ("rekognition", "AssociateFaces"),  # what is not associated is told in the answer
            ("rds", "RegisterDBProxyTargets"),  # may name none
            ("frauddetector", "PutEventType"),  # asked for by a name that the change does not give
            ("connect", "AssociateWorkspace"),  # what is listed was made otherwise
            ("events", "EnableRule"),  # has a rule of its own
            ("servicediscovery", "RegisterInstance"),  # an operation goes on
        ],
    ),
)
def test_what_may_be_shown_otherwise_says_nothing(service, address):
    assert f"{address}/behavior/takes-effect" not in rules(service)


def test_what_keeps_a_resource_from_being_deleted_is_known_by_pairs():
    held = inferred("iam").overlay.kinds()["role"].also_holds

    assert {(one.list, one.delete, *one.with_.items()) for one in held} == {
        ("ListAttachedRolePolicies", "DetachRolePolicy", ("PolicyArn", "PolicyArn")),
        ("ListRolePolicies", "DeleteRolePolicy", ("PolicyName", "")),
        ("ListInstanceProfilesForRole", "RemoveRoleFromInstanceProfile",
         ("InstanceProfileName", "InstanceProfileName")),
    }  # fmt: skip
