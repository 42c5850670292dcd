"""What pages have that the first ones lacked: each is read, or one member is left out."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from conformance.documents import Document, read_page
from conformance.documents.lines import inline
from conformance.documents.model import ObjectNode
from conformance.documents.page_model import CommonErrorsPage, Layout, OperationPage, StructurePage
from conformance.documents.problems import TruncatedPage

MakeDocument = Callable[..., Document]


def read(as_document: MakeDocument, text: str) -> OperationPage:
    page = read_page(as_document(text))
    assert isinstance(page, OperationPage)
    return page


def by_member(page: OperationPage) -> dict[str, str]:
    return {one.member.name: one.wire for one in page.parameters}


@pytest.mark.parametrize("shown", ["{ ... }", "{...}", "{ \u2026 }"])
def test_a_union_is_shown_without_its_members(
    shown: str, graft: str, as_document: MakeDocument
) -> None:
    start, end = graft.index('"Root": {'), graft.index('   "Tools"')
    page = read(as_document, f'{graft[:start]}"Root": {shown},\n{graft[end:]}')
    assert page.request.syntax is not None
    root = page.request.syntax.entries["Root"]
    assert isinstance(root, ObjectNode)
    assert root.elided
    assert "Root" in {member.name for member in page.request.members}


def test_a_union_in_a_list(graft: str, as_document: MakeDocument) -> None:
    start = graft.index('"Tools": [')
    end = graft.index('   "Weight": {{number}}')
    page = read(as_document, f'{graft[:start]}"Tools": [ {{ ... }} ],\n{graft[end:]}')
    assert "Tools" in {member.name for member in page.request.members}


def test_a_map_of_unions(graft: str, as_document: MakeDocument) -> None:
    text = graft.replace('"{{string}}" : "{{string}}"', '"{{string}}" : { ... }')
    start, end = text.index("Type: String to string map"), text.index(" ** [Note]")
    told = "Type: String to [Tool](API_Tool.md) object map\nRequired: No\n\n"
    page = read(as_document, text[:start] + told + text[end:])
    (labels,) = [one for one in page.request.members if one.name == "Labels"]
    assert labels.type is not None
    assert labels.type.element is not None
    assert labels.type.element.name == "Tool"


@pytest.mark.parametrize("mark", ["***{}***", "`{}`"])
def test_replaceable_words_in_other_emphasis(
    mark: str, graft: str, as_document: MakeDocument
) -> None:
    block, rest = graft.split("## URI Request Parameters", 1)
    for word in ("OrchardId", "TreeName", "DryRun", "Token", "number", "string", "blob", "boolean"):
        block = block.replace(f"{{{{{word}}}}}", mark.format(word))
    page = read(as_document, f"{block}## URI Request Parameters{rest}")
    assert page == read(as_document, graft)


def test_a_value_in_two_words(graft: str, as_document: MakeDocument) -> None:
    text = graft.replace('"Note": "{{string}}"', '"Note": JSON value')
    text = text.replace(
        "A note.\nType: String\nPattern: ``[`\\w]*``\n", "A note.\nType: JSON value\n"
    )
    assert "Note" in {member.name for member in read(as_document, text).request.members}


def test_headers_and_queries_may_be_listed_by_their_wire_name(
    graft: str, as_document: MakeDocument
) -> None:
    text = graft.replace("** [Token]", "** [X-Orchard-Token]").replace("** [DryRun]", "** [dryRun]")
    text = text.replace("** [Cost]", "** [x-orchard-cost]")
    page = read(as_document, text)
    assert by_member(page) == by_member(read(as_document, graft))
    assert [(one.member.name, one.wire) for one in page.response_headers] == [
        ("Cost", "X-Orchard-Cost")
    ]
    assert page.left_out == ()


def test_a_query_listed_by_its_wire_name_with_another_word_as_value(
    graft: str, as_document: MakeDocument
) -> None:
    text = graft.replace("dryRun={{DryRun}}", "dry-run=OnlyTry").replace("[DryRun]", "[dry-run]")
    page = read(as_document, text)
    assert by_member(page)["OnlyTry"] == "dry-run"
    assert page.literal_query == {"mode": "graft"}


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("?dryRun={{DryRun}}&", "?", "DryRun: left out, because the request line does not have it"),
        (
            "X-Orchard-Token: {{Token}}\n",
            "",
            "Token: left out, because the request line does not have it",
        ),
        ("dryRun={{DryRun}}", "DryRun", "DryRun: left out, because it has no name in the query"),
        ("&mode=graft", "&mode=graft&depth={{Depth}}", "Depth: left out: in no list on the page"),
        (
            "&mode=graft",
            "&mode=graft&maxDepth=maxDepth",
            "maxDepth: left out: in no list on the page",
        ),
        (
            "X-Orchard-Cost: Cost\n",
            "X-Orchard-Cost: Cost\nX-Age: {{Age}}\n",
            "X-Age: left out, because no list on the page has it",
        ),
    ],
)
def test_one_parameter_is_left_out_and_the_operation_stays(
    old: str, new: str, told: str, graft: str, as_document: MakeDocument
) -> None:
    assert old in graft
    page = read(as_document, graft.replace(old, new, 1))
    (note,) = page.left_out
    assert told in note
    assert "left out" in note
    assert page.literal_query == {"mode": "graft"}
    assert "OrchardId" in by_member(page)


def test_a_label_that_no_list_names_is_a_text(graft: str, as_document: MakeDocument) -> None:
    page = read(
        as_document, graft.replace("/trees/{{TreeName}}", "/rows/{{Row}}/trees/{{TreeName}}")
    )
    assert page.path == "/orchards/{OrchardId}/rows/{Row}/trees/{TreeName}"
    (row,) = [one for one in page.parameters if one.wire == "Row"]
    assert row.member.required is True


def test_a_member_that_the_block_lacks_is_left_out(graft: str, as_document: MakeDocument) -> None:
    page = read(as_document, graft.replace('   "Note": "{{string}}",\n', ""))
    assert page.left_out == ("Note: listed, but left out: not in the syntax block",)
    assert "Note" not in {member.name for member in page.request.members}


def test_links_may_have_titles(graft: str, as_document: MakeDocument) -> None:
    text = graft.replace("(#API_GraftTree_RequestSyntax)", '(#API_GraftTree "#API_GraftTree (x)")')
    text = text.replace("(API_Branch.md)", "(API_Branch.md 'API_Branch.md')")
    assert read(as_document, text) == read(as_document, graft)
    assert inline("[a](<b.md> (c)) [d](e_(f).md) [g](h)") == "a d g"


def test_a_remark_in_bold_italics_is_no_member(graft: str, as_document: MakeDocument) -> None:
    text = graft.replace("Where the trees stand.", "**_Old: use the other_**\n**_instead._**")
    assert read(as_document, text).request.members == read(as_document, graft.replace(
        "Where the trees stand.", "Old\ninstead"
    )).request.members  # fmt: skip


def test_a_limit_without_its_number_states_nothing(graft: str, as_document: MakeDocument) -> None:
    text = graft.replace("Fixed length of 12.", "Maximum length of.")
    page = read(as_document, text)
    (orchard,) = [one.member for one in page.parameters if one.wire == "OrchardId"]
    assert [limit.name for limit in orchard.limits] == ["pattern"]


UNION = """\
# Kind

