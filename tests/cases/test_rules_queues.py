"""What the contracts of SQS and SNS demand: each defect alone in front of a right moto."""

from __future__ import annotations

import re

import pytest

from tests.cases.defects import (
    Defect,
    assert_changes_nothing_else,
    assert_found,
    assert_holds_without,
    drop,
    each,
    query,
)
from tests.cases.recalled import if_asked, ignored, lost, shown, taken
from tests.sampling import sampled


def attributes(change):
    """``change`` is of the attributes of a queue."""
    return shown("GetQueueAttributes", each(change, "Attributes"))


def messages(change):
    return shown("ReceiveMessage", each(change, "Messages"))


def accepted(operation, condition, answer=None):
    """What is asked with the condition is accepted, and does nothing."""
    return taken(operation, if_asked(condition, (200, answer or {})))


def set_to(**values):
    return lambda one: one.update({name: value for name, value in values.items() if name in one})


def turned_round():
    def change(_sent, status, body):
        return {**body, "Messages": body["Messages"][::-1]} if "Messages" in body else None

    return shown("ReceiveMessage", change)


def of_system(name, change):
    """``change`` gives another text of a system attribute of each message."""

    def changed(message):
        found = message.get("Attributes", {})
        if name in found:
            found[name] = change(found[name])

    return messages(changed)


def other_ids_are_answered():
    def change(_sent, status, body):
        told = body.get("Successful") or []
        if status == 200 and told:
            told[-1]["Id"] = f"{told[-1]['Id']}x"
        return body

    return shown("SendMessageBatch", change)


def pages_begin_again():
    return ignored("ListQueues", "NextToken")


def queues_have_the_name_in_small_letters():
    def change(sent):
        name = sent.get("QueueName")
        return {**sent, "QueueName": name[:-1] + name[-1:].lower()} if name else None

    return taken("GetQueueUrl", change)


def all_attributes_where_none_is_asked_for():
    def change(sent):
        return None if sent.get("AttributeNames") else {**sent, "AttributeNames": ["All"]}

    return taken("GetQueueAttributes", change)


def batches_are_told_and_not_done(operation):
    def change(sent):
        entries = [one for one in sent.get("Entries") or () if isinstance(one, dict)]
        good = [{"Id": one.get("Id")} for one in entries if one.get("ReceiptHandle", "")[20:]]
        wrong = [
            {"Id": one.get("Id"), "Code": "ReceiptHandleIsInvalid", "SenderFault": True}
            for one in entries
            if not one.get("ReceiptHandle", "")[20:]
        ]
        return (200, {"Successful": good, "Failed": wrong}) if entries else None

    return taken(operation, change)


def every_entry_is_in_another_group():
    def change(sent):
        if not str(sent.get("QueueUrl")).endswith(".fifo"):
            return None
        return {**sent, "MessageGroupId": str(sent.get("MessageBody"))}

    return taken("SendMessage", change)


def sent(operation, change):
    """``change`` is of the members of each request of the operation."""

    def changed(members):
        change(members)
        return members

    return taken(operation, changed)


def tags_in_small_letters():
    def change(members):
        if isinstance(members.get("Tags"), dict):
            members["Tags"] = {name.lower(): one for name, one in members["Tags"].items()}

    return sent("TagQueue", change)


def two_faced(operation, wrong):
    """A refusal with the code is an acceptance."""
    return shown(operation, lambda _, code, body: (200, {}) if wrong in str(body) else None)


def _is_fifo_with_delay(members):
    return ".fifo" in str(members.get("QueueUrl")) and members.get("DelaySeconds")


