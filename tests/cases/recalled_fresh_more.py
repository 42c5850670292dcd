"""Forty-six more defects for the same exam: of DynamoDB, S3, SSM and SNS."""

from __future__ import annotations

import re
from types import SimpleNamespace
from urllib.parse import parse_qsl, urlencode, urlsplit

from tests.cases.defects import operation_of, query
from tests.cases.recalled import (
    ignored,
    lost,
    no_headers,
    s3,
    without_header,
    without_query,
)
from tests.cases.recalled_fresh import accepted, after, another_error, before, table

# -- DynamoDB --------------------------------------------------------------------------------------


def _the_new_item(call, status, body):
    if status != 200 or not body.get("Attributes"):
        return None
    return {**body, "Attributes": call.sent["Item"]}


def _whole_items(call, status, body):
    """What an index has is answered as the table has it."""
    if status != 200 or "IndexName" not in call.sent or "ProjectionExpression" in call.sent:
        return None
    name = call.sent["TableName"]
    shown = call.again("DescribeTable", {"TableName": name})[1]["Table"]
    keys = [one["AttributeName"] for one in shown["KeySchema"]]
    wholes = [
        call.again("GetItem", {"TableName": name, "Key": {one: item[one] for one in keys}})[1]
        for item in body["Items"]
    ]
    return {**body, "Items": [one["Item"] for one in wholes]}


NOTHING = {"Items": [], "Count": 0, "ScannedCount": 0}


def _the_table_that_is_there(call):
    shown = call.again("DescribeTable", {"TableName": call.sent["TableName"]})[1]
    return {"TableDescription": shown["Table"]}


def _no_updates_of_indexes(call):
    updates = call.sent["GlobalSecondaryIndexUpdates"]
    kept = [one for one in updates if "Update" not in one]
    rest = {n: one for n, one in call.sent.items() if n != "GlobalSecondaryIndexUpdates"}
    if kept == updates:
        return None
    if kept or {"AttributeDefinitions", "BillingMode", "ProvisionedThroughput"} & set(rest):
        return {**rest, "GlobalSecondaryIndexUpdates": kept} if kept else rest
    return 200, _the_table_that_is_there(call)


DYNAMODB = [
    ("moto 1404: who asks for the former item is given the new one", "PutItem",
     "ALL_OLD returns the item that was overwritten",
     lambda: after("PutItem", _the_new_item)),
    ("cloudemu 521: an index has all attributes whatever its projection", "Query Scan",
     "a query of an index returns the attributes that are projected into it",
     lambda: after("Query Scan", _whole_items)),
    ("fakecloud 983: who asks for a count is given the items", "Query",
     "COUNT returns the number of matching items and not the items",
     lambda: ignored("Query", "Select")),
    ("cloudemu 556: a key is an empty text", "PutItem",
     "the value of a key attribute is not empty",
     lambda: accepted("PutItem", "ValidationException", lambda _: {}, "empty string")),
    ("minidyn 112: the key of an item is updated", "UpdateItem",
     "an attribute of the primary key cannot be updated",
     lambda: accepted("UpdateItem", "ValidationException", lambda _: {}, "part of the key")),
    ("fakecloud 2234: a query names no partition", "Query",
     "the condition names one value of the partition key",
     lambda: accepted("Query", "ValidationException", lambda _: NOTHING, "key schema element")),
    ("cloudemu 434: items are deleted whatever the condition", "DeleteItem",
     "an item is deleted where the condition is met, else ConditionalCheckFailedException",
     lambda: ignored("DeleteItem", "ConditionExpression", "ExpressionAttributeNames",
                     "ExpressionAttributeValues")),
    ("a table is created that is there", "CreateTable",
     "a name that is taken is a ResourceInUseException",
     lambda: accepted("CreateTable", "ResourceInUse", _the_table_that_is_there)),
    ("the time to live does not tell its attribute", "DescribeTimeToLive UpdateTimeToLive",
     "AttributeName is the attribute by which items expire",
     lambda: lost("DescribeTimeToLive", "TimeToLiveDescription", "AttributeName")),
    ("an item is twice in a transaction", "TransactWriteItems",
     "no two actions of a transaction are of one item",
     lambda: accepted("TransactWriteItems", "ValidationException", lambda _: {},
                      "multiple operations")),
    ("cloudemu 435: the whole item is shown", "GetItem",
     "ProjectionExpression names the attributes that are returned",
     lambda: ignored("GetItem", "ProjectionExpression", "ExpressionAttributeNames")),
    ("floci 3028: the capacity of an index is not updated", "UpdateTable",
     "Update of GlobalSecondaryIndexUpdates sets the throughput of an index",
     lambda: before("UpdateTable", _no_updates_of_indexes)),
]  # fmt: skip


