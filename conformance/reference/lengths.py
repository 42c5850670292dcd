"""How long a text is: whether AWS counts code points or UTF-16 units is not recorded."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.reference.ambiguities import Ambiguities


def utf16_units(text: str) -> int:
    """Length as Java's String.length counts it."""
    return len(text) + sum(1 for character in text if character > "\uffff")


def measure(readings: Ambiguities) -> Callable[[str], int]:
    """The way of counting under a reading."""
    return utf16_units if readings.lengths_in_utf16 else len
