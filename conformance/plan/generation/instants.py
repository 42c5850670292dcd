"""Moments in time, however they are written."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any


def instant(value: Any) -> float | None:
    """Seconds since 1970 of a timestamp (ISO 8601 text or a number); None for anything else."""
    if isinstance(value, bool):
        return None
    if not isinstance(value, int | float | str):
        return None
    try:
        if not isinstance(value, str):
            return float(value)
        moment = datetime.fromisoformat(value)
    except (ValueError, OverflowError):
        return None
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
