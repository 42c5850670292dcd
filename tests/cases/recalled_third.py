"""Twenty-six defects of SQS, SNS and STS for a third exam of what is found.

Taken from public reports and the documents, each seen to show with a plain client in front of a
server that is right without it, and written down without a look at the rules and before any run.
recalled_third_keys, recalled_third_parameters and recalled_third_stores have the other services.
"""

from __future__ import annotations

import re
from types import SimpleNamespace
from urllib.parse import urlencode

from tests.cases.defects import query
from tests.cases.recalled import lost
from tests.cases.recalled_fresh import after, another_error, before, both, table
from tests.cases.recalled_fresh_more import form, nothing_is_done, taken_as, told, unsaid

# -- SQS -------------------------------------------------------------------------------------------


def changed_once_alone():
    changed = set()

    def again(call, status, _body):
        handle = call.sent["ReceiptHandle"]
        if status != 200:
            return None
        if handle in changed:
            return 400, {"__type": "com.amazonaws.sqs#MessageNotInflight", "message": "no"}
        changed.add(handle)
        return None

    return after("ChangeMessageVisibility", again)


def _without_zero(call):
    attributes = call.sent["Attributes"]
    if attributes.get("VisibilityTimeout") != "0":
        return None
    kept = {name: one for name, one in attributes.items() if name != "VisibilityTimeout"}
    return {**call.sent, "Attributes": kept}


def visible_messages_stay():
    visible = set()

    def change(call, status, _body):
        if status == 200 and call.sent["VisibilityTimeout"] == 0:
            visible.add(call.sent["ReceiptHandle"])

    def delete(call):
        if call.sent["ReceiptHandle"] not in visible:
            return None
        return 400, {"__type": "com.amazonaws.sqs#ReceiptHandleIsInvalid", "message": "no"}

    return both(before("DeleteMessage", delete), after("ChangeMessageVisibility", change))


def _undelayed(call):
    plain = not str(call.sent.get("QueueUrl")).endswith(".fifo")
    return {"DelaySeconds": 0, **call.sent} if plain else None


def _all_of_its_tags(call):
    status, shown = call.again("ListQueueTags", {"QueueUrl": call.sent["QueueUrl"]})
    asked = call.sent["TagKeys"]
    return {**call.sent, "TagKeys": [*asked, *shown.get("Tags", {})]} if status == 200 else None


SQS = [
    ("LocalStack 6454: a visibility is changed once alone", "ChangeMessageVisibility",
     "the visibility of a message in flight is changed as often as one likes",
     changed_once_alone),
    ("LocalStack 1902: a visibility of zero has no effect",
     "ChangeMessageVisibility ReceiveMessage",
     "a message is visible at once where the new timeout is zero",
     lambda: before("ChangeMessageVisibility", lambda call: (
         (200, {}) if call.sent.get("VisibilityTimeout") == 0 else None))),
    ("LocalStack 2005: who asks for one attribute of a queue is given all", "GetQueueAttributes",
     "the attributes that AttributeNames names are returned",
     lambda: before("GetQueueAttributes", lambda call: (
         {**call.sent, "AttributeNames": ["All"]} if call.sent.get("AttributeNames") else None))),
    ("LocalStack 5293: a handle that is none is another error", "ChangeMessageVisibility",
     "a handle that is not valid is a ReceiptHandleIsInvalid",
     lambda: another_error("ChangeMessageVisibility", "ReceiptHandleIsInvalid",
                           "com.amazonaws.sqs#InvalidParameterValue")),
    ("floci 413: the visibility of a queue has no effect", "ReceiveMessage SetQueueAttributes",
     "the timeout of the queue is used where a request names none",
     lambda: before("ReceiveMessage", lambda call: {"VisibilityTimeout": 30, **call.sent})),
    ("cloudemu 515: a visibility of zero is that of thirty seconds", "CreateQueue",
     "VisibilityTimeout is from 0 to 43,200 seconds",
     lambda: before("CreateQueue", _without_zero)),
    ("LocalStack 4470: a message that is visible again is not deleted", "DeleteMessage",
     "a message is deleted also where it is visible to others",
     visible_messages_stay),
    ("the delay of a queue has no effect", "SendMessage CreateQueue",
     "the DelaySeconds of a queue are used where a message has none",
     lambda: before("SendMessage", _undelayed)),
    ("all tags of a queue go with one", "UntagQueue",
     "the tags of the keys are removed",
     lambda: before("UntagQueue", _all_of_its_tags)),
]  # fmt: skip


