"""Rules of DynamoDB and S3, each broken by one defect alone in front of moto."""

from __future__ import annotations

import json
import re
from http.client import HTTPConnection
from types import SimpleNamespace
from typing import Any

import pytest

from tests.cases import defects
from tests.cases.conftest import QUICK
from tests.cases.defects import Defect, operation_of
from tests.cases.recalled import (
    if_asked,
    ignored,
    in_text,
    lost,
    no_headers,
    s3,
    shown,
    taken,
    without_header,
    without_query,
)
from tests.command import in_process
from tests.sampling import sampled

# -- DynamoDB --------------------------------------------------------------------------------------


def expression(pattern, becomes, operations="UpdateItem", member="UpdateExpression"):
    """What is asked has this in its expression in place of that."""

    def change(sent):
        asked = str(sent.get(member))
        changed = re.sub(pattern, becomes, asked)
        return None if changed == asked else {**sent, member: changed}

    return taken(operations, change)


def accepted(operations, said, answered=None):
    """A refusal whose text fits is a success."""
    return shown(
        operations,
        lambda _, code, body: (
            (200, answered or {})
            if code == 400 and re.search(said, json.dumps(body), re.IGNORECASE)
            else None
        ),
    )


def told(operations, change):
    """``change(sent, body)`` changes a success in place."""

    def changed(sent, code, body):
        if code == 200:
            change(sent, body)
        return body if code == 200 else None

    return shown(operations, changed)


def _updates_more(sent, body):
    if sent.get("ReturnValues") == "UPDATED_OLD":
        body.setdefault("Attributes", {})["spare"] = {"S": "x"}


def _only_what_failed(_sent, code, body):
    if code != 400 or "CancellationReasons" not in body:
        return None
    failed = [one for one in body["CancellationReasons"] if one.get("Code") != "None"]
    return {**body, "CancellationReasons": failed}


def _reversed(name):
    return lambda _, body: body.update({name: body.get(name, [])[::-1]})


def _more_than_keys(sent, body):
    if sent.get("IndexName") == "keys-of-team":
        for one in body.get("Items", ()):
            one["note"] = {"S": "z"}


def _limit_of_what_is_left(sent, body):
    if "Limit" in sent and "FilterExpression" in sent:
        body["ScannedCount"] = body["Count"]


def _projected(sent, body):
    if "ProjectionExpression" in sent and "Item" in body:
        body["Item"]["pk"] = {"S": "conformance"}


def _without_part(name):
    return lambda _, body: body.get("Table", {}).pop(name, None)


def _first_bytes(sent):
    values = json.dumps(sent)
    return json.loads(values.replace('"9007199254740993"', '"9007199254740992"'))


