"""SSM parameters: versions, labels, tags, and the rules of names and values."""

from __future__ import annotations

import base64
import json
import re
from dataclasses import dataclass, field
from typing import Any

from tests.servers.testbed.wire import Refusal

from .queue import ACCOUNT, moment, partition

Body = dict[str, Any]
KINDS = {
    "text": ".*",
    "aws:ec2:image": ".*",
    "aws:ssm:integration": ".*",
    "aws:region": "[a-z]{2}(-[a-z]+)+-[0-9]",
    "aws:account:id": "[0-9]{12}",
    "boolean": "true|false|TRUE|FALSE|True|False",
    "integer": "[+-]?[0-9]+",
    "float": "[+-]?([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?",
    "binary": "[A-Za-z0-9+/]*={0,2}|[01]+",
    "hostname": "[A-Za-z0-9.-]+",
    "email": "[^@]+@[^@]+",
    "ipv4-address": "[0-9.]+",
    "ipv6-address": "[0-9a-fA-F:.]+",
    "url": "[a-z]+:.+",
    "json": ".*",
    "jsonc": ".*",
}
POLICIES = {"Expiration", "ExpirationNotification", "NoChangeNotification"}


def invalid(text: str) -> Refusal:
    return Refusal(400, "ValidationException", text)


@dataclass
class Version:
    """One version of a parameter."""

    number: int
    kind: str
    value: str
    tier: str
    data_type: str
    description: str | None
    pattern: str | None
    key: str | None
    policies: list[Body]
    at: float = field(default_factory=moment)
    labels: list[str] = field(default_factory=list)

    def read(self, *, plainly: bool) -> str:
        if self.kind != "SecureString" or plainly:
            return self.value
        return "AQICAH" + base64.b64encode(self.value[::-1].encode()).decode()

    def said(self, region: str) -> Body:
        """What history and descriptions have in common."""
        user = f"arn:{partition(region)}:iam::{ACCOUNT}:user/somebody"
        found: Body = {
            "Type": self.kind,
            "Version": self.number,
            "LastModifiedDate": round(self.at, 3),
            "LastModifiedUser": user,
            "Tier": self.tier,
            "DataType": self.data_type,
            "Description": self.description or None,
            "AllowedPattern": self.pattern or None,
            "KeyId": self.key,
        }
        shown = {name: value for name, value in found.items() if value is not None}
        return {**shown, "Policies": self.policies} if self.policies else shown


@dataclass
class Parameter:
    """A parameter with its versions, the oldest first."""

    name: str
    region: str
    versions: list[Version] = field(default_factory=list)
    tags: dict[str, str] = field(default_factory=dict)

    @property
    def arn(self) -> str:
        place = f"arn:{partition(self.region)}:ssm:{self.region}:{ACCOUNT}"
        return f"{place}:parameter/{self.name.lstrip('/')}"

    @property
    def now(self) -> Version:
        return self.versions[-1]


def named(name: str, *, new: bool = False) -> str:
    """A name as it is kept, without the spaces around it."""
    name = name.strip(" ")
    levels = name.strip("/").split("/")
    if not re.fullmatch(r"[A-Za-z0-9_./-]+", name) or name.endswith("/") or "//" in name:
        raise invalid("A parameter cannot have this name.")
    if "/" in name and not name.startswith("/"):
        raise invalid("The name of a parameter in a hierarchy begins with a slash.")
    if new and re.match(r"/?(aws|ssm)", name, re.IGNORECASE):
        raise invalid("Names that begin so are reserved.")
    if new and len(levels) > 15:
        raise Refusal(400, "HierarchyLevelLimitExceededException", "Fifteen levels at most.")
    if new and len(name) > 1011:
        raise invalid("The name is too long.")
    return name


def policies(text: str | None, tier: str) -> list[Body]:
    """The policies of a parameter as they are shown."""
    try:
        given = json.loads(text or "[]")
    except ValueError as error:
        raise Refusal(400, "InvalidPolicyAttributeException", "No JSON.") from error
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise Refusal(400, "InvalidPolicyAttributeException", "No list of policies.")
    if given and tier != "Advanced":
        raise invalid("Policies are for advanced parameters.")
    if len(given) > 10:
        raise Refusal(400, "PoliciesLimitExceededException", "Ten policies at most.")
    kinds = [one.get("Type") for one in given]
    if not set(kinds) <= POLICIES:
        raise Refusal(400, "InvalidPolicyTypeException", "There is no such policy.")
    if kinds.count("Expiration") > 1:
        raise Refusal(400, "IncompatiblePolicyException", "One expiration at most.")
    return [
        {"PolicyText": json.dumps(one), "PolicyType": one["Type"], "PolicyStatus": "Pending"}
        for one in given
    ]


def version(body: Body, before: Version | None, number: int) -> Version:
    """The version that a request makes, or a refusal."""
    value = body["Value"]
    kind = body.get("Type") or (before.kind if before else None)
    if kind is None:
        raise invalid("A parameter has a type.")
    if before and kind != before.kind:
        raise Refusal(400, "HierarchyTypeMismatchException", "The type cannot change.")
    if not value or "{{" in value:
        raise invalid("A value is not empty and refers to nothing.")
    if kind == "StringList" and "" in value.split(","):
        raise invalid("No item of a list is empty.")
    if "KeyId" in body and kind != "SecureString":
        raise invalid("A key is for secure strings.")
    tier = _tier(body, before)
    pattern = body.get("AllowedPattern")
    _fits(pattern, value)
    data_type = body.get("DataType") or (before.data_type if before else "text")
    _typed(data_type, value)
    kept = policies(body.get("Policies"), tier)
    if "Policies" not in body and before:
        kept = before.policies
    key = body.get("KeyId", "alias/aws/ssm") if kind == "SecureString" else None
    described = body.get("Description", before.description if before else None)
    return Version(number, kind, value, tier, data_type, described, pattern, key, kept)


def _tier(body: Body, before: Version | None) -> str:
    size = len(body["Value"].encode())
    tier = body.get("Tier") or (before.tier if before else "Standard")
    if tier == "Intelligent-Tiering":
        needs = size > 4096 or "Policies" in body or (before and before.tier == "Advanced")
        tier = "Advanced" if needs else "Standard"
    if before and before.tier == "Advanced" and tier == "Standard":
        raise invalid("An advanced parameter stays advanced.")
    if size > (8192 if tier == "Advanced" else 4096):
        raise invalid("The value is too long for its tier.")
    return str(tier)


def _fits(pattern: str | None, value: str) -> None:
    if pattern:
        try:
            fits = re.search(pattern, value, re.ASCII)
        except re.error as error:
            raise Refusal(400, "InvalidAllowedPatternException", "No pattern.") from error
        if not fits:
            raise Refusal(400, "ParameterPatternMismatchException", "The value does not match.")


def _typed(data_type: str, value: str) -> None:
    if not re.fullmatch(KINDS.get(data_type, "(?!)"), value, re.DOTALL):
        raise invalid("The value is not of its data type, or there is no such type.")
    if data_type == "json":
        try:
            json.loads(value)
        except ValueError as error:
            raise invalid("The value is no JSON.") from error
