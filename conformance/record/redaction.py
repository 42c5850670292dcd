"""The marks that stand in a record for secrets, and for what is long and the same all over.

That of a secret is numbered, and has the length of what it hides; that of a repetition has it all.
"""

import re

SIGNATURE = "<signature>"
"""Stands for whatever vouched for a request."""
MARK = re.compile(r"<secret:(\d+):(\d+)>")

_REPEATED = re.compile(r"<repeated:(\d{3,7}):([^<>]{1,4})>", re.DOTALL)
_REPETITION = re.compile(r"([^<>]{1,4}?)\1{255,9999998}", re.DOTALL)
"""A number of seven digits at most: a record of others may not fill the memory."""


_STEP, _SEEN, _PERIOD = 128, 64, 12
"""All that is repeated so often has at one of these steps a part with the period of all units."""


def fold(text: str) -> str:
    """The text with a mark for all that is repeated very often."""
    parts = (text[at : at + _SEEN] for at in range(0, len(text) - _SEEN + 1, _STEP))
    if not any(part[_PERIOD:] == part[:-_PERIOD] for part in parts):
        return text  # which the expression takes long to find out
    return _REPETITION.sub(
        lambda found: f"<repeated:{len(found[0]) // len(found[1])}:{found[1]}>", text
    )


def unfold(text: str) -> str:
    """The text as it was before it was folded."""
    return _REPEATED.sub(lambda found: int(found[1]) * found[2], text)


def redaction_token(number: int, length: int) -> str:
    """The mark of a run's secret number ``number``, a text of ``length`` characters."""
    return f"<secret:{number}:{length}>"


def fill_redactions(text: str) -> str:
    """The text with every mark replaced: of secrets by a made-up text, the same for the same."""

    def invented(mark: re.Match[str]) -> str:
        length = int(mark[2])
        return f"invented{mark[1]}{'x' * length}"[:length]

    return MARK.sub(invented, unfold(text))
