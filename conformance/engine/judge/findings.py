"""What an answer shows about a requirement."""

from typing import NamedTuple


class Finding(NamedTuple):
    """Held or broken, and for people what was expected and what was seen.

    A tuple: every answer makes dozens, and a frozen dataclass takes three times as long to make.
    """

    requirement: str
    held: bool
    expected: str = ""
    seen: str = ""
    times: int = 1
    """How often it held: every entry of a list holds the same."""
