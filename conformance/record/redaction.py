"""The marks that stand for secrets in a record: numbered, with the length of what they hide."""

from __future__ import annotations

import re

SIGNATURE = "<signature>"
"""Stands for whatever vouched for a request."""
MARK = re.compile(r"<secret:(\d+):(\d+)>")


def redaction_token(number: int, length: int) -> str:
    """The mark of a run's secret number ``number``, a text of ``length`` characters."""
    return f"<secret:{number}:{length}>"


def fill_redactions(text: str) -> str:
    """The text with every mark replaced by a made-up text of its length, the same for the same."""
    return MARK.sub(lambda found: _invent(found[1], int(found[2])), text)


def _invent(number: str, length: int) -> str:
    return f"invented{number}{'x' * length}"[:length]