# -- SNS -------------------------------------------------------------------------------------------


def policies_keep_nothing_back():
    """Each policy of filters is shown as it was set, and fits any message."""
    policies: list[str] = []

    def fits_all(policy):
        policies.append(policy)
        return f'{{"none{len(policies)}": [{{"exists": false}}]}}'

    def subscribe(sent, _ask):
        named = [n for n, one in sent.items() if one == "FilterPolicy" and n.endswith(".key")]
        values = {n[:-3] + "value" for n in named}
        return {n: fits_all(one) if n in values else one for n, one in sent.items()}

    def change(sent, _ask):
        if sent.get("AttributeName") != "FilterPolicy" or "none" in sent.get("AttributeValue", ""):
            return None
        return {**sent, "AttributeValue": fits_all(sent["AttributeValue"])}

    def shown(found):
        text = policies[int(found[2]) - 1].replace("&", "&amp;").replace("<", "&lt;")
        return f"{found[1]}{text}</value>"

    def attributes(_sent, status, text):
        entry = r"(<key>FilterPolicy</key>\s*<value>)[^<]*none(\d+)[^<]*</value>"
        return re.sub(entry, shown, text) if status == 200 else None

    first, then = form("Subscribe", subscribe), form("SetSubscriptionAttributes", change)

    def request(*arguments):
        return first.request(*arguments) or then.request(*arguments)

    return SimpleNamespace(
        request=request, answer=query("GetSubscriptionAttributes", attributes).answer
    )


def _no_attributes_of_subscriptions(sent, ask):
    arn = sent.get("SubscriptionArn", "")
    there = ask({"Action": "GetSubscriptionAttributes", "SubscriptionArn": arn}) == 200
    return (200, told("SetSubscriptionAttributes", "")) if there else None


def _entries_without_attributes(sent, _ask):
    return {n: one for n, one in sent.items() if ".MessageAttributes." not in n}


def subscriptions_of_all_topics():
    def answer(_method, path, headers, body, status, answered, _data, upstream):
        if status != 200 or b"Action=ListSubscriptionsByTopic" not in (body or b""):
            return None
        asked = urlencode({"Action": "ListSubscriptions", "Version": "2010-03-31"}).encode()
        text = upstream("POST", path, headers, asked)[2].decode()
        return (
            200,
            answered,
            text.replace("ListSubscriptionsR", "ListSubscriptionsByTopicR").encode(),
        )

    return SimpleNamespace(answer=answer)