DYNAMODB = [
    ("SET of an element sets the first one", "UpdateItem/behavior/sets",
     lambda: expression(r"a\[1\]", "a[0]")),
    ("REMOVE of an element does nothing", "UpdateItem/behavior/removes",
     lambda: taken("UpdateItem", if_asked(
         lambda sent: str(sent.get("UpdateExpression")) == "REMOVE a[0]", (200, {})))),
    ("if_not_exists is the value", "UpdateItem/behavior/if-not-exists",
     lambda: expression(r"if_not_exists\([a.]+, (:\w)\)", r"\1")),
    ("list_append puts its lists the other way round", "UpdateItem/behavior/list-append-order",
     lambda: expression(r"list_append\((\S+), (\S+)\)", r"list_append(\2, \1)")),
    ("ADD puts the number in place", "UpdateItem/behavior/adds-numbers",
     lambda: expression(r"^ADD a :v$", "SET a = :v")),
    ("ADD puts the set in place", "UpdateItem/behavior/adds-to-sets",
     lambda: expression(r"^ADD a :v$", "SET a = :v")),
    ("a number is subtracted the other way round", "UpdateItem/behavior/sets-sums",
     lambda: expression(r":v - a", "a - :v")),
    ("ADD to a text is accepted", "UpdateItem/request/operand-types",
     lambda: accepted("UpdateItem", "operand|type")),
    ("an attribute that is not there is copied", "UpdateItem/request/attribute-that-is-not-there",
     lambda: accepted("UpdateItem", "does not exist in the item")),
    ("a word stands twice", "UpdateItem/request/two-of-an-action",
     lambda: expression(r" (SET|REMOVE|ADD) b", ", b")),
    ("what was not there is told as old", "UpdateItem/behavior/returns-what-changed",
     lambda: told("UpdateItem", _updates_more)),
    ("an update makes the item that its condition asks for", "UpdateItem/behavior/condition-holds",
     lambda: ignored("UpdateItem", "ConditionExpression")),
    ("numbers are floats", "PutItem/behavior/numbers-keep-their-digits",
     lambda: taken("PutItem", _first_bytes)),
    ("a failed condition shows the item", "PutItem/behavior/condition-does-not-show",
     lambda: shown("PutItem", lambda _, code, body: (
         {**body, "Item": {"pk": {"S": "conformance"}}} if code == 400 else None))),
    ("a condition has no parentheses", "DeleteItem/behavior/conditions",
     lambda: expression(r"[()](?=tally|$)", "", "DeleteItem", "ConditionExpression")),
    ("AND and OR are read from left to right", "Scan/behavior/precedence",
     lambda: expression(r"^a = :x OR a = :y AND", "(a = :x OR a = :y) AND", "Scan",
                        "FilterExpression")),
    ("BETWEEN leaves out its bounds", "Scan/behavior/comparisons",
     lambda: expression(r"b BETWEEN (\S+) AND (\S+)", r"b > \1 AND b < \2", "Scan",
                        "FilterExpression")),
    ("elements are counted from 1", "Scan/behavior/paths",
     lambda: expression(r"things\[1\]", "things[0]", "Scan", "FilterExpression")),
    ("size is no number of entries", "Scan/behavior/sizes",
     lambda: taken("Scan", if_asked(
         lambda sent: "size(tags)" in str(sent.get("FilterExpression")),
         (200, {"Items": [], "Count": 0, "ScannedCount": 1})))),
    ("attribute_type knows no maps", "Scan/behavior/types",
     lambda: taken("Scan", if_asked(
         lambda sent: "(box, :t)" in str(sent.get("FilterExpression")),
         (200, {"Items": [], "Count": 0, "ScannedCount": 1})))),
    ("items come in no order", "Query/behavior/order",
     lambda: told("Query", _reversed("Items"))),
    ("a limit is of what a filter leaves", "Query/behavior/limit",
     lambda: told("Query", _limit_of_what_is_left)),
    ("COUNT shows the items", "Query/behavior/select", lambda: ignored("Query", "Select")),
    ("a projection goes with any selection", "Query/request/select",
     lambda: taken("Query", lambda sent: (
         {n: one for n, one in sent.items() if n != "Select"}
         if "ProjectionExpression" in sent or "PROJECTED" in str(sent.get("Select")) else None))),
    ("a global index is read consistently", "Query/request/index",
     lambda: taken("Query", lambda sent: (
         {**sent, "ConsistentRead": False} if "IndexName" in sent else None))),
    ("an index projects all", "Query/behavior/indexes", lambda: told("Query", _more_than_keys)),
    ("a projection shows the key too", "GetItem/behavior/elements",
     lambda: told("GetItem", _projected)),
    ("a batch does not say what is left over", "BatchGetItem/behavior/found",
     lambda: lost("BatchGetItem", "UnprocessedKeys")),
    ("a batch does not look for its table", "BatchGetItem/behavior/no-such-table",
     lambda: accepted("BatchWriteItem", "ResourceNotFound", {"UnprocessedItems": {}})),
    ("the reasons are only those of what failed", "TransactWriteItems/behavior/reasons",
     lambda: shown("TransactWriteItems", _only_what_failed)),
    ("the items of a transaction come in another order", "TransactGetItems/behavior/in-order",
     lambda: told("TransactGetItems", _reversed("Responses"))),
    ("capacity is not described", "CreateTable/behavior/capacity",
     lambda: told("DescribeTable", _without_part("ProvisionedThroughput"))),
    ("definitions are not described", "CreateTable/behavior/described",
     lambda: told("DescribeTable", _without_part("AttributeDefinitions"))),
    ("tags of a creation are lost", "CreateTable/behavior/tagged",
     lambda: ignored("CreateTable", "Tags")),
    ("a page of tables has all", "ListTables/behavior/pages",
     lambda: ignored("ListTables", "Limit")),
    ("the attribute of time to live is not shown", "UpdateTimeToLive/behavior/shown",
     lambda: lost("DescribeTimeToLive", "TimeToLiveDescription", "AttributeName")),
    ("what is consumed is told unasked", "PutItem/behavior/consumed-on-request",
     lambda: told("PutItem", lambda _, body: body.update(
         ConsumedCapacity={"TableName": "one", "CapacityUnits": 1.0}))),
    ("a collection is told of any table", "PutItem/behavior/no-collection",
     lambda: told("PutItem", lambda _, body: body.update(
         ItemCollectionMetrics={"ItemCollectionKey": {"pk": {"S": "conformance"}}}))),
    ("a part of a map that is set with another is lost", "UpdateItem/behavior/two-parts-of-a-map",
     lambda: expression(r"box\.a = :v, box\.b = :w", "box.b = :w, a = :v")),
    ("an update ends with a comma", "UpdateItem/request/commas", lambda: expression(r",$", "")),
    ("a key is added to", "UpdateItem/request/any-action-on-a-key",
     lambda: accepted("UpdateItem", "part of the key")),
    ("what is removed is not told", "UpdateItem/behavior/returns-what-was-removed",
     lambda: told("UpdateItem", lambda sent, body: (
         body.pop("Attributes", None) if "REMOVE" in str(sent.get("UpdateExpression")) else None))),
    ("Expected has no effect", "PutItem/behavior/former-conditions",
     lambda: ignored("PutItem", "Expected")),
    ("a half of the key is enough", "PutItem/request/keys-of-both",
     lambda: accepted("DeleteItem", "Validation")),
    ("a page of an index ends without its own keys", "Query/behavior/pages-of-an-index",
     lambda: lost("Query", "LastEvaluatedKey", "score")),
    ("the last of large numbers is lost", "Query/behavior/large-numbers",
     lambda: told("Query", lambda _, body: (
         body.update(Items=[one for one in body.get("Items", ())
                            if one.get("sk") != {"N": "9007199254740993"}])))),
    ("only the first reason is told", "TransactWriteItems/behavior/every-reason",
     lambda: shown("TransactWriteItems", lambda _, code, body: (
         {**body, "CancellationReasons": [
             one if not at else {"Code": "None"}
             for at, one in enumerate(body["CancellationReasons"])]}
         if code == 400 and "CancellationReasons" in body else None))),
]  # fmt: skip


