"""The contract as typed values: what a merged spec says about a service.

Everything here is frozen and knows nothing of HTTP clients, targets or probes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, NamedTuple

from conformance import error_identity
from conformance.contract.found_requests import FoundRequests
from conformance.contract.given_values import Given
from conformance.contract.levels import Level, Source
from conformance.documents.model import WireNames

if TYPE_CHECKING:
    from conformance.contract.vocabulary.overlay_model import Overlay


NO_NAMES = WireNames()
MEMBER_MEDIA = frozenset({
    "application/json", "application/x-amz-json-1.0", "application/x-amz-json-1.1",
    "application/xml", "text/xml", "application/cbor", "application/x-www-form-urlencoded",
})  # fmt: skip
"""Media types of bodies that consist of members; any other body is one member as a whole."""


class Kind(StrEnum):
    """What kind of JSON value a shape stands for on the wire."""

    STRING = "string"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    TIMESTAMP = "timestamp"
    BLOB = "blob"
    LIST = "list"
    MAP = "map"
    STRUCTURE = "structure"
    ANY = "any"


class ProtocolName(StrEnum):
    """The protocols that services speak, as their rules are filed."""

    REST_JSON_1 = "rest-json-1"
    AWS_JSON_1_0 = "aws-json-1.0"
    AWS_JSON_1_1 = "aws-json-1.1"
    AWS_QUERY = "aws-query"
    EC2_QUERY = "ec2-query"
    REST_XML = "rest-xml"
    RPC_V2_CBOR = "rpc-v2-cbor"


class Location(StrEnum):
    """Where a request member travels."""

    PATH = "path"
    QUERY = "query"
    HEADER = "header"
    BODY = "body"
    PAYLOAD = "payload"
    """The whole body is this one member (a blob)."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """One limit on a value: ``maxLength`` 1000, ``pattern`` ... with its place and level.

    ``name`` is the JSON Schema keyword: minLength, maxLength, pattern, enum, minimum, maximum,
    minItems, maxItems, minProperties, maxProperties. A pattern's value is the Java expression as
    documented; it applies to the whole value.
    """

    name: str
    value: Any
    source: Source
    level: Level
    untested: bool = False
    """Known from elsewhere than the documents: it keeps made-up values valid, and is no statement
    that is tested."""


class Called(NamedTuple):
    """What a value is called, the structure that it stands in, and the service's signing name."""

    name: str
    inside: str
    service: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A value's kind and limits; element and key and members by kind."""

    kind: Kind
    constraints: Mapping[str, Constraint] = field(default_factory=dict)
    members: Mapping[str, Member] = field(default_factory=dict)
    element: Shape | None = None
    """Of a list its items, of a map its values."""
    key: Shape | None = None
    name: str | None = None
    """The documented name of a structure, where it has one."""
    wire: Kind | None = None
    """Of a timestamp: NUMBER (epoch seconds) or STRING (ISO 8601)."""
    source: Source = field(default_factory=Source)
    """Where the type is stated."""
    level: Level = Level.REQUIRED
    """Level of the type statement."""
    examples: tuple[Any, ...] = ()
    """Values known to be valid; accept probes start from these."""
    closed: bool = False
    """Nothing but the examples is known to be accepted, whatever the limits allow."""
    lenient: tuple[str, ...] = ()
    """JSON types that AWS may convert instead of refusing: never probed at gate level."""
    union: bool = False
    """A structure of which exactly one member is given."""
    secret: bool = False
    unkept: bool = False
    """The model says that the value may count for nothing: no longer used, ignored, deprecated."""
    conditional: bool = False
    """The model says that the value counts beside some other settings only, or for a time."""
    called: Called | None = None
    """What made-up values go by; None where the values that are right are stated."""
    usual: tuple[Any, ...] = ()
    """What the model's prose and published examples show: made-up values may be like it."""
    untested: bool = False
    """Of a structure: its members are known from elsewhere than the documents, and not tested."""
    whole: bool = False
    """Of a timestamp in seconds: AWS writes whole ones. Else the protocol allows a fraction."""
    filters: tuple[str, ...] = ()
    """Of a list of filters: the names that the model's prose has for them."""
    idempotency_token: bool = False
    """A request with the same one is the same request, by the model's trait and its prose."""
    names: WireNames = NO_NAMES
    """What the value is called in XML and in form parameters, where a protocol has such names."""

    def limit(self, name: str) -> Any:
        found = self.constraints.get(name)
        return None if found is None else found.value


@dataclass(frozen=True, slots=True)
class Member:
    """A named part of a structure; ``name`` is that on the wire, ``documented`` the page's."""

    name: str
    shape: Shape
    required: bool = False
    required_source: Source = field(default_factory=Source)
    required_level: Level = Level.REQUIRED
    location: Location = Location.BODY
    documented: str | None = None
    source: Source = field(default_factory=Source)
    untested: bool = False
    """That it is required is known from elsewhere than the documents, as an untested limit is."""