SENT = "<MessageId>00000000-0000-4000-8000-000000000000</MessageId>"
SNS = [
    ("floci 49: policies of filters keep nothing back", "Publish Subscribe",
     "a message that does not fit the policy is not sent to the subscriber",
     policies_keep_nothing_back),
    ("kumo 833: raw messages lose their attributes", "Publish Subscribe",
     "attributes of a message are those of the raw message in the queue",
     lambda: lost("ReceiveMessage", "Messages", "MessageAttributes")),
    ("kumo 637: attributes of a subscription are not set", "SetSubscriptionAttributes",
     "the attribute has the new value",
     lambda: form("SetSubscriptionAttributes", _no_attributes_of_subscriptions)),
    ("LocalStack 841: topics are not deleted", "DeleteTopic",
     "a topic and its subscriptions are deleted",
     lambda: nothing_is_done("DeleteTopic")),
    ("LocalStack 6907: attributes of messages have no value", "Publish",
     "name, type and value of an attribute are not empty or null",
     lambda: taken_as("Publish", "non-empty", lambda _: SENT)),
    ("floci 891: a batch loses the attributes of its messages", "PublishBatch",
     "an entry has attributes of its own",
     lambda: form("PublishBatch", _entries_without_attributes)),
    ("a topic is made without its tags", "CreateTopic ListTagsForResource",
     "Tags are those of the new topic",
     lambda: unsaid("CreateTopic", "Tags.")),
    ("floci 893: errors are called as the classes of clients", "Publish Subscribe CreateTopic",
     "the code of the error is InvalidParameter",
     lambda: query("", lambda _, status, text: (
         text.replace("InvalidParameter<", "InvalidParameterException<")
         if status == 400 else None))),
    ("who is no longer permitted something still is", "RemovePermission",
     "the statement is removed from the policy of the topic",
     lambda: nothing_is_done("RemovePermission")),
    ("the subscriptions of a topic are those of all", "ListSubscriptionsByTopic",
     "subscriptions to the topic are listed",
     subscriptions_of_all_topics),
]  # fmt: skip


# -- STS -------------------------------------------------------------------------------------------


def becomes(operations, pattern, text):
    """What fits in an answer of success of these operations is this text."""

    def change(sent, status, shown):
        asked = sent.get("Action") in operations.split() and status == 200
        return re.sub(pattern, text, shown) if asked else None

    return query("", change)


def undated(operation):
    return form(
        operation, lambda sent, _: {n: v for n, v in sent.items() if n != "DurationSeconds"}
    )


def an_hour_whatever_is_asked():
    cases = [undated(one) for one in ("AssumeRole", "GetSessionToken", "GetFederationToken")]

    def request(*arguments):
        return next((done for one in cases if (done := one.request(*arguments))), None)

    return SimpleNamespace(request=request)


ROLE = "<AssumedRoleUser><Arn>arn:aws:sts::123456789012:assumed-role/one/one</Arn>"
ROLE += "<AssumedRoleId>AROA00000000000000000:one</AssumedRoleId></AssumedRoleUser>"
STS = [
    ("kumo 832: who assumes a role has one of another name", "AssumeRole",
     "the ARN of the assumed role has the name of the role",
     lambda: becomes("AssumeRole", "assumed-role/[^/<]+/", "assumed-role/emulated-role/")),
    ("emulate 169: credentials last as long whatever is asked for",
     "AssumeRole GetSessionToken GetFederationToken",
     "credentials last DurationSeconds",
     an_hour_whatever_is_asked),
    ("LocalStack 12885: a session has a name of any length", "AssumeRole",
     "RoleSessionName has at most 64 characters",
     lambda: taken_as("AssumeRole", "roleSessionName", lambda _: ROLE)),
    ("floci 981: the caller is of another account", "GetCallerIdentity",
     "Account is the account of the caller",
     lambda: becomes("GetCallerIdentity", r"\d{12}", "000000000000")),
    ("cloudemu 1013: the caller is the same whatever the credentials",
     "GetCallerIdentity AssumeRole",
     "the identity is that of the credentials which called",
     lambda: becomes("GetCallerIdentity", r"assumed-role/[^<]+", "user/moto")),
    ("a federated user has another name", "GetFederationToken",
     "the ARN of the federated user has the name that was given",
     lambda: becomes("GetFederationToken", "federated-user/[^<]+", "federated-user/someone")),
    ("fakecloud 3: credentials are those of an example, long expired",
     "GetSessionToken GetFederationToken AssumeRole",
     "Expiration is when the credentials expire",
     lambda: becomes("GetSessionToken GetFederationToken", "<Expiration>[^<]+",
                     "<Expiration>2011-07-11T19:55:29.611Z")),
]  # fmt: skip


TABLE = table(sqs=SQS, sns=SNS, sts=STS)
