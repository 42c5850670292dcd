"""The request of an operation page: its line, its parameters, its body.

In some renderings the request line marks its placeholders (``{{KeyName}}``), in others a
placeholder is a bare word that the list of URI parameters names too.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from conformance.documents.lines import IDENTIFIER, LineKind
from conformance.documents.members import (
    MemberEntry,
    entries,
    listed,
    nameless,
    read_entries,
)
from conformance.documents.model import (
    BaseType,
    Content,
    Document,
    DocumentedMember,
    Leaf,
    Node,
    ObjectNode,
    OperationPage,
    Parameter,
    ParameterLocation,
    SourceLocation,
    WireNames,
)
from conformance.documents.problems import Contradiction, NamesLost, UnknownNotation
from conformance.documents.slots import SyntaxSlot, choose, slots_of, template, wired
from conformance.documents.syntax import (
    REQUEST_LINE,
    Block,
    Element,
    Head,
    read_body,
    read_element,
    read_head,
)
from conformance.documents.types import agrees

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.documents.sections import DocumentOutline, DocumentSection

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


@dataclass(frozen=True, slots=True)
class Listed:
    """The members of a body, what of them had to be recovered, and what was left out."""

    content: Content
    recovered: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()


def syntax_block(page: DocumentOutline, title: str) -> Block:
    """The syntax block of a section: its code lines, or all its lines in plain text."""
    section = page.section(title)
    code = [line for line in section.lines if line.kind is LineKind.CODE]
    lines = code or [line for line in section.lines if line.kind is not LineKind.BLANK]
    if not lines:
        raise UnknownNotation(page.document.shown, section.line, f"a block below {title!r}")
    return Block(page.document, lines)


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
        lost = nameless(section) if page.rendering == "plain text" else []
        names = _lost_labels(page, section, slots, len(lost), fuller)
        found = rename(page, section, lost, sorted(names, key=str.lower))
        recovered += [f"URI parameter {name}: name from the request line" for name in sorted(names)]
    chosen = choose(page, section, slots, sorted(names))
    members = {m.name: m for m in read_entries(page.document, section, found)}
    _check_labels(page.document, chosen.slots, members)
    read = read_content(page, BODY, SYNTAX, whole_body(block, offset))
    ordered = sorted(chosen.slots, key=lambda name: slots.index(chosen.slots[name]))
    return DocumentedRequest(
        method=head.start[0],
        path=template(head.start[1], chosen.labels),
        literal_query=chosen.literal_query(slots),
        parameters=(
            *(_parameter(members[name], wired(chosen.slots[name])) for name in ordered),
            *(_unlisted(page, slot, head.line) for slot in chosen.unlisted),
        ),
        content=with_media(read.content, head, names, page.document, SYNTAX),
        recovered=(*recovered, *read.recovered),
        left_out=(*chosen.notes, *read.left_out),
        unplaced=tuple(members[name] for name in sorted(chosen.missing)),
    )


def read_plain_request(page: DocumentOutline) -> DocumentedRequest:
    """The request of a page without a request line: a body in JSON, or parameters alone."""
    return DocumentedRequest("POST", "/", {}, (), *_plain(page, PARAMETERS, SYNTAX))


def _plain(
    page: DocumentOutline, listing: str, syntax: str
) -> tuple[Content, tuple[str, ...], tuple[str, ...]]:
    read = read_plain_content(page, listing, syntax)
    return read.content, read.recovered, read.left_out


def read_plain_content(page: DocumentOutline, listing: str, syntax: str) -> Listed:
    """A body that its syntax block shows without any head; where there is no block, its list."""
    section = page.sections.get(listing)
    if syntax in page.sections:
        block = syntax_block(page, syntax)
        body = read_body(block, json_start(block))
        if section is not None:
            return read_content(page, listing, syntax, body)
        if not isinstance(body, ObjectNode) or body.entries:
            page.section(listing)
        return Listed(Content(syntax=body if isinstance(body, ObjectNode) else None))
    if section is None:
        return Listed(Content())
    place = SourceLocation(page.document.name, listing, section.line)
    members = listed(page, section, set())
    for member in members:
        _check_type(page, member, None)
    return Listed(Content(members=tuple(members), place=place))


def json_start(block: Block) -> int:
    """Where the body of a block begins: behind a request line and headers, where it has any."""
    head = block.text.find("{")
    return head if REQUEST_LINE.match(block.text) and head >= 0 else 0


def whole_body(block: Block, offset: int) -> Node | Element | None:
    """The body of a syntax block, in JSON or in XML."""
    if block.text[offset:].lstrip().startswith("<"):
        return read_element(block, offset)
    return read_body(block, offset)


def _parameter(member: DocumentedMember, slot: SyntaxSlot) -> Parameter:
    """A header whose name ends in an asterisk stands for every header that begins so.

    A page that lists a parameter by its name on the wire has the member's own as placeholder.
    """
    prefix = slot.where is ParameterLocation.HEADER and slot.wire.endswith("*")
    named = replace(member, name=slot.name) if IDENTIFIER.fullmatch(slot.name) else member
    return Parameter(named, slot.where, slot.wire.removesuffix("*"), prefix, slot.greedy)


def _unlisted(page: DocumentOutline, slot: SyntaxSlot, line: int) -> Parameter:
    """A label of the path that no list names: a text, as every label goes over the wire."""
    member = DocumentedMember(
        slot.name, SourceLocation(page.document.name, SYNTAX, line), required=True
    )
    return Parameter(member, slot.where, slot.name, greedy=slot.greedy)


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
    marked = {slot.name for slot in slots if slot.marked}
    if marked or not count:
        labels = marked
    elif fuller is not None:
        labels = {parameter.member.name for parameter in fuller.parameters}
    else:
        bare = [
            s.name for s in slots if s.where is ParameterLocation.PATH and s.name != s.name.lower()
        ]
        bare += [s.name for s in slots if s.where is ParameterLocation.PATH and "_" in s.name]
        labels = set(bare)
        if count != 1 or any(slot.where is ParameterLocation.QUERY for slot in slots):
            labels = set()
    if len(labels) != count:
        raise NamesLost(
            page.document.shown,
            section.line,
            f"{count} path label{'s' * (count != 1)} that the request line settles",
            ", ".join(sorted(labels)) or "none",
        )
    return labels


def rename(
    page: DocumentOutline,
    section: DocumentSection,
    lost: Sequence[MemberEntry],
    names: Sequence[str],
) -> list[MemberEntry]:
    """Give entries without names the names that the syntax block has, in order."""
    if len(lost) != len(names):
        raise NamesLost(
            page.document.shown,
            section.line,
            f"{len(names)} entries in {section.title!r}, as the syntax block has",
            f"{len(lost)}",
        )
    return [
        MemberEntry(name, entry.start, entry.lines) for name, entry in zip(names, lost, strict=True)
    ]


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


def with_media(
    content: Content, head: Head, names: set[str], document: Document, section: str
) -> Content:
    """The content with the literal ``Content-type`` of the block, where there is one."""
    for name, value, line in head.headers:
        if name.lower() == "content-type" and value not in names and "/" in value:
            return replace(
                content, media_type=value, media_place=SourceLocation(document.name, section, line)
            )
    return content


def read_content(
    page: DocumentOutline,
    listing: str,
    syntax: str,
    body: Node | Element | None,
    headers: Sequence[str] = (),
) -> Listed:
    """The members of a body as ``listing`` lists them, checked against the syntax block.

    ``headers`` are names that the listing holds besides the body's.
    """
    section = page.section(listing)
    if isinstance(body, Element):
        return _read_element(page, section, syntax, body, headers)
    keys = list(body.entries) if isinstance(body, ObjectNode) else []
    keys += [body.text] if isinstance(body, Leaf) else []
    expected = {*keys, *headers}
    found = entries(page, section, expected)
    recovered: tuple[str, ...] = ()
    if expected and not found and page.rendering == "plain text":
        found = rename(page, section, nameless(section), [*headers, *keys])
        count = "1 name" if len(found) == 1 else f"{len(found)} names"
        recovered = (f"{count} of {listing!r} from {syntax!r}, by order and count",)
    members = {member.name: member for member in read_entries(page.document, section, found)}
    place = SourceLocation(page.document.name, listing, section.line)
    whole = _whole_body(members, body, headers)
    if whole is not None:
        syntax_of = body if isinstance(body, ObjectNode) else None
        content = Content(payload=whole, syntax=syntax_of, syntax_section=syntax, place=place)
        return Listed(content, recovered)
    left_out = _check_names(page, section, expected, members)
    if isinstance(body, Leaf):
        content = Content(payload=members[body.text], syntax_section=syntax, place=place)
        return Listed(content, recovered, left_out)
    if body is not None and not isinstance(body, ObjectNode):
        raise UnknownNotation(page.document.shown, body.line, "an object or one word as the body")
    for key in keys:
        _check_type(page, members[key], body.entries[key] if body else None)
    kept = tuple(members[name] for name in members if name in keys)
    content = Content(members=kept, syntax=body, syntax_section=syntax, place=place)
    return Listed(content, recovered, left_out)


def _read_element(
    page: DocumentOutline,
    section: DocumentSection,
    syntax: str,
    body: Element,
    headers: Sequence[str],
) -> Listed:
    """The members of a body in XML: what is right inside of its element, or the element itself."""
    known = {body.name, *body.inside, *headers}
    found = entries(page, section, known)
    # The element itself comes first, also where what is in it has the same name.
    first = next((entry for entry in found if entry.name == body.name), None)
    inner = [entry for entry in found if entry is not first or not body.inside]
    members = {member.name: member for member in read_entries(page.document, section, inner)}
    root = None
    if first is not None and body.inside:
        root = read_entries(page.document, section, [first])[0]
    inside = body.inside or {body.name: Leaf("", quoted=False, line=body.line)}
    kept = [one for name, one in members.items() if name not in headers]
    for member in kept:
        _check_type(page, member, None)
    unknown = [name for name in inside if name.lower() not in {one.name.lower() for one in kept}]
    more = [one for one in kept if one.name.lower() not in {name.lower() for name in inside}]
    if len(unknown) > len(more):
        # One may be listed by the name that SDKs have for it.
        _check_names(page, section, {*inside, *headers}, members)
    return Listed(
        Content(
            members=tuple(kept),
            syntax=ObjectNode(inside, body.line),
            syntax_section=syntax,
            place=SourceLocation(page.document.name, section.title, section.line),
            names=WireNames(name=body.name, namespace=body.namespace),
            root=root,
        )
    )


def _whole_body(
    members: Mapping[str, DocumentedMember], body: Node | None, headers: Sequence[str]
) -> DocumentedMember | None:
    """The one listed member that is the body itself: a structure whose members the block shows."""
    listed = [member for name, member in members.items() if name not in headers]
    if not isinstance(body, ObjectNode) or len(listed) != 1 or listed[0].name in body.entries:
        return None
    stated = listed[0].type
    is_structure = stated is not None and stated.base in {BaseType.STRUCTURE, BaseType.JSON}
    return listed[0] if is_structure else None


def _check_names(
    page: DocumentOutline,
    section: DocumentSection,
    expected: set[str],
    members: Mapping[str, DocumentedMember],
) -> tuple[str, ...]:
    """Everything of the block is listed; anything else that is listed is left out and reported.

    Raises Contradiction where the list lacks a name, or has nothing that the block has.
    """
    missing = sorted(expected - set(members))
    if missing:
        raise Contradiction(
            page.document.shown,
            section.line,
            f"{', '.join(missing)} of the syntax block in {section.title!r}",
            "no such name",
        )
    more = [member for name, member in members.items() if name not in expected]
    if more and not expected:
        raise Contradiction(
            page.document.shown,
            more[0].place.line,
            f"the listed name {more[0].name!r} in the syntax block",
            "none of that name",
        )
    return tuple(f"{one.name}: listed, and not in the syntax block: left out" for one in more)


def _check_type(page: DocumentOutline, member: DocumentedMember, node: Node | None) -> None:
    if member.type is None:
        raise UnknownNotation(
            page.document.shown, member.place.line, f"a 'Type:' line for {member.name!r}", "none"
        )
    if node is not None and not agrees(member.type, node):
        line = (member.type_place or member.place).line
        raise Contradiction(
            page.document.shown,
            line,
            f"the type of {member.name!r} to agree with the syntax block (line {node.line})",
            member.type.base.value,
        )
