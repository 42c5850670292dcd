"""What people reported of emulators: each defect alone, in front of moto, fails by its own name."""

from __future__ import annotations

import pytest

from tests import contracts
from tests.cases import reported as of
from tests.cases.defects import (
    Defect,
    assert_changes_nothing_else,
    assert_found,
    assert_holds_without,
    assert_wrong_in_moto,
)
from tests.sampling import sampled

TABLE = {
    one.report: one
    for one in (
        Defect(
            "moto 3700: GetItem of no table has another error", "dynamodb",
            "dynamodb/GetItem/error/ResourceNotFoundException", of.another_error_for_no_table,
        ),
        Defect(
            "LocalStack 1108: Query tells no consumed capacity", "dynamodb",
            "dynamodb/Query/behavior/consumed-capacity", of.no_consumed_capacity,
        ),
        Defect(
            "ElasticMQ 97: attributes are received that nobody asked for", "sqs",
            "sqs/ReceiveMessage/behavior/named-only", of.attributes_that_nobody_asked_for,
        ),
        Defect(
            "ElasticMQ 1004: MessageSystemAttributeNames has no effect", "sqs",
            "sqs/SendMessage/behavior/received", of.system_attributes_are_not_shown,
        ),
        Defect(
            "ElasticMQ 114: a digest of no attributes", "sqs",
            "sqs/SendMessage/behavior/no-digest-of-nothing", of.a_digest_of_no_attributes,
        ),
        Defect(
            "ministack 36: errors lack x-amzn-query-error", "sqs",
            "sqs/protocol/former-error-name", of.no_name_of_the_query_protocol,
            ("sqs/GetQueueAttributes/error/*",),
        ),
        Defect(
            "a message that was deleted comes again", "sqs",
            "sqs/ReceiveMessage/behavior/deleted", lambda: of.nothing_is_done("DeleteMessage"),
        ),
        Defect(
            "a visibility timeout is not changed", "sqs",
            "sqs/ReceiveMessage/behavior/visible-again",
            lambda: of.nothing_is_done("ChangeMessageVisibility"),
        ),
        Defect(
            "dead letters are lost", "sqs",
            "sqs/SetQueueAttributes/behavior/dead-letters", of.dead_letters_are_lost,
        ),
        Defect(
            "a batch that forgets an entry", "sqs",
            "sqs/SendMessageBatch/behavior/answers-for-each", of.a_batch_that_forgets_one,
        ),
        Defect(
            "LocalStack 3304: the tags of a topic outlive it", "sns",
            "sns/DeleteTopic/behavior/nothing-is-left", of.tags_outlive_their_topic,
        ),
        Defect(
            "S3Mock 801: ETags of a list without quotation marks", "s3",
            "s3/PutObject/behavior/etag", of.plain_tags_of_entities,
        ),
        Defect(
            "S3Mock 807: If-None-Match is ignored", "s3",
            "s3/GetObject/behavior/conditions", of.if_none_match_is_ignored,
        ),
        Defect(
            "LocalStack 1083: untagging deletes the object", "s3",
            "s3/DeleteObjectTagging/behavior/none-left", of.untagging_deletes_the_object,
        ),
        Defect(
            "LocalStack 6544: errors within ErrorResponse", "s3",
            "s3/protocol/error-is-xml", of.errors_are_wrapped, ("s3/GetObject/error/*",),
        ),
        Defect(
            "moto 5957: Encrypt takes no alias", "kms",
            "kms/CreateAlias/behavior/encrypts", of.aliases_are_no_keys,
        ),
        Defect(
            "moto 4118: the key of a secret is not shown", "secretsmanager",
            "secretsmanager/CreateSecret/behavior/key-is-shown", of.keys_are_not_shown,
        ),
        Defect(
            "moto 1056: GetParameters does not tell which names are invalid", "ssm",
            "ssm/GetParameters/behavior/invalid-names", of.names_are_not_told,
        ),
        Defect(
            "moto 1464: a parameter that is there is replaced", "ssm",
            "ssm/PutParameter/error/ParameterAlreadyExists", of.whatever_is_there_is_replaced,
        ),
        Defect(
            "LocalStack 702: GetFunction of no function names no error", "lambda",
            "lambda/GetFunction/error/ResourceNotFoundException", of.refusals_without_a_name,
        ),
        Defect(
            "LocalStack 305: CreateFunction answers nothing", "lambda",
            "lambda/CreateFunction/behavior/publish", of.creations_answer_nothing,
        ),
        Defect(
            "LocalStack 10382: no state machine has another error", "stepfunctions",
            "stepfunctions/DescribeStateMachine/error/StateMachineDoesNotExist",
            of.another_error_for_no_machine,
        ),
        Defect(
            "moto 5056: a rule is deleted with its targets", "events-rules",
            "events-rules/DeleteRule/behavior/with-targets", of.rules_go_with_their_targets,
        ),
        Defect(
            "kinesis-mock 260: GetRecords answers the iterator that it was given", "kinesis",
            "kinesis/PutRecord/behavior/read-once", of.the_same_iterator_again,
        ),
        Defect(
            "moto 8371: ARNs of log groups lack their end", "logs",
            "logs/DescribeLogGroups/behavior/arns", of.arns_without_their_end,
        ),
        Defect(
            "LocalStack 11880: PutEvents answers for each target", "events",
            "events/PutEvents/behavior/answers-for-each", of.every_target_of_an_event_is_told,
        ),
        Defect(
            "LocalStack 2101: PutTargets answers nothing", "events-rules",
            "events-rules/PutTargets/behavior/told-and-listed", of.targets_are_not_answered,
        ),
        Defect(
            "LocalStack 8298: a rule is not in the list", "events-rules",
            "events-rules/ListRules/behavior/lists-what-was-made", of.no_rule_is_listed,
        ),
        Defect(
            "moto 2542: a policy of a name that is taken is accepted", "iam",
            "iam/CreatePolicy/behavior/taken-identifier", of.names_are_taken_twice,
        ),
    )
}  # fmt: skip
FAST = ("S3Mock 807: If-None-Match is ignored", "a batch that forgets an entry")