# -- S3 --------------------------------------------------------------------------------------------


def tags_of_objects_stay():
    def request(method, path, headers, _body, upstream):
        parts = urlsplit(path)
        asked = dict(parse_qsl(parts.query, keep_blank_values=True))
        if method != "DELETE" or "/" not in parts.path.strip("/") or "tagging" not in asked:
            return None
        return (204, [], b"") if upstream("GET", path, headers, b"")[0] == 200 else None

    return SimpleNamespace(request=request)


def _spaces_for_plus(status, answered, data):
    def plain(found):
        return re.sub(r"\+|%2B", " ", found[0])

    text = re.sub(r"<Key>[^<]*</Key>", plain, data.decode())
    return status, answered, text.encode()


def markers_break_it():
    """An object under a marker of its deletion is a 500."""

    def answer(method, path, headers, _body, status, _answered, data, upstream):
        bucket, _, key = urlsplit(path).path.lstrip("/").partition("/")
        if method != "GET" or status != 404 or not key or b"NoSuchKey" not in data:
            return None
        if (
            b"<DeleteMarker>"
            not in upstream("GET", f"/{bucket}?versions&prefix={key}", headers, b"")[2]
        ):
            return None
        text = b"<Error><Code>InternalError</Code><Message>no</Message></Error>"
        return 500, [("Content-Type", "application/xml")], text

    return SimpleNamespace(answer=answer)


def _no_tags_are_none(status, answered, data):
    if status != 404 or b"NoSuchTagSet" not in data:
        return None
    return 200, answered, b"<Tagging><TagSet></TagSet></Tagging>"


def all_versions_are_listed():
    def request(method, path, headers, body, _upstream):
        parts = urlsplit(path)
        sent = parse_qsl(parts.query, keep_blank_values=True)
        if method != "GET" or "versions" not in dict(sent):
            return None
        kept = [one for one in sent if one[0] != "prefix"]
        return method, f"{parts.path}?{urlencode(kept)}", headers, body

    return SimpleNamespace(request=request)


