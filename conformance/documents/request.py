"""The request of an operation page: its line, its parameters, its body.

In some renderings the request line marks its placeholders (``{{KeyName}}``), in others a
placeholder is a bare word that the list of URI parameters names too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from conformance.documents.content import (
    read_content,
    read_plain_content,
    rename,
    syntax_block,
    whole_body,
    with_media,
)
from conformance.documents.lines import IDENTIFIER
from conformance.documents.members import entries, nameless, read_entries
from conformance.documents.model import Document, DocumentedMember, Rendering
from conformance.documents.page_model import Content, OperationPage, Parameter, ParameterLocation
from conformance.documents.problems import Contradiction, NamesLost
from conformance.documents.sections import DocumentOutline, DocumentSection
from conformance.documents.slots import SyntaxSlot, choose, slots_of, template, wired
from conformance.documents.syntax import REQUEST_LINE, read_head

SYNTAX, URI, BODY = "Request Syntax", "URI Request Parameters", "Request Body"
PARAMETERS = "Request Parameters"
EXPECTED = "a request line such as 'PATCH /things/{{Name}} HTTP/1.1'"


@dataclass(frozen=True, slots=True)
class DocumentedRequest:
    """What an operation page says of its request."""

    method: str
    path: str
    literal_query: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    content: Content
    recovered: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    unplaced: tuple[DocumentedMember, ...] = ()


def read_request(page: DocumentOutline, fuller: OperationPage | None) -> DocumentedRequest:
    """Read the request; ``fuller`` is another page of the operation, for names this one lost."""
    block = syntax_block(page, SYNTAX)
    head, offset = read_head(block, REQUEST_LINE, EXPECTED)
    slots = slots_of(head)
    section = page.section(URI)
    found = entries(page, section, {name for slot in slots for name in (slot.name, slot.wire)})
    recovered: list[str] = []
    names = {entry.name for entry in found if entry.name}
    if not found:
        lost = nameless(section) if page.rendering is Rendering.PLAIN else []
        names = _lost_labels(page, section, slots, len(lost), fuller)
        found = rename(page, section, lost, sorted(names, key=str.lower))
        recovered += [f"URI parameter {name}: name from the request line" for name in sorted(names)]
    chosen = choose(page, section, slots, sorted(names))
    members = {m.name: m for m in read_entries(page.document, section, found)}
    _check_labels(page.document, chosen.slots, members)
    read = read_content(page, BODY, SYNTAX, whole_body(block, offset))
    ordered = sorted(chosen.slots, key=lambda name: slots.index(chosen.slots[name]))
    # A label that no list names is a text, as every label goes over the wire.
    place = page.at(SYNTAX, head.line)
    unlisted = (
        Parameter(
            DocumentedMember(slot.name, place, required=True), slot.where, slot.name,
            greedy=slot.greedy,
        )
        for slot in chosen.unlisted
    )  # fmt: skip
    return DocumentedRequest(
        method=head.start[0],
        path=template(head.start[1], chosen.labels),
        literal_query=chosen.literal_query(slots),
        parameters=(
            *(_parameter(members[name], wired(chosen.slots[name])) for name in ordered),
            *unlisted,
        ),
        content=with_media(page, read.content, head, names, SYNTAX),
        recovered=(*recovered, *read.recovered),
        left_out=(*chosen.notes, *read.left_out),
        unplaced=tuple(members[name] for name in sorted(chosen.missing)),
    )


def read_plain_request(page: DocumentOutline) -> DocumentedRequest:
    """The request of a page without a request line: a body in JSON, or parameters alone."""
    read = read_plain_content(page, PARAMETERS, SYNTAX)
    return DocumentedRequest("POST", "/", {}, (), read.content, read.recovered, read.left_out)


def _parameter(member: DocumentedMember, slot: SyntaxSlot) -> Parameter:
    """A header name that ends in an asterisk stands for every header that begins so."""
    prefix = slot.where is ParameterLocation.HEADER and slot.wire.endswith("*")
    named = replace(member, name=slot.name) if IDENTIFIER.fullmatch(slot.name) else member
    return Parameter(named, slot.where, slot.wire.removesuffix("*"), prefix, slot.greedy)


def _lost_labels(
    page: DocumentOutline,
    section: DocumentSection,
    slots: list[SyntaxSlot],
    count: int,
    fuller: OperationPage | None,
) -> set[str]:
    """Which words of the request line are the parameters whose names are gone.

    The fuller page says so where there is one. Otherwise one lost name is the only path segment
    that no collection would be named by: it has a capital letter or an underscore.
    """
    labels = {slot.name for slot in slots if slot.marked}
    if not labels and count and fuller is not None:
        labels = {parameter.member.name for parameter in fuller.parameters}
    elif not labels and count == 1 and all(s.where is not ParameterLocation.QUERY for s in slots):
        names = [slot.name for slot in slots if slot.where is ParameterLocation.PATH]
        labels = {name for name in names if name != name.lower() or "_" in name}
    if len(labels) != count:
        expected = f"{count} path label{'s' * (count != 1)} that the request line settles"
        found = ", ".join(sorted(labels)) or "none"
        raise NamesLost(page.document.shown, section.line, expected, found)
    return labels


def _check_labels(
    document: Document, chosen: Mapping[str, SyntaxSlot], members: Mapping[str, DocumentedMember]
) -> None:
    for name, slot in chosen.items():
        member = members[name]
        if slot.where is ParameterLocation.PATH and member.required is False:
            place = member.required_place or member.place
            raise Contradiction(
                document.shown, place.line, f"the path label {name!r} to be required", "No"
            )
