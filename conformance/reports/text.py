"""Text of a target made harmless to look at: every invisible character becomes a visible one."""

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Self

import click

# Beside the C0 and C1 controls: zero-width characters, bidi marks, embeddings, overrides and
# isolates, line and paragraph separators, invisible operators, the BOM, interlinear annotation
# marks, tags, lone surrogates and the noncharacters.
_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)
_DELETE, _CONTROLS = 0x7F, 0x20


def visible(text: str, keep: str = "\n\t") -> str:
    """The text with controls as symbols (U+241B for ESC) and other hidden ones as ``[U+202E]``.

    Characters in ``keep`` stay as they are; give ``""`` where the text must stay on one line.
    """
    return _HIDDEN.sub(lambda m: m[0] if m[0] in keep else _shown(m[0]), text)


def has_hidden(text: str) -> bool:
    """Whether the text has a character that a person would not see, newline and tab included."""
    return _HIDDEN.search(text) is not None


@cache
def _shown(character: str) -> str:
    code = ord(character)
    if code < _CONTROLS:
        return chr(0x2400 + code)
    return "\u2421" if code == _DELETE else f"[U+{code:04X}]"


def shortened(text: str, limit: int) -> str:
    """At most ``limit`` characters of the text, and how many there were when it was longer."""
    if len(text) <= limit:
        return text
    return f"{text[:limit]} … [{len(text):,} characters in all]"


def one_line(text: str, limit: int = 200) -> str:
    """The text visible, on one line, of at most ``limit`` characters."""
    return visible(shortened(" ".join(text.split()), limit), keep="")


def plural(number: int, noun: str) -> str:
    """``1 failure``, ``2 failures``, ``1,234 failures``."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


class Display:
    """A live display of rich; a context manager, which removes it at the end."""

    _bar: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def say(self, text: str) -> None:
        """Print a line on standard error, above what is live there."""
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False)
        else:
            click.echo(text, err=True)


_TOKEN = re.compile(r"\w+\s*|[^\w\s]\s*|\s+")
_MOST_TOKENS = 400
_ALIKE = 0.6
# What an answer is known by: its status, and the name of the error beside it.
_ANSWER = re.compile(r"\b[1-5]\d\d\b(?: [A-Z]\w+)?")


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of text and whether it is part of the difference."""

    text: str
    differs: bool


def difference(expected: str, seen: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    """Both texts in pieces, those marked that the other one lacks.

    Where the texts have little in common only the answers in them are marked (status and error
    name), since marking everything helps nobody.
    """
    left, right = _TOKEN.findall(expected), _TOKEN.findall(seen)
    if max(len(left), len(right)) > _MOST_TOKENS:
        return _answers(expected, seen)
    matcher = difflib.SequenceMatcher(None, _words(left), _words(right), autojunk=False)
    if matcher.ratio() < _ALIKE:
        return _answers(expected, seen)
    codes = matcher.get_opcodes()
    return (
        _pieces((left[a:b], tag != "equal") for tag, a, b, _, _ in codes),
        _pieces((right[a:b], tag != "equal") for tag, _, _, a, b in codes),
    )


def _answers(expected: str, seen: str) -> tuple[tuple[Piece, ...], tuple[Piece, ...]]:
    left, right = _ANSWER.search(expected), _ANSWER.search(seen)
    if left and right and left[0] == right[0]:
        left = right = None
    return _around(expected, left), _around(seen, right)


def _around(text: str, found: re.Match[str] | None) -> tuple[Piece, ...]:
    start, end = found.span() if found else (0, 0)
    runs = ((text[:start], False), (text[start:end], True), (text[end:], False))
    return tuple(Piece(run, differs) for run, differs in runs if run)


def _words(tokens: list[str]) -> list[str]:
    return [token.rstrip() or " " for token in tokens]


def _pieces(runs: Iterable[tuple[list[str], bool]]) -> tuple[Piece, ...]:
    return tuple(Piece("".join(tokens), differs) for tokens, differs in runs if tokens)
