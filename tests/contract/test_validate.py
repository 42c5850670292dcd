import pytest

from conformance.contract.places import ABSENT, find, parse, put, show
from conformance.contract.validate import violations
from tests import contracts

VALID = {
    "KeyName": "a",
    "NoExpiry": True,
    "Restrictions": {
        "AllowActions": ["geo-maps:GetTile"],
        "AllowResources": ["arn:aws:geo-maps:us-east-1::provider/default"],
    },
}


@pytest.fixture(scope="module")
def members():
    return dict(contracts.contract("location").operations["CreateKey"].input)


def broken(members, place, value):
    changed = put(VALID, parse(place), value)
    return {(show(one.place), one.keyword) for one in violations(members, changed)}


def test_a_valid_request_breaks_nothing(members):
    assert not list(violations(members, VALID))


@pytest.mark.parametrize(
    ("place", "value", "keyword"),
    [
        ("KeyName", "a" * 101, "maxLength"),
        ("KeyName", "a b", "pattern"),
        ("KeyName", "caf\u00e9", "pattern"),
        ("KeyName", "a\n", "pattern"),
        ("KeyName", 1, "type"),
        ("KeyName", ABSENT, "required"),
        ("KeyName", None, "required"),
        ("NoExpiry", "true", "type"),
        ("Restrictions.AllowActions", [], "minItems"),
        ("Restrictions.AllowActions[]", "geo:", "minLength"),
        ("Restrictions.AllowResources[]", "x", "pattern"),
        ("Tags.{key}", "", "minLength"),
        ("Tags.{value}", "v" * 257, "maxLength"),
    ],
)
def test_one_fault_is_found_where_it_is(members, place, value, keyword):
    assert broken(members, place, value) == {(place, keyword)}


@pytest.mark.parametrize("text", ["A", "A.B", "A[]", "A.B[].C", "Tags.{key}", "A[][]"])
def test_places_are_read_as_they_are_shown(text):
    assert show(parse(text)) == text


def test_put_leaves_the_original_alone():
    original = {"a": {"b": [1, 2]}}
    assert put(original, ("a", "b", "[]"), 9) == {"a": {"b": [9, 2]}}
    assert original == {"a": {"b": [1, 2]}}
    assert list(find(original, ("a", "b", "[]"))) == [1, 2]
