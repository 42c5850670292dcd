"""The response of an operation page: its status, its members, its errors."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from conformance.documents.content import (
    read_content,
    read_plain_content,
    syntax_block,
    whole_body,
    with_media,
)
from conformance.documents.lines import DocumentLine, LineKind
from conformance.documents.members import MemberEntry, entries, listed, nameless
from conformance.documents.model import Rendering, SourceLocation
from conformance.documents.page_model import Content, ErrorEntry, Parameter, ParameterLocation
from conformance.documents.problems import Contradiction, TruncatedPage
from conformance.documents.sections import DocumentOutline, DocumentSection
from conformance.documents.syntax import PLACEHOLDER, STATUS_LINE, Head, read_head

SYNTAX, ELEMENTS, ERRORS = "Response Syntax", "Response Elements", "Errors"
STATUS_SENTENCE = re.compile(r"sends back an HTTP (\d{3}) response")
ERROR_STATUS = re.compile(r"HTTP Status Code:\s*(\d{3})\.?")


@dataclass(frozen=True, slots=True)
class DocumentedResponse:
    """What an operation page says of its success response."""

    status: int | None
    place: SourceLocation
    headers: tuple[Parameter, ...]
    content: Content
    recovered: tuple[str, ...]
    left_out: tuple[str, ...] = ()


def read_response(page: DocumentOutline) -> DocumentedResponse:
    block = syntax_block(page, SYNTAX)
    head, offset = read_head(block, STATUS_LINE, "a status line such as 'HTTP/1.1 200'")
    section = page.section(ELEMENTS)
    headers, unlisted = _headers(section, head)
    # A status line with a word instead of a number holds a member too.
    word = PLACEHOLDER.sub(r"\1", head.start[0])
    status = int(word) if word.isdigit() else None
    extra = [*headers, *([] if status else [word])]
    read = read_content(page, ELEMENTS, SYNTAX, whole_body(block, offset), extra)
    for line, stated in _stated_statuses(section):
        if status is not None and stated != status:
            expected = f"the status {status} of the syntax block"
            raise Contradiction(page.document.shown, line.number, expected, f"HTTP {stated}")
    members = {one.name: one for one in (listed(page, section, set(extra)) if extra else ())}
    parameters = (
        Parameter(
            replace(members[listing], name=name), ParameterLocation.HEADER,
            wire.removesuffix("*"), prefix=wire.endswith("*"),
        )
        for listing, (name, wire) in headers.items()
    )  # fmt: skip
    return DocumentedResponse(
        status=status,
        place=page.at(SYNTAX, head.line),
        headers=tuple(parameters),
        content=with_media(
            page, read.content, head, {name for name, _ in headers.values()}, SYNTAX
        ),
        recovered=read.recovered,
        left_out=(*unlisted, *read.left_out),
    )


def _stated_statuses(section: DocumentSection) -> Iterator[tuple[DocumentLine, int]]:
    """The lines that state the status of the response, with that status."""
    for line in section.lines:
        match = STATUS_SENTENCE.search(line.text)
        if match:
            yield line, int(match[1])


def read_plain_response(page: DocumentOutline) -> DocumentedResponse:
    """The response of a page whose protocol has one status, and no status line on the page."""
    read = read_plain_content(page, ELEMENTS, SYNTAX)
    section = page.sections.get(ELEMENTS)
    stated = (status for _, status in _stated_statuses(section)) if section else iter(())
    place = page.at(ELEMENTS, section.line if section else page.place.line)
    return DocumentedResponse(
        next(stated, 200), place, (), read.content, read.recovered, read.left_out
    )


def _headers(
    section: DocumentSection, head: Head
) -> tuple[dict[str, tuple[str, str]], tuple[str, ...]]:
    """The headers that are members, by the name that the section lists: own name and wire name.

    A section lists a header by its placeholder or by its name on the wire; what it does not list
    is left out and reported.
    """
    words = {line.text for line in section.lines}
    folded = {line.text.lower(): line.text for line in section.lines if line.kind is LineKind.NAME}
    found: dict[str, tuple[str, str]] = {}
    unlisted = []
    for wire, value, _ in head.headers:
        name = PLACEHOLDER.sub(r"\1", value)
        if name in words:
            found[name] = (name, wire)
        elif wire.lower() in folded and "/" not in value:
            found[folded[wire.lower()]] = (name, wire)
        elif PLACEHOLDER.fullmatch(value):
            unlisted.append(f"header {wire}: left out, because no list on the page has it")
    return found, tuple(unlisted)


def read_errors(page: DocumentOutline, section: DocumentSection) -> list[ErrorEntry]:
    """The errors of a section: names with a status, or statuses alone where the names are gone.

    A name that comes before the status of the error above it is a member of that error.
    """
    found = entries(page, section, set())
    if not found and page.rendering is Rendering.PLAIN:
        return list(_nameless_errors(page, section))
    return list(_grouped(page, section, found))


def _grouped(
    page: DocumentOutline, section: DocumentSection, found: Sequence[MemberEntry]
) -> Iterator[ErrorEntry]:
    open_error: MemberEntry | None = None
    members: list[tuple[str, SourceLocation]] = []
    for entry in found:
        status = _status(entry.lines)
        if open_error is None:
            open_error, members = entry, []
        else:
            members.append((entry.name or "", page.at(section.title, entry.start.number)))
        if status is not None:
            place = page.at(section.title, open_error.start.number)
            yield ErrorEntry(open_error.name, status, place, tuple(members))
            open_error = None
    if open_error is not None:
        expected = f"'HTTP Status Code: N' for {open_error.name!r}"
        raise TruncatedPage(page.document.shown, open_error.start.number, expected, "none")


def _nameless_errors(page: DocumentOutline, section: DocumentSection) -> Iterator[ErrorEntry]:
    skipped: DocumentLine | None = None
    for entry in nameless(section):
        status = _status(entry.lines)
        if status is None:
            skipped = skipped or entry.start
        elif skipped is not None:
            expected = "'HTTP Status Code: N' in every entry of the errors"
            raise TruncatedPage(page.document.shown, skipped.number, expected, skipped.text)
        else:
            yield ErrorEntry(None, status, page.at(section.title, entry.start.number))


def _status(lines: Sequence[DocumentLine]) -> int | None:
    texts = (line.text for line in lines if line.kind is LineKind.TEXT)
    return next((int(match[1]) for match in map(ERROR_STATUS.fullmatch, texts) if match), None)
