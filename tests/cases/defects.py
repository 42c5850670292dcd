"""Defects of emulators that people reported, each one change of an answer; for test_defects."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from tests.cases.conftest import QUICK

if TYPE_CHECKING:
    from collections.abc import Callable

JSON = [("Content-Type", "application/x-amz-json-1.1")]
XML = [("Content-Type", "text/xml")]


@dataclass(frozen=True)
class Defect:
    """A report, the service, what a run is asked for, and the requirement that then fails."""

    report: str
    service: str
    finds: str
    make: Callable[[], Any]
    asks: tuple[str, ...] = field(default=())

    def arguments(self):
        """The options that narrow a run to what the report is about."""
        return [part for one in (self.finds, *self.asks) for part in ("--requirement", one)]


def assert_found(one, run, proxied, moto_port):
    """A run on moto with the defect alone in front of it fails by the name of its kind."""
    url = proxied(one.make(), moto_port)
    found = run(url, "--service", one.service, *QUICK, *one.arguments())

    assert one.finds in found.failed(), found.out
    assert found.code == 1


def assert_holds_without(one, run, moto_port):
    """A run on moto itself passes what the defect breaks."""
    found = run(f"http://127.0.0.1:{moto_port}", "--service", one.service, *QUICK, *one.arguments())

    assert found.verdict(one.finds) == "passed", found.out


def assert_wrong_in_moto(requirement, mended, run, proxied, moto_port):
    """What moto does wrong fails on it, and passes where that is mended."""
    service = requirement.partition("/")[0]
    arguments = ("--service", service, *QUICK, "--requirement", requirement)
    wrong = run(f"http://127.0.0.1:{moto_port}", *arguments)
    right = run(proxied(mended(), moto_port), *arguments)

    assert wrong.failed() == {requirement}, wrong.out
    assert right.verdict(requirement) == "passed", right.out


def assert_changes_nothing_else(table):
    """No case changes an answer that it is not about."""
    for one in table.values():
        made = one.make()
        assert isinstance(made, SimpleNamespace)
        change = getattr(made, "answer", None)
        if change is not None:
            other: tuple[Any, ...] = ("GET", "/nothing", [], b"", 200, [], b"{}", None)
            assert change(*other) in (None, (200, [], b"{}"))


# -- what a request is about -----------------------------------------------------------------------


def operation_of(headers, body):
    """The operation of a request in JSON or of the query protocol; empty for any other."""
    for name, value in headers:
        if name.lower() == "x-amz-target":
            return str(value).rpartition(".")[2]
    return dict(parse_qsl((body or b"").decode("utf-8", "replace"))).get("Action", "")


def members_of(body):
    """The members of a JSON request; nothing where it is no object."""
    read = json.loads(body or b"{}")
    return read if isinstance(read, dict) else {}


def answers(operation, change):
    """``change(members, status, body)`` gives another body of a JSON answer, or status and body."""

    def answer(_method, _path, headers, body, status, answered, data, _upstream):
        if operation_of(headers, body) != operation or not data.startswith(b"{"):
            return None
        changed = change(members_of(body), status, json.loads(data))
        return None if changed is None else _with(changed, status, answered)

    return SimpleNamespace(answer=answer)


def rest(method, path, change):
    """The same for an operation of REST with JSON: ``change(found, status, body)``."""

    def answer(sent, target, _headers, _body, status, answered, data, _upstream):
        found = re.fullmatch(path, unquote(urlsplit(target).path))
        if sent != method or not found or not (data or b"{}").startswith(b"{"):
            return None
        changed = change(found, status, json.loads(data or b"{}"))
        return None if changed is None else _with(changed, status, answered)

    return SimpleNamespace(answer=answer)


def _with(changed, status, answered):
    code, shown = changed if isinstance(changed, tuple) else (status, changed)
    # An error that moto names in a header is not renamed by its body alone.
    named = code >= 400 and "__type" in shown
    kept = [one for one in answered if not named or one[0].lower() != "x-amzn-errortype"]
    return code, kept, json.dumps(shown).encode()


def query(operation, change):
    """``change(members, status, text)`` gives another text of an answer in XML, or both."""

    def answer(_method, _path, headers, body, status, answered, data, _upstream):
        if operation not in {"", operation_of(headers, body)}:
            return None
        sent = dict(parse_qsl((body or b"").decode("utf-8", "replace")))
        changed = change(sent, status, data.decode())
        if changed is None:
            return None
        code, text = changed if isinstance(changed, tuple) else (status, changed)
        return code, answered, text.encode()

    return SimpleNamespace(answer=answer)


def without_query(path, *names):
    """These members of the query are not looked at by a GET of the path."""

    def request(method, target, headers, body, _upstream):
        parts = urlsplit(target)
        if method != "GET" or not re.fullmatch(path, parts.path):
            return None
        kept = [one for one in parse_qsl(parts.query, True) if one[0] not in names]
        return method, f"{parts.path}?{urlencode(kept)}" if kept else parts.path, headers, body

    return SimpleNamespace(request=request)


def without_members(operation, *names):
    """These members of a JSON request are not looked at."""

    def request(method, path, headers, body, _upstream):
        if operation_of(headers, body) != operation:
            return None
        kept = {name: one for name, one in members_of(body).items() if name not in names}
        return method, path, headers, json.dumps(kept).encode()

    return SimpleNamespace(request=request)


def nothing_there_is_empty(operation, empty):
    """Where the right answer is an error of what is not there, this is answered with 200."""

    def change(_members, status, body):
        return (200, empty) if status >= 400 and _is_not_there(json.dumps(body)) else None

    return answers(operation, change)


def _is_not_there(text):
    return re.search(r"not.?found|not.?exist|NoSuch|no such|cannot be found", text, re.IGNORECASE)


def query_nothing_there_is_empty(operation, result):
    """The same for the query protocol."""
    text = f"<{operation}Response><{operation}Result>{result}</{operation}Result>"
    text += f"<ResponseMetadata><RequestId>0</RequestId></ResponseMetadata></{operation}Response>"
    return query(operation, lambda _, code, body: (200, text) if _missing(code, body) else None)


def _error(code):
    text = f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>no</Message>"
    return f"{text}</Error><RequestId>0</RequestId></ErrorResponse>"


def _missing(code, body):
    return code >= 400 and _is_not_there(body)


def each(change, *path):
    """Changes each structure at the path of lists and structures of an answer of success."""

    def visit(node, names):
        if isinstance(node, list):
            for one in node:
                visit(one, names)
        elif isinstance(node, dict) and not names:
            change(node)
        elif isinstance(node, dict) and names[0] in node:
            visit(node[names[0]], names[1:])

    def changed(_members, status, body):
        visit(body, path)
        return body if status < 300 else None

    return changed


def drop(*names):
    """For ``each``: leaves these members out."""

    def change(node):
        for name in names:
            node.pop(name, None)

    return change


# -- API Gateway, Scheduler, Lambda, SES -----------------------------------------------------------


def keys_of_plans_are_answered_with_200():
    return rest("POST", r"/usageplans/[^/]+/keys", lambda _, c, b: (200, b) if c == 201 else None)


def no_key_of_a_plan_is_a_500():
    return rest(
        "GET", r"/usageplans/[^/]+/keys/[^/]+", lambda _, c, b: (500, b) if c == 404 else None
    )


def plans_of_all_keys():
    return without_query(r"/usageplans/?", "keyId")


def keys_of_all_names():
    return without_query(r"/usageplans/[^/]+/keys/?", "name")


def plans_lose_their_tags():
    return rest("GET", r"/usageplans/[^/]+", each(drop("tags")))


def updates_look_in_the_default_group():
    def request(method, path, headers, body, _upstream):
        if method != "PUT" or not path.startswith("/schedules/"):
            return None
        kept = {name: one for name, one in members_of(body).items() if name != "GroupName"}
        return method, path, headers, json.dumps(kept).encode()

    return SimpleNamespace(request=request)


def schedules_without_dates():
    return rest("GET", r"/schedules/[^/]+", each(drop("CreationDate", "LastModificationDate")))


FUNCTION = r"/2015-03-31/functions/([^/]+)"


def no_status_of_the_last_update():
    paths = FUNCTION + r"(/configuration|/code)?"

    def change(_, status, body):
        for shown in (body, body.get("Configuration", {})):
            shown.pop("LastUpdateStatus", None)
        return body if status < 300 else None

    return _first(rest("GET", paths, change), rest("PUT", paths, change))


def _first(*cases):
    def answer(*arguments):
        for one in cases:
            changed = one.answer(*arguments)
            if changed is not None:
                return changed
        return None

    return SimpleNamespace(answer=answer)


def any_qualifier_is_the_latest():
    def answer(method, path, headers, body, status, _answered, _data, upstream):
        parts = urlsplit(path)
        shown = re.fullmatch(FUNCTION + r"(/configuration)?", unquote(parts.path))
        if method != "GET" or not shown or status != 404 or "Qualifier" not in parts.query:
            return None
        return upstream(method, parts.path, headers, body)

    return SimpleNamespace(answer=answer)


def identities_without_their_status():
    path = "/v2/email/(list-)?identities"
    change = each(drop("VerificationStatus"), "EmailIdentities")
    return _first(rest("POST", path, change), rest("GET", path, change))


FORMER = {"x-amzn-errortype", "x-amzn-query-error"}


# -- SQS, DynamoDB, SNS, Secrets Manager, SSM, S3, KMS, STS ---------------------------------------


def former_names_of_errors():
    def answer(_method, _path, _headers, _body, status, answered, data, _upstream):
        if status < 400 or b"QueueDoesNotExist" not in data:
            return None
        code = "AWS.SimpleQueueService.NonExistentQueue"
        answered = [one for one in answered if one[0].lower() not in FORMER]
        return status, answered, json.dumps({**json.loads(data), "__type": code}).encode()

    return SimpleNamespace(answer=answer)


def batches_are_not_projected():
    def request(method, path, headers, body, _upstream):
        if operation_of(headers, body) != "BatchGetItem":
            return None
        sent = members_of(body)
        asked = sent.get("RequestItems")
        for one in asked.values() if isinstance(asked, dict) else ():
            for name in ("ProjectionExpression", "AttributesToGet", "ExpressionAttributeNames"):
                if isinstance(one, dict):
                    one.pop(name, None)
        return method, path, headers, json.dumps(sent).encode()

    return SimpleNamespace(request=request)


def the_whole_item_is_told():
    def request(method, path, headers, body, _upstream):
        if operation_of(headers, body) != "UpdateItem":
            return None
        sent = members_of(body)
        if str(sent.get("ReturnValues")) in {"UPDATED_NEW", "UPDATED_OLD"}:
            sent["ReturnValues"] = str(sent["ReturnValues"]).replace("UPDATED", "ALL")
        return method, path, headers, json.dumps(sent).encode()

    return SimpleNamespace(request=request)


def former_versions_keep_their_stage():
    """What is the previous version before a value is put stays one after it."""
    previous: dict[str, set[str]] = {}

    def request(_method, _path, headers, body, upstream):
        if operation_of(headers, body) == "PutSecretValue":
            secret = str(members_of(body).get("SecretId"))
            kept = [one for one in headers if one[0].lower() != "x-amz-target"]
            asking = [*kept, ("X-Amz-Target", "secretsmanager.DescribeSecret")]
            shown = upstream("POST", "/", asking, json.dumps({"SecretId": secret}).encode())[2]
            stages = json.loads(shown or b"{}").get("VersionIdsToStages", {})
            old = {one for one, names in stages.items() if "AWSPREVIOUS" in names}
            previous.setdefault(secret, set()).update(old)

    def change(members, status, body):
        stages = body.get("VersionIdsToStages", {})
        for one in previous.get(str(members.get("SecretId")), ()):
            stages[one] = stages.get(one) or ["AWSPREVIOUS"]
        return body if status == 200 else None

    return SimpleNamespace(request=request, answer=answers("DescribeSecret", change).answer)


def sts_speaks_of_exceptions():
    return query(
        "", lambda _, c, t: t.replace("ValidationError", "ValidationException") if c > 399 else None
    )


# -- services without a contract of their own ------------------------------------------------------


def no_target_group_is_an_empty_list():
    return query_nothing_there_is_empty("DescribeTargetGroups", "<TargetGroups/>")


def _ec2(operation, text):
    whole = f"<{operation}Response><requestId>0</requestId>{text}</{operation}Response>"
    return query(operation, lambda _, c, b: (200, whole) if _missing(c, b) else None)


def no_key_pair_is_an_empty_list():
    return _ec2("DescribeKeyPairs", "<keySet/>")


def no_pool_has_no_users():
    return nothing_there_is_empty("ListUsers", {"Users": []})


def users_are_not_filtered():
    return without_members("ListUsers", "Filter")


def users_are_made_twice():
    def change(members, status, body):
        if status == 400 and "UsernameExists" in json.dumps(body):
            user = {"Username": members["Username"], "Enabled": True, "Attributes": []}
            return 200, {"User": {**user, "UserStatus": "FORCE_CHANGE_PASSWORD"}}
        return None

    return answers("AdminCreateUser", change)


def missing_clusters_are_no_failures():
    return answers("DescribeClusters", lambda _, c, b: {**b, "failures": []} if c == 200 else None)


def no_user_has_no_keys():
    return query_nothing_there_is_empty(
        "ListAccessKeys", "<AccessKeyMetadata/><IsTruncated>false</IsTruncated>"
    )


def alarms_without_an_arn():
    """A moto speaks JSON with those who find that it has no CBOR."""
    return answers("DescribeAlarms", each(drop("AlarmArn"), "MetricAlarms"))


def errors_of_ec2_like_those_of_others():
    def change(_sent, status, text):
        code = re.search(r"<Code>([^<]*)</Code>", text)
        if status < 400 or not code:
            return None
        return _error(code[1])

    return query("", change)


def machines_have_invalid_arns():
    return answers(
        "StartExecution",
        lambda _, c, __: (
            (400, {"__type": "InvalidArn", "message": "Invalid arn"}) if c == 200 else None
        ),
    )


# -- what moto does wrong itself, mended -----------------------------------------------------------


def refusing(is_wrong, status, code):
    """Refuses what is wrong, as moto does not: ``is_wrong(method, path, headers, body)``."""

    def request(method, path, headers, body, _upstream):
        if not is_wrong(method, path, headers, body):
            return None
        form = [*JSON, ("x-amzn-errortype", code)]
        return status, form, json.dumps({"__type": code, "message": "no"}).encode()

    return SimpleNamespace(request=request)


def refusing_in_xml(is_wrong, text):
    """The same in XML."""

    def request(method, path, headers, body, _upstream):
        return (400, XML, text.encode()) if is_wrong(method, path, headers, body) else None

    return SimpleNamespace(request=request)


STALE = b"01234567-89ab-4def-8123-456789abcdef"


def other_revisions_are_refused():
    return refusing(
        lambda method, path, _, body: method == "PUT" and STALE in (body or b"") and "/fun" in path,
        412, "PreconditionFailedException",
    )  # fmt: skip


def versions_of_aliases_are_kept():
    return refusing(
        lambda method, path, _, __: method == "DELETE" and "Qualifier=" in path,
        409, "ResourceConflictException",
    )  # fmt: skip


def values_are_of_the_pattern():
    def is_wrong(_method, _path, headers, body):
        if operation_of(headers, body) != "PutParameter":
            return False
        sent = members_of(body)
        pattern, value = str(sent.get("AllowedPattern") or ""), str(sent.get("Value"))
        return pattern.startswith("^") and not re.search(pattern, value)

    return refusing(is_wrong, 400, "ParameterPatternMismatchException")


def digests_are_checked():
    return refusing_in_xml(
        lambda method, _, headers, __: (
            method == "PUT" and dict(headers).get("Content-MD5") == "1B2M2Y8AsgTpgAmY7PhCfg=="
        ),
        "<Error><Code>BadDigest</Code><Message>no</Message></Error>",
    )


PROTOCOLS = {
    "http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose",
}  # fmt: skip


def protocols_are_known():
    def is_wrong(_method, _path, headers, body):
        sent = dict(parse_qsl((body or b"").decode("utf-8", "replace")))
        protocol = sent.get("Protocol", "sqs")
        return operation_of(headers, body) == "Subscribe" and protocol not in PROTOCOLS

    return refusing_in_xml(is_wrong, _error("InvalidParameter"))


def messages_of_groups_are_numbered():
    return query(
        "Publish",
        lambda sent, status, text: (
            text.replace(
                "</MessageId>", "</MessageId><SequenceNumber>10000000000000003000</SequenceNumber>"
            )
            if status == 200 and "MessageGroupId" in sent
            else None
        ),
    )


def other_keys_are_incorrect():
    def change(_members, status, body):
        wrong = status == 400 and "AccessDenied" in json.dumps(body)
        return (400, {"__type": "IncorrectKeyException", "message": "no"}) if wrong else None

    return answers("Decrypt", change)


def definitions_in_both_orders():
    def change(members, status, body):
        if status != 200 or members.get("sort") != "DESC":
            return None
        return {**body, "taskDefinitionArns": body["taskDefinitionArns"][::-1]}

    return answers("ListTaskDefinitions", change)
