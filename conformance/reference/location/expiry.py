"""When a Location key expires: the notation of times, and the rules between the members.

The rules are those of the published table of messages. Each is a value, so that a list of them
says all there is to say, in the order in which they are checked.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from conformance.reference.ambiguities import Ambiguities
from conformance.reference.location import wording
from conformance.reference.outcome import Refused

MINUTE = 60_000
"""Milliseconds."""

BAD_FORMAT = "'ExpireTime' must follow the format YYYY-MM-DDThh:mm:ss.sssZ."

_NOTATION = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})T([0-9]{2}:[0-9]{2}:[0-9]{2})"
    r"(?:\.([0-9]{1,9}))?(Z|[+-][0-9]{2}:[0-9]{2})"
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = -62_135_596_800_000, 253_402_300_799_999
"""Epoch milliseconds of the years 1 and 9999."""


def milliseconds(stated: Any, readings: Ambiguities) -> int:
    """Epoch milliseconds of an ExpireTime: RFC 3339 text, or epoch seconds where a reading says.

    Raises Refused for what is no time, or cannot be written with four digits of year in UTC.
    """
    found = _of_text(stated, readings) if isinstance(stated, str) else stated * 1000
    if found is None or not _FIRST <= found <= _LAST:
        raise Refused(wording.invalid(BAD_FORMAT))
    return int(found)


def _of_text(stated: str, readings: Ambiguities) -> int | None:
    match = _NOTATION.fullmatch(stated)
    if match is None or (readings.expire_time_in_utc_only and match[4] != "Z"):
        return None
    day, time, fraction, zone = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{time}{zone}")
    except ValueError:
        return None
    whole = (moment - _EPOCH) // timedelta(milliseconds=1)
    return whole + int((fraction or "0").ljust(3, "0")[:3])


@dataclass(frozen=True, slots=True)
class Wish:
    """What a request says about a key: times are epoch milliseconds, None is unset."""

    now: int
    no_expiry: bool | None = None
    expires: int | None = None
    described: bool = False
    """Whether Description is set."""
    restricted: bool = False
    """Whether Restrictions is set."""


@dataclass(frozen=True, slots=True)
class ExpiryRule:
    """A rule between members: ``broken`` says when the message is due."""

    id: str
    message: str
    broken: Callable[[Wish], bool]


NEEDS_EXPIRE_TIME = ExpiryRule(
    "expire-time-required",
    "'ExpireTime' must be set when 'NoExpiry' has value false.",
    lambda wish: wish.no_expiry is False and wish.expires is None,
)
FORBIDS_EXPIRE_TIME = ExpiryRule(
    "expire-time-forbidden",
    "'ExpireTime' must not be set when 'NoExpiry' has value true.",
    lambda wish: wish.no_expiry is True and wish.expires is not None,
)
CREATE_RULES = (
    ExpiryRule(
        "create-needs-expiry",
        "At least one of the following fields must be set: 'ExpireTime', 'NoExpiry'.",
        lambda wish: wish.no_expiry is None and wish.expires is None,
    ),
    NEEDS_EXPIRE_TIME,
    FORBIDS_EXPIRE_TIME,
    ExpiryRule(
        "create-past-expire-time",
        "'ExpireTime' must not be in the past.",
        lambda wish: wish.expires is not None and wish.expires < wish.now,
    ),
)
PAST_ON_UPDATE = ExpiryRule(
    "update-past-expire-time",
    "'ExpireTime' must not be more than 1 minute in the past.",
    lambda wish: wish.expires is not None and wish.expires < wish.now - MINUTE,
)
UPDATE_RULES = (
    ExpiryRule(
        "update-needs-change",
        "At least one of the following fields must be set:"
        " 'Description', 'ExpireTime', 'NoExpiry', 'Restrictions'.",
        lambda wish: (
            wish.no_expiry is None
            and wish.expires is None
            and not wish.described
            and not wish.restricted
        ),
    ),
    NEEDS_EXPIRE_TIME,
    FORBIDS_EXPIRE_TIME,
    PAST_ON_UPDATE,
)


def check(rules: Iterable[ExpiryRule], wish: Wish) -> None:
    """Raise Refused for the first broken rule."""
    for rule in rules:
        if rule.broken(wish):
            raise Refused(wording.invalid(rule.message))
