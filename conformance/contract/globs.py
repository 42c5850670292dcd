"""Globs over ids and addresses: ``*`` any text, ``?`` one character, all else for itself."""

from __future__ import annotations

import re

SPECIAL = {"*": ".*", "?": "."}


def glob(pattern: str) -> re.Pattern[str]:
    """The expression of a glob, for whole matches: ids contain ``[]``, so these mean themselves."""
    return re.compile("".join(SPECIAL.get(char) or re.escape(char) for char in pattern), re.DOTALL)
