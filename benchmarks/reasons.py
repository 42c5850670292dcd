"""The reasons of requirements that were not tested, by kind."""

from __future__ import annotations

import re

_KINDS = (
    ("no resource could be made", r"no resource could be made"),
    ("withheld by the guard", r"not sent: "),
    ("server error", r"\b5\d\d \(|\b5\d\d \w"),
    ("refused: not found", r"\b4\d\d .*(not ?found|does ?n[o']t exist|no such|unknown)"),
    ("refused: signature", r"Signature|InvalidClientToken|not signed|credential"),
    ("refused otherwise", r"^\d\d\d |: 4\d\d |^4\d\d"),
    ("no answer showed it", r"no answer showed"),
    ("error never provoked", r"never answered it"),
    ("no value to ask with", r"no text of that length|cannot be asked|no value|nothing to send"),
    ("did not repeat", r"did not repeat"),
    ("no answer", r"no answer|timed out|time limit"),
)


def kind_of(reason: str) -> str:
    """The kind of a reason, by its words; the first eight words of one that no kind has."""
    for kind, pattern in _KINDS:
        if re.search(pattern, reason, re.IGNORECASE):
            return kind
    return " ".join(reason.split()[:8])
