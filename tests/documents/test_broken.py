from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from conformance.documents import Document, read_page
from conformance.documents.problems import (
    BinaryDocument,
    Contradiction,
    DuplicateDocument,
    EmptyDocument,
    NotAnApiPage,
    OtherLanguage,
    PageProblem,
    ServiceUnknown,
    TruncatedPage,
    UnknownNotation,
    UnreadableDocument,
)
from tests.documents.loading import load_documents

if TYPE_CHECKING:
    from pathlib import Path

MakeDocument = Callable[..., Document]


def test_a_page_cut_anywhere_is_refused(graft: str, as_document: MakeDocument) -> None:
    lines = graft.split("\n")
    end = lines.index("## See Also")
    for count in range(end):
        with pytest.raises(PageProblem):
            read_page(as_document("\n".join(lines[:count])))


@pytest.mark.parametrize("name", ["GraftTree.txt", "GraftTree.html", "api-grafttree.md"])
def test_other_renderings_cut_in_the_middle(
    name: str, pages: Path, as_document: MakeDocument
) -> None:
    text = (pages / "renderings" / name).read_text(encoding="utf-8")
    for part in (10, 4, 3, 2, 1.5, 1.2):
        with pytest.raises(PageProblem):
            read_page(as_document(text[: int(len(text) / part / 1.05)], name))


@pytest.mark.parametrize(
    ("old", "new", "error", "expected"),
    [
        ('"Note": "{{string}}",', '"Notes": "{{string}}",', Contradiction, "Note"),
        ('"Depth": {{number}},', '"Depth": "{{string}}",', Contradiction, "Depth"),
        ("HTTP 202 response", "HTTP 200 response", Contradiction, "202"),
        ("Minimum value of 1. Max", "Minimum value of 10. Max", Contradiction, "maximum"),
        ("Fixed length of 12.", "Quite long.", UnknownNotation, "Minimum"),
        ("Minimum length of 0. Max", "Minimum length of -1. Max", UnknownNotation, "whole"),
        ("Type: Long", "Type: Lang", UnknownNotation, "type"),
        ("Map Entries:", "Value Members:", UnknownNotation, "known"),
        (
            "Required: Yes\n\n## Request B",
            "Required: Maybe\n\n## Request B",
            UnknownNotation,
            "Yes",
        ),
        ("HTTP Status Code: 409\n", "", TruncatedPage, "HTTP Status Code"),
        ('"Weight": {{number}}\n}\n```', '"Weight": {{number}}\n```', TruncatedPage, "'}'"),
        ("PATCH /orchards", "FETCH /orchards", UnknownNotation, "request line"),
        ("## Errors", "## Fehler", TruncatedPage, "Errors"),
        ("Type: Long", "Typ: Lang", OtherLanguage, "English"),
    ],
)
def test_a_contradiction_or_an_unknown_form_names_line_and_expectation(
    old: str,
    new: str,
    *,
    error: type[PageProblem],
    expected: str,
    graft: str,
    as_document: MakeDocument,
) -> None:
    assert old in graft
    with pytest.raises(error) as caught:
        read_page(as_document(graft.replace(old, new, 1)))
    assert caught.value.line is not None
    assert caught.value.document == "GraftTree.md"
    assert expected in caught.value.expected
    assert str(caught.value).startswith(f"GraftTree.md:{caught.value.line}: expected ")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        (" \n\n", EmptyDocument),
        ("# A recipe\n\nTake apples.\n", NotAnApiPage),
        ("just words\n", NotAnApiPage),
        ("# GraftTree\n\n## Anforderungssyntax\n\nTyp: Zeichenfolge\n", OtherLanguage),
        ("# GraftTree\n\n## リクエストの構文\n\n必須: はい\n", OtherLanguage),
        ("<html><body><p>Sign in</p></body></html>", NotAnApiPage),
        ("# A b\n\n## Contents\n\n## See Also\n", NotAnApiPage),
    ],
)
def test_what_is_no_page(text: str, error: type[PageProblem], as_document: MakeDocument) -> None:
    with pytest.raises(error):
        read_page(as_document(text))


def test_depth_is_bounded(graft: str, as_document: MakeDocument) -> None:
    deep = '"Note": ' + "[" * 5000 + '"{{string}}"' + "]" * 5000
    with pytest.raises(UnknownNotation):
        read_page(as_document(graft.replace('"Note": "{{string}}"', deep)))
    html = "<div>" * 20_000 + "<h1>GraftTree</h1>" + "</div>" * 20_000
    with pytest.raises(PageProblem):
        read_page(as_document(html, "GraftTree.html"))


def test_a_message_holds_no_control_characters(as_document: MakeDocument) -> None:
    with pytest.raises(NotAnApiPage) as caught:
        read_page(as_document("# \x1b[31mred\n\ntext\n"))
    assert "\x1b" not in str(caught.value)


def test_documents_that_cannot_be_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "orchard"
    folder.mkdir()
    with pytest.raises(UnreadableDocument):
        load_documents([str(folder)])
    with pytest.raises(UnreadableDocument):
        load_documents([str(folder / "none.md")])
    for content, error in (
        (b"\x89PNG\xff", BinaryDocument),
        (b"a\0b", BinaryDocument),
        (b"\n", EmptyDocument),
    ):
        (folder / "page.md").write_bytes(content)
        with pytest.raises(error):
            load_documents([str(folder)])
    odd = tmp_path / "文書"
    odd.mkdir()
    (odd / "page.md").write_text("# A\n")
    with pytest.raises(ServiceUnknown):
        load_documents([str(odd)])
    assert load_documents([str(odd)], "orchard")[0].service == "orchard"


def test_one_name_two_documents(tmp_path: Path) -> None:
    for part, text in (("a", "# A\n"), ("b", "# B\n")):
        (tmp_path / part / "orchard").mkdir(parents=True)
        (tmp_path / part / "orchard" / "page.md").write_text(text)
    one = str(tmp_path / "a" / "orchard")
    assert len(load_documents([one, f"{one}/page.md"])) == 1
    with pytest.raises(DuplicateDocument):
        load_documents([one, str(tmp_path / "b" / "orchard")])
