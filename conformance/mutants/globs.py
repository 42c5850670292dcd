"""Globs over ids: of faults and of requirements."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase


def matches(text: str, globs: Iterable[str]) -> bool:
    """Whether an id matches one of the globs; ``[`` stands for itself, because ids contain it."""
    return any(fnmatchcase(text, glob.replace("[", "[[]")) for glob in globs)