OVERRIDES = [
    f"response-{name}"
    for name in (
        "cache-control", "content-disposition", "content-encoding", "content-language",
        "content-type", "expires",
    )
]  # fmt: skip
S3 = [
    ("floci 46: If-Match has no effect", "GetObject",
     "an object of another ETag is a 412",
     lambda: without_header("GET", "if-match")),
    ("kumo 587: If-Modified-Since has no effect", "GetObject",
     "an object that was not modified since is a 304",
     lambda: without_header("GET", "if-modified-since")),
    ("moto 10036: the headers of an answer are not overridden", "GetObject",
     "response-content-type and the like set headers of the answer",
     lambda: without_query(*OVERRIDES)),
    ("ovh 546: objects do not tell how many tags they have", "GetObject PutObjectTagging",
     "x-amz-tagging-count is the number of tags, where there are some",
     lambda: no_headers("x-amz-tagging-count")),
    ("LocalStack 10109: a deletion does not tell the marker it made", "DeleteObject",
     "x-amz-delete-marker and x-amz-version-id tell of the marker",
     lambda: no_headers("x-amz-delete-marker|x-amz-version-id", "DELETE")),
    ("LocalStack 13162: the tags of an object stay", "DeleteObjectTagging",
     "the whole set of tags is removed",
     tags_of_objects_stay),
    ("floci 1736: a plus in a key is listed as a space", "ListObjectsV2 ListObjects",
     "Key is the name of the object",
     lambda: s3("GET", _spaces_for_plus, "list-type=2")),
    ("fakecloud 32: a copy keeps its tags", "CopyObject",
     "the tags of the request replace those of the source where x-amz-tagging-directive says so",
     lambda: without_header("PUT", "x-amz-tagging-directive")),
    ("moto 3113: versions are listed whatever the prefix", "ListObjectVersions",
     "keys that begin with the prefix are listed",
     all_versions_are_listed),
    ("LocalStack 6553: what was deleted in a bucket with versions is a 500", "GetObject",
     "an object that is deleted is a NoSuchKey",
     markers_break_it),
    ("moto 4839: an object does not tell how many parts it has", "HeadObject",
     "x-amz-mp-parts-count is there where a part is asked for",
     lambda: no_headers("x-amz-mp-parts-count", "HEAD")),
    ("a bucket without tags has an empty set of them", "GetBucketTagging",
     "no set of tags is a NoSuchTagSet",
     lambda: s3("GET", _no_tags_are_none, r"\?tagging")),
]  # fmt: skip


# -- SSM -------------------------------------------------------------------------------------------


def _any_type_is_a_text(call):
    kind = call.sent.get("Type")
    if not isinstance(kind, str) or kind in {"String", "StringList", "SecureString"}:
        return None
    return {**call.sent, "Type": "String"}


def _labels_name_nothing(call):
    _, colon, selector = str(call.sent.get("Name")).partition(":")
    if not colon or selector.isdigit() or call.sent["Name"].startswith("arn:"):
        return None
    return 400, {"__type": "ParameterNotFound", "message": "no"}


def _all_labels_are_valid(_call, status, body):
    return {**body, "InvalidLabels": []} if status == 200 and body.get("InvalidLabels") else None


def _all_deleted(call, status, _body):
    if status != 200:
        return None
    return {"DeletedParameters": call.sent["Names"], "InvalidParameters": []}


def _told(change):
    """For ``after``: changes each parameter of an answer."""

    def changed(_call, status, body):
        found = [body["Parameter"]] if "Parameter" in body else body.get("Parameters", [])
        for one in found:
            change(one)
        return body if status == 200 else None

    return changed


def _one_text(parameter):
    if parameter.get("Type") == "StringList":
        parameter["Type"] = "String"


def _date_in_words(parameter):
    if isinstance(parameter.get("LastModifiedDate"), (int, float)):
        parameter["LastModifiedDate"] = "Thu Jan  1 00:00:00 2026"


def labels_stay():
    """A label that moves to another version is also where it was."""
    attached: dict[tuple[str, int], set[str]] = {}

    def label(call, status, body):
        if status == 200:
            version = body.get("ParameterVersion", call.sent.get("ParameterVersion"))
            wrong = set(body.get("InvalidLabels", ()))
            there = attached.setdefault((call.sent["Name"], version), set())
            there |= set(call.sent["Labels"]) - wrong

    def history(call, status, body):
        if status != 200:
            return None
        for one in body["Parameters"]:
            more = attached.get((call.sent["Name"], one["Version"]), set())
            one["Labels"] = sorted({*one.get("Labels", ()), *more})
        return body

    labelled, shown = after("LabelParameterVersion", label), after("GetParameterHistory", history)

    def answer(*arguments):
        return labelled.answer(*arguments) or shown.answer(*arguments)

    return SimpleNamespace(answer=answer)


