"""Tables of kinds: the fast tests try a sample of each, the exhaustive ones the others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterable


def sampled(names: Iterable[str], *fast: str) -> list[Any]:
    """The parameters for a table of named kinds; ``fast`` are the ones that the fast tests try."""
    known = list(names)
    assert set(fast) <= set(known), set(fast) - set(known)
    return [_param((name,), name in fast) for name in known]


def one_in(step: int, rows: Iterable[tuple[Any, ...]]) -> list[Any]:
    """The parameters for a table without names; the fast tests try the first of ``step`` rows."""
    return [_param(row, index % step == 0) for index, row in enumerate(rows)]


def narrowed(*globs: str) -> list[Any]:
    """What runs are asked for: the fast tests these requirements, the exhaustive ones all."""
    some = tuple(part for one in globs for part in ("--requirement", one))
    return [
        pytest.param(some, id="some"),
        pytest.param((), id="all", marks=pytest.mark.exhaustive),
    ]


def _param(values: tuple[Any, ...], is_fast: bool) -> Any:
    return pytest.param(*values, marks=() if is_fast else pytest.mark.exhaustive)
