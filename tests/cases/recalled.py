"""Forty-five defects of emulators of DynamoDB, SQS and S3, written down before any was tried.

Each is one change of what a right server does or answers, with the requirement that should fail.
"""

from __future__ import annotations

import json
import re
from itertools import count
from types import SimpleNamespace
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from tests.cases import defects
from tests.cases.defects import Defect, drop, operation_of

AMZ_JSON = [("Content-Type", "application/x-amz-json-1.0")]


def _members(body):
    try:
        return defects.members_of(body)
    except ValueError:
        return {}


def shown(operations, change):
    """``change(members, status, body)`` gives another body of these operations, or both."""

    def answer(_method, _path, headers, body, status, answered, data, _upstream):
        if operation_of(headers, body) not in operations.split() or not data.startswith(b"{"):
            return None
        changed = change(_members(body), status, json.loads(data))
        if changed is None:
            return None
        code, text = changed if isinstance(changed, tuple) else (status, changed)
        return code, answered, json.dumps(text).encode()

    return SimpleNamespace(answer=answer)


def taken(operations, change):
    """``change(members)`` gives what is taken in place of the members, or a status and a body."""

    def request(method, path, headers, body, _upstream):
        if operation_of(headers, body) not in operations.split():
            return None
        changed = change(_members(body))
        if isinstance(changed, tuple):
            return changed[0], AMZ_JSON, json.dumps(changed[1]).encode()
        sent = json.dumps(changed).encode()
        return None if changed is None else (method, path, headers, sent)

    return SimpleNamespace(request=request)


def ignored(operations, *names):
    """These members are not looked at."""
    return taken(operations, lambda sent: {n: one for n, one in sent.items() if n not in names})


def lost(operations, *path):
    """The last name is in no structure at the path before it."""
    return shown(operations, defects.each(drop(path[-1]), *path[:-1]))


def if_asked(condition, answered):
    """For ``taken``: what is asked with the condition is answered so."""
    return lambda sent: answered if condition(sent) else None


# -- DynamoDB --------------------------------------------------------------------------------------


def _updates(word):
    return lambda sent: word in str(sent.get("UpdateExpression"))


def _sum_of_what_may_be_there(sent):
    asked = str(sent.get("UpdateExpression"))
    found = re.search(r"(if_not_exists\s*\([^)]*\))\s*\+\s*(:\w+)", asked)
    if not found:
        return None
    values = {n: one for n, one in sent["ExpressionAttributeValues"].items() if n != found[2]}
    asked = asked.replace(found[0], found[1])
    return {**sent, "UpdateExpression": asked, "ExpressionAttributeValues": values}


def _without_range(sent):
    condition = str(sent.get("KeyConditionExpression"))
    found = re.search(r"(?i)\s+and\s+(\S+)\s+between\s+(:\w+)\s+and\s+(:\w+)", condition)
    if not found:
        return None
    values = sent["ExpressionAttributeValues"]
    return {
        **sent,
        "KeyConditionExpression": condition.replace(found[0], ""),
        "ExpressionAttributeValues": {n: v for n, v in values.items() if n not in found.groups()},
    }


def _as_texts(_sent, _status, body):
    numbers = [one for one in body.get("Items", ()) if "N" in one.get("sk", {})]
    return {**body, "Items": sorted(numbers, key=lambda one: one["sk"]["N"])} if numbers else None


def _has_empty_set(sent):
    return "ADD" in str(sent.get("UpdateExpression")) and ": []" in json.dumps(sent)


def _items_without_key(_sent, status, body):
    return (500, {"__type": "InternalFailure"}) if status == 400 and "key" in str(body) else None


