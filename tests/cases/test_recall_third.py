"""What finds each of the defects of the third exam, which was written down before anything was run.

What was found then and what was mended for the rest is in ``reports/recall-third.md``.
"""

from __future__ import annotations

from collections import Counter
from types import SimpleNamespace

import pytest

from conformance.engine.resources.deletable import emptied
from tests.cases import (
    recalled,
    recalled_fresh,
    recalled_fresh_more,
    recalled_keys,
    recalled_third,
    recalled_third_keys,
    recalled_third_parameters,
    recalled_third_stores,
)
from tests.cases.exam import (
    assert_changes_nothing_else,
    assert_found_alone,
    assert_names_operations,
)
from tests.contracts import contract
from tests.sampling import sampled

PARTS = (recalled_third, recalled_third_keys, recalled_third_parameters, recalled_third_stores)
TABLE = {report: one for part in PARTS for report, one in part.TABLE.items()}
MISSED = {
    # No step reads the queue of a subscriber.
    "floci 49: policies of filters keep nothing back",
    "kumo 833: raw messages lose their attributes",
    "floci 891: a batch loses the attributes of its messages",
    # A rule calls with the keys of the run alone.
    "cloudemu 1013: the caller is the same whatever the credentials",
    # The documents ask to wait thirty seconds, and do not say what happens before.
    "versions go on where a parameter was deleted",
}
FINDS = {
    "LocalStack 6454: a visibility is changed once alone":
    "sqs/ChangeMessageVisibility/behavior/again",
    "LocalStack 1902: a visibility of zero has no effect":
    "sqs/ReceiveMessage/behavior/visible-again",
    "LocalStack 2005: who asks for one attribute of a queue is given all":
    "sqs/GetQueueAttributes/behavior/named-only",
    "LocalStack 5293: a handle that is none is another error":
    "sqs/ReceiveMessage/behavior/no-handle",
    "floci 413: the visibility of a queue has no effect":
    "sqs/SetQueueAttributes/behavior/second-receive",
    "cloudemu 515: a visibility of zero is that of thirty seconds":
    "sqs/CreateQueue/behavior/nothing-is-a-value",
    "LocalStack 4470: a message that is visible again is not deleted":
    "sqs/DeleteMessage/behavior/made-visible",
    "the delay of a queue has no effect": "sqs/SendMessage/behavior/delayed",
    "all tags of a queue go with one": "sqs/UntagQueue/behavior/others-stay",
    "kumo 637: attributes of a subscription are not set":
    "sns/SetSubscriptionAttributes/behavior/filter-policy",
    "LocalStack 841: topics are not deleted": "sns/DeleteTopic/behavior/gone-after-deletion",
    "LocalStack 6907: attributes of messages have no value":
    "sns/Publish/request/empty-message-attributes",
    "a topic is made without its tags": "sns/CreateTopic/behavior/tagged-at-creation",
    "floci 893: errors are called as the classes of clients":
    "sns/CreateTopic/behavior/invalid-name",
    "who is no longer permitted something still is": "sns/AddPermission/behavior/shown",
    "the subscriptions of a topic are those of all":
    "sns/ListSubscriptionsByTopic/behavior/of-its-topic",
    "kumo 832: who assumes a role has one of another name": "sts/AssumeRole/behavior/role-name",
    "emulate 169: credentials last as long whatever is asked for":
    "sts/AssumeRole/behavior/duration",
    "LocalStack 12885: a session has a name of any length":
    "sts/AssumeRole/request/RoleSessionName/maxLength",
    "floci 981: the caller is of another account": "sts/GetCallerIdentity/behavior/account",
    "a federated user has another name": "sts/GetFederationToken/behavior/named",
    "fakecloud 3: credentials are those of an example, long expired":
    "sts/GetFederationToken/behavior/duration",
    "LocalStack 7910: a grant of a name is one of all keys": "kms/CreateGrant/behavior/named-alike",
    "descriptions of keys are not updated": "kms/UpdateKeyDescription/behavior/emptied",
    "moto 464: keys are never rotated": "kms/EnableKeyRotation/behavior/status",
    "a grant that is revoked is still there": "kms/RevokeGrant/behavior/revoked",
    "LocalStack 1954: a key is made without its tags": "kms/CreateKey/behavior/tagged",
    "the policy of a key stays as it was made": "kms/PutKeyPolicy/behavior/shown",
    "public keys do not tell how they are used": "kms/GetPublicKey/behavior/algorithms",
    "floci 322: keys have one spec": "kms/CreateKey/behavior/rsa-for-encryption",
    "random bytes are the same again": "kms/GenerateRandom/behavior/as-many",
    "only the first tag of a key is removed": "kms/UntagResource/behavior/several",
    "floci 340: an ARN without its last characters is of no secret":
    "secretsmanager/GetSecretValue/behavior/part-of-arn",
    "LocalStack 10086: versions without labels are not there":
    "secretsmanager/ListSecretVersionIds/behavior/with-deprecated",
    "moto 4906: a label of one's own is of two versions":
    "secretsmanager/PutSecretValue/behavior/own-stages",
    "moto 5238: a version has any label that is asked for":
    "secretsmanager/GetSecretValue/behavior/version-and-stage",
    "cloudemu 1065: who tries again is told that the secret is there":
    "secretsmanager/CreateSecret/behavior/token",
    "fakecloud 2249: several versions are the previous one":
    "secretsmanager/UpdateSecret/behavior/one-previous-version",
    "floci 2587: secrets have no policy": "secretsmanager/PutResourcePolicy/behavior/shown",
    "cdkd 3068: passwords have no spaces": "secretsmanager/GetRandomPassword/behavior/space",
    "passwords have numbers whatever is asked for":
    "secretsmanager/GetRandomPassword/behavior/kinds",
    "floci 1467: a token that is taken is another error":
    "secretsmanager/PutSecretValue/behavior/not-the-first-token",
    "cloudemu 465: secrets come in one page": "secretsmanager/ListSecrets/behavior/pages",
    "a secret is made without its tags":
    "secretsmanager/CreateSecret/behavior/shown-after-creation",
    "a secret is deleted after thirty days whatever is asked for":
    "secretsmanager/DeleteSecret/behavior/dates",
    "moto 4283: a parameter is overwritten with tags":
    "ssm/PutParameter/behavior/tags-and-overwrite",
    "floci 3642: parameters are filtered by names alone": "ssm/DescribeParameters/behavior/by-name",
    "cloudemu 748: secure texts do not tell their key": "ssm/DescribeParameters/behavior/key",
    "moto 1348: descriptions of parameters have no version":
    "ssm/DescribeParameters/behavior/entries",
    "moto 1464: who puts a parameter is not told its version": "ssm/PutParameter/behavior/answer",
    "tags of parameters are not removed": "ssm/AddTagsToResource/behavior/adds-and-removes",
    "labels of versions are not removed": "ssm/UnlabelParameterVersion/behavior/removed",
    "cloudemu 465: the history comes in one page": "ssm/GetParameterHistory/behavior/pages",
    "moto 6484: a parameter is made without a type": "ssm/PutParameter/request/type-of-new",
    "parameters are of one tier": "ssm/PutParameter/behavior/advanced",
    "the history is decrypted whatever is asked for": "ssm/GetParameterHistory/behavior/decryption",
    "who adds a tag to a parameter loses the others": "ssm/AddTagsToResource/behavior/others-stay",
    "several parameters are not found by version": "ssm/GetParameters/behavior/among-others",
    "floci 537: an update that makes an item shows no new values":
    "dynamodb/UpdateItem/behavior/returns-what-is-new",
    "fakecloud 2059: an update that makes an item shows it as the former":
    "dynamodb/UpdateItem/behavior/returns-what-changed",
    "kumo 860: a limit is of items that fit the filter": "dynamodb/Query/behavior/limit",
    "dynoxide 38: the key to go on from in an index lacks that of the table":
    "dynamodb/Query/behavior/pages-of-an-index",
    "yulin 253: numbers of many digits are rounded":
    "dynamodb/PutItem/behavior/numbers-keep-their-digits",
    "fakecloud 2059: a key is twice in a batch": "dynamodb/BatchGetItem/request/twice-the-same",
    "minidyn 111: an update shows the item whatever is asked for":
    "dynamodb/UpdateItem/behavior/return-values",
    "values that no expression uses are taken":
    "dynamodb/UpdateItem/request/unused-names-and-values",
    "an index is read consistently": "dynamodb/Query/request/index",
    "floci 826: tables come in one page": "dynamodb/ListTables/behavior/pages",
    "floci 826: a batch has whole items": "dynamodb/BatchGetItem/behavior/projection",
    "dynalite 131: texts are not empty": "dynamodb/PutItem/behavior/empty-values",
    "LocalStack 2745: transactions with checks are a 500":
    "dynamodb/TransactWriteItems/behavior/reasons",
    "a transaction does not tell which items are not there":
    "dynamodb/TransactGetItems/behavior/in-order",
    "tables do not show their indexes": "dynamodb/CreateTable/behavior/indexes-described",
    "only the first tag of a table is removed": "dynamodb/UntagResource/behavior/several",
    "floci 1775: a version is not the latest again": "s3/PutBucketVersioning/behavior/unmarked",
    "ministack 1097: a version that is deleted is still there":
    "s3/PutBucketVersioning/behavior/deletes-versions",
    "ministack 1496: versions are listed without regard to a delimiter":
    "s3/ListObjectVersions/behavior/delimiter",
    "chimera 1206: a copy is made whatever its source is": "s3/CopyObject/behavior/other-than",
    "floci 566: an upload is completed over what is there":
    "s3/CompleteMultipartUpload/behavior/if-none-there",
    "kumo 918: an object is replaced whatever its ETag": "s3/PutObject/behavior/if-match",
    "cloudemu 735: objects lose Cache-Control and the like": "s3/PutObject/behavior/all-headers",
    "cloudemu 735: a bucket does not tell its region": "s3/HeadBucket/behavior/region",
    "S3Mock 341: a part is a copy of the whole": "s3/UploadPartCopy/behavior/copies",
    "an upload that was aborted is still there": "s3/AbortMultipartUpload/behavior/aborted",
    "floci 47: parts come in one page": "s3/ListParts/behavior/as-many",
    "a copy of a version is one of the latest": "s3/PutBucketVersioning/behavior/copies-versions",
    "cloudemu 735: objects are of one class": "s3/PutObject/behavior/storage-class",
    "backlot 178: keys are listed as they are whatever is asked for":
    "s3/ListObjects/behavior/encoded",
    "backlot 188: a listing begins anew whatever the marker": "s3/ListObjects/behavior/marker",
    "LocalStack 8676: who asks for checksums of a HEAD is told none":
    "s3/HeadObject/behavior/checksum",
    "parts of an upload have no size": "s3/ListParts/behavior/in-order",
}  # fmt: skip


