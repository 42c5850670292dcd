"""Tell operation pages of other protocols by what only they have."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from conformance.documents.lines import IDENTIFIER, LineKind
from conformance.documents.problems import OtherProtocol

if TYPE_CHECKING:
    from conformance.documents.sections import DocumentOutline

JSON_TARGET = re.compile(r"X-Amz-Target:\s|application/x-amz-json-1\.[01]", re.IGNORECASE)
REQUEST_LINE = re.compile(r"\s*[A-Z]+\s+/")


def refuse_other_protocol(page: DocumentOutline) -> None:
    """Raise OtherProtocol for an operation of the query, JSON or XML protocols."""
    protocol = _protocol(page)
    if protocol is not None:
        name, line = protocol
        found = f"{page.title}, which speaks {name}"
        expected = "an operation of the protocol restJson1"
        raise OtherProtocol(page.document.shown, line, expected, found)


def _protocol(page: DocumentOutline) -> tuple[str, int] | None:
    """The name of another protocol and the line that shows it."""
    syntax = page.sections.get("Request Syntax")
    if syntax is not None:
        text = "\n".join(line.raw or line.text for line in syntax.lines)
        written = [one for one in syntax.lines if one.text.strip()]
        code = [one for one in written if one.kind is LineKind.CODE] or written
        if JSON_TARGET.search(text) or (code and code[0].text.lstrip().startswith("{")):
            return "an AWS JSON protocol", syntax.line
        body = [one for one in code if one.text.lstrip().startswith("<")]
        if body and REQUEST_LINE.match(code[0].text):
            return "restXml", body[0].number
    elif "Errors" in page.sections and IDENTIFIER.fullmatch(page.title):
        return _without_request(page)
    return None


def _without_request(page: DocumentOutline) -> tuple[str, int] | None:
    """The protocol of a page that shows no request: only restJson1 pages always do.

    Pages of restJson1 have a status line in their answer; a page without its request but with that
    line was cut.
    """
    answer = page.sections.get("Response Syntax")
    if answer is not None:
        code = [one for one in answer.lines if one.text.strip()]
        is_json = bool(code) and code[0].text.lstrip().startswith("{")
        return ("an AWS JSON protocol", answer.line) if is_json else None
    for title in ("Request Parameters", "Response Elements"):
        if title in page.sections:
            return "the Query protocol", page.sections[title].line
    return None
