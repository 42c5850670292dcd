"""The request of an operation page: its line, its parameters, its body.

In some renderings the request line marks its placeholders (``{{KeyName}}``), in others a
placeholder is a bare word that the list of URI parameters names too.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.documents.lines import LineKind
from conformance.documents.members import Entry, entries, nameless, read_entries
from conformance.documents.model import (
    Base,
    Content,
    Document,
    Leaf,
    Member,
    Node,
    ObjectNode,
    OperationPage,
    Parameter,
    Place,
    Where,
)
from conformance.documents.problems import Contradiction, NamesLost, UnknownNotation
from conformance.documents.syntax import (
    PLACEHOLDER,
    REQUEST_LINE,
    Block,
    Head,
    read_body,
    read_head,
)
from conformance.documents.types import agrees

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from conformance.documents.sections import Outline, Section

SYNTAX, URI, BODY = "Request Syntax", "URI Request Parameters", "Request Body"
EXPECTED = "a request line such as 'PATCH /things/{{Name}} HTTP/1.1'"


@dataclass(frozen=True, slots=True)
class Request:
    """What an operation page says of its request."""

    method: str
    path: str
    literal_query: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    content: Content
    recovered: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slot:
    """A piece of the request line or a header that may be a placeholder.

    ``name`` is the placeholder's word; ``marked`` where braces say that it is one.
    """

    where: Where
    wire: str
    name: str
    marked: bool


def syntax_block(page: Outline, title: str) -> Block:
    """The syntax block of a section: its code lines, or all its lines in plain text."""
    section = page.section(title)
    code = [line for line in section.lines if line.kind is LineKind.CODE]
    lines = code or [line for line in section.lines if line.kind is not LineKind.BLANK]
    if not lines:
        raise UnknownNotation(page.document.shown, section.line, f"a block below {title!r}")
    return Block(page.document, lines)


def read_request(page: Outline, fuller: OperationPage | None) -> Request:
    """Read the request; ``fuller`` is another page of the operation, for names this one lost."""
    block = syntax_block(page, SYNTAX)
    head, offset = read_head(block, REQUEST_LINE, EXPECTED)
    slots = _slots(head)
    section = page.section(URI)
    found = entries(page, section, {slot.name for slot in slots})
    recovered: list[str] = []
    names = {entry.name for entry in found if entry.name}
    if not found:
        lost = nameless(section) if page.rendering == "plain text" else []
        names = _lost_labels(page, section, slots, len(lost), fuller)
        found = rename(page, section, lost, sorted(names, key=str.lower))
        recovered += [f"URI parameter {name}: name from the request line" for name in sorted(names)]
    chosen = _chosen(page, section, slots, names)
    members = {m.name: m for m in read_entries(page.document, section, found)}
    _check_labels(page.document, chosen, members)
    content, notes = read_content(page, BODY, SYNTAX, read_body(block, offset))
    return Request(
        method=head.start[0],
        path=_template(head.start[1], names),
        literal_query=_literal_query(slots, names),
        parameters=tuple(_parameter(members[s.name], s) for s in chosen),
        content=with_media(content, head, names, page.document, SYNTAX),
        recovered=(*recovered, *notes),
    )


def _parameter(member: Member, slot: Slot) -> Parameter:
    """A header whose name ends in an asterisk stands for every header that begins so."""
    prefix = slot.where is Where.HEADER and slot.wire.endswith("*")
    return Parameter(member, slot.where, slot.wire.removesuffix("*"), prefix)


def _slots(head: Head) -> list[Slot]:
    path, _, query = head.start[1].partition("?")
    slots = []
    for segment in path.split("/"):
        marked = PLACEHOLDER.findall(segment)
        names = marked or ([segment] if segment else [])
        slots += [
            Slot(Where.PATH, name.rstrip("+"), name.rstrip("+"), bool(marked)) for name in names
        ]
    for pair in filter(None, query.split("&")):
        wire, _, value = pair.partition("=")
        slots.append(_slot(Where.QUERY, wire, value))
    slots += [_slot(Where.HEADER, name, value) for name, value, _ in head.headers]
    return slots


def _slot(where: Where, wire: str, value: str) -> Slot:
    marked = PLACEHOLDER.fullmatch(value)
    return Slot(where, wire, marked[1] if marked else value, marked is not None)


def _chosen(page: Outline, section: Section, slots: list[Slot], names: set[str]) -> list[Slot]:
    """The slots that are placeholders: exactly one a listed name, none marked and unlisted."""
    chosen = [slot for slot in slots if slot.name in names]
    for name in sorted(names):
        chosen = _without_literals(chosen, name)
        count = sum(slot.name == name for slot in chosen)
        if count != 1:
            raise Contradiction(
                page.document.shown,
                section.line,
                f"the listed parameter {name!r} once in the request line",
                f"it {count} times",
            )
    for slot in slots:
        if slot.marked and slot.name not in names:
            expected = f"the placeholder {slot.name!r} of the request line in {URI!r}"
            raise Contradiction(page.document.shown, section.line, expected, "no such name")
    return [
        Slot(s.where, s.name if s.where is Where.PATH else s.wire, s.name, s.marked) for s in chosen
    ]


def _without_literals(chosen: list[Slot], name: str) -> list[Slot]:
    """Without the path segments that only have the name of a label: the label comes after them."""
    same = [slot for slot in chosen if slot.name == name]
    if len(same) < 2 or any(slot.where is not Where.PATH for slot in same):
        return chosen
    marked = [slot for slot in same if slot.marked]
    kept = marked or same[-1:]
    return [slot for slot in chosen if slot.name != name or any(slot is one for one in kept)]


def _lost_labels(
    page: Outline, section: Section, slots: list[Slot], count: int, fuller: OperationPage | None
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
        bare = [s.name for s in slots if s.where is Where.PATH and s.name != s.name.lower()]
        bare += [s.name for s in slots if s.where is Where.PATH and "_" in s.name]
        labels = set(bare)
        if count != 1 or any(slot.where is Where.QUERY for slot in slots):
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
    page: Outline, section: Section, lost: Sequence[Entry], names: Sequence[str]
) -> list[Entry]:
    """Give entries without names the names that the syntax block has, in order."""
    if len(lost) != len(names):
        raise NamesLost(
            page.document.shown,
            section.line,
            f"{len(names)} entries in {section.title!r}, as the syntax block has",
            f"{len(lost)}",
        )
    return [Entry(name, entry.start, entry.lines) for name, entry in zip(names, lost, strict=True)]


def _check_labels(
    document: Document, chosen: Sequence[Slot], members: Mapping[str, Member]
) -> None:
    for slot in chosen:
        member = members[slot.name]
        if slot.where is Where.PATH and member.required is False:
            place = member.required_place or member.place
            raise Contradiction(
                document.shown, place.line, f"the path label {slot.name!r} to be required", "No"
            )


def _template(target: str, names: set[str]) -> str:
    path = target.partition("?")[0]
    found = {match[1].rstrip("+") for match in PLACEHOLDER.finditer(path)}
    marked = PLACEHOLDER.sub(lambda match: "{" + match[1].rstrip("+") + "}", path)
    segments = marked.split("/")
    for name in names - found:
        # A segment may have the name of the label after it: the last one is the label.
        at = [i for i, segment in enumerate(segments) if segment.rstrip("+") == name]
        if at:
            segments[at[-1]] = f"{{{name}}}"
    return "/".join(segments).replace("}+", "}")


def _literal_query(slots: Sequence[Slot], names: set[str]) -> dict[str, str]:
    return {s.wire: s.name for s in slots if s.where is Where.QUERY and s.name not in names}


def with_media(
    content: Content, head: Head, names: set[str], document: Document, section: str
) -> Content:
    """The content with the literal ``Content-type`` of the block, where there is one."""
    from dataclasses import replace

    for name, value, line in head.headers:
        if name.lower() == "content-type" and value not in names and "/" in value:
            return replace(
                content, media_type=value, media_place=Place(document.name, section, line)
            )
    return content


def read_content(
    page: Outline, listing: str, syntax: str, body: Node | None, headers: Sequence[str] = ()
) -> tuple[Content, list[str]]:
    """The members of a body as ``listing`` lists them, checked against the syntax block.

    ``headers`` are names that the listing holds besides the body's. Returns the content and what
    had to be recovered.
    """
    section = page.section(listing)
    keys = list(body.entries) if isinstance(body, ObjectNode) else []
    keys += [body.text] if isinstance(body, Leaf) else []
    expected = {*keys, *headers}
    found = entries(page, section, expected)
    notes = []
    if expected and not found and page.rendering == "plain text":
        found = rename(page, section, nameless(section), [*headers, *keys])
        count = "1 name" if len(found) == 1 else f"{len(found)} names"
        notes = [f"{count} of {listing!r} from {syntax!r}, by order and count"]
    members = {member.name: member for member in read_entries(page.document, section, found)}
    place = Place(page.document.name, listing, section.line)
    whole = _whole_body(members, body, headers)
    if whole is not None:
        syntax_of = body if isinstance(body, ObjectNode) else None
        return Content(payload=whole, syntax=syntax_of, syntax_section=syntax, place=place), notes
    _check_names(page, section, expected, members)
    if isinstance(body, Leaf):
        return Content(payload=members[body.text], syntax_section=syntax, place=place), notes
    if body is not None and not isinstance(body, ObjectNode):
        raise UnknownNotation(page.document.shown, body.line, "an object or one word as the body")
    for key in keys:
        _check_type(page, members[key], body.entries[key] if body else None)
    kept = tuple(members[name] for name in members if name in keys)
    return Content(members=kept, syntax=body, syntax_section=syntax, place=place), notes


def _whole_body(
    members: Mapping[str, Member], body: Node | None, headers: Sequence[str]
) -> Member | None:
    """The one listed member that is the body itself: a structure whose members the block shows."""
    listed = [member for name, member in members.items() if name not in headers]
    if not isinstance(body, ObjectNode) or len(listed) != 1 or listed[0].name in body.entries:
        return None
    stated = listed[0].type
    is_structure = stated is not None and stated.base in {Base.STRUCTURE, Base.JSON}
    return listed[0] if is_structure else None


def _check_names(
    page: Outline, section: Section, expected: set[str], members: Mapping[str, Member]
) -> None:
    for name, member in members.items():
        if name not in expected:
            raise Contradiction(
                page.document.shown,
                member.place.line,
                f"the listed name {name!r} in the syntax block",
                "none of that name",
            )
    missing = sorted(expected - set(members))
    if missing:
        raise Contradiction(
            page.document.shown,
            section.line,
            f"{', '.join(missing)} of the syntax block in {section.title!r}",
            "no such name",
        )


def _check_type(page: Outline, member: Member, node: Node | None) -> None:
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
