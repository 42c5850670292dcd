"""Smaller values: what a request may be cut down to while it still shows the same."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

MANY = 2
"""Of more parts than these, each is tried alone."""


def smaller(value: Any) -> Iterator[Any]:
    """Values of one part alone, or with one part less or simpler: the biggest cuts first."""
    if isinstance(value, dict):
        if len(value) > MANY:
            yield from ({name: inner} for name, inner in value.items())
        yield from ({k: v for k, v in value.items() if k != name} for name in value)
        for name, inner in value.items():
            yield from ({**value, name: less} for less in smaller(inner))
    elif isinstance(value, list):
        if len(value) > MANY:
            yield from ([inner] for inner in value)
        yield from (value[:index] + value[index + 1 :] for index in range(len(value)))
        for index, inner in enumerate(value):
            yield from ([*value[:index], less, *value[index + 1 :]] for less in smaller(inner))
    elif isinstance(value, str) and len(value) > 1 and "${" not in value:
        yield "x"
    elif isinstance(value, int | float) and not isinstance(value, bool) and value not in {0, 1}:
        yield 1


def smallest(value: Any, still: Callable[[Any], bool], tries: int) -> Any:
    """Cut a value down for as long as ``still`` holds of it, asking at most ``tries`` times."""
    for asked, less in enumerate(islice(smaller(value), max(0, tries)), start=1):
        if still(less):
            return smallest(less, still, tries - asked)
    return value
