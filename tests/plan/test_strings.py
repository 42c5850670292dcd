import re

import pytest

from conformance.contract.regex import patterns
from conformance.plan.generation import strings

NAME = r"[-._\w]+"
ACTION = r"(geo|geo-routes|geo-places|geo-maps):\w*\*?"
REFERER = r"([\w!$&()*+,./:;=?@\x{60}-]|%([\dA-Fa-f]{2}|[\dA-Fa-f]?\*))+"


@pytest.mark.parametrize("pattern", [NAME, ACTION, REFERER, r"a{3}(b|cd)*", r"x?y{2,4}z+"])
@pytest.mark.parametrize("length", [1, 2, 4, 5, 9, 100, 253])
def test_a_string_of_a_length_has_it_and_matches(pattern, length):
    found = strings.of_length(pattern, length)
    if found is None:
        possible = re.compile(patterns.to_python(pattern))
        assert not any(
            possible.fullmatch(text) for text in ("y" * length, "aaa"[:length], "geo:"[:length])
        )
    else:
        assert len(found) == length
        assert patterns.matches(pattern, found)


def test_lengths_that_no_match_has_give_none():
    assert strings.of_length(ACTION, 3) is None
    assert strings.of_length(r"a{3}", 4) is None


def test_the_shortest_match_is_found():
    assert strings.shortest(ACTION) == 4
    assert strings.shortest(ACTION, 5) == 5
    assert strings.shortest(NAME) == 1


def test_near_misses_have_the_other_case_where_the_pattern_has_one():
    notes = [note for _, note in strings.near_misses("[a-z]{3}", "abc")]
    assert "its letters in the opposite case" in notes
    assert "its letters in the opposite case" not in [
        note for _, note in strings.near_misses(NAME, "abc")
    ]


def test_near_misses_have_another_letter_where_the_pattern_wants_one():
    misses = dict(strings.near_misses("(geo|maps):[a-z]+", "geo:abc"))
    assert misses["qeo:abc"] == "a different letter in it"


def test_near_misses_never_match_and_cover_what_java_does_not_allow():
    misses = [text for text, _ in strings.near_misses(NAME, "abc")]
    assert misses
    assert not any(patterns.matches(NAME, text) for text in misses)
    for text in ("abc\n", "a\u00e9c", "a\u0663c", "a c"):
        assert text in misses
