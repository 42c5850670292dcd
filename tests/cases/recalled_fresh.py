"""Forty-eight defects of SQS, KMS and Secrets Manager for an exam of what is found.

They were taken from public reports and the documents, each seen to show in front of a server that
is right without it, and written down before a run was made on any; recalled_fresh_more has those
of four other services. No requirement is named: only the operations that a failure should tell of.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from itertools import count
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from tests.cases.defects import members_of, operation_of
from tests.cases.recalled import ignored, lost

if TYPE_CHECKING:
    from collections.abc import Callable

NAMING = {"x-amzn-errortype", "x-amzn-query-error"}
ODD = (AttributeError, IndexError, KeyError, TypeError, ValueError)
"""What an odd request raises in a case that cannot read it: such a case changes nothing then."""


@dataclass(frozen=True)
class Fresh:
    """A report, the operations of which a failure should tell, what AWS documents, the proxy."""

    report: str
    service: str
    operations: tuple[str, ...]
    documented: str
    make: Callable[[], Any]


@dataclass(frozen=True)
class Call:
    """A request in JSON as a proxy sees it, and whom to ask for more."""

    operation: str
    sent: dict[str, Any]
    headers: list[tuple[str, str]]
    upstream: Any

    def again(self, operation, members):
        """The status and the answer of another operation of the same service."""
        headers = [
            (name, f"{value.rpartition('.')[0]}.{operation}" if _is_target(name) else value)
            for name, value in self.headers
        ]
        status, _, data = self.upstream("POST", "/", headers, json.dumps(members).encode())
        return status, members_of(data)


def _is_target(name):
    return name.lower() == "x-amz-target"


def _called(operations, headers, body, upstream):
    operation = operation_of(headers, body)
    if operation not in operations.split():
        return None
    return Call(operation, members_of(body), headers, upstream)


def before(operations, change):
    """``change(call)`` gives the members that go on, or a status and a body of its own, or None."""

    def request(method, path, headers, body, upstream):
        try:
            call = _called(operations, headers, body, upstream)
            changed = None if call is None else change(call)
        except ODD:
            return None
        if isinstance(changed, tuple):
            kinds = (value for name, value in headers if name.lower() == "content-type")
            kind = next(kinds, "application/x-amz-json-1.1")
            return changed[0], [("Content-Type", kind)], json.dumps(changed[1]).encode()
        return None if changed is None else (method, path, headers, json.dumps(changed).encode())

    return SimpleNamespace(request=request)


def after(operations, change):
    """``change(call, status, body)`` gives another body, or a status and a body, or None."""

    def answer(_method, _path, headers, body, status, answered, data, upstream):
        try:
            call = _called(operations, headers, body, upstream)
            changed = None if call is None else change(call, status, members_of(data))
        except ODD:
            return None
        if changed is None:
            return None
        code, shown = changed if isinstance(changed, tuple) else (status, changed)
        kept = [one for one in answered if code == status < 400 or one[0].lower() not in NAMING]
        return code, kept, json.dumps(shown).encode()

    return SimpleNamespace(answer=answer)


def both(*cases):
    """A case of the ``before`` and the ``after`` of one defect."""
    made: dict[str, Any] = {}
    for one in cases:
        made |= vars(one)
    return SimpleNamespace(**made)


def refused(operations, code, becomes, word=""):
    """``becomes(call)`` is what a refusal with this code is, whose message has this word."""

    def change(call, status, body):
        is_it = status == 400 and code in str(body.get("__type"))
        said = str(body.get("message", body.get("Message"))).lower()
        return becomes(call) if is_it and word in said else None

    return after(operations, change)


def accepted(operations, code, shows, word=""):
    """What is refused with this code is answered with success: ``shows(call)`` is the body."""
    return refused(operations, code, lambda call: (200, shows(call)), word)


def another_error(operations, code, becomes):
    """An error has another name than the documented one."""
    return refused(operations, code, lambda _: (400, {"__type": becomes, "message": "no"}))


# -- SQS -------------------------------------------------------------------------------------------


def _is_fifo(call):
    return str(call.sent.get("QueueUrl")).endswith(".fifo")


def _digest(data):
    return hashlib.md5(data, usedforsecurity=False).hexdigest()


def _all_sent(call):
    told = [
        {
            "Id": one["Id"],
            "MessageId": f"00000000-0000-4000-8000-{number:012}",
            "MD5OfMessageBody": _digest(one["MessageBody"].encode()),
        }
        for number, one in enumerate(call.sent["Entries"])
    ]
    return {"Successful": told}


def each_message_is_a_group():
    numbers = count()

    def grouped(one):
        group = one.get("MessageGroupId")
        if not isinstance(group, str) or not 0 < len(group) < 100:
            return one
        return {**one, "MessageGroupId": f"{group}~{next(numbers)}"}

    def send(call):
        if not _is_fifo(call):
            return None
        if call.operation == "SendMessage":
            return grouped(call.sent)
        return {**call.sent, "Entries": [grouped(one) for one in call.sent["Entries"]]}

    def receive(_call, status, body):
        for one in body.get("Messages", ()):
            shown = one.get("Attributes", {})
            if "MessageGroupId" in shown:
                shown["MessageGroupId"] = re.sub(r"~\d+$", "", shown["MessageGroupId"])
        return body if status == 200 else None

    return both(before("SendMessage SendMessageBatch", send), after("ReceiveMessage", receive))


def _the_last_comes_first(call, status, body):
    if status != 200 or not _is_fifo(call) or len(body.get("Messages", ())) < 2:
        return None
    return {**body, "Messages": body["Messages"][::-1]}


def _received_once(_call, status, body):
    for one in body.get("Messages", ()):
        shown = one.get("Attributes", {})
        if "ApproximateReceiveCount" in shown:
            shown["ApproximateReceiveCount"] = "1"
    return body if status == 200 else None


def _without_redrive(_call, status, body):
    shown = {n: one for n, one in body.get("Attributes", {}).items() if n != "RedrivePolicy"}
    return {"Attributes": shown} if status == 200 and shown else None


def _queue_without_key(call):
    attributes = call.sent["Attributes"]
    kept = {name: one for name, one in attributes.items() if not name.startswith("Kms")}
    return {**call.sent, "Attributes": kept} if kept != attributes else None


def _only_the_new_tags(call):
    queue, tags = call.sent["QueueUrl"], call.sent["Tags"]
    status, shown = call.again("ListQueueTags", {"QueueUrl": queue})
    former = [name for name in shown.get("Tags", {}) if name not in tags]
    if status == 200 and former and tags:
        call.again("UntagQueue", {"QueueUrl": queue, "TagKeys": former})


def _digest_of_one_byte_texts(call, status, body):
    def digest(text):
        return _digest(text.encode("latin-1", "replace"))

    if status != 200:
        return None
    if call.operation == "SendMessage":
        return {**body, "MD5OfMessageBody": digest(call.sent["MessageBody"])}
    told = [{**one, "MD5OfBody": digest(one["Body"])} for one in body["Messages"]]
    return {**body, "Messages": told}


def _the_queue_that_is_there(call):
    return call.again("GetQueueUrl", {"QueueName": call.sent["QueueName"]})[1]


def _no_small_size(call):
    size = call.sent["Attributes"].get("MaximumMessageSize")
    if not isinstance(size, str) or not size.isdigit() or int(size) >= 1024:
        return None
    attributes = {n: v for n, v in call.sent["Attributes"].items() if n != "MaximumMessageSize"}
    return {**call.sent, "Attributes": attributes}


SQS = [
    ("LocalStack 7312: the ids of a batch have any characters", "SendMessageBatch",
     "an id is of letters, digits, hyphens and underscores, else InvalidBatchEntryId",
     lambda: accepted("SendMessageBatch", "InvalidBatchEntryId", _all_sent)),
    ("gopherstack 1673: two entries of a batch have one id", "SendMessageBatch",
     "ids are unique in a request, else BatchEntryIdsNotDistinct",
     lambda: accepted("SendMessageBatch", "BatchEntryIdsNotDistinct", _all_sent)),
    ("ministack 1729: batches are empty", "SendMessageBatch DeleteMessageBatch",
     "a batch without entries is an EmptyBatchRequest",
     lambda: accepted("SendMessageBatch DeleteMessageBatch", "EmptyBatchRequest",
                      lambda _: {"Successful": [], "Failed": []})),
    ("cloudemu 555: a queue is made with an attribute out of its range", "CreateQueue",
     "MaximumMessageSize is at least 1,024 bytes",
     lambda: before("CreateQueue", _no_small_size)),
    ("LocalStack 6766: a group is delivered while one of it is being processed", "ReceiveMessage",
     "no further message of a group is returned until the former is deleted or visible again",
     each_message_is_a_group),
    ("LocalStack 4287: FIFO queues give the last message first", "ReceiveMessage SendMessage",
     "messages of a group are received in the order in which they were sent",
     lambda: after("ReceiveMessage", _the_last_comes_first)),
    ("LocalStack 2965: who asks for one attribute of messages is given all", "ReceiveMessage",
     "the attributes that MessageAttributeNames names are returned",
     lambda: before("ReceiveMessage", lambda call: (
         {**call.sent, "MessageAttributeNames": ["All"]}
         if call.sent.get("MessageAttributeNames") else None))),
    ("goaws 241: the count of receipts stays one", "ReceiveMessage",
     "ApproximateReceiveCount is how often a message was received and not deleted",
     lambda: after("ReceiveMessage", _received_once)),
    ("LocalStack 10908: MessageSystemAttributeNames has no effect", "ReceiveMessage",
     "MessageSystemAttributeNames names the attributes that come with a message",
     lambda: ignored("ReceiveMessage", "MessageSystemAttributeNames")),
    ("gopherstack 1664: the header of a trace is lost", "SendMessage ReceiveMessage",
     "AWSTraceHeader is returned with a message that was sent with it",
     lambda: ignored("SendMessage", "MessageSystemAttributes")),
    ("LocalStack 238: queues do not show their RedrivePolicy",
     "GetQueueAttributes SetQueueAttributes CreateQueue",
     "RedrivePolicy is among the attributes of a queue that has one",
     lambda: after("GetQueueAttributes", _without_redrive)),
    ("cloudemu 1118: a queue is created without its key", "CreateQueue GetQueueAttributes",
     "KmsMasterKeyId is an attribute of a queue from its creation on",
     lambda: before("CreateQueue", _queue_without_key)),
    ("gopherstack 382: no queue is the source of dead letters", "ListDeadLetterSourceQueues",
     "the queues whose RedrivePolicy names the queue are listed",
     lambda: after("ListDeadLetterSourceQueues", lambda _, status, __: (
         {"queueUrls": []} if status == 200 else None))),
    ("LocalStack 2690: who adds a tag loses the others", "TagQueue ListQueueTags",
     "tags are added to those of the queue; one of the same key is replaced",
     lambda: before("TagQueue", _only_the_new_tags)),
    ("a queue is created again with other attributes", "CreateQueue",
     "a name that is taken with other attributes is a QueueNameExists",
     lambda: accepted("CreateQueue", "QueueNameExists", _the_queue_that_is_there)),
    ("ElasticMQ 13: digests are of texts of one byte a character", "SendMessage ReceiveMessage",
     "the digest is of the body in UTF-8",
     lambda: after("SendMessage ReceiveMessage", _digest_of_one_byte_texts)),
]  # fmt: skip


# -- KMS -------------------------------------------------------------------------------------------


def _alias_arns_name_nothing(call):
    name = str(call.sent.get("KeyId"))
    if not name.startswith("arn:") or ":alias/" not in name:
        return None
    return 400, {"__type": "NotFoundException", "message": f"Key '{name}' does not exist"}


def _named_keys_break_it(call):
    algorithm = call.sent.get("EncryptionAlgorithm", "SYMMETRIC_DEFAULT")
    if "KeyId" not in call.sent or algorithm != "SYMMETRIC_DEFAULT":
        return None
    return 500, {"__type": "InternalError", "message": "exception while calling kms.Decrypt"}


def _the_first_of_two(call):
    if not {"KeySpec", "NumberOfBytes"} <= set(call.sent):
        return None
    return {name: one for name, one in call.sent.items() if name != "NumberOfBytes"}


def _key(call):
    return call.again("DescribeKey", {"KeyId": call.sent["KeyId"]})[1].get("KeyMetadata", {})


def _enabled_at_once(call, status, _body):
    if status == 200:
        call.again("EnableKey", {"KeyId": call.sent["KeyId"]})


def the_plaintext_is_shown():
    def request(method, path, headers, body, _upstream):
        if operation_of(headers, body) != "GenerateDataKeyWithoutPlaintext":
            return None
        asked = [
            (name, value.removesuffix("WithoutPlaintext") if _is_target(name) else value)
            for name, value in headers
        ]
        return method, path, asked, body

    return SimpleNamespace(request=request)


def _encrypted_as_before(call):
    about = {"CiphertextBlob": call.sent["CiphertextBlob"]}
    if "SourceEncryptionContext" in call.sent:
        about["EncryptionContext"] = call.sent["SourceEncryptionContext"]
    status, shown = call.again("Decrypt", about)
    there = call.again("DescribeKey", {"KeyId": call.sent["DestinationKeyId"]})[0] == 200
    return {**call.sent, "DestinationKeyId": shown["KeyId"]} if status == 200 and there else None


def _tags_of_other_services(_call, status, body):
    if status != 200:
        return None
    told = [{"Key": one["TagKey"], "Value": one.get("TagValue")} for one in body["Tags"]]
    return {**body, "Tags": told}


CONTEXTS = ("EncryptionContext", "SourceEncryptionContext", "DestinationEncryptionContext")
KMS = [
    ("floci 817: the context of an encryption is not looked at",
     "Encrypt Decrypt GenerateDataKey ReEncrypt",
     "who decrypts gives the context of the encryption, else InvalidCiphertextException",
     lambda: ignored("Encrypt Decrypt ReEncrypt GenerateDataKey GenerateDataKeyWithoutPlaintext",
                     *CONTEXTS)),
    ("LocalStack 8503: data keys are encrypted without their context", "GenerateDataKey Decrypt",
     "the context of GenerateDataKey is the one that Decrypt takes",
     lambda: ignored("GenerateDataKey", "EncryptionContext")),
    ("LocalStack 7494: an alias is created that is there", "CreateAlias",
     "a name that is taken is an AlreadyExistsException",
     lambda: accepted("CreateAlias", "AlreadyExists", lambda _: {})),
    ("moto 8090: what signs is not found by the ARN of an alias", "Sign",
     "KeyId is the id or the ARN of a key, or the name or the ARN of an alias",
     lambda: before("Sign", _alias_arns_name_nothing)),
    ("LocalStack 12530: who names the key to decrypt with gets a 500", "Decrypt",
     "KeyId is optional, and recommended, where the key is symmetric",
     lambda: before("Decrypt", _named_keys_break_it)),
    ("fakecloud 55: a data key has a spec and a number of bytes", "GenerateDataKey",
     "either KeySpec or NumberOfBytes is given, and not both",
     lambda: before("GenerateDataKey", _the_first_of_two)),
    ("fakecloud 2239: any code of a message is a right one", "VerifyMac",
     "a code that is not of the message and the key is a KMSInvalidMacException",
     lambda: accepted("VerifyMac", "KMSInvalidMac", lambda call: {
         "KeyId": call.sent["KeyId"], "MacValid": True,
         "MacAlgorithm": call.sent["MacAlgorithm"]})),
    ("LocalStack 6819: a key that is not deleted after all is enabled", "CancelKeyDeletion",
     "a key whose deletion is cancelled is Disabled",
     lambda: after("CancelKeyDeletion", _enabled_at_once)),
    ("floci 1356: keys stay disabled", "EnableKey",
     "EnableKey sets the state of a key to Enabled",
     lambda: before("EnableKey", lambda call: (
         (200, {}) if _key(call).get("KeyState") == "Disabled" else None))),
    ("cloudemu 1059: keys are of one region", "CreateKey DescribeKey",
     "MultiRegion creates a key of several regions, and metadata tell so",
     lambda: before("CreateKey", lambda call: (
         {**call.sent, "MultiRegion": False} if call.sent.get("MultiRegion") is True else None))),
    ("LocalStack 8086: a key that is not there is another error", "Encrypt GenerateDataKey",
     "a key that cannot be found is a NotFoundException",
     lambda: another_error("Encrypt GenerateDataKey", "NotFound", "ValidationException")),
    ("floci 1050: grants are listed whatever their id", "ListGrants",
     "GrantId lists the grant of that id alone",
     lambda: ignored("ListGrants", "GrantId")),
    ("keys that are to be deleted do not tell when", "DescribeKey ScheduleKeyDeletion",
     "DeletionDate is there while the state is PendingDeletion",
     lambda: lost("DescribeKey", "KeyMetadata", "DeletionDate")),
    ("a data key without its plaintext comes with it", "GenerateDataKeyWithoutPlaintext",
     "only the encrypted copy is returned",
     the_plaintext_is_shown),
    ("fakecloud 2239: what is encrypted again has its former key", "ReEncrypt",
     "what ReEncrypt answers is encrypted under the destination key",
     lambda: before("ReEncrypt", _encrypted_as_before)),
    ("tags of keys are called as those of other services", "ListResourceTags",
     "a tag has TagKey and TagValue",
     lambda: after("ListResourceTags", _tags_of_other_services)),
]  # fmt: skip


# -- Secrets Manager -------------------------------------------------------------------------------


def _secret(call):
    return call.again("DescribeSecret", {"SecretId": call.sent["SecretId"]})[1]


def _previous_goes_too(call, status, _body):
    if status != 200 or call.sent["VersionStage"] in {"AWSCURRENT", "AWSPREVIOUS"}:
        return
    for version, stages in _secret(call).get("VersionIdsToStages", {}).items():
        if "AWSPREVIOUS" in stages and "RemoveFromVersionId" in call.sent:
            about = {"SecretId": call.sent["SecretId"], "VersionStage": "AWSPREVIOUS"}
            call.again("UpdateSecretVersionStage", {**about, "RemoveFromVersionId": version})


def _taken_out_afterwards(call):
    """The excluded characters are taken out of what was made, which is then too short."""
    excluded = call.sent["ExcludeCharacters"]
    asked = {name: one for name, one in call.sent.items() if name != "ExcludeCharacters"}
    status, shown = call.again("GetRandomPassword", asked)
    if status == 200:
        kept = [one for one in shown["RandomPassword"] if one not in excluded]
        shown["RandomPassword"] = "".join(kept)
    return status, shown


def _as_text(_call, status, body):
    if status != 200 or "SecretBinary" not in body:
        return None
    return {
        **{name: one for name, one in body.items() if name != "SecretBinary"},
        "SecretString": body["SecretBinary"],
    }


def tags_are_there_twice():
    former: dict[str, list[Any]] = {}

    def tag(call):
        keys = {one["Key"] for one in call.sent["Tags"]}
        shown = _secret(call)
        kept = former.setdefault(shown["ARN"], [])
        kept += [one for one in shown.get("Tags", ()) if one["Key"] in keys]

    def describe(_call, status, body):
        more = former.get(body.get("ARN", ""), [])
        return {**body, "Tags": [*more, *body["Tags"]]} if status == 200 and more else None

    return both(before("TagResource", tag), after("DescribeSecret", describe))


def _the_secret_that_is_there(call):
    shown = call.again("DescribeSecret", {"SecretId": call.sent["Name"]})[1]
    told = {name: shown[name] for name in ("ARN", "Name")}
    return {**told, "VersionId": call.sent["ClientRequestToken"]}


def _wherever_the_name_is(call):
    asked = [
        {**one, "Key": "all"} if one["Key"] == "name" and one["Values"][0][0] != "!" else one
        for one in call.sent["Filters"]
    ]
    return {**call.sent, "Filters": asked}


def _without_dates(_call, status, body):
    if status != 200:
        return None
    for one in (body, *body.get("SecretList", ())):
        for name in ("CreatedDate", "LastChangedDate"):
            one.pop(name, None)
    return body


def _has_value(call):
    return {"SecretString", "SecretBinary"} & set(call.sent)


SECRETS = [
    ("moto 6347: a description is not updated", "UpdateSecret",
     "Description is the new description of the secret",
     lambda: ignored("UpdateSecret", "Description")),
    ("LocalStack 5299: a version has another id than its token", "PutSecretValue",
     "ClientRequestToken is the id of the new version",
     lambda: ignored("PutSecretValue", "ClientRequestToken")),
    ("LocalStack 10082: AWSPREVIOUS goes with any label that is removed",
     "UpdateSecretVersionStage",
     "the label that is named is removed from the version that is named",
     lambda: after("UpdateSecretVersionStage", _previous_goes_too)),
    ("moto 7547: only the first of the tags is removed", "UntagResource",
     "the tags of all the keys are removed",
     lambda: before("UntagResource", lambda call: (
         {**call.sent, "TagKeys": call.sent["TagKeys"][:1]}))),
    ("cloudemu 506: a deleted secret does not tell when", "DescribeSecret DeleteSecret",
     "DeletedDate is there while the secret is to be deleted",
     lambda: lost("DescribeSecret", "DeletedDate")),
    ("cloudemu 506: ForceDeleteWithoutRecovery has no effect", "DeleteSecret",
     "a secret is deleted without a window for its recovery",
     lambda: ignored("DeleteSecret", "ForceDeleteWithoutRecovery")),
    ("cloudemu 506: what is being deleted is not found", "GetSecretValue",
     "a secret that is to be deleted is an InvalidRequestException",
     lambda: another_error("GetSecretValue", "InvalidRequest", "ResourceNotFoundException")),
    ("cloudemu 1186: a secret without a value has one", "CreateSecret GetSecretValue",
     "a version is created where SecretString or SecretBinary is given",
     lambda: before("CreateSecret", lambda call: (
         None if _has_value(call) else {**call.sent, "SecretString": " "}))),
    ("moto 9700: a secret is created that is there", "CreateSecret",
     "a name that is taken is a ResourceExistsException",
     lambda: accepted("CreateSecret", "ResourceExists", _the_secret_that_is_there)),
    ("LocalStack 5273: secrets have no dates", "DescribeSecret ListSecrets CreateSecret",
     "CreatedDate and LastChangedDate tell when a secret was made and changed",
     lambda: after("DescribeSecret ListSecrets", _without_dates)),
    ("LocalStack 2779: passwords without some characters are too short", "GetRandomPassword",
     "PasswordLength is the length of the password",
     lambda: before("GetRandomPassword", _taken_out_afterwards)),
    ("floci 195: an update does not tell the new version", "UpdateSecret",
     "VersionId is there where the update made a version",
     lambda: lost("UpdateSecret", "VersionId")),
    ("cloudemu 672: secrets that are not there are no errors of a batch", "BatchGetSecretValue",
     "Errors has the secrets that were not retrieved",
     lambda: lost("BatchGetSecretValue", "Errors")),
    ("cloudemu 238: bytes are shown as text", "GetSecretValue CreateSecret PutSecretValue",
     "a value that was given as SecretBinary is returned as SecretBinary",
     lambda: after("GetSecretValue", _as_text)),
    ("moto 4899: a key of tags is there twice", "TagResource DescribeSecret",
     "a tag of a key that is there replaces the value",
     tags_are_there_twice),
    ("moto 7511: names are found by what is within them", "ListSecrets",
     "the filter name matches the beginning of names",
     lambda: before("ListSecrets", _wherever_the_name_is)),
]  # fmt: skip


def table(**services):
    """The rows of each service by their reports."""
    return {
        report: Fresh(report, service, tuple(operations.split()), documented, make)
        for service, rows in services.items()
        for report, operations, documented, make in rows
    }


TABLE = table(sqs=SQS, kms=KMS, secretsmanager=SECRETS)
