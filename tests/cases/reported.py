"""Defects that people reported of emulators, each as one change of what a right server answers."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any


@dataclass(frozen=True)
class Asked:
    """A request, and whom to ask for more."""

    operation: str
    members: Any
    path: str
    method: str
    headers: list[tuple[str, str]]
    upstream: Any

    def again(self, operation, members):
        """The answer to another operation of the same service."""
        headers = [pair for pair in self.headers if pair[0].lower() != "x-amz-target"]
        target = f"{dict(self.headers)['X-Amz-Target'].rpartition('.')[0]}.{operation}"
        body = json.dumps(members).encode()
        status, _, data = self.upstream("POST", "/", [*headers, ("X-Amz-Target", target)], body)
        return status, json.loads(data or b"{}")


def _asked(method, path, headers, body, upstream):
    target = next((value for name, value in headers if name.lower() == "x-amz-target"), "")
    try:
        members = json.loads(body or b"{}")
    except ValueError:
        members = {}
    members = members if isinstance(members, dict) else {}
    return Asked(target.rpartition(".")[2], members, path, method, headers, upstream)


def of_json(operation, change):
    """A case that changes the answers of one operation: ``change(asked, status, body)``."""

    def answer(method, path, headers, body, status, answered, data, upstream):
        asked = _asked(method, path, headers, body, upstream)
        if asked.operation != operation or (data and data[:1] != b"{"):
            return None
        changed = change(asked, status, json.loads(data or b"{}"))
        if changed is None:
            return None
        code, shown = changed if isinstance(changed, tuple) else (status, changed)
        named = shown.get("__type") if code >= 400 else None
        kept = [pair for pair in answered if not named or pair[0].lower() not in NAMING]
        return code, kept, json.dumps(shown).encode()

    return SimpleNamespace(answer=answer)


NAMING = {"x-amzn-errortype", "x-amzn-query-error"}


def error(code, status=400):
    return status, {"__type": code, "message": "no"}


# -- DynamoDB --------------------------------------------------------------------------------------


def another_error_for_no_table():
    def change(_asked, _status, body):
        return error("ValidationException") if "ResourceNotFound" in str(body) else None

    return of_json("GetItem", change)


def no_consumed_capacity():
    def change(_asked, _status, body):
        return {name: one for name, one in body.items() if name != "ConsumedCapacity"}

    return of_json("Query", change)


# -- SQS -------------------------------------------------------------------------------------------


def _messages(change):
    def changed(asked, status, body):
        for one in body.get("Messages", ()):
            change(asked, one)
        return body if status == 200 else None

    return of_json("ReceiveMessage", changed)


def attributes_that_nobody_asked_for():
    sent = {"kind": {"DataType": "String", "StringValue": "one"}}
    return _messages(lambda _, one: one.setdefault("MessageAttributes", sent))


def system_attributes_are_not_shown():
    return _messages(lambda _, one: one.pop("Attributes", None))


def a_digest_of_no_attributes():
    def change(_asked, status, body):
        shown = {"MD5OfMessageAttributes": "d41d8cd98f00b204e9800998ecf8427e", **body}
        return shown if status == 200 else None

    return of_json("SendMessage", change)


def no_name_of_the_query_protocol():
    def answer(_method, _path, _headers, _body, status, answered, data, _upstream):
        kept = [pair for pair in answered if pair[0].lower() != "x-amzn-query-error"]
        return status, kept, data

    return SimpleNamespace(answer=answer)


def a_batch_that_forgets_one():
    def change(_asked, status, body):
        if status == 200 and len(body.get("Successful", ())) > 1:
            return {**body, "Successful": body["Successful"][:1]}
        return None

    return of_json("SendMessageBatch", change)


def nothing_is_done(operation):
    """The operation answers with success and does nothing."""

    def request(method, path, headers, body, upstream):
        if _asked(method, path, headers, body, upstream).operation != operation:
            return None
        return 200, [("Content-Type", "application/x-amz-json-1.0")], b"{}"

    return SimpleNamespace(request=request)


def dead_letters_are_lost():
    """A message that was received too often is nowhere."""
    dead: set[str] = set()

    def request(method, path, headers, body, upstream):
        asked = _asked(method, path, headers, body, upstream)
        policy = str(asked.members.get("Attributes", {}).get("RedrivePolicy", ""))
        dead.update(re.findall(r"arn:aws:sqs:[^\"]*:([^:\"]+)\"", policy))
        queue = str(asked.members.get("QueueUrl")).rpartition("/")[2]
        if asked.operation == "ReceiveMessage" and queue in dead:
            return 200, [("Content-Type", "application/x-amz-json-1.0")], b"{}"
        return None

    return SimpleNamespace(request=request)


# -- SNS -------------------------------------------------------------------------------------------


def tags_outlive_their_topic():
    """A name that had tags once is refused with others."""
    seen: dict[str, bytes] = {}

    def request(_method, _path, _headers, body, _upstream):
        form = body or b""
        if b"Action=CreateTopic" not in form:
            return None
        name = (re.findall(rb"(?:^|&)Name=([^&]*)", form) or [b""])[0].decode()
        tags = b"&".join(sorted(re.findall(rb"Tags[^&]*", form)))
        if seen.setdefault(name, tags) != tags:
            text = (
                b"<ErrorResponse><Error><Type>Sender</Type><Code>InvalidParameter</Code>"
                b"<Message>no</Message></Error><RequestId>0</RequestId></ErrorResponse>"
            )
            return 400, [("Content-Type", "text/xml")], text
        return None

    return SimpleNamespace(request=request)


# -- S3 --------------------------------------------------------------------------------------------


def plain_tags_of_entities():
    def answer(_method, path, _headers, _body, status, answered, data, _upstream):
        plain = re.sub(rb"<ETag>(?:&quot;|\")(\w+)(?:&quot;|\")", rb"<ETag>\1", data)
        return (status, answered, plain) if "list-type=2" in path else None

    return SimpleNamespace(answer=answer)


def if_none_match_is_ignored():
    def request(method, path, headers, body, _upstream):
        kept = [pair for pair in headers if pair[0].lower() != "if-none-match"]
        return method, path, kept, body

    return SimpleNamespace(request=request)


def untagging_deletes_the_object():
    def request(method, path, headers, body, upstream):
        if method == "DELETE" and "?tagging" in path and path.count("/") > 1:
            upstream("DELETE", path.partition("?")[0], headers, body)
            return 204, [], b""
        return None

    return SimpleNamespace(request=request)


def errors_are_wrapped():
    def answer(_method, _path, _headers, _body, status, answered, data, _upstream):
        if status < 400 or b"<Error>" not in data:
            return None
        inner = data[data.index(b"<Error>") :]
        return status, answered, b"<ErrorResponse>" + inner + b"</ErrorResponse>"

    return SimpleNamespace(answer=answer)


# -- Others ----------------------------------------------------------------------------------------


def aliases_are_no_keys():
    def change(asked, _status, _body):
        return error("NotFoundException") if "alias/" in str(asked.members.get("KeyId")) else None

    return of_json("Encrypt", change)


def keys_are_not_shown():
    def change(_asked, status, body):
        return {**body, "KmsKeyId": ""} if status == 200 else None

    return of_json("DescribeSecret", change)


def names_are_not_told():
    def change(_asked, status, body):
        return {**body, "InvalidParameters": []} if status == 200 else None

    return of_json("GetParameters", change)


def whatever_is_there_is_replaced():
    def request(method, path, headers, body, upstream):
        asked = _asked(method, path, headers, body, upstream)
        if asked.operation != "PutParameter" or "Overwrite" in asked.members:
            return None
        status, _ = asked.again("GetParameter", {"Name": asked.members.get("Name")})
        members = {**asked.members, "Overwrite": True}
        if status != 200 or "Tags" in members:
            return None
        return method, path, headers, json.dumps(members).encode()

    return SimpleNamespace(request=request)


def refusals_without_a_name():
    def answer(method, path, _headers, _body, status, answered, _data, _upstream):
        if method != "GET" or "/functions/" not in path or status != 404:
            return None
        kept = [pair for pair in answered if pair[0].lower() != "x-amzn-errortype"]
        return status, kept, b'{"ResponseMetadata": {"HTTPStatusCode": 404}}'

    return SimpleNamespace(answer=answer)


def creations_answer_nothing():
    def answer(method, path, _headers, _body, status, answered, _data, _upstream):
        made = method == "POST" and path.rstrip("/").endswith("/functions") and status == 201
        return (status, answered, b"{}") if made else None

    return SimpleNamespace(answer=answer)


def another_error_for_no_machine():
    def change(_asked, _status, body):
        return error("InvalidName") if "DoesNotExist" in str(body.get("__type")) else None

    return of_json("DescribeStateMachine", change)


def rules_go_with_their_targets():
    def request(method, path, headers, body, upstream):
        asked = _asked(method, path, headers, body, upstream)
        if asked.operation == "DeleteRule":
            about = {"Rule": asked.members.get("Name")}
            about |= {k: v for k, v in asked.members.items() if k == "EventBusName"}
            _, listed = asked.again("ListTargetsByRule", about)
            ids = [one["Id"] for one in listed.get("Targets", ())]
            if ids:
                asked.again("RemoveTargets", {**about, "Ids": ids})

    return SimpleNamespace(request=request)


def every_target_of_an_event_is_told():
    def change(_asked, status, body):
        entries = body.get("Entries", ())
        return {**body, "Entries": [*entries, *entries]} if status == 200 and entries else None

    return of_json("PutEvents", change)


def targets_are_not_answered():
    return of_json("PutTargets", lambda _, status, __: {} if status == 200 else None)


def no_rule_is_listed():
    return of_json("ListRules", lambda _, status, __: {"Rules": []} if status == 200 else None)


def names_are_taken_twice():
    """CreatePolicy of a name that is taken answers as if there were none."""

    def answer(_method, _path, _headers, body, status, answered, data, _upstream):
        if b"Action=CreatePolicy&" not in (body or b"") + b"&" or status != 409:
            return None
        text = b"<CreatePolicyResponse><CreatePolicyResult><Policy/></CreatePolicyResult>"
        return 200, answered, text + b"</CreatePolicyResponse>"

    return SimpleNamespace(answer=answer)


def refuses(part, code):
    """A server that refuses requests with this in them, where a valid one has none."""

    def request(_method, _path, headers, body, _upstream):
        if part not in (body or b""):
            return None
        target = next((value for name, value in headers if name.lower() == "x-amz-target"), "")
        if target:
            return 400, [("Content-Type", "application/x-amz-json-1.0")], json.dumps(
                {"__type": code.decode(), "message": "no"}
            ).encode()  # fmt: skip
        text = b"<ErrorResponse><Error><Type>Sender</Type><Code>" + code
        text += b"</Code><Message>no</Message></Error><RequestId>0</RequestId></ErrorResponse>"
        return 400, [("Content-Type", "text/xml")], text

    return SimpleNamespace(request=request)


def untagging_nothing_is_refused():
    def answer(method, path, _headers, _body, status, _answered, data, _upstream):
        if method != "DELETE" or "?tagging" not in path or path.count("/") < 2 or status < 500:
            return None
        text = b"<Error><Code>NoSuchKey</Code><Message>no</Message></Error>"
        return 404, [("Content-Type", "application/xml")], text

    return SimpleNamespace(answer=answer)


def the_same_iterator_again():
    def change(asked, status, body):
        if status == 200 and "NextShardIterator" in body:
            return {**body, "NextShardIterator": asked.members.get("ShardIterator")}
        return None

    return of_json("GetRecords", change)


def arns_without_their_end():
    def change(_asked, status, body):
        for one in body.get("logGroups", ()):
            one["arn"] = one["arn"].removesuffix(":*")
        return body if status == 200 else None

    return of_json("DescribeLogGroups", change)
