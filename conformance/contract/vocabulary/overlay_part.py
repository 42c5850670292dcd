"""What every part of an overlay's vocabulary is made of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

Template = Mapping[str, Any]
"""Members of a request by wire name, with placeholders (``${name}``) in their values."""

Refusals = tuple[tuple[int | str, str], ...]
"""Pairs of status (or ``4xx``) and error code (or ``any``)."""


class OverlayPart(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab",
    omit_defaults=True,
):  # fmt: skip
    """Keys are written with hyphens; a key that is not known is refused."""
