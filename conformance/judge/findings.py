"""What an answer shows about a requirement."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """Held or broken, and for people what was expected and what was seen."""

    requirement: str
    held: bool
    expected: str = ""
    seen: str = ""
