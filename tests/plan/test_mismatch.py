"""What an answer must show of what was given, and what may differ."""

from __future__ import annotations

import pytest

from conformance.contract.model import Kind, Member, Shape
from conformance.contract.places import ABSENT
from conformance.plan.sequences.mismatch import mismatch

TEXT, NUMBER, FLAG = Shape(Kind.STRING), Shape(Kind.NUMBER), Shape(Kind.BOOLEAN)
TIME = Shape(Kind.TIMESTAMP, wire=Kind.NUMBER)
TEXTS, MAP = Shape(Kind.LIST, element=TEXT), Shape(Kind.MAP, key=TEXT, element=TEXT)
INNER = Shape(Kind.STRUCTURE, members={"a": Member("a", TEXT), "n": Member("n", NUMBER)})
OUTER = Shape(
    Kind.STRUCTURE, members={"in": Member("in", INNER), "password": Member("password", TEXT)}
)
STRUCTURES = Shape(Kind.LIST, element=INNER)


@pytest.mark.parametrize(
    ("given", "seen", "shape"),
    [
        ("one", "one", TEXT),
        ('{"b": 1, "a": 2}', '{"a":2,"b":1}', TEXT),
        ("https://Example.com/", "https://example.com", TEXT),
        ("one", "********", TEXT),
        ("", ABSENT, TEXT),
        (1, 1.0, NUMBER),
        (1, "1", NUMBER),
        (5e9 / 3, 1666666666.67, NUMBER),
        (True, "true", FLAG),
        ("2049-06-01T12:00:00.000Z", 2506161600, TIME),
        (["b", "a"], ["a", "b", "c"], TEXTS),
        ([], None, TEXTS),
        ({"k": "v"}, {"k": "v", "more": "w"}, MAP),
        ({}, ABSENT, MAP),
        ({"in": {"a": "x"}, "password": "y"}, {"in": {"a": "x", "n": 5}}, OUTER),
        ({"in": {"a": "x", "unknown": 1}}, {"in": {"a": "x"}}, OUTER),
        ({"in": {"a": True}}, {}, OUTER),
        ([{"a": "x"}], [{"a": "y"}, {"a": "x", "n": 1}], STRUCTURES),
    ],
)
def test_it_is_shown(given, seen, shape):
    assert mismatch(given, seen, shape, ("m",)) is None


@pytest.mark.parametrize(
    ("given", "seen", "shape", "place"),
    [
        (5_000_000, 5_000_001, NUMBER, ("m",)),
        ("one", "two", TEXT, ("m",)),
        ("one", "ONE", TEXT, ("m",)),
        ("one", ABSENT, TEXT, ("m",)),
        ("one", None, TEXT, ("m",)),
        (1, 2, NUMBER, ("m",)),
        (1, 10**350, NUMBER, ("m",)),
        ('{"a": 1}', "[" * 200_000, TEXT, ("m",)),
        (True, False, FLAG, ("m",)),
        (2_000_000_000, 2_000_000_001, TIME, ("m",)),
        (2_000_000_000, 10**350, TIME, ("m",)),
        (["a"], ["b"], TEXTS, ("m", "[]")),
        ({"k": "v"}, {"k": "w"}, MAP, ("m", "k")),
        ({"k": "v"}, ABSENT, MAP, ("m",)),
        ({"in": {"a": "x", "n": 3}}, {"in": {"a": "x", "n": 185}}, OUTER, ("m", "in", "n")),
        ({"in": {"a": "x"}}, ABSENT, OUTER, ("m", "in", "a")),
        ([{"a": "x"}], [{"a": "y"}], STRUCTURES, ("m", "[]")),
    ],
)
def test_it_is_not_shown(given, seen, shape, place):
    found = mismatch(given, seen, shape, ("m",))
    assert found is not None
    assert found.place == place
