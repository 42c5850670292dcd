"""What the syntax blocks show of structures: members without a page, and timestamps on the wire."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from conformance.documents.model import (
    BaseType,
    DocumentedMember,
    Leaf,
    ListNode,
    Node,
    ObjectNode,
    SourceLocation,
    TypeName,
)
from conformance.documents.page_model import Content, ServicePages


@dataclass(frozen=True, slots=True)
class SyntaxExample:
    """A structure as a syntax block shows it."""

    node: ObjectNode
    document: str
    section: str

    @property
    def place(self) -> SourceLocation:
        return SourceLocation(self.document, self.section, self.node.line)


@dataclass(slots=True)
class SyntaxExamples:
    """What the syntax blocks show by structure, in the order in which members mention them."""

    sights: dict[str, list[SyntaxExample]] = field(default_factory=dict)
    wires: set[str] = field(default_factory=set)

    def timestamp(self, structure: str, member: str) -> str | None:
        """The wire form of a structure's timestamp in its last example, if any shows it."""
        for sight in reversed(self.sights.get(structure, [])):
            node = sight.node.entries.get(member)
            if isinstance(node, Leaf):
                return wire_of(node)
        return None

    @property
    def usual_timestamp(self) -> str | None:
        """The wire form of timestamps, if all examples of the service agree."""
        return next(iter(self.wires)) if len(self.wires) == 1 else None


def wire_of(node: Node | None) -> str | None:
    """The JSON type of a timestamp, from its leaf in a syntax block."""
    if not isinstance(node, Leaf):
        return None
    if node.quoted:
        return "string"
    return "number" if node.text == "number" else None


def look(pages: ServicePages) -> SyntaxExamples:
    """Walk all syntax blocks along the documented types."""
    shown = SyntaxExamples()
    for page in pages.operations.values():
        for content in (page.request, page.response):
            _look_at(pages, shown, content, page.document)
    for structure in pages.structures.values():
        for member in structure.members:
            _mention(shown, member.type)
    return shown


def _look_at(pages: ServicePages, shown: SyntaxExamples, content: Content, document: str) -> None:
    stack: list[tuple[TypeName | None, Node]] = list(reversed(list(_typed(content))))
    while stack:
        stated, node = stack.pop()
        if stated is None:
            continue
        _mention(shown, stated)
        wire = wire_of(node)
        if stated.base is BaseType.TIMESTAMP and wire is not None:
            shown.wires.add(wire)
        if stated.base is BaseType.LIST and isinstance(node, ListNode) and node.item is not None:
            stack.append((stated.element, node.item))
        elif (
            stated.base is BaseType.MAP and isinstance(node, ObjectNode) and node.as_map is not None
        ):
            stack.append((stated.element, node.as_map))
        elif stated.base is BaseType.STRUCTURE and isinstance(node, ObjectNode) and stated.name:
            if not node.elided:
                shown.sights[stated.name].append(
                    SyntaxExample(node, document, content.syntax_section)
                )
            stack.extend(reversed(list(_inside(pages, stated.name, node))))


def _typed(content: Content) -> Iterator[tuple[TypeName | None, Node]]:
    if content.payload is not None and content.syntax is not None:
        yield content.payload.type, content.syntax
        return
    entries = content.syntax.entries if content.syntax is not None else {}
    for member in content.members:
        yield member.type, entries[member.name]


def _inside(
    pages: ServicePages, name: str, node: ObjectNode
) -> Iterator[tuple[TypeName | None, Node]]:
    page = pages.structures.get(name)
    members: Mapping[str, DocumentedMember] = {m.name: m for m in page.members} if page else {}
    for key, inner in node.entries.items():
        if key in members:
            yield members[key].type, inner


def _mention(shown: SyntaxExamples, stated: TypeName | None) -> None:
    """Note the structure that a type leads to."""
    while stated is not None:
        if stated.base is BaseType.STRUCTURE and stated.name:
            shown.sights.setdefault(stated.name, [])
        stated = stated.element
