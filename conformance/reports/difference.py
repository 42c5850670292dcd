"""Marks what differs between the expected and the seen."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable
from dataclasses import dataclass

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
