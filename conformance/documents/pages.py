"""The four kinds of page, each read from its outline; and of which protocol one is."""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby

from conformance.documents.lines import IDENTIFIER, LineKind
from conformance.documents.members import listed
from conformance.documents.model import Document
from conformance.documents.page_model import (
    CommonErrorsPage,
    Layout,
    OperationPage,
    Page,
    PatchPage,
    PatchRow,
    StructurePage,
)
from conformance.documents.problems import (
    NotAnApiPage,
    OtherProtocol,
    TruncatedPage,
    UnknownNotation,
)
from conformance.documents.request import read_plain_request, read_request
from conformance.documents.resources import is_resource, read_resource
from conformance.documents.response import ERRORS, read_errors, read_plain_response, read_response
from conformance.documents.sections import (
    OPERATION,
    PATCH_TITLE,
    STRUCTURE,
    SYNTAX_HEADINGS_HINT,
    DocumentOutline,
    DocumentSection,
    check_title,
    is_common_errors,
    is_operation,
    lines_of,
    outline,
)

UNION = re.compile(r"data type is a UNION")
SECTIONS = {
    Layout.REST: OPERATION,
    Layout.XML: tuple(title for title in OPERATION if title != ERRORS),
    Layout.JSON: (ERRORS, "See Also"),
    Layout.QUERY: (ERRORS, "See Also"),
}
"""What every operation page of a layout has."""
JSON_TARGET = re.compile(r"X-Amz-Target:\s|application/x-amz-json-1\.[01]", re.IGNORECASE)
HOST = re.compile(r"^\s*Host:[ \t]", re.MULTILINE)
"""Only where a part of the request stands in the host, the syntax has one."""
REQUEST_LINE = re.compile(r"\s*[A-Z]+\s+/")
PATCH_HEAD = re.compile(r"Path((?:op:[a-z]+)+)")
PATCH_OP = re.compile(r"op:([a-z]+?)(?=op:|$)")


def read_page(document: Document, fuller: OperationPage | None = None) -> Page:
    """Read a document as what it is.

    ``fuller`` is another page of the same operation; names this one lost may come from there.
    Raises a PageProblem naming the document, the line and what was expected there.
    """
    page = outline(document)
    if page.title == PATCH_TITLE or any(_patch_head(s) for s in page.sections.values()):
        return PatchPage(_patch_tables(page))
    if is_common_errors(page):
        return _common_errors(page)
    if is_resource(page):
        return read_resource(page)
    layout = layout_of(page)
    if is_operation(page) or layout is not Layout.REST:
        return _operation(page, fuller, layout)
    if "Contents" in page.sections:
        return _structure(page)
    raise NotAnApiPage(
        document.shown, page.place.line, f"the heading {SYNTAX_HEADINGS_HINT}", page.title
    )


def _operation(
    page: DocumentOutline, fuller: OperationPage | None, layout: Layout
) -> OperationPage:
    check_title(page)
    for title in SECTIONS[layout]:
        page.section(title, layout)
    if layout in {Layout.JSON, Layout.QUERY}:
        request, response = read_plain_request(page), read_plain_response(page)
    else:
        request, response = read_request(page, fuller), read_response(page)
    first = page.sections.get("Request Syntax") or page.sections.get("Request Parameters")
    return OperationPage(
        document=page.document.name,
        name=page.title,
        place=page.at(first.title, first.line) if first else page.place,
        method=request.method,
        path=request.path,
        literal_query=request.literal_query,
        parameters=request.parameters,
        request=request.content,
        status=response.status,
        status_place=response.place,
        response_headers=response.headers,
        response=response.content,
        errors=tuple(read_errors(page, page.sections[ERRORS])) if ERRORS in page.sections else (),
        recovered=(*request.recovered, *response.recovered),
        left_out=(*request.left_out, *response.left_out),
        layout=layout,
        unplaced=request.unplaced,
    )


def _structure(page: DocumentOutline) -> StructurePage:
    check_title(page)
    for title in STRUCTURE:
        page.section(title)
    contents = page.section("Contents")
    members = listed(page, contents, set())
    for member in members:
        if member.type is None:
            expected = f"a 'Type:' line for {member.name!r}"
            raise UnknownNotation(page.document.shown, member.place.line, expected, "none")
    if not members and len([line for line in contents.lines if line.text]) > 1:
        raise UnknownNotation(page.document.shown, contents.line, "members below 'Contents'")
    union = any(UNION.search(line.text) for s in page.sections.values() for line in s.lines)
    place = page.at("Contents", contents.line)
    return StructurePage(page.document.name, page.title, place, tuple(members), union)


def _common_errors(page: DocumentOutline) -> CommonErrorsPage:
    lines = tuple(line for section in page.sections.values() for line in section.lines)
    if not lines:
        # In plain text the page has no headings that are known: all of it is one section.
        everything = lines_of(page.document)[1]
        lines = tuple(line for line in everything if line.number > page.place.line)
    errors = read_errors(page, DocumentSection(page.title, page.place.line, lines))
    if not errors:
        raise TruncatedPage(page.document.shown, page.last, "a list of errors", "none")
    return CommonErrorsPage(tuple(errors))