@pytest.mark.parametrize("report", sampled(TABLE, *FAST))
def test_a_defect_that_was_reported_fails_by_its_own_name(moto_port, proxied, run, report):
    assert_found(TABLE[report], run, proxied, moto_port)


@pytest.mark.parametrize("report", sampled(TABLE, *FAST))
def test_without_the_defect_the_same_requirement_holds(moto_port, run, report):
    assert_holds_without(TABLE[report], run, moto_port)


WRONG_IN_MOTO = {
    "LocalStack 6938: attributes without a value are published": (
        "sns/Publish/request/message-attributes",
        lambda: of.refuses(b"MessageAttributes.entry", b"ParameterValueInvalid"),
    ),
    "a redrive policy is not looked at": (
        "sqs/SetQueueAttributes/request/redrive-policy",
        lambda: of.refuses(b"RedrivePolicy", b"InvalidParameterValue"),
    ),
    "LocalStack 10330: untagging what is not there crashes": (
        "s3/DeleteObjectTagging/behavior/no-such-key", of.untagging_nothing_is_refused,
    ),
}  # fmt: skip


@pytest.mark.parametrize("report", sampled(WRONG_IN_MOTO))
def test_what_moto_does_wrong_fails_and_holds_where_it_is_mended(moto_port, proxied, run, report):
    assert_wrong_in_moto(*WRONG_IN_MOTO[report], run, proxied, moto_port)


def test_every_entry_of_a_batch_is_answered_for_in_each_of_the_forms():
    """A batch of each published form, answered rightly and with one entry too many or too few."""
    from conformance.contract.batches import batch_of
    from conformance.plan.sequences.batches import look
    from conformance.plan.sequences.steps import RuleBroken

    def holds(service, operation, sent, body):
        batch = batch_of(contracts.contract(service).operations[operation])
        assert batch is not None
        try:
            look(batch, sent, body)
        except RuleBroken:
            return False
        return True

    two = [{"Id": "one"}, {"Id": "two"}]
    told = {"Successful": two[:1], "Failed": two[1:]}
    assert holds("sqs", "SendMessageBatch", two, told)
    assert not holds("sqs", "SendMessageBatch", two, {"Successful": two[:1]})
    assert not holds("sqs", "SendMessageBatch", two, {**told, "Failed": two})
    right = {"FailedEntryCount": 1, "Entries": [{"EventId": "a"}, {"ErrorCode": "b"}]}
    assert holds("events", "PutEvents", [{}, {}], right)
    assert not holds("events", "PutEvents", [{}], right)
    assert not holds("events", "PutEvents", [{}, {}], {**right, "FailedEntryCount": 0})
    assert holds("kinesis", "PutRecords", [{}], {"FailedRecordCount": 0, "Records": [{}]})
    failed = {"FailedEntryCount": 1, "FailedEntries": [{"ErrorCode": "a"}]}
    assert holds("events", "PutTargets", two, failed)
    assert not holds("events", "PutTargets", two, {**failed, "FailedEntryCount": 0})
    assert batch_of(contracts.contract("sqs").operations["SendMessage"]) is None


@pytest.mark.exhaustive
def test_what_was_observed_of_services_without_an_overlay_has_sources_and_operations():
    from conformance.contract.listing.catalogue import catalogue
    from conformance.contract.observed import observations

    assert observations().services
    for service, rules in observations().services.items():
        contract = contracts.contract(service)
        assert contract.overlay.inferred
        stated = {one.id: one for one in catalogue(contract)}
        for address, rule in rules.items():
            assert rule.source.observation or rule.source.model
            assert stated[f"{service}/{address}"].rule == rule


def test_an_identifier_that_nothing_has_is_of_the_form_of_those_that_there_are():
    from conformance.engine.resources.names import Names

    names = Names("a0b1c2d3")
    ours = f"arn:aws:states:us-east-1:123456789012:stateMachine:{names.new()}"
    assert names.unlike(ours) != ours
    assert names.unlike(ours).rpartition(":")[0] == ours.rpartition(":")[0]
    for made in ("vpc-0ab12cd34ef567890", "f47ac10b-58cc-4372-a567-0e02b2c3d479"):
        other = names.unlike(made)
        assert other != made
        assert len(other) == len(made)
        assert other[:4] == made[:4]
        assert names.made_by_us(other.rpartition("-")[2])
    assert names.unlike("arn:aws:sns:us-east-1:123456789012:x") == ""
    assert names.unlike("7") == ""


def test_a_recording_that_kept_few_headers_says_nothing_of_those_of_errors():
    from conformance.engine.judge.response import observe
    from conformance.transport.parsed_response import ParsedResponse

    contract = contracts.contract("sqs")
    about = contract.operations["GetQueueUrl"]
    name = "sqs/protocol/former-error-name"
    for headers, held in (
        ({"content-type"}, []),
        ({"date"}, [False]),
        ({"date", "x-amzn-query-error"}, [True]),
    ):
        answer = ParsedResponse(
            400, {}, "QueueDoesNotExist", "", "", 2,
            codes=("QueueDoesNotExist",), headers=frozenset(headers),
        )  # fmt: skip
        found = [one.held for one in observe(contract, about, answer) if one.requirement == name]
        assert found == held


def test_the_cases_change_nothing_that_they_are_not_about():
    assert_changes_nothing_else(TABLE)
