"""The parts of pages as typed values: what a document states, each with the line it comes from.

Nothing here knows OpenAPI or HTTP clients. All values are frozen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias


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


NUMBERS = frozenset(
    {BaseType.INTEGER, BaseType.LONG, BaseType.FLOAT, BaseType.DOUBLE, BaseType.NUMBER}
)


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
