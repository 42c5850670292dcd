"""Amazon Location keys as they are kept and shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime

from .location_rules import ACCOUNT
from .switches import Switches
from .wire import Json, Members


@dataclass
class LocationKey:
    """One key.  Times are milliseconds since 1970; no expiry is None."""

    name: str
    secret: str
    region: str
    created: int
    updated: int
    restrictions: Members
    serial: int
    expire: int | None
    description: str | None = None
    tags: dict[str, str] = field(default_factory=dict)


def arn(key: LocationKey, sw: Switches) -> str:
    """The ARN; documents say `key/`, what AWS ships says `api-key/`."""
    kind = sw.pick("api-key", {"loc-arn-key": "key"})
    partition = "aws-cn" if key.region.startswith("cn-") else "aws"
    found = f"arn:{partition}:geo:{key.region}:{ACCOUNT}:{kind}/{key.name}"
    others = {
        "loc-arn-no-arn": f"{kind}/{key.name}",
        "loc-arn-upper-case": found.replace("aws:geo", "AWS:GEO"),
        "loc-arn-short": f"arn:aws:geo:{kind}/{key.name}",
    }
    return sw.pick(found, others)


def instant(milliseconds: int, sw: Switches) -> Json:
    """A time as the documents write it."""
    if sw.on("loc-whole-seconds"):
        milliseconds = milliseconds // 1000 * 1000
    moment = datetime.fromtimestamp(milliseconds // 1000, UTC)
    shapes: dict[str, Json] = {
        "loc-times-epoch": milliseconds / 1000,
        "loc-times-no-millis": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "loc-times-offset": moment.strftime("%Y-%m-%dT%H:%M:%S.")
        + f"{milliseconds % 1000:03}+00:00",
        "loc-times-micros": moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03}000Z",
        "loc-times-no-zone": moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03}",
        "loc-times-space": moment.strftime("%Y-%m-%d %H:%M:%S.") + f"{milliseconds % 1000:03}Z",
    }
    usual = moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{milliseconds % 1000:03}Z"
    return sw.pick(usual, shapes)


def entry(key: LocationKey, sw: Switches) -> Members:
    """What a listing shows of a key."""
    body: Members = {
        "CreateTime": instant(key.created, sw),
        "KeyName": key.name,
        "Restrictions": dict(key.restrictions),
        "UpdateTime": instant(key.updated, sw),
    }
    if key.expire is not None:
        shown = (
            key.expire // 86_400_000 * 86_400_000 if sw.on("loc-expire-day-only") else key.expire
        )
        shown += sw.pick(0, {"loc-expire-shifted": 3_600_000})
        body["ExpireTime"] = instant(shown, sw)
    elif sw.on("loc-endless-shows-far-date"):
        body["ExpireTime"] = "9999-12-31T23:59:59.999Z"
    if key.description is not None and not (
        key.description == "" and sw.on("loc-empty-description-absent")
    ):
        body["Description"] = key.description
    elif sw.on("loc-null-for-unset"):
        body["Description"] = None
        body.setdefault("ExpireTime", None)
    if sw.on("loc-empty-lists-shown"):
        lists: Members = {"AllowReferers": [], "AllowAndroidApps": [], "AllowAppleApps": []}
        body["Restrictions"] = lists | dict(key.restrictions)
    if sw.on("loc-restrictions-null-lists"):
        nulls: Members = {"AllowReferers": None}
        body["Restrictions"] = nulls | dict(key.restrictions)
    if sw.on("extra-members"):
        body["Status"] = "Unknown"
    return body


def describe(key: LocationKey, sw: Switches) -> Members:
    """What DescribeKey shows."""
    body = entry(key, sw) | {"Key": key.secret, "KeyArn": arn(key, sw)}
    if key.tags or not sw.on("loc-no-tags-absent"):
        body["Tags"] = dict(key.tags)
    for member in ("Key", "KeyArn", "KeyName", "CreateTime", "UpdateTime", "Restrictions"):
        if sw.on(f"loc-describe-hides-{member}"):
            del body[member]
    if sw.on("loc-describe-hides-tags"):
        body.pop("Tags", None)
    if sw.on("loc-describe-hides-expire-time"):
        body.pop("ExpireTime", None)
    if sw.on("loc-describe-hides-description"):
        body.pop("Description", None)
    if sw.on("loc-describe-wrapped"):
        body = {"Key": body}
    return body
