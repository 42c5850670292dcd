"""What has something in it is not deleted, where an error and the prose of the deletion say so."""

from __future__ import annotations

import pytest

from conformance.contract.building import build_contract
from conformance.contract.inference.contents import held_rules
from conformance.documents.sdk.prose import ENDS_LATER, HELD_BY
from conformance.plan.sequences.steps import Make, NotShown, Pause, RuleBroken, Send
from tests.plan import shop as playing
from tests.plan.shop import of

HELD = "shop/DeleteShelf/behavior/held-by-book"


def shop(
    *, said=(f"{HELD_BY}CreateBook",), errors=("ShelfInUse",), answer=None, deletion=None,
    deleted=None,
):  # fmt: skip
    """A service with shelves and the books on them."""

    def operation(name, *labels, told=(), shown=None, members=None):
        said_of_it = {"x-said": [*said] if name == "DeleteShelf" else []}
        made = playing.operation(name, members, shown, *labels, **said_of_it)
        if told:
            made["responses"]["400"] = {"content": {}, "x-errors": {one: {} for one in told}}
        return made

    kinds = {
        "shelf": {"name": "shelf", "create": "CreateShelf", "read": "GetShelf",
                  "delete": "DeleteShelf",
                  "identifier": {"label": "Shelf", "given": "Shelf"}},
        "book": {"name": "book", "create": "CreateBook", "read": "GetBook", "delete": "DeleteBook",
                 "needs": {"shelf": "shared"}, "identifier": {"label": "Book", "given": "Book"}},
    }  # fmt: skip
    both = {"Shelf": "${id.shelf}", "Book": "${id}"}
    binds = {"DeleteShelf": {"Shelf": "${id}"}, "GetShelf": {"Shelf": "${id}"},
             "GetBook": both, "DeleteBook": both,
             "CreateBook": {"Shelf": "${id.shelf}"}}  # fmt: skip
    words = {name: {"binds": one, "resource": "book" if "Book" in name else "shelf"}
             for name, one in binds.items()}  # fmt: skip
    spec = {
        "info": {"title": "Shop"},
        "paths": {
            "/shelves/{Shelf}": {
                "post": operation("CreateShelf", "Shelf"),
                "get": operation("GetShelf", "Shelf"),
                "delete": operation("DeleteShelf", "Shelf", told=errors, members=deletion,
                                    shown=deleted),
            },
            "/shelves/{Shelf}/books/{Book}": {
                "post": operation("CreateBook", "Shelf", "Book", shown=answer),
                "get": operation("GetBook", "Shelf", "Book"),
                "delete": operation("DeleteBook", "Shelf", "Book"),
            },
        },
        "x-conformance": {
            "resource": {**kinds["shelf"], "alias": "shelf"}, "resources": {"book": kinds["book"]},
            "inferred": True, "operations": words,
        },
    }  # fmt: skip
    return build_contract("shop", spec, {})


def ending(
    contract, refuses, *, shelf="one", there=lambda asked: True, remains=True, deleted=None,
    made=None, shown=None,
):  # fmt: skip
    """Play the rule; what ends it, and the requests."""
    fill = {("${id}", 0): "one", ("${id.shelf}", 1): shelf}
    sent: list[str] = []

    def answer(step):
        if isinstance(step, Pause):
            return None
        assert isinstance(step, Make | Send)
        name = step.operation.name if isinstance(step, Send) else step.kind or "shelf"
        sent.append(name)
        wrong = name == "DeleteShelf" and refuses
        wrong = wrong or (name == "GetBook" and not there(sent.count(name)))
        missing = name == "GetShelf" and not remains
        status = 404 if missing else 400 if wrong else 200
        bodies = {"DeleteShelf": deleted, "book": made, "GetBook": shown}
        return playing.answered(status, bodies.get(name) or {})

    return playing.ending(contract, HELD, answer, lambda value, key: fill[value, key]), sent


def test_a_shelf_with_a_book_is_not_deleted():
    assert ending(shop(), refuses=True) == (None, ["shelf", "book", "DeleteShelf", "DeleteBook"])
    broken, sent = ending(shop(), refuses=False)
    assert isinstance(broken, RuleBroken)
    assert sent[-1] == "DeleteBook"  # nothing is left behind


def test_a_book_on_another_shelf_says_nothing():
    assert isinstance(ending(shop(), refuses=False, shelf="two")[0], NotShown)


@pytest.mark.parametrize(("arrives", "kind"), [(2, RuleBroken), (4, RuleBroken), (9, NotShown)])
def test_a_book_that_comes_later_is_waited_for(arrives, kind):
    later = shop(answer={"OperationId": of("string")})
    assert isinstance(ending(later, refuses=False, there=lambda asked: asked >= arrives)[0], kind)


def test_without_an_error_or_a_word_of_it_nothing_is_demanded():
    assert [address for address, _ in held_rules(shop())] == [HELD.partition("/")[2]]
    assert not [*held_rules(shop(said=()))]
    assert not [*held_rules(shop(errors=("ShelfNotFound",)))]


LATER = {"said": (f"{HELD_BY}CreateBook", ENDS_LATER)}


@pytest.mark.parametrize(
    ("facts", "deleted"),
    [(LATER, None), ({"deleted": {"OperationId": of("string")}}, None),
     ({"deleted": {"Status": of("string")}}, {"Status": "DELETING"})],
)  # fmt: skip
@pytest.mark.parametrize(("remains", "kind"), [(True, NotShown), (False, RuleBroken)])
def test_a_deletion_that_goes_on_may_still_fail(facts, deleted, remains, kind):
    end, sent = ending(shop(**facts), refuses=False, remains=remains, deleted=deleted)
    assert isinstance(end, kind)
    assert sent[-1] == "DeleteBook"


@pytest.mark.parametrize(("state", "kind"), [("FAILED", NotShown), ("CREATING", RuleBroken)])
def test_a_book_that_could_not_be_made_may_hold_nothing(state, kind):
    made, shown = {"Status": "CREATING"}, {"Status": state}
    assert isinstance(ending(shop(), refuses=False, made=made, shown=shown)[0], kind)
