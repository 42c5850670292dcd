"""Pages as typed values: what a document states, each with the line it comes from.

Nothing here knows OpenAPI or HTTP clients. All values are frozen.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class SourceLocation:
    """A line of a document; ``text`` is the line itself, given for constraint lines only."""

    document: str
    section: str
    line: int
    text: str | None = None


@dataclass(frozen=True, slots=True)
class ModelPlace(SourceLocation):
    """A node of an SDK model, where no page is at hand; ``path`` is its JSON Pointer (RFC 6901).

    ``document`` is the model's own name, ``section`` and ``line`` mean nothing.
    """

    section: str = ""
    line: int = 0
    path: str = ""


class Rendering(StrEnum):
    """How a page is written."""

    PLAIN = "plain text"
    MARKDOWN = "Markdown"
    HTML = "HTML"


@dataclass(frozen=True, slots=True)
class Document:
    """The text of a document and where it came from.

    ``name`` is the file name, unique within a service; ``shown`` the path or address for messages;
    ``sha256`` the hex digest of the bytes; ``url`` the published address where it is known.
    """

    name: str
    shown: str
    service: str
    text: str
    sha256: str
    url: str | None = None


class LimitTarget(StrEnum):
    """What part of a value a limit is about."""

    LEAF = "leaf"
    """The innermost value: of a list its items, of a map its values."""
    LIST = "list"
    MAP = "map"
    KEY = "key"


@dataclass(frozen=True, slots=True)
class Limit:
    """One stated limit; ``name`` is the JSON Schema keyword, ``value`` as documented.

    Values: whole numbers for lengths and counts, int or float for minimum and maximum, the Java
    expression for ``pattern``, a tuple of texts for ``enum``. ``depth`` counts nested lists from
    the outside, for ``LimitTarget.LIST``.
    """

    name: str
    value: int | float | str | tuple[str, ...]
    on: LimitTarget
    place: SourceLocation
    depth: int = 0


class BaseType(StrEnum):
    """The kinds of a documented type."""

    STRING = "string"
    INTEGER = "integer"
    LONG = "long"
    FLOAT = "float"
    DOUBLE = "double"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"
    BLOB = "blob"
    JSON = "json"
    STRUCTURE = "structure"
    LIST = "list"
    MAP = "map"


@dataclass(frozen=True, slots=True)
class WireNames:
    """How a value is named where it is an element of XML or a form parameter.

    ``name`` of its element, where that differs from the member's; ``item``, ``key`` and ``value``
    of what is in a list or a map; ``query`` in form parameters. ``wrapped``: a list or a map has
    an extra element around its entries.
    """

    name: str | None = None
    attribute: bool = False
    wrapped: bool = False
    namespace: str | None = None
    prefix: str | None = None
    query: str | None = None


@dataclass(frozen=True, slots=True)
class TypeName:
    """A documented type: ``name`` of a structure, ``element`` of a list or of a map's values.

    ``wire`` is ``number``, ``string`` or ``http-date`` for a timestamp whose form is stated with
    its type; pages show it in their syntax blocks instead.
    """

    base: BaseType
    name: str | None = None
    element: TypeName | None = None
    wire: str | None = None
    names: WireNames | None = None
    key_names: WireNames | None = None
    """Of a map, those of its keys."""


@dataclass(frozen=True, slots=True)
class DocumentedMember:
    """A named value of a request, a response or a structure, as its page lists it.

    ``type`` and ``required`` are None where the page does not state them; ``default`` is the text
    of a ``Default value`` line.
    """

    name: str
    place: SourceLocation
    type: TypeName | None = None
    type_place: SourceLocation | None = None
    limits: tuple[Limit, ...] = ()
    required: bool | None = None
    required_place: SourceLocation | None = None
    default: str | None = None
    default_place: SourceLocation | None = None
    names: WireNames | None = None


@dataclass(frozen=True, slots=True)
class ErrorEntry:
    """An error of a page; ``name`` is None where the page lost it. ``members`` are its fields.

    ``status`` is None where nothing states it.
    """

    name: str | None
    status: int | None
    place: SourceLocation
    members: tuple[tuple[str, SourceLocation], ...] = ()


@dataclass(frozen=True, slots=True)
class Leaf:
    """A scalar of a syntax block: its placeholder text, and whether it stands in quotes."""

    text: str
    quoted: bool
    line: int


@dataclass(frozen=True, slots=True)
class ListNode:
    """A list of a syntax block; ``item`` is None for ``[ ]``."""

    item: Node | None
    line: int


@dataclass(frozen=True, slots=True)
class ObjectNode:
    """A structure or a map of a syntax block, in the order of the page.

    ``elided`` where the block shows ``{ ... }``: the members are on the page of the type.
    """

    entries: Mapping[str, Node]
    line: int
    elided: bool = False

    @property
    def as_map(self) -> Node | None:
        """The value node where the object looks like a map: its only key is ``string``."""
        return self.entries["string"] if list(self.entries) == ["string"] else None


Node: TypeAlias = Leaf | ListNode | ObjectNode


class Layout(StrEnum):
    """How an operation page is laid out: by its protocol, which pages do not name."""

    REST = "restJson1"
    """A request line, URI parameters and, where there is one, a JSON body."""
    JSON = "an AWS JSON protocol"
    """Bodies in JSON without a request line."""
    QUERY = "the Query protocol"
    """Parameters in dotted names without a syntax block."""
    XML = "restXml"
    """A request line and a body in XML."""
    RESOURCE = "restJson1, by resource"
    """The operations of one address, with types in tables: these name the bodies of errors."""

    @property
    def shows_request(self) -> bool:
        """Whether a page shows all that is needed to send its request: no model has to."""
        return self in {Layout.REST, Layout.RESOURCE}


class ParameterLocation(StrEnum):
    """Where a request member or a response member travels."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"


