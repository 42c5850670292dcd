"""Thirty-three defects of DynamoDB and S3 for the third exam; see recalled_third."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from tests.cases.recalled import (
    AMZ_JSON,
    ignored,
    in_text,
    lost,
    no_headers,
    without_header,
    without_query,
)
from tests.cases.recalled_fresh import accepted, after, before, table

# -- DynamoDB --------------------------------------------------------------------------------------


def _is_new(call):
    about = {name: call.sent[name] for name in ("TableName", "Key")}
    return "Item" not in call.again("GetItem", about)[1]


def new_items_return(asked, given):
    """Where an update makes an item, what is asked for so is answered as if asked for so."""
    return before("UpdateItem", lambda call: (
        {**call.sent, "ReturnValues": given}
        if call.sent.get("ReturnValues") == asked and _is_new(call) else None))  # fmt: skip


def _limit_after_filter(call):
    if not {"FilterExpression", "Limit"} <= set(call.sent) or "ExclusiveStartKey" in call.sent:
        return None
    asked = {name: one for name, one in call.sent.items() if name != "Limit"}
    status, shown = call.again(call.operation, asked)
    if status != 200 or "Items" not in shown:
        return None
    shown["Items"] = shown["Items"][: call.sent["Limit"]]
    return 200, {**shown, "Count": len(shown["Items"])}


def _keys_of_the_index_alone(call, status, body):
    if status != 200 or "LastEvaluatedKey" not in body:
        return None
    shown = call.again("DescribeTable", {"TableName": call.sent["TableName"]})[1]["Table"]
    indexes = [
        *shown.get("GlobalSecondaryIndexes", ()),
        *shown.get("LocalSecondaryIndexes", ()),
    ]
    schema = next(one["KeySchema"] for one in indexes if one["IndexName"] == call.sent["IndexName"])
    names = {one["AttributeName"] for one in schema}
    last = {name: one for name, one in body["LastEvaluatedKey"].items() if name in names}
    return {**body, "LastEvaluatedKey": last}


def numbers_are_floats():
    def plain(found):
        return f'"N": "{float(found[1]):.15g}"'

    def answer(_method, _path, headers, _body, status, answered, data, _upstream):
        target = next((value for name, value in headers if name.lower() == "x-amz-target"), "")
        if status != 200 or not target.endswith((".GetItem", ".Query", ".Scan", ".BatchGetItem")):
            return None
        text = re.sub(r'"N": ?"(-?\d{16,})"', plain, data.decode())
        return status, answered, text.encode()

    return SimpleNamespace(answer=answer)


def _each_once(call):
    return {"Responses": {name: [] for name in call.sent["RequestItems"]}, "UnprocessedKeys": {}}


def _inconsistent(call):
    return {**call.sent, "ConsistentRead": False} if "IndexName" in call.sent else None


def _whole_items(call):
    asked = {
        name: {n: v for n, v in one.items() if "Expression" not in n}
        for name, one in call.sent["RequestItems"].items()
    }
    return {**call.sent, "RequestItems": asked}


def no_empty_texts():
    def request(_method, _path, headers, body, _upstream):
        target = next((value for name, value in headers if name.lower() == "x-amz-target"), "")
        if not target.endswith(".PutItem") or not re.search(rb'"S": ?""', body or b""):
            return None
        shown = {"__type": "com.amazon.coral.validate#ValidationException", "message": "empty"}
        return 400, AMZ_JSON, json.dumps(shown).encode()

    return SimpleNamespace(request=request)


def _checks_break_it(call):
    checks = any("ConditionCheck" in one for one in call.sent["TransactItems"])
    return (500, {"__type": "InternalFailure", "message": "no"}) if checks else None


def _those_that_are_there(_call, status, body):
    return {"Responses": [one for one in body["Responses"] if one]} if status == 200 else None


def _first_tag(call):
    return {**call.sent, "TagKeys": call.sent["TagKeys"][:1]}


DYNAMODB = [
    ("floci 537: an update that makes an item shows no new values", "UpdateItem",
     "UPDATED_NEW returns the updated attributes with their new values",
     lambda: new_items_return("UPDATED_NEW", "NONE")),
    ("fakecloud 2059: an update that makes an item shows it as the former", "UpdateItem",
     "ALL_OLD returns the item as it was before",
     lambda: new_items_return("ALL_OLD", "ALL_NEW")),
    ("kumo 860: a limit is of items that fit the filter", "Scan Query",
     "Limit is the number of items to evaluate, not of those that match",
     lambda: before("Scan Query", _limit_after_filter)),
    ("dynoxide 38: the key to go on from in an index lacks that of the table", "Scan Query",
     "LastEvaluatedKey is the primary key of the item at which the operation stopped",
     lambda: after("Scan Query", _keys_of_the_index_alone)),
    ("yulin 253: numbers of many digits are rounded", "GetItem PutItem Query Scan BatchGetItem",
     "numbers have up to 38 digits",
     numbers_are_floats),
    ("fakecloud 2059: a key is twice in a batch", "BatchGetItem",
     "the keys of a table are distinct",
     lambda: accepted("BatchGetItem", "ValidationException", _each_once, "duplicates")),
    ("minidyn 111: an update shows the item whatever is asked for", "UpdateItem",
     "nothing is returned where ReturnValues is NONE",
     lambda: before("UpdateItem", lambda call: {**call.sent, "ReturnValues": "ALL_NEW"})),
    ("values that no expression uses are taken", "UpdateItem PutItem DeleteItem Query Scan",
     "each value is used in an expression",
     lambda: accepted("UpdateItem PutItem DeleteItem", "ValidationException",
                      lambda _: {}, "unused")),
    ("an index is read consistently", "Query Scan",
     "ConsistentRead is not supported on global indexes",
     lambda: before("Query Scan", _inconsistent)),
    ("floci 826: tables come in one page", "ListTables",
     "at most Limit names are returned",
     lambda: ignored("ListTables", "Limit")),
    ("floci 826: a batch has whole items", "BatchGetItem",
     "ProjectionExpression names the attributes to retrieve",
     lambda: before("BatchGetItem", _whole_items)),
    ("dynalite 131: texts are not empty", "PutItem",
     "values that are of no key may be empty",
     no_empty_texts),
    ("LocalStack 2745: transactions with checks are a 500", "TransactWriteItems",
     "ConditionCheck checks an item without writing it",
     lambda: before("TransactWriteItems", _checks_break_it)),
    ("a transaction does not tell which items are not there", "TransactGetItems",
     "Responses has one for each item, empty where it is not there",
     lambda: after("TransactGetItems", _those_that_are_there)),
    ("tables do not show their indexes", "DescribeTable CreateTable",
     "GlobalSecondaryIndexes are those of the table",
     lambda: lost("DescribeTable", "Table", "GlobalSecondaryIndexes")),
    ("only the first tag of a table is removed", "UntagResource",
     "the tags of all the keys are removed",
     lambda: before("UntagResource", _first_tag)),
]  # fmt: skip


# -- S3 --------------------------------------------------------------------------------------------


def _asked(path):
    parts = urlsplit(path)
    bucket, _, key = unquote(parts.path).lstrip("/").partition("/")
    return bucket, key, dict(parse_qsl(parts.query, keep_blank_values=True))


def unasked(sent, wanted, name):
    """A member of the query is not looked at where the request is so."""

    def request(method, path, headers, body, _upstream):
        parts = urlsplit(path)
        members = parse_qsl(parts.query, keep_blank_values=True)
        kept = [one for one in members if one[0] != name]
        if method != sent or kept == members or (wanted and wanted not in dict(members)):
            return None
        query = f"?{urlencode(kept)}" if kept else ""
        return method, f"{parts.path}{query}", headers, body

    return SimpleNamespace(request=request)


def nothing_is_the_latest_again():
    """Where a version or a marker was deleted, none of those that are left is the latest."""
    changed = set()

    def answer(method, path, _headers, _body, status, answered, data, _upstream):
        bucket, key, asked = _asked(path)
        if method == "DELETE" and "versionId" in asked and status == 204:
            changed.add((bucket, key))
        if method != "GET" or "versions" not in asked or status != 200:
            return None
        text = data.decode()
        for _, of in {one for one in changed if one[0] == bucket}:
            text = re.sub(
                rf"(<Key>{re.escape(of)}</Key>.*?<IsLatest>)true", r"\1false", text, flags=re.DOTALL
            )
        return status, answered, text.encode()

    return SimpleNamespace(answer=answer)


def uploads_go_on():
    def request(method, path, _headers, _body, upstream):
        if method != "DELETE" or "uploadId" not in _asked(path)[2]:
            return None
        return (204, [], b"") if upstream("GET", path, _headers, b"")[0] == 200 else None

    return SimpleNamespace(request=request)


def copies_of_the_latest():
    def request(method, path, headers, body, _upstream):
        plain = [
            (
                name,
                value.partition("?versionId")[0] if name.lower() == "x-amz-copy-source" else value,
            )
            for name, value in headers
        ]
        return (method, path, plain, body) if method == "PUT" and plain != headers else None

    return SimpleNamespace(request=request)


SYSTEM = "cache-control|content-disposition|content-language|expires"
S3 = [
    ("floci 1775: a version is not the latest again", "DeleteObject ListObjectVersions",
     "IsLatest tells whether the version is the latest",
     nothing_is_the_latest_again),
    ("ministack 1097: a version that is deleted is still there", "DeleteObject",
     "versionId names the version that is deleted",
     lambda: unasked("DELETE", "", "versionId")),
    ("ministack 1496: versions are listed without regard to a delimiter", "ListObjectVersions",
     "keys with the delimiter after the prefix are grouped",
     lambda: unasked("GET", "versions", "delimiter")),
    ("chimera 1206: a copy is made whatever its source is", "CopyObject",
     "x-amz-copy-source-if-none-match copies objects of another ETag",
     lambda: without_header("PUT", "x-amz-copy-source-if-none-match",
                            "x-amz-copy-source-if-match")),
    ("floci 566: an upload is completed over what is there", "CompleteMultipartUpload",
     "If-None-Match completes the upload where no object of that key is there",
     lambda: without_header("POST", "if-none-match")),
    ("kumo 918: an object is replaced whatever its ETag", "PutObject",
     "If-Match writes where the object has that ETag",
     lambda: without_header("PUT", "if-match")),
    ("cloudemu 735: objects lose Cache-Control and the like", "GetObject PutObject",
     "the headers with which an object was put are returned",
     lambda: no_headers(SYSTEM)),
    ("cloudemu 735: a bucket does not tell its region", "HeadBucket",
     "x-amz-bucket-region is the region of the bucket",
     lambda: no_headers("x-amz-bucket-region", "HEAD")),
    ("S3Mock 341: a part is a copy of the whole", "UploadPartCopy",
     "x-amz-copy-source-range is the range to copy",
     lambda: without_header("PUT", "x-amz-copy-source-range")),
    ("an upload that was aborted is still there", "AbortMultipartUpload",
     "the upload is aborted and its parts are freed",
     uploads_go_on),
    ("floci 47: parts come in one page", "ListParts",
     "at most max-parts parts are returned",
     lambda: without_query("max-parts")),
    ("a copy of a version is one of the latest", "CopyObject",
     "versionId in the source names the version to copy",
     copies_of_the_latest),
    ("cloudemu 735: objects are of one class", "PutObject ListObjectsV2 HeadObject",
     "x-amz-storage-class is the class of the object",
     lambda: without_header("PUT", "x-amz-storage-class")),
    ("backlot 178: keys are listed as they are whatever is asked for", "ListObjectsV2 ListObjects",
     "encoding-type encodes the keys of the answer",
     lambda: unasked("GET", "", "encoding-type")),
    ("backlot 188: a listing begins anew whatever the marker", "ListObjects",
     "keys after the marker are listed",
     lambda: without_query("marker")),
    ("LocalStack 8676: who asks for checksums of a HEAD is told none", "HeadObject PutObject",
     "x-amz-checksum-mode returns the checksum with which the object was put",
     lambda: no_headers("x-amz-checksum-.*", "HEAD")),
    ("parts of an upload have no size", "ListParts",
     "Size is the size of the part",
     lambda: in_text(r"<Size>\d+</Size>", "", asked="uploadId")),
]  # fmt: skip


TABLE = table(dynamodb=DYNAMODB, s3=S3)