@pytest.mark.parametrize("report", sampled(FINDS))
def test_a_defect_of_the_third_exam_is_found(moto_port, proxied, run, report):
    assert_found_alone(TABLE[report], FINDS[report], run, proxied, moto_port)


def test_the_third_exam_is_of_so_many_defects_and_of_none_of_a_former_one():
    assert Counter(one.service for one in TABLE.values()) == {
        "sqs": 9, "sns": 10, "sts": 7, "kms": 10, "secretsmanager": 13, "ssm": 14, "dynamodb": 16,
        "s3": 17,
    }  # fmt: skip
    former = (recalled, recalled_keys, recalled_fresh, recalled_fresh_more)
    assert not [report for part in former for report in part.TABLE if report in TABLE]
    assert set(TABLE) == {*FINDS, *MISSED}


def test_a_defect_names_operations_of_its_service():
    assert_names_operations(TABLE)


@pytest.mark.parametrize("report", TABLE)
def test_a_defect_changes_nothing_that_it_is_not_about_and_no_odd_request_breaks_it(report):
    assert_changes_nothing_else(TABLE[report])


@pytest.mark.parametrize("leaves", [1, 2])
def test_what_is_not_gone_or_more_with_each_deletion_is_not_deleted_without_an_end(leaves):
    """A bucket where a version stays that is deleted, or where a marker is added besides."""
    s3 = contract("s3")
    bucket = s3.overlay.resource
    assert bucket is not None
    held = [{"Key": "one", "VersionId": "0"}]
    sent: Counter[str] = Counter()

    def send(operation, _values):
        sent[operation.name] += 1
        if operation.name == "ListObjectVersions":
            return SimpleNamespace(members={"Versions": list(held)})
        if leaves > 1:
            held.append({"Key": "one", "VersionId": str(len(held))})
        return SimpleNamespace(ok=True)

    assert emptied(s3, bucket, "bucket", send)
    assert sent["DeleteObject"] <= 1 + 2 + 4