What it is.

## Contents

###### Important

This data type is a UNION, so only one of the following members can be specified when used.

**fruit**

A fruit.

Type: String

Required: No

**wood**

Wood.

Type: String

Required: No

## See Also
"""


def test_the_page_of_a_union(as_document: MakeDocument) -> None:
    page = read_page(as_document(UNION, "API_Kind.md"))
    assert isinstance(page, StructurePage)
    assert page.union
    assert [member.name for member in page.members] == ["fruit", "wood"]


@pytest.mark.parametrize(
    ("sections", "layout"),
    [
        ("## Response Syntax\n\n```\n{ }\n```\n\n## Response Elements\n", Layout.JSON),
        ("## Response Elements\n\n**A**\n\nType: String\n", Layout.QUERY),
    ],
)  # fmt: skip
def test_an_operation_without_a_request_is_of_another_protocol(
    sections: str, layout: Layout, as_document: MakeDocument
) -> None:
    text = f"# ListIt\n\n{sections}\n## Errors\n"
    with pytest.raises(TruncatedPage, match=layout):
        read_page(as_document(text, "API_ListIt.md"))
    page = read_page(as_document(f"{text}\n## See Also\n", "API_ListIt.md"))
    assert isinstance(page, OperationPage)
    assert page.layout is layout


def test_what_a_part_of_a_member_requires_is_not_its_own(
    graft: str, as_document: MakeDocument
) -> None:
    text = graft.replace(
        "Where the branches begin.", "Where it begins.\n\nheight\n\nRequired: No\n"
    )
    (root,) = [one for one in read(as_document, text).request.members if one.name == "Root"]
    assert root.required is True


def test_an_error_among_the_events_of_a_stream(as_document: MakeDocument) -> None:
    text = UNION.replace("Type: Array of strings", "Type: Exception\n\nHTTP Status Code: 500")
    text = text.replace("Wood.\n\nType: String", "Wood.\n\nType: Exception\n\nHTTP Status Code:")
    page = read_page(as_document(text, "API_Kind.md"))
    assert isinstance(page, StructurePage)
    assert [member.type.base for member in page.members if member.type] == ["string", "json"]


@pytest.mark.parametrize("title", ["Common Errors", "Common errors", "Common Error Types"])
def test_the_common_errors_by_any_title(title: str, as_document: MakeDocument) -> None:
    text = f"# {title}\n\n**Tired**\n\nNot now.\n\nHTTP Status Code: 503\n"
    page = read_page(as_document(text, "CommonErrors.md"))
    assert isinstance(page, CommonErrorsPage)
    assert [(one.name, one.status) for one in page.errors] == [("Tired", 503)]
