"""Location keys as stored and as answered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.reference.ambiguities import Ambiguities
from conformance.reference.clock import iso_milliseconds
from conformance.reference.scope import Scope

ACCOUNT = "123456789012"

FAR_EXPIRY = "9999-12-31T23:59:59.999Z"


@dataclass(frozen=True, slots=True)
class LocationKey:
    """One key; times are epoch milliseconds, ``expires`` None is a key without expiry."""

    name: str
    value: str
    sequence: int
    created: int
    updated: int
    restrictions: Mapping[str, Any]
    expires: int | None = None
    description: str | None = None
    tags: Mapping[str, str] = field(default_factory=dict)


def arn(key: LocationKey, scope: Scope, readings: Ambiguities) -> str:
    """The key's ARN: ``api-key/`` in the developer guide, ``key/`` in the API reference."""
    kind = "key" if readings.arn_says_key else "api-key"
    return f"arn:{scope.partition}:geo:{scope.region}:{ACCOUNT}:{kind}/{key.name}"


def entry(key: LocationKey, readings: Ambiguities) -> dict[str, Any]:
    """What a list shows of a key; members that were never set are left out."""
    body: dict[str, Any] = {"KeyName": key.name}
    hidden = readings.empty_members_hidden and not key.description
    if key.description is not None and not hidden:
        body["Description"] = key.description
    if key.expires is not None:
        body["ExpireTime"] = iso_milliseconds(key.expires)
    elif readings.no_expiry_shows_far_time:
        body["ExpireTime"] = FAR_EXPIRY
    body["Restrictions"] = dict(key.restrictions)
    body["CreateTime"] = iso_milliseconds(key.created)
    body["UpdateTime"] = iso_milliseconds(key.updated)
    return body


def described(key: LocationKey, scope: Scope, readings: Ambiguities) -> dict[str, Any]:
    """What DescribeKey shows: the entry, the value, the ARN and the tags."""
    body = {**entry(key, readings), "Key": key.value, "KeyArn": arn(key, scope, readings)}
    if key.tags or not readings.empty_members_hidden:
        body["Tags"] = dict(key.tags)
    return body
