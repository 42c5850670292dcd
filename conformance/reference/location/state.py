"""Location keys as stored, answered and listed, and where a request for one is for."""

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

from conformance.reference.ambiguities import Ambiguities
from conformance.reference.clock import iso_milliseconds
from conformance.reference.http.message import HttpRequest
from conformance.reference.location import wording
from conformance.reference.outcome import Refused

_CREDENTIAL = re.compile(r"Credential=([^,\s]+)")
_REGION = re.compile(r"[a-z]{2,5}(-[a-z]+)+-\d{1,2}")
_REGION_AT = 2
"""Where the region is in KEY/DAY/REGION/SERVICE/aws4_request."""

_PARTITIONS = {
    "cn-": "aws-cn", "us-gov-": "aws-us-gov", "us-isob-": "aws-iso-b", "us-isof-": "aws-iso-f",
    "us-iso-": "aws-iso", "eu-isoe-": "aws-iso-e", "eusc-": "aws-eusc",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scope:
    """A region; what is not signed is for the first of them."""

    region: str = "us-east-1"

    @property
    def partition(self) -> str:
        """The partition of the region, as its ARNs name it."""
        matches = (name for start, name in _PARTITIONS.items() if self.region.startswith(start))
        return next(matches, "aws")


def scope_of(request: HttpRequest) -> Scope:
    """The scope that a request's signature names, in its header or in its query."""
    header = _CREDENTIAL.search(request.headers.get("authorization", ""))
    stated = parse_qs(request.query).get("X-Amz-Credential", ())
    credential = header[1] if header else next(iter(stated), "")
    parts = credential.split("/")
    region = parts[_REGION_AT] if len(parts) > _REGION_AT else ""
    return Scope(region) if _REGION.fullmatch(region) else Scope()


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


# -- lists ---------------------------------------------------------------------------------------

PAGE_SIZE = 100
_VERSION = "page after "
_BAD_TOKEN = "'NextToken' must be a valid token."  # noqa: S105 - a message
_BAD_STATUS = "'Filter.KeyStatus' must be one of: Active, Expired."


def with_status(keys: Iterable[LocationKey], status: str | None, now: int) -> list[LocationKey]:
    """The keys with a status at ``now`` (epoch milliseconds); raises Refused for an unknown one."""
    if status is None:
        return list(keys)
    if status not in {"Active", "Expired"}:
        fields = (("Filter.KeyStatus", _BAD_STATUS),)
        raise Refused(wording.invalid(_BAD_STATUS, "FieldValidationFailed", fields))
    expired = status == "Expired"
    return [one for one in keys if (one.expires is not None and one.expires <= now) is expired]


def token_after(key: LocationKey) -> str:
    """The token of the page after this key."""
    return base64.urlsafe_b64encode(f"{_VERSION}{key.sequence}:{key.name}".encode()).decode()


def last_before(text: str) -> tuple[int, str]:
    """Sequence number and name of the last key before a token; raises Refused for no token."""
    try:
        plain = base64.b64decode(text.encode(), altchars=b"-_", validate=True).decode()
        sequence, name = plain.removeprefix(_VERSION).split(":", 1)
        return int(sequence), name
    except (binascii.Error, ValueError):
        raise Refused(wording.invalid(_BAD_TOKEN)) from None
