"""The body of a request or an answer: what its list names, checked against the syntax block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from conformance.documents.lines import LineKind
from conformance.documents.members import MemberEntry, entries, listed, nameless, read_entries
from conformance.documents.model import (
    BaseType,
    DocumentedMember,
    Leaf,
    Node,
    ObjectNode,
    Rendering,
    WireNames,
)
from conformance.documents.page_model import Content
from conformance.documents.problems import Contradiction, NamesLost, UnknownNotation
from conformance.documents.sections import DocumentOutline, DocumentSection
from conformance.documents.syntax import REQUEST_LINE, Block, Element, Head, read_body, read_element
from conformance.documents.types import agrees


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


def whole_body(block: Block, offset: int) -> Node | Element | None:
    """The body of a syntax block, in JSON or in XML."""
    is_xml = block.text[offset:].lstrip().startswith("<")
    return read_element(block, offset) if is_xml else read_body(block, offset)


def read_plain_content(page: DocumentOutline, listing: str, syntax: str) -> Listed:
    """A body that its syntax block shows without any head; where there is no block, its list."""
    section = page.sections.get(listing)
    if syntax in page.sections:
        block = syntax_block(page, syntax)
        # The body begins behind a request line and headers, where the block has any.
        has_head = REQUEST_LINE.match(block.text) is not None
        body = read_body(block, max(block.text.find("{"), 0) if has_head else 0)
        if section is not None:
            return read_content(page, listing, syntax, body)
        if not isinstance(body, ObjectNode) or body.entries:
            page.section(listing)
        return Listed(Content(syntax=body if isinstance(body, ObjectNode) else None))
    if section is None:
        return Listed(Content())
    members = listed(page, section, set())
    for member in members:
        _check_type(page, member, None)
    return Listed(Content(members=tuple(members), place=page.at(listing, section.line)))


def rename(
    page: DocumentOutline,
    section: DocumentSection,
    lost: Sequence[MemberEntry],
    names: Sequence[str],
) -> list[MemberEntry]:
    """Give entries without names the names that the syntax block has, in order."""
    if len(lost) != len(names):
        expected = f"{len(names)} entries in {section.title!r}, as the syntax block has"
        raise NamesLost(page.document.shown, section.line, expected, f"{len(lost)}")
    return [replace(entry, name=name) for name, entry in zip(names, lost, strict=True)]


def with_media(
    page: DocumentOutline, content: Content, head: Head, names: set[str], section: str
) -> Content:
    """The content with the literal ``Content-type`` of the block, where there is one."""
    for name, value, line in head.headers:
        if name.lower() == "content-type" and value not in names and "/" in value:
            return replace(content, media_type=value, media_place=page.at(section, line))
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
    nodes = body.entries if isinstance(body, ObjectNode) else {}
    keys = [body.text] if isinstance(body, Leaf) else list(nodes)
    expected = {*keys, *headers}
    found = entries(page, section, expected)
    recovered: tuple[str, ...] = ()
    if expected and not found and page.rendering is Rendering.PLAIN:
        found = rename(page, section, nameless(section), [*headers, *keys])
        count = "1 name" if len(found) == 1 else f"{len(found)} names"
        recovered = (f"{count} of {listing!r} from {syntax!r}, by order and count",)
    members = {member.name: member for member in read_entries(page.document, section, found)}
    content = Content(syntax_section=syntax, place=page.at(listing, section.line))
    whole = _whole_body(members, body, headers)
    if whole is not None and isinstance(body, ObjectNode):
        return Listed(replace(content, payload=whole, syntax=body), recovered)
    left_out = _check_names(page, section, expected, members)
    if isinstance(body, Leaf):
        return Listed(replace(content, payload=members[body.text]), recovered, left_out)
    if body is not None and not isinstance(body, ObjectNode):
        raise UnknownNotation(page.document.shown, body.line, "an object or one word as the body")
    for key in keys:
        _check_type(page, members[key], nodes[key])
    kept = tuple(members[name] for name in members if name in keys)
    return Listed(replace(content, members=kept, syntax=body), recovered, left_out)


def _read_element(
    page: DocumentOutline,
    section: DocumentSection,
    syntax: str,
    body: Element,
    headers: Sequence[str],
) -> Listed:
    """The members of a body in XML: what is right inside of its element, or the element itself."""
    found = entries(page, section, {body.name, *body.inside, *headers})
    # The element itself comes first, also where what is in it has the same name.
    first = next((entry for entry in found if entry.name == body.name), None)
    root = None
    if first is not None and body.inside:
        found.remove(first)
        root = read_entries(page.document, section, [first])[0]
    members = {member.name: member for member in read_entries(page.document, section, found)}
    inside = body.inside or {body.name: Leaf("", quoted=False, line=body.line)}
    kept = [one for name, one in members.items() if name not in headers]
    for member in kept:
        _check_type(page, member, None)
    shown = {name.lower() for name in inside}
    stated = [one.name.lower() for one in kept]
    if len(shown.difference(stated)) > sum(name not in shown for name in stated):
        # One may be listed by the name that SDKs have for it.
        _check_names(page, section, {*inside, *headers}, members)
    return Listed(
        Content(
            members=tuple(kept),
            syntax=ObjectNode(inside, body.line),
            syntax_section=syntax,
            place=page.at(section.title, section.line),
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
        text = f"{', '.join(missing)} of the syntax block in {section.title!r}"
        raise Contradiction(page.document.shown, section.line, text, "no such name")
    more = [member for name, member in members.items() if name not in expected]
    if more and not expected:
        text = f"the listed name {more[0].name!r} in the syntax block"
        raise Contradiction(page.document.shown, more[0].place.line, text, "none of that name")
    return tuple(f"{one.name}: listed, but left out: not in the syntax block" for one in more)


def _check_type(page: DocumentOutline, member: DocumentedMember, node: Node | None) -> None:
    if member.type is None:
        expected = f"a 'Type:' line for {member.name!r}"
        raise UnknownNotation(page.document.shown, member.place.line, expected, "none")
    if node is not None and not agrees(member.type, node):
        line = (member.type_place or member.place).line
        expected = f"the type of {member.name!r} to agree with the syntax block (line {node.line})"
        raise Contradiction(page.document.shown, line, expected, member.type.base.value)
