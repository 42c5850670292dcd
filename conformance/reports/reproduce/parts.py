"""A text cut into what a script writes out, what it repeats and what it takes from a variable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from conformance.record.redaction import fill_redactions

LONG = 500
"""Characters from which on repetitions in a text are looked for."""
_LEAST_REPEATED = 200
_HUGE = 200_000
_REPEATED = re.compile(r"(.{1,40}?)\1{19,}", re.DOTALL)
_REPEATED_CHARACTERS = re.compile(r"(.{1,4}?)\1{199,}", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Repeat:
    """``unit`` written ``times`` times."""

    unit: str
    times: int


@dataclass(frozen=True, slots=True)
class Variable:
    """The value of a variable of the script."""

    name: str


Part = str | Repeat | Variable


def cut(text: str, variables: Mapping[str, str]) -> tuple[Part, ...]:
    """Cut a text; ``variables`` maps the values to replace to the names that stand for them.

    Masked secrets become invented ones.
    """
    text = fill_redactions(text)
    if not variables:
        return tuple(_repeats(text))
    longest_first = sorted(variables, key=len, reverse=True)
    values = re.compile("|".join(re.escape(value) for value in longest_first))
    return tuple(_flattened(_variables(text, values, variables)))


def characters(parts: Iterable[Part]) -> int:
    """How many characters the parts have, variables not counted."""
    return sum(_length(part) for part in parts)


def _length(part: Part) -> int:
    if isinstance(part, Repeat):
        return len(part.unit) * part.times
    return len(part) if isinstance(part, str) else 0


def _variables(text: str, values: re.Pattern[str], names: Mapping[str, str]) -> Iterator[Part]:
    start = 0
    for found in values.finditer(text):
        yield text[start : found.start()]
        yield Variable(names[found[0]])
        start = found.end()
    yield text[start:]


def _flattened(parts: Iterable[Part]) -> Iterator[Part]:
    for part in parts:
        if isinstance(part, str):
            yield from _repeats(part)
        else:
            yield part


def _repeats(text: str) -> Iterator[Part]:
    start = 0
    if len(text) > LONG:
        pattern = _REPEATED if len(text) <= _HUGE else _REPEATED_CHARACTERS
        for found in pattern.finditer(text):
            if len(found[0]) < _LEAST_REPEATED:
                continue
            if found.start() > start:
                yield text[start : found.start()]
            yield Repeat(found[1], len(found[0]) // len(found[1]))
            start = found.end()
    if start < len(text):
        yield text[start:]