@dataclass(frozen=True, slots=True)
class Parameter:
    """A member outside the body; ``wire`` is its name in the request line or header.

    With ``prefix`` the member is a map, and ``wire`` the beginning of the header of each entry.
    """

    member: DocumentedMember
    where: ParameterLocation
    wire: str
    prefix: bool = False
    greedy: bool = False
    """Of a path label: its slashes are not percent-encoded."""


@dataclass(frozen=True, slots=True)
class Content:
    """The body of a request or a response.

    Exactly one of ``members`` and ``payload`` is filled, or neither for an empty body; ``syntax``
    is the body of the syntax block. A payload of a structure type is the structure itself: its
    members are the body's.
    """

    members: tuple[DocumentedMember, ...] = ()
    payload: DocumentedMember | None = None
    syntax: ObjectNode | None = None
    syntax_section: str = ""
    media_type: str | None = None
    media_place: SourceLocation | None = None
    place: SourceLocation | None = None
    names: WireNames | None = None
    """Of the element that the whole body is."""
    root: DocumentedMember | None = None
    """The entry of that element, where the page lists it beside the members in it."""


@dataclass(frozen=True, slots=True)
class OperationPage:
    """An operation: request, response and errors. ``path`` is a template with labels in braces.

    ``status`` is None where the status line of the syntax holds a placeholder. ``recovered`` says
    in our words what had to be reconstructed, and how; ``left_out`` which single members the page
    does not place, so that the operation is known without them.
    """

    document: str
    name: str
    place: SourceLocation
    method: str
    path: str
    literal_query: Mapping[str, str]
    parameters: tuple[Parameter, ...]
    request: Content
    status: int | None
    status_place: SourceLocation
    response_headers: tuple[Parameter, ...]
    response: Content
    errors: tuple[ErrorEntry, ...]
    recovered: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    host_prefix: str | None = None
    selectors: Mapping[str, str] | None = None
    """The header or the form parameters that say which operation is meant, and their texts."""
    checksum: bool = False
    """A digest of the body must come with it."""
    spoke_query: bool = False
    """The service spoke the query protocol, and its errors still have their names of then."""
    layout: Layout = Layout.REST
    unplaced: tuple[DocumentedMember, ...] = ()
    """Parameters that the page lists and its request line has nowhere."""


@dataclass(frozen=True, slots=True)
class StructurePage:
    """A data type; ``union`` where exactly one member may be set."""

    document: str
    name: str
    place: SourceLocation
    members: tuple[DocumentedMember, ...]
    union: bool = False


@dataclass(frozen=True, slots=True)
class PatchRow:
    """A row of a patch-operations table: ``ops`` says what is supported.

    ``conditional`` names the ops whose support depends on something.
    """

    path: str
    ops: Mapping[str, bool]
    conditional: tuple[str, ...]
    place: SourceLocation


@dataclass(frozen=True, slots=True)
class PatchPage:
    """The patch-operations page: rows by operation."""

    document: str
    tables: Mapping[str, tuple[PatchRow, ...]]


@dataclass(frozen=True, slots=True)
class CommonErrorsPage:
    """The errors that every operation of the service may answer."""

    document: str
    errors: tuple[ErrorEntry, ...]


@dataclass(frozen=True, slots=True)
class ResourcePage:
    """A page of one resource: the operations on its address, and the types that they use."""

    document: str
    operations: tuple[OperationPage, ...]
    structures: tuple[StructurePage, ...]


Page: TypeAlias = OperationPage | StructurePage | PatchPage | CommonErrorsPage | ResourcePage
