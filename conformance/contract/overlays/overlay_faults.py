"""What can be wrong with an overlay, reported with file, line, mistake and suggestion."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from conformance.errors import BadInput

_SHOWN = 8


@dataclass(frozen=True, slots=True)
class OverlayFault:
    """One mistake: ``way`` leads to it in the merged document, ``hint`` says what belongs there."""

    way: tuple[str | int, ...]
    what: str
    hint: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """A fault with the line of the overlay that it stands on."""

    path: Path
    line: int
    what: str
    hint: str

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.what}"


class WrongOverlay(BadInput):
    """An overlay with mistakes, the first of which is reported."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        self.mistakes = mistakes
        first, more = mistakes[0], len(mistakes) - 1
        rest = f" (and {more} more: conformance overlay check)" if more else ""
        super().__init__(f"{first}{rest}", first.hint)


def suggestion(word: str, known: Iterable[str]) -> str:
    """What was probably meant, or what there is to choose from."""
    names = sorted({*known})
    close = get_close_matches(word, names, 1, 0.6 if len(word) > 3 else 0.5)
    if close:
        return f"did you mean `{close[0]}`?"
    shown = ", ".join(names[:_SHOWN])
    return f"known here: {shown}{' and others' if len(names) > _SHOWN else ''}" if names else (
        "there is none to choose from"
    )  # fmt: skip
