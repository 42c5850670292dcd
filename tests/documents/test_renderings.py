from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from conformance.contract.deriving.facts import operation_facts
from conformance.documents import Document, read_page
from conformance.documents.model import BaseType, TypeName
from conformance.documents.page_model import OperationPage, StructurePage
from conformance.documents.types import parse_type

if TYPE_CHECKING:
    from pathlib import Path

MakeDocument = Callable[..., Document]


@pytest.mark.parametrize("name", ["GraftTree.txt", "GraftTree.html", "api-grafttree.md"])
def test_every_rendering_states_the_same(
    name: str, pages: Path, graft: str, as_document: MakeDocument
) -> None:
    text = (pages / "renderings" / name).read_text(encoding="utf-8")
    first, other = read_page(as_document(graft)), read_page(as_document(text, name))
    assert isinstance(first, OperationPage)
    assert isinstance(other, OperationPage)
    assert operation_facts(other) == operation_facts(first)
    assert not other.recovered


def test_what_the_page_states(graft: str, as_document: MakeDocument) -> None:
    page = read_page(as_document(graft))
    assert isinstance(page, OperationPage)
    facts = operation_facts(page)
    expected = {
        "method": "PATCH",
        "path": "/orchards/{OrchardId}/trees/{TreeName}",
        "request query mode": "graft",
        "request DryRun in": "query dryRun",
        "request DryRun enum": "('true', 'false')",
        "request Token in": "header X-Orchard-Token",
        "request OrchardId minLength": "12",
        "request OrchardId maxLength": "12",
        "request Depth default": "3",
        "request Grades enum": "('FINE', 'PLAIN')",
        "request Grid type": "list of list of double",
        "request Grid list maxItems": "23",
        "request Grid list 2 maxItems": "2",
        "request Labels key maxLength": "128",
        "request Note pattern": "[`\\w]*",
        "request Tools[].Sharp": "listed",
        "response Cost in": "header X-Orchard-Cost",
        "response Errors type": "list of string",
        "response Status required": "yes",
        "error WeatherException 409": "listed",
        "error WeatherException member Forecast": "listed",
    }
    assert {key: facts.get(key) for key in expected} == expected
    assert "request DryRun required" not in facts
    assert page.status == 202


def test_every_statement_knows_its_line(graft: str, as_document: MakeDocument) -> None:
    page = read_page(as_document(graft))
    assert isinstance(page, OperationPage)
    lines = graft.split("\n")
    for member in (*page.request.members, *page.response.members):
        assert member.name in lines[member.place.line - 1]
        assert member.type_place is not None
        assert lines[member.type_place.line - 1].startswith("Type: ")
        for limit in member.limits:
            assert lines[limit.place.line - 1].strip() == limit.place.text


def test_html_lines_are_those_of_the_tags(pages: Path, as_document: MakeDocument) -> None:
    text = (pages / "renderings" / "GraftTree.html").read_text(encoding="utf-8")
    page = read_page(as_document(text, "GraftTree.html"))
    assert isinstance(page, OperationPage)
    depth = next(member for member in page.request.members if member.name == "Depth")
    assert "Depth" in text.split("\n")[depth.place.line - 1]


def test_a_data_type_refers_to_itself_and_a_remark_is_no_member(
    pages: Path, as_document: MakeDocument
) -> None:
    text = (pages / "pages" / "orchard" / "API_Branch.md").read_text(encoding="utf-8")
    page = read_page(as_document(text, "API_Branch.md"))
    assert isinstance(page, StructurePage)
    assert [member.name for member in page.members] == ["Branches", "Name", "Since"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("String", TypeName(BaseType.STRING)),
        ("Base64-encoded binary data object", TypeName(BaseType.BLOB)),
        (
            "Array of arrays of strings",
            TypeName(
                BaseType.LIST, element=TypeName(BaseType.LIST, element=TypeName(BaseType.STRING))
            ),
        ),
        (
            "String to array of Leaf objects map",
            TypeName(
                BaseType.MAP,
                element=TypeName(BaseType.LIST, element=TypeName(BaseType.STRUCTURE, name="Leaf")),
            ),
        ),
        ("of little use", None),
        ("Array of " * 50 + "strings", None),
    ],
)
def test_types(text: str, expected: TypeName | None) -> None:
    assert parse_type(text) == expected
