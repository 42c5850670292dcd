"""Globs over ids: of faults and of requirements."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import translate


class Globs:
    """Several globs, read once. ``[`` stands for itself, because ids contain it."""

    def __init__(self, globs: Iterable[str]) -> None:
        patterns = [translate(glob.replace("[", "[[]")) for glob in globs]
        # No glob matches nothing.
        self._pattern = re.compile("|".join(patterns) or r"(?!)")

    def match(self, text: str) -> bool:
        """Whether an id matches one of them."""
        return self._pattern.match(text) is not None
