"""The seed alone decides what is drawn."""

from __future__ import annotations

import importlib
from itertools import count

import pytest
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from conformance.plan.generation.determinism import without_local_constants

_NAMES = count()


def drawn(number):
    values = []

    @seed(number)
    @settings(max_examples=300, database=None, phases=(Phase.generate,))
    @given(st.integers() | st.text())
    def draw(value):
        values.append(value)

    draw()
    return values


@pytest.fixture
def load(tmp_path, monkeypatch):
    """Loads a local module with constants that no other module has."""
    folder = tmp_path.parent.parent  # a folder named for a test is not searched for constants
    monkeypatch.syspath_prepend(folder)

    def one_more():
        name = f"local_module_{next(_NAMES)}"
        constants = ", ".join(str(771_000_001 + 7 * number) for number in range(500))
        (folder / f"{name}.py").write_text(f"VALUES = [{constants}]\n")
        return importlib.import_module(name)

    return one_more


def test_one_more_module_changes_no_draw(load):
    with without_local_constants():
        before = drawn(7)
    load()
    with without_local_constants():
        assert drawn(7) == before


def test_without_it_the_modules_at_hand_come_in(load):
    values = set(load().VALUES)
    assert values & {value for number in range(4) for value in drawn(number)}
    with without_local_constants():
        assert not values & {value for number in range(4) for value in drawn(number)}


def test_it_may_be_entered_twice_and_ends_with_the_first():
    with without_local_constants():
        with without_local_constants():
            inner = drawn(1)
        assert drawn(1) == inner
