"""Globs over ids and addresses: ``*`` any text, ``?`` one character, all else for itself."""

import re
from collections.abc import Iterable, Sequence

SPECIAL = {"*": ".*", "?": "."}
NOT = "!"
"""Before a glob: what matches it is left out."""


def glob(pattern: str) -> re.Pattern[str]:
    """Compile a glob for whole matches; brackets stand for themselves, as ids contain ``[]``."""
    return re.compile("".join(SPECIAL.get(char) or re.escape(char) for char in pattern), re.DOTALL)


def positive(globs: Iterable[str]) -> tuple[str, ...]:
    """The globs that select."""
    return tuple(one for one in globs if not one.startswith(NOT))


def negative(globs: Iterable[str]) -> tuple[str, ...]:
    """The globs that exclude, without their mark."""
    return tuple(one.removeprefix(NOT) for one in globs if one.startswith(NOT))


def excluding(globs: Iterable[str], excluded: Iterable[str]) -> tuple[str, ...]:
    """The globs of a filter, with the exclusions marked."""
    return (*globs, *(f"{NOT}{one.removeprefix(NOT)}" for one in excluded))


def matching(texts: Iterable[str], globs: Sequence[str]) -> list[str]:
    compiled = [glob(pattern) for pattern in globs]
    return [text for text in texts if any(one.fullmatch(text) for one in compiled)]