SENT = {"MessageId": "0", "MD5OfMessageBody": "0" * 32}
QUEUES = [
    ("LocalStack 4287: a group is out of order", "ReceiveMessage/behavior/in-order", turned_round),
    ("a group's messages are received side by side", "ReceiveMessage/behavior/group-is-locked",
     every_entry_is_in_another_group),
    ("the receives are not counted", "ReceiveMessage/behavior/first-receive",
     lambda: of_system("ApproximateReceiveCount", lambda _: "1")),
    ("an update leaves the time of the last one", "SetQueueAttributes/behavior/modified",
     lambda: attributes(lambda one: one.update(
         {"LastModifiedTimestamp": "1700000000"} if "LastModifiedTimestamp" in one else {}))),
    ("an entry's answer has another id", "SendMessageBatch/behavior/ten", other_ids_are_answered),
    ("a page leads nowhere", "ListQueues/behavior/pages", lambda: lost("ListQueues", "NextToken")),
    ("pages begin again", "ListQueues/behavior/pages", pages_begin_again),
    ("a new queue is not listed", "ListQueues/behavior/listed",
     lambda: shown("ListQueues", lambda _, code, __: {} if code == 200 else None)),
    ("names of queues are the same in capitals", "GetQueueUrl/behavior/case",
     queues_have_the_name_in_small_letters),
    ("a queue shows all where nothing is asked for", "GetQueueAttributes/behavior/none",
     all_attributes_where_none_is_asked_for),
    ("the default of the visibility timeout is another", "CreateQueue/behavior/default-visibility",
     lambda: attributes(set_to(VisibilityTimeout="60"))),
    ("the longest message is of 256 KiB", "CreateQueue/behavior/default-size",
     lambda: attributes(set_to(MaximumMessageSize="262144"))),
    ("a FIFO queue does not say so", "CreateQueue/behavior/fifo",
     lambda: attributes(drop("FifoQueue"))),
    ("a queue's tags are lost when it is made", "CreateQueue/behavior/tags",
     lambda: ignored("CreateQueue", "tags")),
    ("a queue's ARN has another name", "CreateQueue/behavior/arn",
     lambda: attributes(set_to(QueueArn="arn:aws:sqs:us-east-1:123456789012:x"))),
    ("an id is another when it is received", "SendMessage/behavior/same-id",
     lambda: messages(lambda one: one.update(MessageId="0"))),
    ("bodies lose their blanks", "SendMessage/behavior/body",
     lambda: messages(lambda one: one.update(Body=one.get("Body", "").strip()))),
    ("a message's delay is its queue's", "SendMessage/behavior/own-delay",
     lambda: ignored("SendMessage", "DelaySeconds")),
    ("a queue's wait has no effect", "ReceiveMessage/behavior/wait-of-its-queue",
     lambda: taken("ReceiveMessage", lambda one: {"WaitTimeSeconds": 0, **one})),
    ("a request's wait has no effect", "ReceiveMessage/behavior/available",
     lambda: shown("ReceiveMessage", lambda one, code, _: (
         {} if code == 200 and one.get("WaitTimeSeconds") else None))),
    ("a longer visibility timeout has no effect", "ChangeMessageVisibility/behavior/longer",
     lambda: accepted("ChangeMessageVisibility", lambda one: one.get("VisibilityTimeout"))),
    ("a visibility timeout is for ever", "ReceiveMessage/behavior/visible-after-timeout",
     lambda: sent("ReceiveMessage", lambda one: one.update(
         {"VisibilityTimeout": 300} if one.get("VisibilityTimeout") else {}))),
    ("a receipt handle is always the same", "ReceiveMessage/behavior/other-handle",
     lambda: messages(lambda one: one.update(ReceiptHandle="A" * 40))),
    ("names that begin so are not found", "ReceiveMessage/behavior/beginning-of-names",
     lambda: sent("ReceiveMessage", lambda one: one.update({"MessageAttributeNames": [
         name for name in one.get("MessageAttributeNames") or () if not name.endswith(".*")]}))),
    ("all attributes where one is asked for", "ReceiveMessage/behavior/one-name",
     lambda: sent("ReceiveMessage", lambda one: one.update(
         {"MessageAttributeNames": ["All"]} if one.get("MessageAttributeNames") else {}))),
    ("bytes are received as none", "SendMessage/behavior/kinds-of-attributes",
     lambda: messages(lambda one: one.get("MessageAttributes", {}).pop("c", None))),
    ("messages to FIFO queues have delays", "SendMessage/request/delay-of-fifo",
     lambda: accepted("SendMessage", _is_fifo_with_delay, SENT)),
    ("a message of a FIFO queue needs no group", "SendMessage/request/no-group",
     lambda: accepted("SendMessage", lambda one: (
         "MessageGroupId" not in one and ".fifo" in str(one.get("QueueUrl"))), SENT)),
    ("fakecloud 1908: batches have duplicates", "SendMessageBatch/behavior/deduplicated",
     lambda: sent("SendMessageBatch", lambda one: [
         part.update(MessageDeduplicationId=str(id(part))) for part in one.get("Entries") or ()
         if isinstance(part, dict) and "MessageGroupId" in part])),
    ("a deduplication id is ignored where contents are looked at",
     "SendMessage/behavior/own-id-of-content",
     lambda: sent("SendMessage", lambda one: one.pop("MessageDeduplicationId", None))),
    ("a batch is told to be deleted", "DeleteMessageBatch/behavior/deletes",
     lambda: batches_are_told_and_not_done("DeleteMessageBatch")),
    ("a batch's visibility timeouts have no effect",
     "ChangeMessageVisibilityBatch/behavior/changes",
     lambda: batches_are_told_and_not_done("ChangeMessageVisibilityBatch")),
    ("the delay of an entry has no effect", "SendMessageBatch/behavior/delayed",
     lambda: sent("SendMessageBatch", lambda one: [
         part.pop("DelaySeconds", None) for part in one.get("Entries") or ()
         if isinstance(part, dict)])),
    ("a batch is of any length", "SendMessageBatch/request/too-long",
     lambda: accepted("SendMessageBatch", lambda one: len(str(one)) > 1_100_000,
                      {"Successful": [], "Failed": []})),
    ("a batch of eleven is accepted", "SendMessageBatch/request/too-many",
     lambda: accepted("SendMessageBatch", lambda one: len(one.get("Entries") or ()) > 10,
                      {"Successful": [], "Failed": []})),
    ("a queue is purged twice a minute", "PurgeQueue/behavior/again",
     lambda: two_faced("PurgeQueue", "PurgeQueueInProgress")),
    ("a message is a dead letter too early", "SetQueueAttributes/behavior/second-receive",
     lambda: sent("CreateQueue", lambda one: [
         one["Attributes"].update(RedrivePolicy=text.replace('"2"', '"1"'))
         for text in [str((one.get("Attributes") or {}).get("RedrivePolicy"))]
         if "maxReceiveCount" in text])),
    ("the sources of a dead-letter queue are not told",
     "ListDeadLetterSourceQueues/behavior/listed",
     lambda: shown("ListDeadLetterSourceQueues", lambda _, code, __: (
         {"queueUrls": []} if code == 200 else None))),
    ("a permission has no effect", "AddPermission/behavior/shown",
     lambda: taken("AddPermission RemovePermission", lambda _: (200, {}))),
    ("keys of tags are the same in capitals", "TagQueue/behavior/overwrites",
     tags_in_small_letters),
    ("untagging takes one tag away", "UntagQueue/behavior/others-stay",
     lambda: sent("UntagQueue", lambda one: one.update(TagKeys=(one.get("TagKeys") or [])[:1]))),
    ("a queue is made again with what it had before", "CreateQueue/behavior/updated-attributes",
     lambda: shown("CreateQueue", lambda _, code, body: (
         (200, {"QueueUrl": "http://127.0.0.1/1/x"}) if "xists" in str(body) else None))),
]  # fmt: skip
TABLE = {report: Defect(report, "sqs", f"sqs/{finds}", make) for report, finds, make in QUEUES}
FAST = (
    "LocalStack 4287: a group is out of order",
    "the receives are not counted",
    "a page leads nowhere",
    "floci 469: a filter policy is lost",
)


