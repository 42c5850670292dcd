"""STS: who calls, and sessions; with the query protocol that it speaks."""

from __future__ import annotations

import re
import secrets
import string
import time
from collections.abc import Callable, Container
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from .policies import checked_session_policy
from .shapes import model, read
from .wire import Members, Moment, Refused, World, request_id

_SPACE = "https://sts.amazonaws.com/doc/2011-06-15/"
_ROLE = re.compile(r"arn:aws[a-z-]*:iam::(\d{12}):role/(?:[!-~]*/)?([\w+=,.@-]{1,64})")
_LETTERS = string.ascii_uppercase + "234567"
_ALPHABET = string.ascii_letters + string.digits + "/+="


class Sts:
    """The operations; a caller is known by the access key that it signs with."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._callers: dict[str, Members] = {}
        self._roles: dict[str, str] = {}
        self.operations: dict[str, Callable[[Members, str], Members]] = {
            "AssumeRole": self.assume,
            "GetAccessKeyInfo": lambda sent, key: {"Account": world.account},
            "GetCallerIdentity": lambda sent, key: self._caller(key),
            "GetFederationToken": self.federate,
            "GetSessionToken": self.session,
        }

    def answer(self, query: str, key: str) -> tuple[int, bytes]:
        """The status and the XML for what a form says."""
        try:
            action, form = _form(query, self.operations)
            sent = read("sts", action, _members(model("sts"), action, form))
            return 200, _shown(action, self.operations[action](sent, key))
        except Refused as refused:
            code = refused.code.replace("ValidationException", "ValidationError")
            code = code.removesuffix("Exception")
            inner = f"<Type>Sender</Type><Code>{code}</Code>"
            inner = f"<Error>{inner}<Message>{escape(str(refused))}</Message></Error>"
            tail = f"<RequestId>{request_id()}</RequestId>"
            text = f'<ErrorResponse xmlns="{_SPACE}">{inner}{tail}</ErrorResponse>'
            return refused.status, text.encode()

    def _root(self) -> bool:
        return self.world.on("defaults-shown")

    def _caller(self, key: str) -> Members:
        account = self.world.account
        if self._root():
            usual = {"UserId": account, "Account": account, "Arn": self._iam("root")}
        else:
            arn = self._iam("user/division/someone")
            usual = {"Arn": arn, "Account": account, "UserId": "AIDAQ7EXAMPLE234567AB"}
        return self._callers.get(key, usual)

    def _iam(self, resource: str, service: str = "iam") -> str:
        return self.world.arn(service, resource).replace(f":{self.world.region}:", "::")

    def assume(self, sent: Members, key: str) -> Members:
        found = _ROLE.fullmatch(sent["RoleArn"])
        if found is None:
            raise Refused("ValidationException", f"{sent['RoleArn']} is invalid")
        account, role = found.groups()
        _mfa(sent)
        size = self._packed(sent)
        name = sent["RoleSessionName"]
        unique = self._roles.setdefault(sent["RoleArn"], "AROA" + _some(_LETTERS, 17))
        arn = self._iam(f"assumed-role/{role}/{name}", "sts").replace(self.world.account, account)
        user = {"AssumedRoleId": f"{unique}:{name}", "Arn": arn}
        identity = {"UserId": user["AssumedRoleId"], "Account": account, "Arn": arn}
        answer = {"AssumedRoleUser": user, "PackedPolicySize": size}
        answer["SourceIdentity"] = sent.get("SourceIdentity")
        return {**self._issued(sent.get("DurationSeconds", 3600), identity), **answer}

    def federate(self, sent: Members, key: str) -> Members:
        size = self._packed(sent)
        name, account = sent["Name"], self.world.account
        arn = self._iam(f"federated-user/{name}", "sts")
        user = {"FederatedUserId": f"{account}:{name}", "Arn": arn}
        identity = {"UserId": user["FederatedUserId"], "Account": account, "Arn": arn}
        issued = self._issued(self._lasting(sent), identity)
        return {**issued, "FederatedUser": user, "PackedPolicySize": size}

    def session(self, sent: Members, key: str) -> Members:
        _mfa(sent)
        return self._issued(self._lasting(sent), self._caller(key))

    def _lasting(self, sent: Members) -> int:
        """How long a session is; one of the root user at most an hour."""
        wanted: int = sent.get("DurationSeconds", 43200)
        return min(wanted, 3600) if self._root() else wanted

    def _issued(self, duration: int, identity: Members) -> Members:
        key = "ASIA" + _some(_LETTERS, 16)
        self._callers[key] = identity
        issued = {
            "SessionToken": _some(_ALPHABET, 700),
            "Expiration": Moment(time.time() + duration),
            "SecretAccessKey": _some(_ALPHABET[:-1], 40),
            "AccessKeyId": key,
        }
        return {"Credentials": issued}

    def _packed(self, sent: Members) -> int | None:
        """The size of policies and tags in percent, if there are any."""
        if "Policy" in sent:
            checked_session_policy(sent["Policy"])
        keys = [tag["Key"].lower() for tag in sent.get("Tags", [])]
        if len({*keys}) < len(keys):
            raise Refused("InvalidParameterValue", "Each key once.")
        if {one.lower() for one in sent.get("TransitiveTagKeys", [])} - {*keys}:
            raise Refused("InvalidParameterValue", "Only keys of the tags are transitive.")
        texts = [
            sent.get("Policy", ""),
            *(one.get("arn", "") for one in sent.get("PolicyArns", [])),
        ]
        if len("".join(texts)) > 2048 or len(texts) > 11:
            raise Refused("PackedPolicyTooLargeException", "Too large.")
        return 6 if any(texts) or keys else None


def _some(letters: str, count: int) -> str:
    return "".join(secrets.choice(letters) for _ in range(count))


def _mfa(sent: Members) -> None:
    if "SerialNumber" in sent or "TokenCode" in sent:
        text = "MultiFactorAuthentication failed with invalid MFA one time pass code."
        raise Refused("AccessDenied", text, 403)


def _form(query: str, operations: Container[str]) -> tuple[str, dict[str, str]]:
    form = dict(parse_qsl(query, keep_blank_values=True))
    action = form.pop("Action", None)
    if action is None:
        raise Refused("MissingAction", "An action is needed.")
    if form.pop("Version", "2011-06-15") != "2011-06-15":
        raise Refused("InvalidAction", "Could not find operation for this version")
    if action not in operations:
        raise Refused("InvalidAction", f"Could not find operation {action}")
    return action, form


def _members(sdk: Members, action: str, form: dict[str, str]) -> Members:
    """The members that a form spells out."""
    tree: Members = {}
    for name, text in form.items():
        *above, last = name.split(".")
        at = tree
        for part in above:
            at = at.setdefault(part, {})
            if not isinstance(at, dict):
                raise Refused("MalformedQueryString", name)
        at[last] = text
    name = sdk["operations"][action]["input"]["shape"]
    found: Members = _valued(sdk["shapes"], name, tree)
    return found


def _valued(shapes: Members, name: str, tree: Any) -> Any:
    shape = shapes[name]
    kind = shape["type"]
    if kind == "structure" and isinstance(tree, dict):
        return {
            member: _valued(shapes, of["shape"], tree[member])
            for member, of in shape["members"].items()
            if member in tree
        }
    if kind == "list" and isinstance(tree, dict):
        items = sorted(tree.get("member", {}).items(), key=lambda one: int(one[0]))
        return [_valued(shapes, shape["member"]["shape"], one) for _, one in items]
    if kind == "integer":
        if not isinstance(tree, str) or not re.fullmatch(r"-?\d{1,18}", tree):
            raise Refused("MalformedInput", "no integer")
        return int(tree)
    if kind == "list" and tree == "":
        return []
    return tree


def _shown(action: str, answer: Members) -> bytes:
    inner = f"<{action}Result>{_xml(answer)}</{action}Result>"
    tail = f"<ResponseMetadata><RequestId>{request_id()}</RequestId></ResponseMetadata>"
    return f'<{action}Response xmlns="{_SPACE}">{inner}{tail}</{action}Response>'.encode()


def _xml(value: Any) -> str:
    if isinstance(value, Moment):
        return datetime.fromtimestamp(int(value), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, dict):
        some = {name: one for name, one in value.items() if one is not None}
        return "".join(f"<{name}>{_xml(one)}</{name}>" for name, one in some.items())
    return escape(str(value))
