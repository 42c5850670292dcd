"""Which protocol an operation page is of: told by what only pages of that one have."""

from __future__ import annotations

import re

from conformance.documents.lines import IDENTIFIER, LineKind
from conformance.documents.page_model import Layout, OperationPage
from conformance.documents.problems import OtherProtocol
from conformance.documents.sections import DocumentOutline

JSON_TARGET = re.compile(r"X-Amz-Target:\s|application/x-amz-json-1\.[01]", re.IGNORECASE)
HOST = re.compile(r"\s*Host:\s")
"""Only where a part of the request stands in the host, the syntax has one."""
REQUEST_LINE = re.compile(r"\s*[A-Z]+\s+/")


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
    if JSON_TARGET.search(text) or (code and code[0].text.lstrip().startswith("{")):
        return Layout.JSON
    is_xml = _has_element(page, "Request Syntax") or _has_element(page, "Response Syntax")
    is_xml = is_xml or any(HOST.match(line) for line in text.split("\n"))
    return Layout.XML if is_xml and code and REQUEST_LINE.match(code[0].text) else Layout.REST


def unwired(page: OperationPage, shown: str, reason: str) -> OtherProtocol:
    """The refusal of a page that says too little of its requests, and has no model beside it."""
    return OtherProtocol(
        shown, page.place.line,
        f"an SDK model with {page.name} beside the page: what it does not say of {page.layout}"
        " is taken from there", reason,
    )  # fmt: skip


def _has_element(page: DocumentOutline, title: str) -> bool:
    """Whether a syntax block has a body in XML."""
    section = page.sections.get(title)
    lines = section.lines if section is not None else ()
    return any(
        line.text.lstrip().startswith("<") for line in lines if line.kind is not LineKind.BLANK
    )


def _without_request(page: DocumentOutline) -> Layout:
    """The layout of a page that shows no request: only pages with a request line always do.

    Pages of restJson1 have a status line in their answer; a page without its request but with that
    line was cut.
    """
    answer = page.sections.get("Response Syntax")
    if answer is not None:
        code = [one for one in answer.lines if one.text.strip()]
        is_json = bool(code) and code[0].text.lstrip().startswith("{")
        return Layout.JSON if is_json else Layout.REST
    if "Request Parameters" in page.sections or "Response Elements" in page.sections:
        return Layout.QUERY
    # Neither takes nor answers anything, or was cut: its model tells.
    others = {"URI Request Parameters", "Request Body"}
    return Layout.REST if others.intersection(page.sections) else Layout.QUERY
