"""ListKeys: status filter, order and tokens."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable

from conformance.reference.location import wording
from conformance.reference.location.state import LocationKey
from conformance.reference.outcome import Refused

DEFAULT = 100
_VERSION = "page after "
STATUSES = ("Active", "Expired")

_BAD_TOKEN = "'NextToken' must be a valid token."  # noqa: S105 - a message
_BAD_STATUS = "'Filter.KeyStatus' must be one of: Active, Expired."


def with_status(keys: Iterable[LocationKey], status: str | None, now: int) -> list[LocationKey]:
    """The keys with a status; raises Refused for one that is none."""
    if status is None:
        return list(keys)
    if status not in STATUSES:
        fields = (("Filter.KeyStatus", _BAD_STATUS),)
        raise Refused(wording.invalid(_BAD_STATUS, "FieldValidationFailed", fields))
    wanted = status == "Expired"
    return [key for key in keys if is_expired(key, now) is wanted]


def is_expired(key: LocationKey, now: int) -> bool:
    """Whether a key's time has come; ``now`` is in epoch milliseconds."""
    return key.expires is not None and key.expires <= now


def token(key: LocationKey) -> str:
    """The token of the page after this key."""
    return base64.urlsafe_b64encode(f"{_VERSION}{key.sequence}:{key.name}".encode()).decode()


def after(text: str) -> tuple[int, str]:
    """Sequence number and name of the last key before a token; raises Refused for no token."""
    try:
        plain = base64.b64decode(text.encode(), altchars=b"-_", validate=True).decode()
        sequence, name = plain.removeprefix(_VERSION).split(":", 1)
        return int(sequence), name
    except (binascii.Error, ValueError):
        raise Refused(wording.invalid(_BAD_TOKEN)) from None
