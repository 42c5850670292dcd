"""What an answer shows about a requirement."""

from typing import NamedTuple


class Finding(NamedTuple):
    """What an answer shows of a requirement. A tuple, as every answer makes dozens."""

    requirement: str
    held: bool
    expected: str = ""
    seen: str = ""
    times: int = 1
    """How often it held: every entry of a list holds the same."""