# -- S3 --------------------------------------------------------------------------------------------


def header(method, name, pattern, becomes):
    """A header of a request has this in place of that."""

    def request(sent, path, headers, body, _upstream):
        changed = [
            (key, re.sub(pattern, becomes, value) if key.lower() == name else value)
            for key, value in headers
        ]
        return (sent, path, changed, body) if sent == method else None

    return SimpleNamespace(request=request)


def _other_way(element):
    def change(status, answered, data):
        entries = re.findall(f"<{element}>.*?</{element}>", data.decode(), re.DOTALL)
        text = data.decode().replace("".join(entries), "".join(entries[::-1]))
        return status, answered, text.encode()

    return change


def _deleted_with_versions():
    def answer(method, path, _headers, _body, status, answered, _data, _upstream):
        whole = method == "DELETE" and status == 409 and "versionId" not in path
        return (204, answered, b"") if whole else None

    return SimpleNamespace(answer=answer)


def _whole_answer(status, answered, data):
    """The part that a range asks for, told as the whole."""
    kept = [one for one in answered if one[0].lower() != "content-range"]
    return (200, kept, data) if status == 206 else None


def _plus_is_a_blank():
    def request(method, path, headers, body, _upstream):
        return method, path.replace("a%2Bb", "a%20b"), headers, body

    return SimpleNamespace(request=request)