SSM = [
    ("cloudemu 675: a parameter is made without its tags", "PutParameter ListTagsForResource",
     "Tags are those of the new parameter",
     lambda: ignored("PutParameter", "Tags")),
    ("cloudemu 675: any type is a text", "PutParameter",
     "a type is String, StringList or SecureString",
     lambda: before("PutParameter", _any_type_is_a_text)),
    ("LocalStack 2726: no parameter is found by its label", "GetParameter LabelParameterVersion",
     "name:label is the version with that label",
     lambda: before("GetParameter", _labels_name_nothing)),
    ("LocalStack 3829: a path is walked whatever the filters", "GetParametersByPath",
     "ParameterFilters limit the results",
     lambda: ignored("GetParametersByPath", "ParameterFilters")),
    ("cloudemu 263: a version that is not there is another error", "GetParameter",
     "a version that cannot be found is a ParameterVersionNotFound",
     lambda: another_error("GetParameter", "ParameterVersionNotFound", "ParameterNotFound")),
    ("cloudemu 263: labels are of any form", "LabelParameterVersion",
     "InvalidLabels has those that do not meet the requirements",
     lambda: after("LabelParameterVersion", _all_labels_are_valid)),
    ("LocalStack 4607: there is no page after the first", "GetParametersByPath",
     "NextToken is there where there are more parameters",
     lambda: lost("GetParametersByPath", "NextToken")),
    ("parameters that are not there are deleted", "DeleteParameters",
     "InvalidParameters has the names that are of no parameter",
     lambda: after("DeleteParameters", _all_deleted)),
    ("a parameter that is not there is deleted", "DeleteParameter",
     "a name that is of no parameter is a ParameterNotFound",
     lambda: accepted("DeleteParameter", "ParameterNotFound", lambda _: {})),
    ("lists of texts are texts", "GetParameter GetParameters GetParametersByPath PutParameter",
     "Type is the type with which the parameter was put",
     lambda: after("GetParameter GetParameters GetParametersByPath", _told(_one_text))),
    ("parameters tell when they were changed in words",
     "GetParameter GetParameters GetParametersByPath",
     "LastModifiedDate is a timestamp",
     lambda: after("GetParameter GetParameters GetParametersByPath", _told(_date_in_words))),
    ("a label that moves stays where it was", "LabelParameterVersion GetParameterHistory",
     "a label is of one version: it moves to the one that is given",
     labels_stay),
]  # fmt: skip


# -- SNS -------------------------------------------------------------------------------------------


def form(operation, change):
    """``change(members, ask)`` gives the members that go on, or a status and a text of its own.

    ``ask(members)`` is the status of another request to the same service.
    """

    def request(method, path, headers, body, upstream):
        if operation_of(headers, body) != operation:
            return None
        sent = dict(parse_qsl((body or b"").decode("utf-8", "replace"), keep_blank_values=True))
        about = {"Version": sent.get("Version", "")}
        changed = change(
            sent,
            lambda members: upstream(
                "POST", path, headers, urlencode({**about, **members}).encode()
            )[0],
        )
        if isinstance(changed, tuple):
            return changed[0], [("Content-Type", "text/xml")], changed[1].encode()
        return None if changed is None else (method, path, headers, urlencode(changed).encode())

    return SimpleNamespace(request=request)


def nothing_is_done(operation, only=lambda _: True):
    """Of a topic that is there the operation is a success without an effect."""

    def change(sent, ask):
        about = {"Action": "GetTopicAttributes", "TopicArn": sent.get("TopicArn", "")}
        there = only(sent) and ask(about) == 200
        return (200, told(operation, "")) if there else None

    return form(operation, change)


def unsaid(operation, prefix):
    """The members whose names begin so are not looked at."""
    return form(
        operation, lambda sent, _: {n: one for n, one in sent.items() if not n.startswith(prefix)}
    )


