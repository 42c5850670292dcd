"""Pages as typed values, of the parts in ``model``: one page, and what those of a service state."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from conformance.documents.model import (
    Document,
    DocumentedMember,
    ObjectNode,
    SourceLocation,
    WireNames,
)


@dataclass(frozen=True, slots=True)
class ErrorEntry:
    """An error; ``name`` is None where the page lost it, ``status`` where nothing states it."""

    name: str | None
    status: int | None
    place: SourceLocation
    members: tuple[tuple[str, SourceLocation], ...] = ()


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
    """A row of a patch table: which ``ops`` are supported, and which depend on something."""

    path: str
    ops: Mapping[str, bool]
    conditional: tuple[str, ...]
    place: SourceLocation


@dataclass(frozen=True, slots=True)
class PatchPage:
    """The patch-operations page: rows by operation."""

    tables: Mapping[str, tuple[PatchRow, ...]]


@dataclass(frozen=True, slots=True)
class CommonErrorsPage:
    """The errors that every operation of the service may answer."""

    errors: tuple[ErrorEntry, ...]


@dataclass(frozen=True, slots=True)
class ResourcePage:
    """A page of one resource: the operations on its address, and the types that they use."""

    operations: tuple[OperationPage, ...]
    structures: tuple[StructurePage, ...]


Page: TypeAlias = OperationPage | StructurePage | PatchPage | CommonErrorsPage | ResourcePage


API_VERSION = re.compile(r"goto/[A-Za-z0-9]+/[a-z0-9.-]+?-(\d{4}-\d{2}-\d{2})/")
SERVICE_TITLE = re.compile(
    r"\s*(?:<title>)?\s*[A-Za-z]\w* - ((?:Amazon|AWS) [A-Za-z0-9 ()-]{2,60})"
)


@dataclass(slots=True)
class ServicePages:
    """What the documents of a service state, and what was noticed while reading."""

    service: str
    documents: list[Document] = field(default_factory=list)
    operations: dict[str, OperationPage] = field(default_factory=dict)
    structures: dict[str, StructurePage] = field(default_factory=dict)
    patches: dict[str, tuple[PatchRow, ...]] = field(default_factory=dict)
    common_errors: dict[str, ErrorEntry] = field(default_factory=dict)
    differences: list[str] = field(default_factory=list)
    recoveries: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    stated_title: str = ""
    stated_version: str = ""
    signing: Mapping[str, str] = field(default_factory=dict)
    """The signing name and what AWS's hosts begin with; pages do not state it, models do."""
    model: str = ""
    """The SDK model that the pages are of, where somebody named it."""

    protocol: str | None = None
    """The name of the protocol; None where it is restJson1."""

    def shown(self, document: str) -> str:
        """What messages call a document: its path as given, else its name."""
        return next((one.shown for one in self.documents if one.name == document), document)

    @property
    def title(self) -> str:
        """The name of the service as a page's title has it, else its identifier."""
        if self.stated_title:
            return self.stated_title
        titles = (SERVICE_TITLE.search(document.text[:20_000]) for document in self.documents)
        return next((match[1].strip() for match in titles if match), self.service)

    @property
    def version(self) -> str:
        """The API version that links of the pages state, else a digest of the documents."""
        if self.stated_version:
            return self.stated_version
        stated: set[str] = {v for d in self.documents for v in API_VERSION.findall(d.text)}
        if len(stated) == 1:
            return stated.pop()
        together = "".join(document.sha256 for document in self.documents)
        return f"documents-{hashlib.sha256(together.encode()).hexdigest()[:12]}"