def _second_bucket():
    """The second time that a bucket is made, it is taken."""
    made: set[str] = set()

    def answer(method, path, _headers, _body, _status, _answered, _data, _upstream):
        name = path.strip("/")
        if method != "PUT" or "/" in name or "?" in name:
            return None
        if name in made:
            taken_by = b"<Error><Code>BucketAlreadyExists</Code><Message>no</Message></Error>"
            return 409, [("Content-Type", "application/xml")], taken_by
        made.add(name)
        return None

    return answer


S3 = [
    ("an object has the bytes of another", "GetObject/behavior/bytes",
     lambda: s3("GET", lambda code, answered, data: (
         (code, answered, b"owt") if data == b"two" else None))),
    ("metadata of what was there stay", "GetObject/behavior/bytes",
     lambda: s3("GET", lambda code, answered, data: (
         (code, [*answered, ("x-amz-meta-kind", "one")], data) if data == b"two" else None))),
    ("the language of an object is lost", "PutObject/behavior/all-headers",
     lambda: no_headers("content-language")),
    ("the storage class is lost", "PutObject/behavior/storage-class",
     lambda: without_header("PUT", "x-amz-storage-class")),
    ("the tags of a new object are lost", "PutObject/behavior/tags",
     lambda: without_header("PUT", "x-amz-tagging")),
    ("a plus is a blank", "PutObject/behavior/odd-keys", _plus_is_a_blank),
    ("If-None-Match has no effect", "PutObject/behavior/if-none-there",
     lambda: without_header("PUT", "if-none-match")),
    ("If-Match has no effect", "PutObject/behavior/if-match",
     lambda: without_header("PUT", "if-match")),
    ("the last bytes are the first", "GetObject/behavior/ranges",
     lambda: header("GET", "range", r"bytes=-(\d)$", r"bytes=0-\1")),
    ("a part of an object has no place", "GetObject/behavior/ranges",
     lambda: s3("GET", _whole_answer)),
    ("HeadObject has no conditions", "HeadObject/behavior/conditions",
     lambda: without_header("HEAD", "if-match", "if-none-match")),
    ("dates are no conditions", "GetObject/behavior/dates",
     lambda: without_header("GET", "if-modified-since")),
    ("headers of the answer are not taken from the request", "GetObject/behavior/other-headers",
     lambda: without_query("response-content-type")),
    ("a bucket that is not there is a key that is not there", "PutObject/behavior/no-such-bucket",
     lambda: in_text("NoSuchBucket", "NoSuchKey", asked="")),
    ("the owner of the buckets is lost", "ListBuckets/behavior/owner",
     lambda: in_text("<Owner>.*?</Owner>", "", asked="^/\n|^/$")),
    ("all buckets are listed", "ListBuckets/behavior/prefix", lambda: without_query("prefix")),
    ("the region of a bucket is lost", "HeadBucket/behavior/region",
     lambda: no_headers("x-amz-bucket-region", "HEAD")),
    ("keys come in another order", "ListObjectsV2/behavior/in-order",
     lambda: s3("GET", _other_way("Contents"), "list-type=2")),
    ("entries have no storage class", "ListObjectsV2/behavior/entries",
     lambda: in_text("<StorageClass>.*?</StorageClass>", "")),
    ("a page is never cut off", "ListObjectsV2/behavior/pages",
     lambda: in_text("<IsTruncated>true<", "<IsTruncated>false<")),
    ("a page begins from the start again", "ListObjectsV2/behavior/pages",
     lambda: without_query("continuation-token")),
    ("prefixes are no keys of a page", "ListObjectsV2/behavior/pages-of-prefixes",
     lambda: in_text("<KeyCount>4<", "<KeyCount>3<")),
    ("the delimiter is a slash", "ListObjectsV2/behavior/any-delimiter",
     lambda: SimpleNamespace(request=lambda sent, path, headers, body, _: (
         sent, path.replace("delimiter=-", "delimiter=/"), headers, body))),
    ("keys are not encoded", "ListObjectsV2/behavior/encoded",
     lambda: without_query("encoding-type")),
    ("versions come from the oldest on", "ListObjectVersions/behavior/newest-first",
     lambda: s3("GET", _other_way("Version"), r"\?versions")),
    ("no version is the latest", "ListObjectVersions/behavior/newest-first",
     lambda: in_text("<IsLatest>true<", "<IsLatest>false<", asked=r"\?versions")),
    ("a page of versions has all", "ListObjectVersions/behavior/pages",
     lambda: without_query("max-keys")),
    ("the version of an object has no effect", "PutBucketVersioning/behavior/reads-versions",
     lambda: without_query("versionId")),
    ("a version that is gone is a key that is not there",
     "PutBucketVersioning/behavior/deletes-versions",
     lambda: in_text("NoSuchVersion", "NoSuchKey", asked="versionId")),
    ("a deletion does not tell of its marker", "PutBucketVersioning/behavior/markers",
     lambda: no_headers("x-amz-delete-marker", "DELETE")),
    ("copies are of the newest version", "PutBucketVersioning/behavior/copies-versions",
     lambda: header("PUT", "x-amz-copy-source", r"\?versionId=.*", "")),
    ("a bucket goes with its versions", "DeleteBucket/behavior/not-empty-of-versions",
     _deleted_with_versions),
    ("copies lose their metadata", "CopyObject/behavior/keeps-metadata",
     lambda: SimpleNamespace(request=lambda sent, path, headers, body, _: (
         sent, path, [*headers, ("x-amz-metadata-directive", "REPLACE")], body)
         if sent == "PUT" and "x-amz-copy-source" in {n.lower() for n, _ in headers}
         and "x-amz-metadata-directive" not in {n.lower() for n, _ in headers} else None)),
    ("copies keep their tags", "CopyObject/behavior/other-tags",
     lambda: without_header("PUT", "x-amz-tagging-directive")),
    ("an upload has no key", "CreateMultipartUpload/behavior/answered",
     lambda: in_text("<Key>.*?</Key>", "", "POST", r"\?uploads")),
    ("an upload loses its metadata", "CompleteMultipartUpload/behavior/as-created",
     lambda: without_header("POST", "x-amz-meta-kind")),
    ("the digest of an upload is another one", "CompleteMultipartUpload/behavior/two-parts",
     lambda: in_text("3dfc48ff", "00000000", "POST", "uploadId")),
    ("small parts are completed", "CompleteMultipartUpload/request/small-parts",
     lambda: SimpleNamespace(answer=lambda sent, path, _h, _b, _s, answered, data, _u: (
         (200, answered, b"<CompleteMultipartUploadResult/>")
         if sent == "POST" and b"EntityTooSmall" in data and path else None))),
    ("parts come in another order", "ListParts/behavior/in-order",
     lambda: s3("GET", _other_way("Part"), "uploadId")),
    ("the marker has no effect", "ListObjects/behavior/marker", lambda: without_query("marker")),
    ("former lists have no owner", "ListObjects/behavior/in-order",
     lambda: in_text("<Owner>.*?</Owner>", "", asked=r"^/[^/?]+/?\n")),
    ("uploads are listed whatever their keys", "ListMultipartUploads/behavior/under-way",
     lambda: without_query("prefix")),
    ("a part is copied whole", "UploadPartCopy/behavior/copies",
     lambda: without_header("PUT", "x-amz-copy-source-range")),
    ("the size of an object is not told", "GetObjectAttributes/behavior/asked",
     lambda: in_text("<ObjectSize>.*?</ObjectSize>", "", asked="attributes")),
    ("a part is told as the whole", "HeadObject/behavior/parts",
     lambda: SimpleNamespace(request=lambda sent, path, headers, body, _: (
         sent, path.replace("partNumber=2", "x=2"), headers, body) if sent == "HEAD" else None)),
    ("an upload is completed over what is there", "CompleteMultipartUpload/behavior/if-none-there",
     lambda: without_header("POST", "if-none-match")),
    ("a bucket that is made again is another's", "CreateBucket/behavior/again",
     lambda: SimpleNamespace(answer=_second_bucket())),
    ("no tags are an empty set of a bucket", "GetBucketTagging/behavior/none",
     lambda: in_text("NoSuchTagSet", "NoSuchTags", asked="tagging")),
    ("deletions have no keys", "DeleteObjects/behavior/told",
     lambda: in_text("<Deleted>.*?</Deleted>", "<Deleted/>", "POST", r"\?delete")),
]  # fmt: skip