DYNAMODB = [
    ("moto 766: ADD does nothing", "UpdateItem/behavior/set-remove-add-delete",
     lambda: taken("UpdateItem", if_asked(_updates("ADD "), (200, {})))),
    ("moto 3084: what follows if_not_exists is ignored", "UpdateItem/behavior/arithmetic",
     lambda: taken("UpdateItem", _sum_of_what_may_be_there)),
    ("moto 2580: list_append of if_not_exists ends in a 500", "UpdateItem/behavior/list-append",
     lambda: taken("UpdateItem", if_asked(
         lambda sent: re.search(r"list_append\W+if_not", str(sent.get("UpdateExpression"))),
         (500, {"__type": "InternalFailure"})))),
    ("LocalStack 9040: a failed condition does not show the item",
     "PutItem/behavior/shows-what-failed",
     lambda: shown("PutItem UpdateItem DeleteItem",
                   lambda _, code, body: {**body, "Item": None} if code == 400 else None)),
    ("ministack 559: a cancelled transaction tells no reasons",
     "TransactWriteItems/behavior/all-or-nothing",
     lambda: shown("TransactWriteItems", lambda _, code, body: (
         {n: one for n, one in body.items() if n != "CancellationReasons"}
         if code == 400 else None))),
    ("moto 7206: ScannedCount is Count", "Query/behavior/filter",
     lambda: shown("Query", lambda _, code, body: (
         {**body, "ScannedCount": body["Count"]} if code == 200 else None))),
    ("floci 143: BETWEEN of the sort key has no effect",
     "Query/behavior/conditions-on-the-sort-key", lambda: taken("Query", _without_range)),
    ("floci 143: ScanIndexForward has no effect", "Query/behavior/sorted",
     lambda: ignored("Query", "ScanIndexForward")),
    ("moto 601: numbers are ordered as texts", "Query/behavior/conditions-on-the-sort-key",
     lambda: shown("Query", _as_texts)),
    ("fakecloud 265: contains does not look into sets", "Scan/behavior/functions",
     lambda: taken("Query Scan", if_asked(
         lambda sent: "contains" in str(sent.get("FilterExpression")),
         (200, {"Items": [], "Count": 0, "ScannedCount": 1})))),
    ("dynalite 22: a limit shows no key to go on from", "Scan/behavior/pages",
     lambda: lost("Query Scan", "LastEvaluatedKey")),
    ("gopherstack 152: pages begin from the start again", "Query/behavior/pages",
     lambda: ignored("Query Scan", "ExclusiveStartKey")),
    ("LocalStack 6290: batches without keys end in a 500",
     "BatchWriteItem/request/key-of-the-schema",
     lambda: shown("BatchWriteItem", _items_without_key)),
    ("floci 3225: each segment of a scan has all items", "Scan/behavior/segments",
     lambda: ignored("Scan", "Segment", "TotalSegments")),
    ("moto 7595: ADD takes an empty set", "UpdateItem/request/empty-sets",
     lambda: taken("UpdateItem", if_asked(_has_empty_set, (200, {})))),
]  # fmt: skip


# -- SQS -------------------------------------------------------------------------------------------


def _attributes(change):
    def changed(_sent, status, body):
        change(body.get("Attributes", {}))
        return body if status == 200 else None

    return shown("GetQueueAttributes", changed)


def _not_deduplicated():
    numbers = count()

    def change(sent):
        if not str(sent.get("QueueUrl")).endswith(".fifo"):
            return None
        return {**sent, "MessageDeduplicationId": f"d{next(numbers)}"}

    return taken("SendMessage", change)


def _digest_of_plain_types(sent, status, body):
    kinds = [one.get("DataType", "") for one in (sent.get("MessageAttributes") or {}).values()]
    if status != 200 or not any("." in kind for kind in kinds):
        return None
    return {**body, "MD5OfMessageAttributes": "9e05cca738e70ff6c6041e82d5e77ef1"}


def _messages(change):
    return shown("ReceiveMessage", defects.each(change, "Messages"))


