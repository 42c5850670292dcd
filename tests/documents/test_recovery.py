from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from conformance.documents import Document, read_page, read_pages
from conformance.documents.page_model import OperationPage
from conformance.documents.problems import NamesLost, PageProblem
from tests.documents.loading import load_documents

if TYPE_CHECKING:
    from pathlib import Path

MakeDocument = Callable[..., Document]


def test_names_come_from_the_syntax_blocks(prune: str, as_document: MakeDocument) -> None:
    page = read_page(as_document(prune, "PruneTree.txt"))
    assert isinstance(page, OperationPage)
    assert page.path == "/trees/{tree_Id}"
    assert [member.name for member in page.request.members] == ["cuts", "gentle"]
    assert [member.name for member in page.response.members] == ["cutAt", "id"]
    assert [(error.name, error.status) for error in page.errors] == [(None, 400), (None, 429)]
    assert len(page.recovered) == 3


def test_error_names_come_from_the_fuller_page(pages: Path) -> None:
    read = read_pages(load_documents([str(pages / "lost" / "orchard")]))
    assert [one.document.name for one in read] == ["PruneTree.txt", "api-prunetree.md"]
    first = read[0].page
    assert isinstance(first, OperationPage)
    assert [error.name for error in first.errors] == ["BadCutException", "TooManyCutsException"]
    assert "api-prunetree.md" in first.recovered[-1]


def test_error_names_are_not_guessed(pages: Path) -> None:
    documents = load_documents([str(pages / "lost" / "orchard")])
    # Two errors of one status, of which the older page has one: either could be meant.
    fuller = documents[1].text.replace("HTTP Status Code: 409", "HTTP Status Code: 429")
    read = read_pages([documents[0], replace(documents[1], text=fuller)])
    first = read[0].page
    assert isinstance(first, OperationPage)
    assert [error.name for error in first.errors] == [None, None]
    assert "does not settle" in first.recovered[-1]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("/trees/tree_Id", "/trees/tree"),
        ("/trees/tree_Id", "/Trees/tree_Id"),
        ("/trees/tree_Id", "/trees/tree_Id?dry=dry"),
        (', "gentle": boolean', ""),
        ('"id": "string" }', '"id": "string", "more": "string" }'),
    ],
)
def test_nothing_is_guessed(old: str, new: str, prune: str, as_document: MakeDocument) -> None:
    assert old in prune
    with pytest.raises(NamesLost):
        read_page(as_document(prune.replace(old, new), "PruneTree.txt"))


def test_recovered_members_must_fit_the_syntax(prune: str, as_document: MakeDocument) -> None:
    swapped = prune.replace('"cutAt": number, "id": "string"', '"id": "string", "cutAt": number')
    with pytest.raises(PageProblem):
        read_page(as_document(swapped.replace("Type: String", "Type: Boolean"), "PruneTree.txt"))


def test_an_ambiguous_label_is_settled_by_the_fuller_page(pages: Path) -> None:
    documents = [
        replace(one, text=one.text.replace("tree_Id", "tree").replace("tree\\_Id", "tree"))
        for one in load_documents([str(pages / "lost" / "orchard")])
    ]
    first = read_pages(documents)[0].page
    assert isinstance(first, OperationPage)
    assert first.path == "/trees/{tree}"
    with pytest.raises(NamesLost):
        read_pages(documents[:1])