TABLE = {
    f"{service}: {report}": Defect(report, service, f"{service}/{finds}", make)
    for service, rows in (("dynamodb", DYNAMODB), ("s3", S3))
    for report, finds, make in rows
}
FAST = (
    "dynamodb: list_append puts its lists the other way round",
    "dynamodb: items come in no order",
    "dynamodb: a collection is told of any table",
    "s3: an object has the bytes of another",
    "s3: keys come in another order",
    "s3: versions come from the oldest on",
)


def test_no_case_changes_what_it_is_not_about():
    for one in TABLE.values():
        made = one.make()
        change = getattr(made, "answer", None)
        other: tuple[Any, ...] = ("PATCH", "/nothing", [], b"", 200, [], b"{}", None)
        assert change is None or change(*other) is None
    assert operation_of([], b"") == ""
    assert defects.members_of(b"[]") == {}


@pytest.mark.parametrize("report", sampled(TABLE, *FAST))
def test_a_rule_that_a_defect_breaks_fails_alone(moto_port, proxied, run, report):
    one = TABLE[report]
    narrow = ("--service", one.service, *QUICK, *one.arguments())
    found = run(proxied(one.make(), moto_port), *narrow)
    right = run(f"http://127.0.0.1:{moto_port}", *narrow)

    assert found.failed() == {one.finds}, found.out
    assert found.code == 1
    assert right.verdict(one.finds) == "passed", right.out