def told(operation, inner):
    """The text of a successful answer."""
    text = f"<{operation}Response><{operation}Result>{inner}</{operation}Result>"
    return (
        f"{text}<ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></{operation}Response>"
    )


def taken_as(operation, word, shows):
    """A refusal whose text has this word is a success: ``shows(members)`` is what is inside."""
    return query(
        operation,
        lambda sent, status, text: (
            (200, told(operation, shows(sent))) if 400 <= status < 500 and word in text else None
        ),
    )


SENT = "<MessageId>00000000-0000-4000-8000-000000000000</MessageId>"
DROPPED = {"DeliveryPolicy", "KmsMasterKeyId", "ContentBasedDeduplication"}


def _without_scope(_sent, status, text):
    entry = r"<entry>\s*<key>FilterPolicyScope</key>.*?</entry>"
    return re.sub(entry, "", text, flags=re.DOTALL) if status == 200 else None


def _topic_of_that_name(sent):
    name = sent.get("Name", "")
    return f"<TopicArn>arn:aws:sns:us-east-1:123456789012:{name}</TopicArn>"


def _all_in_a_batch(sent):
    names = [n for n in sent if re.fullmatch(r"PublishBatchRequestEntries\.member\.\d+\.Id", n)]
    entries = "".join(f"<member><Id>{sent[n]}</Id>{SENT}</member>" for n in names)
    return f"<Successful>{entries}</Successful><Failed/>"


SNS = [
    ("floci 469: a subscription is made without its attributes",
     "Subscribe GetSubscriptionAttributes",
     "Attributes are those of the new subscription",
     lambda: unsaid("Subscribe", "Attributes.")),
    ("cloudemu 733: a topic is made without its attributes", "CreateTopic GetTopicAttributes",
     "Attributes are those of the new topic",
     lambda: form("CreateTopic", lambda sent, _: (
         None if "true" in sent.values()
         else {n: one for n, one in sent.items() if not n.startswith("Attributes.")}))),
    ("cloudemu 1115: a policy of filters has no scope", "GetSubscriptionAttributes",
     "FilterPolicyScope is MessageAttributes where nothing else is said",
     lambda: query("GetSubscriptionAttributes", _without_scope)),
    ("cloudemu 1048: FIFO topics have any name", "CreateTopic",
     "the name of a FIFO topic ends with .fifo",
     lambda: taken_as("CreateTopic", ".fifo", _topic_of_that_name)),
    ("cloudemu 1048: some attributes of a topic are not set",
     "SetTopicAttributes GetTopicAttributes",
     "SetTopicAttributes sets the attribute that it names",
     lambda: nothing_is_done("SetTopicAttributes",
                             lambda sent: sent.get("AttributeName") in DROPPED)),
    ("a subject is longer than a hundred characters", "Publish",
     "a subject is shorter than 100 characters",
     lambda: taken_as("Publish", "Subject must be", lambda _: SENT)),
    ("LocalStack 6784: a batch is published to a topic that is not there", "PublishBatch",
     "a topic that does not exist is a NotFound",
     lambda: taken_as("PublishBatch", "NotFound", _all_in_a_batch)),
    ("two entries of a batch have one id", "PublishBatch",
     "ids are unique in a request, else BatchEntryIdsNotDistinct",
     lambda: taken_as("PublishBatch", "BatchEntryIdsNotDistinct", _all_in_a_batch)),
    ("cloudemu 476: who is permitted something is not in the policy",
     "AddPermission GetTopicAttributes",
     "a statement is added to the policy of the topic",
     lambda: nothing_is_done("AddPermission")),
    ("who unsubscribes is still subscribed", "Unsubscribe",
     "the subscription is deleted",
     lambda: form("Unsubscribe", lambda _, __: (200, told("Unsubscribe", "")))),
]  # fmt: skip


TABLE = table(dynamodb=DYNAMODB, s3=S3, ssm=SSM, sns=SNS)
