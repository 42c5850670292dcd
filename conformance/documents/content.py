"""The body of a request or an answer: what its list names, checked against the syntax block."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from conformance.documents.lines import LineKind
from conformance.documents.members import MemberEntry, entries, listed, nameless, read_entries
from conformance.documents.model import (
    BaseType,
    Document,
    DocumentedMember,
    Leaf,
    Node,
    ObjectNode,
    SourceLocation,
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


def json_start(block: Block) -> int:
    """Where the body of a block begins: behind a request line and headers, where it has any."""
    head = block.text.find("{")
    return head if REQUEST_LINE.match(block.text) and head >= 0 else 0


def whole_body(block: Block, offset: int) -> Node | Element | None:
    """The body of a syntax block, in JSON or in XML."""
    if block.text[offset:].lstrip().startswith("<"):
        return read_element(block, offset)
    return read_body(block, offset)


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
    return [
        MemberEntry(name, entry.start, entry.lines) for name, entry in zip(names, lost, strict=True)
    ]


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
    return tuple(f"{one.name}: listed, but left out: not in the syntax block" for one in more)


def _check_type(page: DocumentOutline, member: DocumentedMember, node: Node | None) -> None:
    if member.type is None:
        raise UnknownNotation(
            page.document.shown, member.place.line, f"a 'Type:' line for {member.name!r}", "none"
        )
    if node is not None and not agrees(member.type, node):
        line = (member.type_place or member.place).line
        expected = f"the type of {member.name!r} to agree with the syntax block (line {node.line})"
        raise Contradiction(page.document.shown, line, expected, member.type.base.value)