@pytest.mark.parametrize(
    "breaks",
    [
        lambda: without_query("versionId"),
        pytest.param(
            lambda: no_headers("x-amz-delete-marker", "DELETE"), marks=pytest.mark.exhaustive
        ),
        pytest.param(
            lambda: s3("GET", _other_way("Version"), r"\?versions"), marks=pytest.mark.exhaustive
        ),
    ],
)
def test_versions_and_markers_of_a_rule_that_breaks_are_gone_with_their_bucket(
    moto_port, proxied, run, breaks
):
    found = run(
        proxied(breaks(), moto_port), "--service", "s3", *QUICK, "--requirement",
        "s3/PutBucketVersioning/behavior/*", "--requirement",
        "s3/ListObjectVersions/behavior/*",
    )  # fmt: skip

    assert found.failed(), found.out
    assert "could not delete" not in found.out + found.err
    assert buckets(moto_port) == 0


def test_versions_are_gone_when_what_a_run_left_is_cleaned_up(moto_port, proxied, run):
    is_shut = {"now": True}
    no = b"<Error><Code>AccessDenied</Code><Message>no</Message></Error>"

    def request(method, path, headers, body, _upstream):
        if method == "DELETE" and is_shut["now"]:
            return 403, [("Content-Type", "application/xml")], no
        return method, path, headers, body

    url = proxied(SimpleNamespace(request=request), moto_port)
    left = run(url, "--service", "s3", *QUICK, "--requirement",
               "s3/ListObjectVersions/behavior/newest-first")  # fmt: skip
    assert "could not delete" in left.out + left.err
    assert buckets(moto_port) > 0

    is_shut["now"] = False
    swept = in_process("cleanup")

    assert swept.code == 0, swept.out + swept.err
    assert buckets(moto_port) == 0


def buckets(port):
    """How many buckets moto has."""
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", "/", headers={"Host": "s3.amazonaws.com"})
    text = connection.getresponse().read()
    connection.close()
    assert b"ListAllMyBucketsResult" in text
    return text.count(b"<Bucket>")
