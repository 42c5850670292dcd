"""Limits and positions of GetApiKeys."""

from __future__ import annotations

import re

from conformance.reference.ambiguities import Ambiguities
from conformance.reference.apigateway import wording
from conformance.reference.outcome import Refused

DEFAULT, MAXIMUM = 25, 500

_POSITION = re.compile(r"p([0-9a-f]{1,12})")


def limit(stated: int | None, readings: Ambiguities) -> int:
    """The size of a page: 25 unless stated, 500 at most, and for -1 (recorded) the default."""
    if stated is None or stated < 0:
        return DEFAULT
    if readings.limit_out_of_range_refused and not 1 <= stated <= MAXIMUM:
        raise Refused(wording.BAD_LIMIT)
    return min(stated or DEFAULT, MAXIMUM)


def position(sequence: int) -> str:
    """The position after the key with this sequence number."""
    return f"p{sequence:x}"


def sequence(stated: str | None, readings: Ambiguities) -> int | None:
    """The sequence number of a position; None begins at the newest key."""
    if not stated:
        return None
    match = _POSITION.fullmatch(stated)
    if match is not None:
        return int(match[1], 16)
    if readings.unknown_position_is_first_page:
        return None
    raise Refused(wording.BAD_POSITION)
