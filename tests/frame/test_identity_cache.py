"""Results are kept by the very objects that a function was given."""

from __future__ import annotations

from conformance.identity_cache import identity_cache


def test_the_last_results_are_kept_for_the_same_objects_alone():
    calls = []

    @identity_cache(2)
    def doubled(value, times=2):
        calls.append(value)
        return value * times

    one, equal = [1], [1]
    assert doubled(one) == doubled(one) == [1, 1]
    assert calls == [[1]]
    assert doubled(equal) == [1, 1]
    assert doubled(one, times=3) == [1, 1, 1]
    assert len(calls) == 3
    doubled(equal)  # still among the last two
    doubled(one)  # not any more
    assert len(calls) == 4


def test_the_same_object_for_another_argument_is_another_call():
    @identity_cache(2)
    def between(low=0, high=9):
        return low, high

    assert between(low=5) == (5, 9)
    assert between(high=5) == (0, 5)