def in_text(operation, pattern, becomes, only_success=True):
    """The text of an answer in XML has this in place of that."""

    def change(_sent, status, text):
        if status >= 300 and only_success:
            return None
        return re.sub(pattern, becomes, text, flags=re.DOTALL)

    return query(operation, change)


def entry(name):
    return rf"<entry>\s*<key>{name}</key>.*?</entry>"


def accepted_in_xml(operation, wrong, result=""):
    """A refusal with the code is an acceptance."""
    name = f"{operation}Result"
    body = f"<{name}>{result}</{name}>" if result else ""
    text = f"<{operation}Response>{body}<ResponseMetadata><RequestId>0</RequestId>"
    text += f"</ResponseMetadata></{operation}Response>"
    return query(operation, lambda _, code, told: (200, text) if f">{wrong}<" in told else None)


EMPTY_BATCH = "<Successful/><Failed/>"
TOPICS = [
    ("a topic's ARN has another name", "CreateTopic/behavior/arn",
     lambda: in_text("CreateTopic", "</TopicArn>", "x</TopicArn>")),
    ("a topic that is not there has attributes", "GetTopicAttributes/behavior/unknown",
     lambda: accepted_in_xml("GetTopicAttributes", "NotFound", "<Attributes/>")),
    ("a key is lost", "SetTopicAttributes/behavior/key",
     lambda: in_text("GetTopicAttributes", entry("KmsMasterKeyId"), "")),
    ("every message has the same id", "Publish/behavior/other-ids",
     lambda: in_text("Publish", "<MessageId>[^<]*", "<MessageId>0")),
    ("an entry of a batch is not answered for", "PublishBatch/behavior/answers",
     lambda: in_text("PublishBatch", r"(</member>)\s*<member>.*?</member>", r"\1")),
    ("ids of a batch are repeated", "PublishBatch/request/repeated-ids",
     lambda: accepted_in_xml("PublishBatch", "BatchEntryIdsNotDistinct", EMPTY_BATCH)),
    ("floci 469: a filter policy is lost", "Subscribe/behavior/attributes",
     lambda: in_text("GetSubscriptionAttributes", entry("FilterPolicy"), "")),
    ("a filter policy has no scope", "Subscribe/behavior/default-scope",
     lambda: in_text("GetSubscriptionAttributes", entry("FilterPolicyScope"), "")),
    ("a subscription's ARN is not of its topic", "Subscribe/behavior/arn",
     lambda: in_text("Subscribe", ":sns:", ":sqs:")),
    ("tags take the place of others", "TagResource/behavior/keeps-the-others",
     lambda: in_text("ListTagsForResource", r"<member>.*?</member>\s*(<member>)", r"\1")),
    ("a permission of a topic has no effect", "AddPermission/behavior/shown",
     lambda: in_text("GetTopicAttributes", "conformancelabel", "other")),
]  # fmt: skip
TABLE |= {report: Defect(report, "sns", f"sns/{finds}", make) for report, finds, make in TOPICS}
SLOW = {
    "a longer visibility timeout has no effect",
    "a batch is told to be deleted",
}
"""What shows when a timeout is over: these runs wait through their pauses."""


def test_a_defect_changes_no_answer_that_it_is_not_about():
    assert_changes_nothing_else(TABLE)


@pytest.mark.parametrize("report", sampled([one for one in TABLE if one not in SLOW], *FAST))
def test_a_defect_fails_by_the_rule_that_it_breaks(report, run, proxied, moto_port):
    assert_found(TABLE[report], run, proxied, moto_port)
    assert_holds_without(TABLE[report], run, moto_port)


@pytest.mark.real_time
@pytest.mark.exhaustive
@pytest.mark.parametrize("report", sorted(SLOW))
def test_a_defect_shows_when_a_timeout_is_over(report, run, proxied, moto_port):
    assert_found(TABLE[report], run, proxied, moto_port)
    assert_holds_without(TABLE[report], run, moto_port)
