"""The names of an error, wherever an answer has them."""

from __future__ import annotations

import pytest

from conformance.error_identity import (
    is_same,
    names,
    says_conflict,
    says_repeated,
    says_state,
    says_taken,
)


@pytest.mark.parametrize(
    ("header", "body", "found"),
    [
        ("NotFoundException", {}, ("NotFoundException",)),
        ("a.b#NotFoundException:http://x/", None, ("NotFoundException",)),
        (None, {"__type": "a.b#NotFoundException"}, ("NotFoundException",)),
        ("One", {"__type": "Two", "code": "Three"}, ("One", "Two", "Three")),
        (" ", {"code": 404, "__type": None}, ()),
        (None, ["NotFoundException"], ()),
        (None, {"message": "NotFoundException"}, ()),
    ],
)
def test_names(header, body, found):
    assert names(header, body) == found


@pytest.mark.parametrize("short", ["NotFound", "NotFoundException", "NOT_FOUND", "notFoundError"])
def test_a_short_form_is_the_same_error(short):
    assert is_same("NotFoundException", short)


@pytest.mark.parametrize("other", ["ResourceNotFoundException", "Exception", "ServiceException"])
def test_another_name_is_another_error(other):
    assert not is_same("NotFoundException", other)


@pytest.mark.parametrize(
    ("name", "conflicts", "is_repeated"),
    [
        ("ResourceInUseException", True, False),
        ("RESOURCE_IN_USE", True, False),
        ("ConflictException", True, False),
        ("IdempotentParameterMismatchException", False, True),
        ("AlreadyExistsButModifiedException", False, True),
        ("AdminUserNotFoundException", False, False),
    ],
)
def test_what_stands_in_the_way_of_a_creation(name, conflicts, is_repeated):
    assert (says_conflict(name), says_repeated(name)) == (conflicts, is_repeated)
    assert says_taken(name) is (conflicts or "Already" in name)


@pytest.mark.parametrize(
    ("name", "is_of_state"),
    [
        ("DisabledException", True),
        ("KMSInvalidStateException", True),
        ("InvalidClusterStateFault", True),
        ("IncorrectInstanceStatus", True),
        ("NotFoundException", False),
        ("ValidationException", False),
        ("InvalidArnException", False),
    ],
)
def test_a_state_is_named_by_the_error(name: str, *, is_of_state: bool) -> None:
    assert says_state(name) is is_of_state