def _sent_in_seconds(message):
    attributes = message.get("Attributes", {})
    if "SentTimestamp" in attributes:
        attributes["SentTimestamp"] = str(int(attributes["SentTimestamp"]) // 1000)


def _all_deleted(sent, status, body):
    told = [{"Id": one.get("Id")} for one in sent.get("Entries") or ()]
    return {"Successful": told, "Failed": []} if status == 200 and body.get("Failed") else None


def _entries_without_attributes(sent):
    entries = [
        {name: one for name, one in entry.items() if name != "MessageAttributes"}
        for entry in sent.get("Entries") or ()
        if isinstance(entry, dict)
    ]
    return {**sent, "Entries": entries} if entries else None


SENT = {"MessageId": "0", "MD5OfMessageBody": "0" * 32}
SQS = [
    ("floci 1281: ApproximateNumberOfMessagesDelayed is not there",
     "CreateQueue/behavior/shown-after-creation",
     lambda: _attributes(drop("ApproximateNumberOfMessagesDelayed"))),
    ("no message is counted as received", "GetQueueAttributes/behavior/counts",
     lambda: _attributes(lambda one: "ApproximateNumberOfMessagesNotVisible" in one and one.update(
         ApproximateNumberOfMessagesNotVisible="0"))),
    ("LocalStack 6674: messages of FIFO queues have no number",
     "ReceiveMessage/behavior/numbered",
     lambda: _messages(lambda one: one.get("Attributes", {}).pop("SequenceNumber", None))),
    ("LocalStack 3339: FIFO queues deliver duplicates", "SendMessage/behavior/deduplicated",
     _not_deduplicated),
    ("LocalStack 2976: another digest of types of one's own",
     "SendMessage/behavior/digest-of-attributes",
     lambda: shown("SendMessage", _digest_of_plain_types)),
    ("ElasticMQ 882: a delay has no effect", "SendMessage/behavior/delayed",
     lambda: ignored("SendMessage", "DelaySeconds")),
    ("ten messages are received where nobody says how many",
     "ReceiveMessage/behavior/one-by-default",
     lambda: taken("ReceiveMessage", lambda sent: {"MaxNumberOfMessages": 10, **sent})),
    ("QueueNamePrefix has no effect", "ListQueues/behavior/prefix",
     lambda: ignored("ListQueues", "QueueNamePrefix")),
    ("ElasticMQ 315: ReceiveMessage takes no notice of VisibilityTimeout",
     "ReceiveMessage/behavior/its-visibility",
     lambda: ignored("ReceiveMessage", "VisibilityTimeout")),
    ("handles that are none are deleted in a batch", "DeleteMessageBatch/behavior/no-handle",
     lambda: shown("DeleteMessageBatch", _all_deleted)),
    ("a handle that is none deletes", "ReceiveMessage/behavior/no-handle",
     lambda: shown("DeleteMessage", lambda _, code, body: (
         (200, {}) if code >= 400 and "ReceiptHandle" in str(body) else None))),
    ("a purge does nothing", "PurgeQueue/behavior/emptied",
     lambda: taken("PurgeQueue", lambda _: (200, {}))),
    ("floci 768: messages are of any size", "SendMessage/request/size",
     lambda: taken("SendMessage", if_asked(
         lambda sent: len(str(sent.get("MessageBody"))) > 200_000, (200, SENT)))),
    ("SentTimestamp is in seconds", "ReceiveMessage/behavior/times",
     lambda: _messages(_sent_in_seconds)),
    ("a batch loses the attributes of its messages", "SendMessageBatch/behavior/received",
     lambda: taken("SendMessageBatch", _entries_without_attributes)),
]  # fmt: skip


# -- S3 --------------------------------------------------------------------------------------------


def s3(method, change, asked=""):
    """``change(status, headers, text)`` gives others of what was asked so."""

    def answer(sent, path, headers, _body, status, answered, data, _upstream):
        if sent != method or not re.search(asked, f"{path}\n{headers}", re.IGNORECASE):
            return None
        return change(status, answered, data)

    return SimpleNamespace(answer=answer)


def no_headers(pattern, method="GET", asked=""):
    """Answers lack the headers whose name fits."""

    def change(status, answered, data):
        kept = [one for one in answered if not re.fullmatch(pattern, one[0], re.IGNORECASE)]
        return status, kept, data

    return s3(method, change, asked)


def in_text(pattern, becomes, method="GET", asked="list-type=2"):
    """The text of an answer has this in place of that."""

    def change(status, answered, data):
        return status, answered, re.sub(pattern, becomes, data.decode(), flags=re.DOTALL).encode()

    return s3(method, change, asked)


def without_query(*names):
    """These members of the query of a GET are not looked at."""

    def request(method, target, headers, body, _upstream):
        parts = urlsplit(target)
        sent = parse_qsl(parts.query, keep_blank_values=True)
        kept = [one for one in sent if one[0] not in names]
        if method != "GET" or kept == sent:
            return None
        return method, f"{parts.path}?{urlencode(kept)}", headers, body

    return SimpleNamespace(request=request)


def without_header(method, *names):
    """These headers are not looked at."""

    def request(sent, path, headers, body, _upstream):
        kept = [one for one in headers if one[0].lower() not in names]
        return (sent, path, kept, body) if sent == method else None

    return SimpleNamespace(request=request)


def _turned(status, answered, data):
    entries = re.findall(r"<Contents>.*?</Contents>", data.decode(), re.DOTALL)
    text = data.decode().replace("".join(entries), "".join(entries[::-1]))
    return status, answered, text.encode()


def _copies_onto_itself():
    def request(method, path, headers, _body, _upstream):
        sent = {name.lower(): value for name, value in headers}
        source = unquote(sent.get("x-amz-copy-source", "")).lstrip("/")
        if method != "PUT" or source != unquote(urlsplit(path).path).lstrip("/"):
            return None
        if "x-amz-metadata-directive" in sent:
            return None
        text = "<CopyObjectResult><LastModified>2024-01-01T00:00:00.000Z</LastModified>"
        text += "<ETag>&quot;0&quot;</ETag></CopyObjectResult>"
        return 200, [("Content-Type", "application/xml")], text.encode()

    return SimpleNamespace(request=request)


def _parts_in_order():
    def request(method, path, headers, body, _upstream):
        parts = re.findall(r"<Part>.*?</Part>", (body or b"").decode("utf-8", "replace"), re.DOTALL)
        if method != "POST" or "uploadId" not in path or not parts:
            return None
        parts.sort(key=lambda one: int((re.findall(r"Number>(\d+)<", one) or ["0"])[0]))
        text = f"<CompleteMultipartUpload>{''.join(parts)}</CompleteMultipartUpload>"
        return method, path, headers, text.encode()

    return SimpleNamespace(request=request)


def _buckets_go_with_their_objects():
    def answer(method, _path, _headers, _body, status, answered, _data, _upstream):
        return (204, answered, b"") if method == "DELETE" and status == 409 else None

    return SimpleNamespace(answer=answer)


def _whole_where_no_range_fits(status, answered, _data):
    return (200, answered, b"conformance") if status == 416 else None


S3 = [
    ("LocalStack 1859: parts of objects have no type and no metadata", "GetObject/behavior/range",
     lambda: no_headers(r"content-type|x-amz-meta-.*", asked="'range'")),
    ("LocalStack 6218: HeadObject does not accept ranges", "HeadObject/behavior/headers",
     lambda: no_headers("accept-ranges", "HEAD")),
    ("chimera 473: metadata are lost", "PutObject/behavior/metadata",
     lambda: no_headers(r"x-amz-meta-.*")),
    ("moto 2375: KeyCount does not count prefixes", "ListObjectsV2/behavior/delimiter",
     lambda: in_text(r"<KeyCount>\d+</KeyCount>", "<KeyCount>0</KeyCount>", asked="delimiter=")),
    ("moto 291: a delimiter has no effect", "ListObjectsV2/behavior/delimiter",
     lambda: without_query("delimiter")),
    ("versitygw 138: StartAfter has no effect", "ListObjectsV2/behavior/start-after",
     lambda: without_query("start-after")),
    ("keys are listed in another order", "ListObjectsV2/behavior/start-after",
     lambda: s3("GET", _turned, "list-type=2")),
    ("kumo 688: copies keep their metadata", "CopyObject/behavior/copies",
     lambda: without_header("PUT", "x-amz-metadata-directive")),
    ("an object is copied onto itself", "CopyObject/request/onto-itself", _copies_onto_itself),
    ("fakecloud 110: parts are completed in any order",
     "CompleteMultipartUpload/request/part-order", _parts_in_order),
    ("keys that nothing has are errors of DeleteObjects", "DeleteObjects/behavior/deletes",
     lambda: in_text(r"<Deleted>(.*?<Key>.*?</Key>).*?</Deleted>",
                     r"<Error>\1<Code>NoSuchKey</Code><Message>no</Message></Error>",
                     "POST", r"\?delete")),
    ("the version of an object has no effect", "PutBucketVersioning/behavior/versions",
     lambda: without_query("versionId")),
    ("S3Mock: an upload of parts has the ETag of one", "CompleteMultipartUpload/behavior/completes",
     lambda: in_text(r"-\d+(&quot;|\"|&#34;)", r"\1", "POST", "uploadId")),
    ("buckets are deleted with their objects", "DeleteBucket/behavior/not-empty",
     _buckets_go_with_their_objects),
    ("a range that no byte is in gives all", "GetObject/behavior/no-such-range",
     lambda: s3("GET", _whole_where_no_range_fits)),
]  # fmt: skip


TABLE = {
    report: Defect(report, service, f"{service}/{finds}", make)
    for service, rows in (("dynamodb", DYNAMODB), ("sqs", SQS), ("s3", S3))
    for report, finds, make in rows
}
