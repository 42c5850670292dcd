"""Values that a recording hides: they are there, and nothing else is known of them."""

import re
from typing import Any

_WORD = r"(?:redacted|filtered|masked|hidden|removed|sanitized|sanitised|scrubbed|censored)"
_MARK = re.compile(
    r"<[A-Za-z0-9_][\w :.,()-]{0,60}>|"
    # However it is set off: REDACTED, [redacted], **REDACTED**, __redacted__, {{ redacted }}.
    rf"[\[(<{{*_#%$~=-]{{0,4}} ?{_WORD} ?[\])>}}*_#%$~=-]{{0,4}}|"
    r"\*{3,}|x{6,}|datetime",
    re.IGNORECASE,
)
_NAMED = re.compile(
    rf"(?:[A-Z0-9]{{1,20}}[_-]){{0,3}}{_WORD.upper()}(?:[_-][A-Z0-9]{{1,20}}){{0,3}}"
)
"""In capitals with what was there: ``REDACTED_HOST``, ``API_KEY_REDACTED``."""
_INSIDE = re.compile(r"<[A-Za-z0-9_][\w :.,()-]{0,60}>|\[redacted\]|\*{4,}", re.IGNORECASE)


class Redacted(str):
    """A text that stands for a secret value of the right type and form."""

    __slots__ = ()


def is_redacted(text: str) -> bool:
    """True for a text that stands for another, or has a part that does.

    ``<id:1>``, ``test-key-<8hex>``, ``REDACTED``, ``**REDACTED**``, ``REDACTED_HOST``, ``***`` and,
    for a time, ``datetime``.
    """
    return any((_MARK.fullmatch(text), _NAMED.fullmatch(text), _INSIDE.search(text)))


def marked(value: Any) -> Any:
    """A JSON value with every redaction in it as ``Redacted``."""
    if isinstance(value, str):
        return Redacted(value) if is_redacted(value) else value
    if isinstance(value, list):
        return [marked(item) for item in value]
    if isinstance(value, dict):
        return {marked(name): marked(item) for name, item in value.items()}
    return value


def has_redaction(value: Any) -> bool:
    """Whether a value is a redaction or holds one."""
    if isinstance(value, list):
        return any(has_redaction(item) for item in value)
    if isinstance(value, dict):
        return any(has_redaction(name) or has_redaction(item) for name, item in value.items())
    return isinstance(value, Redacted)