def _patch_head(section: DocumentSection) -> list[str]:
    """The ops that the head of a patch-operations table names."""
    heads = map(PATCH_HEAD.fullmatch, (line.text for line in section.lines))
    return next((PATCH_OP.findall(match[1]) for match in heads if match), [])


def _patch_tables(page: DocumentOutline) -> dict[str, tuple[PatchRow, ...]]:
    sections = [section for section in page.sections.values() if _patch_head(section)]
    if not sections:
        raise TruncatedPage(page.document.shown, page.last, "a table of patch operations", "none")
    return {section.title: tuple(_patch_rows(page, section)) for section in sections}


def _paragraphs(section: DocumentSection) -> Iterator[tuple[str, int]]:
    for is_blank, group in groupby(section.lines, lambda line: line.kind is LineKind.BLANK):
        if not is_blank:
            lines = list(group)
            yield " ".join(line.text for line in lines), lines[0].number


def _patch_rows(page: DocumentOutline, section: DocumentSection) -> Iterator[PatchRow]:
    ops = _patch_head(section)
    row: list[tuple[str, int]] = []
    seen_head = False
    for text, number in _paragraphs(section):
        if PATCH_HEAD.fullmatch(text):
            seen_head = True
        elif seen_head and text.startswith("/"):
            if row:
                yield _patch_row(page, section, ops, row)
            row = [(text, number)]
        elif row and (len(row) <= len(ops) or _cell(text) is not None):
            row.append((text, number))
    if row:
        yield _patch_row(page, section, ops, row)


def _cell(text: str) -> bool | None:
    """Whether a cell says that an op is supported; None where it says neither."""
    if text.startswith("Not supported"):
        return False
    return True if text.startswith("Supported") else None


def _patch_row(
    page: DocumentOutline,
    section: DocumentSection,
    ops: Sequence[str],
    row: Sequence[tuple[str, int]],
) -> PatchRow:
    path, number = row[0]
    cells = [text for text, _ in row[1:] if _cell(text) is not None]
    if len(cells) != len(ops):
        expected = f"{len(ops)} cells 'Supported' or 'Not supported' for {path!r}"
        raise TruncatedPage(page.document.shown, number, expected, f"{len(cells)}")
    by_op = dict(zip(ops, cells, strict=True))
    conditional = [op for op, text in by_op.items() if text not in {"Supported", "Not supported"}]
    supported = {op: bool(_cell(text)) for op, text in by_op.items()}
    return PatchRow(path, supported, tuple(conditional), page.at(section.title, number))


def layout_of(page: DocumentOutline) -> Layout:
    """The layout of an operation page.

    A page of restXml whose bodies are all empty looks as one of restJson1; what the model of its
    service says decides later.
    """
    syntax = page.sections.get("Request Syntax")
    if syntax is None:
        is_operation = "Errors" in page.sections and IDENTIFIER.fullmatch(page.title) is not None
        return _without_request(page) if is_operation else Layout.REST
    text = "\n".join(line.raw or line.text for line in syntax.lines)
    written = [one for one in syntax.lines if one.text.strip()]
    code = [one for one in written if one.kind is LineKind.CODE] or written
    first = code[0].text if code else ""
    if JSON_TARGET.search(text) or first.lstrip().startswith("{"):
        return Layout.JSON
    answer = page.sections.get("Response Syntax")
    lines = (*syntax.lines, *(answer.lines if answer is not None else ()))
    has_element = any(line.text.lstrip().startswith("<") for line in lines)
    is_xml = has_element or HOST.search(text)
    return Layout.XML if is_xml and REQUEST_LINE.match(first) else Layout.REST


def unwired(page: OperationPage, shown: str, reason: str) -> OtherProtocol:
    """The refusal of a page that shows too little of its requests and has no model beside it."""
    return OtherProtocol(
        shown, page.place.line,
        f"an SDK model with {page.name} for what pages of {page.layout} leave out", reason,
    )  # fmt: skip


def _without_request(page: DocumentOutline) -> Layout:
    """The layout of a page that shows no request: only pages with a request line always do.

    Pages of restJson1 have a status line in their answer; a page without its request but with that
    line was cut.
    """
    answer = page.sections.get("Response Syntax")
    if answer is not None:
        first = next((one.text for one in answer.lines if one.text.strip()), "")
        return Layout.JSON if first.lstrip().startswith("{") else Layout.REST
    if "Request Parameters" in page.sections or "Response Elements" in page.sections:
        return Layout.QUERY
    # Neither takes nor answers anything, or was cut: its model tells.
    others = {"URI Request Parameters", "Request Body"}
    return Layout.REST if others.intersection(page.sections) else Layout.QUERY