@dataclass(frozen=True, slots=True)
class DeclaredError:
    """An error that a page lists; ``status`` is 0 where nothing states it."""

    name: str
    status: int
    source: Source
    untested: bool = False
    """The documents do not have it, and a target may answer it all the same."""


@dataclass(frozen=True, slots=True)
class PatchRule:
    """One cell of the patch-operations table."""

    path: str
    op: str
    supported: bool
    source: Source
    level: Level


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation: ``method`` and ``path`` template (labels in braces), its input and output."""

    service: str
    name: str
    method: str
    path: str
    query: Mapping[str, str]
    """Literal query parameters that select the operation."""
    input: Mapping[str, Member]
    """Every request member by wire name, whatever its location."""
    output: Mapping[str, Member]
    status: int
    """The documented success status."""
    status_source: Source
    errors: Mapping[str, DeclaredError]
    source: Source
    content_type: str | None = None
    """Of the success response; None where it has no body."""
    content_type_given: bool = False
    """The content type of the answer is a member of it: whatever was stored."""
    content_type_source: Source = field(default_factory=Source)
    greedy: frozenset[str] = frozenset()
    """Labels of the path whose slashes are not percent-encoded."""
    patch: tuple[PatchRule, ...] = ()
    protocol: ProtocolName = ProtocolName.REST_JSON_1
    selectors: Mapping[str, str] = field(default_factory=dict)
    """The header or the form parameters that say that this operation is meant."""
    present: frozenset[str] = frozenset()
    """Query parameters without which a request is of another operation."""
    root: WireNames = NO_NAMES
    """Of the element that a request's body is."""
    whole: str | None = None
    """The member that this element is, where its own members are no members of the request."""
    wrapper: str | None = None
    """The element of an answer that its members are in."""
    checksum: bool = False
    """A digest of the body must come with it."""
    spoke_query: bool = False
    """Errors have the names that they had in the query protocol in a header."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """What a success has in headers: by member, the header, or of a map how all of them begin."""
    payload: str | None = None
    """The member that the bytes of a success are."""
    usual: tuple[Mapping[str, Any], ...] = ()
    """Requests that are published as examples: candidates, where a made-up one is refused."""
    said: tuple[str, ...] | None = None
    """What the model's prose may be read to allow; None where no prose is known."""

    @property
    def missing(self) -> tuple[DeclaredError, ...]:
        """The errors that say that the resource does not exist."""
        return tuple(self._of(error_identity.NOT_FOUND, error_identity.says_missing))

    @property
    def conflicting(self) -> tuple[DeclaredError, ...]:
        """The errors that say that what is to be made is there already."""
        return tuple(self._of(error_identity.CONFLICT, error_identity.says_taken))

    def _of(self, status: int, says: Callable[[str], bool]) -> Iterator[DeclaredError]:
        """The errors of a status; by name in protocols whose errors all share one status."""
        plain = self.protocol is ProtocolName.REST_JSON_1
        for error in self.errors.values():
            named = not plain and error.status in {0, 400, status} and says(error.name)
            if named or error.status == status:
                yield error


@dataclass(frozen=True, slots=True)
class Contract:
    """A service: its operations and what the overlay adds."""

    service: str
    title: str
    operations: Mapping[str, Operation]
    common_errors: Mapping[str, DeclaredError]
    overlay: Overlay
    """What the overlay states or what was inferred: lifecycles, base requests, refusals, rules."""
    documents: Mapping[str, Any]
    """URL and sha256 of each document, by name."""
    hashes: Mapping[str, str]
    """sha256 of the spec and overlay files, by file name."""
    protocol: ProtocolName = ProtocolName.REST_JSON_1
    found: FoundRequests = field(default_factory=FoundRequests, compare=False)
    """What a run found out about valid requests, where no overlay states them."""
    setup: frozenset[str] = frozenset()
    """Operations that are not tested: they make, show and delete what the others need."""
    completed: str = ""
    """What was taken from an SDK model because the documents lack it, in one line."""
    given: Given = field(default_factory=Given)
    """The resources that a user named, which every request that takes one speaks of."""

    def stated(self) -> tuple[object, ...]:
        """What its requirements are made of: the parts that no run changes."""
        return self.operations, self.overlay, self.setup, self.protocol

    @property
    def tested(self) -> tuple[Operation, ...]:
        """The operations that requirements are about."""
        return tuple(one for one in self.operations.values() if one.name not in self.setup)

    @property
    def signing_name(self) -> str:
        return self.overlay.signing.service or self.service

    @property
    def signature_version(self) -> str:
        """The version of the signature, where it is an unusual one."""
        return self.overlay.signing.version or ""
