"""What an overlay adds to a derived spec, as frozen values: its vocabulary, stated once.

msgspec reads plain data into these classes and refuses unknown keys, missing ones and values of
another type; ``overlay_schema`` gives the same vocabulary as a JSON Schema. Templates (members of
requests, expected values) stay plain data: which members there are is the contract's business, and
``overlay_check`` compares them with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType, field

from conformance.contract.levels import Level, Source

Template = Mapping[str, Any]
"""Members of a request by wire name, with placeholders (``${name}``) in their values."""

Role = Literal["create", "read", "update", "list", "delete"]
FaultName = Literal[
    "limit", "enum", "type", "required", "patch", "syntax", "route", "not-found", "conflict"
]
Refusals = tuple[tuple[int | str, str], ...]
"""Pairs of status (or ``4xx``) and error code (or ``any``)."""


class _Words(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, rename="kebab",
    omit_defaults=True,
):  # fmt: skip
    """Keys are written with hyphens; a key that is not known is refused."""


class Pointer(_Words, frozen=True):
    """Where a statement comes from: a document with section and line, a model, an observation."""

    document: str | None = None
    section: str | None = None
    line: int | None = None
    url: str | None = None
    sha256: str | None = None
    text: str | None = None
    observation: str | None = None
    protocol: str | None = None
    model: str | None = None
    path: str | None = None

    def as_source(self, documents: Mapping[str, Any]) -> Source:
        """The source that it points to, with what is known of its document."""
        fields = {name: getattr(self, name) for name in self.__struct_fields__}
        name = self.document or self.model
        if name is not None:
            about = documents.get(name, {})
            fields |= {"url": about.get("url"), "sha256": about.get("sha256")}
        return Source(**fields)


# -- The lifecycle of a resource -------------------------------------------------------------------
#
# Fields are named as Smithy names the same thing; the keys of the files are an interface and stay:
# `limit`, `token` and `next` of a page are the `pageSize`, `inputToken` and `outputToken` of the
# trait `paginated`, whose `items` is that of a listing; `tag` of a mark is the `property` of the
# trait `taggable`; `identifier`, `create`, `read`, `update`, `list` and `delete` are those of a
# resource.


class Identifier(_Words, frozen=True):
    """How a resource is named: ``label`` carries it in requests.

    ``created`` is where the answer to its creation has it, ``given`` the member of that request
    that chose it; ``unknown`` is a template of one that nothing has.
    """

    label: str
    created: str | None = None
    given: str | None = None
    unknown: str = "${name}"


class TagsOf(_Words, frozen=True):
    """The request that shows a resource's tags, and where its answer has them."""

    operation: str
    at: str
    with_: Template = field(default_factory=dict, name="with")


class Mark(_Words, frozen=True):
    """How what a run made is told from the rest."""

    name: str | None = None
    tag_property: str | None = field(default=None, name="tag")
    tags_of: TagsOf | None = None


class Unique(_Words, frozen=True):
    """The member that no two resources may share."""

    member: str
    template: str = "name"
    error: str | None = None


class Page(_Words, frozen=True):
    """The members that lead through a list: page size, at most ``most``, and the tokens."""

    page_size: str = field(name="limit")
    input_token: str = field(name="token")
    output_token: str = field(name="next")
    most: int = 100


class Listing(_Words, frozen=True):
    """Where a list has its entries, and the member that names one."""

    items: str
    id: str
    page: Page | None = None


class Resource(_Words, frozen=True):
    """The lifecycle of one kind of resource."""

    name: str | None = None
    called: str | None = None
    service: str | None = None
    create: str | None = None
    read: str | None = None
    update: str | None = None
    list: str | None = None
    delete: str | None = None
    delete_with: Template = field(default_factory=dict)
    identifier: Identifier | None = None
    also_created_by: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, Literal["shared", "fresh"]] = field(default_factory=dict)
    mark: Mark | None = None
    not_found: str | None = None
    not_found_by: tuple[str, ...] | None = None
    unique: Unique | None = None
    showcase: tuple[Template, ...] = ()
    update_replaces: bool = False
    listing: Listing | None = None

    def roles(self) -> dict[str, str]:
        """The operation of each role that the kind has."""
        named = {
            "create": self.create,
            "read": self.read,
            "update": self.update,
            "list": self.list,
            "delete": self.delete,
        }
        return {role: name for role, name in named.items() if name is not None}

    @property
    def label(self) -> str | None:
        """The request member that carries the identifier."""
        return None if self.identifier is None else self.identifier.label

    @property
    def unique_member(self) -> str | None:
        """The member that no two resources may share."""
        return None if self.unique is None else self.unique.member

    @property
    def unique_error(self) -> str | None:
        """The error of a creation whose unique member is taken."""
        return None if self.unique is None else self.unique.error

    @property
    def mark_name(self) -> str | None:
        """The member that shows a resource's name."""
        return None if self.mark is None else self.mark.name

    @property
    def tag_property(self) -> str | None:
        """The member that holds a resource's tags."""
        return None if self.mark is None else self.mark.tag_property

    @property
    def page(self) -> Page | None:
        """The members that lead through the list."""
        return None if self.listing is None else self.listing.page


class OperationWords(_Words, frozen=True):
    """Requests of one operation."""

    resource: str | None = None
    base: Template | None = None
    bases: Mapping[str, Template] = field(default_factory=dict)
    stateful: tuple[str, ...] = ()
    patch_values: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    empty_object_allowed: bool = False
    not_shown: tuple[str, ...] = ()


# -- Rules -----------------------------------------------------------------------------------------


class WireForm(_Words, frozen=True):
    """Another way to write the same request."""

    headers: Mapping[str, str | None] = field(default_factory=dict)
    names: Literal["", "lower", "upper"] = ""
    method: str = ""
    path: str = ""
    label: str | None = None
    labels: Literal["usual", "all", "lower", "twice"] = "usual"
    query: str = ""
    chunked: bool = False


class Rule(_Words, frozen=True, tag_field="rule"):
    """A requirement that no keyword states."""

    level: Level
    statement: str
    source: Pointer

    @property
    def kind(self) -> str:
        """The word that the files have for this kind of rule."""
        return str(self.__struct_config__.tag)


class SingleRule(Rule, frozen=True):
    """What the rules of single requests have in common."""

    operations: tuple[str, ...] = ()
    with_: Template | UnsetType = field(default=UNSET, name="with")
    note: str | None = None
    place: str | None = None
    values: tuple[Any, ...] = ()
    requests: tuple[Template, ...] = ()
    forms: tuple[WireForm, ...] = ()
    tolerated: tuple[str, ...] = ()
    shown: Template = field(default_factory=dict)


class RefusedRule(SingleRule, frozen=True, tag="refused"):
    """Each value or request is refused as its fault is."""

    fault: FaultName = "limit"
    message: str | None = None


class AcceptedRule(SingleRule, frozen=True, tag="accepted"):
    """Each value or request is accepted, and the answer shows what ``shown`` says."""


class ObservedRule(SingleRule, frozen=True, tag="observed"):
    """Each is sent, and only a server error counts."""


class RawRule(SingleRule, frozen=True, tag="raw", kw_only=True):
    """Texts, bytes or nested values as the body, as they stand."""

    side: Literal["accept", "reject", "observe"]
    fault: FaultName = "limit"
    bodies: tuple[str, ...] | Mapping[str, tuple[str, ...]] = ()
    bytes: tuple[str, ...] | Mapping[str, tuple[str, ...]] = ()
    nested: int | None = None
    message: str | None = None


class FirstRequest(_Words, frozen=True):
    """A request that goes first over a connection."""

    send: str
    with_: Template = field(default_factory=dict, name="with")
    body: str | None = None
    form: WireForm | None = None
    unknown: bool = False


class OneConnectionRule(Rule, frozen=True, tag="one-connection"):
    """After each of the first requests the resource is read over the same connection."""

    first: tuple[FirstRequest, ...]
    pipelined: bool = False
    operations: tuple[str, ...] = ()


class Step(_Words, frozen=True):
    """One step of a written sequence: just one of make, send, together and pause."""

    make: Template | str | UnsetType | None = UNSET
    send: str | None = None
    together: tuple[Step, ...] = ()
    pause: float | None = None
    with_: Template | str = field(default_factory=dict, name="with")
    bare: bool = False
    key: int = 0
    gives: Literal["accepted", "refused", "not-found", "any"] | None = None
    must: bool = False
    stop_if_refused: bool = False
    entry: bool | Template | None = None
    shows: Template = field(default_factory=dict)
    shows_instant: Template = field(default_factory=dict)
    differs: Template = field(default_factory=dict)
    ends: Template = field(default_factory=dict)
    has: tuple[str, ...] = ()
    hides: tuple[str, ...] = ()
    equal: tuple[str, str] | None = None
    fraction: str | None = None
    none_of: int | None = None
    if_: Template = field(default_factory=dict, name="if")
    as_: str | None = field(default=None, name="as")
    keeps: str | None = None
    tells: str | None = None
    except_: tuple[str, ...] = field(default=(), name="except")

    def __post_init__(self) -> None:
        """A step does one thing. Raises ValueError, which msgspec tells with its place."""
        does = [self.make is not UNSET, self.send is not None, bool(self.together)]
        if sum([*does, self.pause is not None]) != 1:
            raise ValueError("a step has just one of `make`, `send`, `together` and `pause`")


class StepsRule(Rule, frozen=True, tag="steps"):
    """Steps in order, once for each value of ``each``."""

    steps: tuple[Step, ...]
    each: tuple[Any, ...] = (None,)


class AdvancesRule(Rule, frozen=True, tag="advances"):
    """A member is later after an update a second on."""

    member: str
    with_: Template = field(default_factory=dict, name="with")


class PagingRule(Rule, frozen=True, tag="paging"):
    """With pages of ``size`` everything is met once."""

    named: str
    size: int
    filter: str | None = None


class PrefixRule(Rule, frozen=True, tag="prefix"):
    """``filter`` keeps the names that begin with it."""

    named: str
    filter: str


class PagingAfterDeletionRule(Rule, frozen=True, tag="paging-after-deletion"):
    """When an entry of a page that was read is deleted, no other is left out."""

    named: str
    filter: str | None = None


class LastPageRule(Rule, frozen=True, tag="last-page"):
    """No position leads to an empty page."""


class DefaultPageRule(Rule, frozen=True, tag="default-page"):
    """A page that no size was asked for has at most ``size`` entries."""

    size: int


class ErrorBodyRule(Rule, frozen=True, tag="error-body"):
    """A refusal's body is an object with a text in one of ``members``."""

    members: tuple[str, ...]
    content_type: str | None = None


class ErrorMembersRule(Rule, frozen=True, tag="error-members"):
    """A refusal with the code ``error`` has each of ``members``."""

    error: str
    members: Mapping[str, Any]


class AuthenticatesRule(Rule, frozen=True, tag="authenticates"):
    """The one finding where every wrongly signed request is served."""

    kinds: tuple[str, ...]
    operations: tuple[str, ...] = ()


class SignatureRule(Rule, frozen=True, tag="signature"):
    """Requests that are signed wrongly in one way."""

    kinds: tuple[str, ...]
    gives: Literal["refused", "any"] = "refused"
    refusals: Refusals = ()
    operations: tuple[str, ...] = ()


class ErrorCodeRule(Rule, frozen=True, tag="error-code"):
    """A refusal names its error somewhere."""


class ErrorCodesAgreeRule(Rule, frozen=True, tag="error-codes-agree"):
    """A refusal names the same error everywhere."""


class ResponseHeaderRule(Rule, frozen=True, tag="response-header"):
    """Every answer has the header."""

    header: str


class ParallelRule(Rule, frozen=True):
    """What the rules of parallel updates have in common."""

    with_: Template = field(name="with")
    member: str


class ParallelOneRule(ParallelRule, frozen=True, tag="parallel-one"):
    """Updates of one resource at the same time."""


class ParallelManyRule(ParallelRule, frozen=True, tag="parallel-many"):
    """Updates of several resources at the same time."""


class RobustRule(Rule, frozen=True, tag="robust"):
    """Requests that are odd in one way: only a server error counts, or all are refused."""

    odd: str
    side: Literal["observe", "reject"] = "observe"
    operations: tuple[str, ...] = ()


class UnknownIdentifierRule(Rule, frozen=True, tag="unknown-identifier"):
    """An identifier that nothing has is refused, as the operation's errors say."""


class TakenIdentifierRule(Rule, frozen=True, tag="taken-identifier"):
    """A creation with an identifier that is taken is refused, as its errors say."""

    with_: Template = field(default_factory=dict, name="with")


class StillAnswersRule(Rule, frozen=True, tag="still-answers"):
    """A list or a read answers after each odd change that was accepted."""


class ArnsRule(Rule, frozen=True, tag="arns"):
    """ARNs in answers are of the region, partition and account of the run."""


class MemberUpdate(_Words, frozen=True):
    """An update of one member, and what the resource then shows."""

    with_: Template = field(name="with")
    shows: Template = field(default_factory=dict)
    shows_instant: Template = field(default_factory=dict)


class ParallelMembersRule(Rule, frozen=True, tag="parallel-members"):
    """Updates of different members of one resource at the same time."""

    updates: tuple[MemberUpdate, ...]
    make: Template = field(default_factory=dict)


class SuccessIsJsonRule(Rule, frozen=True, tag="success-is-json"):
    """The body of a success is JSON."""


class NullMembersRule(Rule, frozen=True, tag="null-members"):
    """What an answer has nothing to say of is left out of it, not null."""


class ErrorIsJsonRule(Rule, frozen=True, tag="error-is-json"):
    """The body of an error is JSON."""


class ErrorStatusRule(Rule, frozen=True, tag="error-status"):
    """What names an error has the status of one."""


class ContentCodingRule(Rule, frozen=True, tag="content-coding"):
    """A body is not compressed, as nothing asks for that."""


class RandomSequencesRule(Rule, frozen=True, tag="random-sequences"):
    """The sequences of ``model``."""


AnyRule = (
    RefusedRule
    | AcceptedRule
    | ObservedRule
    | RawRule
    | OneConnectionRule
    | StepsRule
    | AdvancesRule
    | PagingRule
    | PrefixRule
    | LastPageRule
    | DefaultPageRule
    | ErrorBodyRule
    | ErrorMembersRule
    | AuthenticatesRule
    | SignatureRule
    | ErrorCodeRule
    | ErrorCodesAgreeRule
    | ResponseHeaderRule
    | NullMembersRule
    | ParallelOneRule
    | ParallelManyRule
    | PagingAfterDeletionRule
    | RobustRule
    | UnknownIdentifierRule
    | TakenIdentifierRule
    | StillAnswersRule
    | ArnsRule
    | ParallelMembersRule
    | SuccessIsJsonRule
    | ErrorIsJsonRule
    | ErrorStatusRule
    | ContentCodingRule
    | RandomSequencesRule
)


# -- The whole -------------------------------------------------------------------------------------


class Signing(_Words, frozen=True):
    """The name that requests are signed for; the region that the examples' ARNs are in."""

    service: str | None = None
    region: str | None = None


class KnownDifference(_Words, frozen=True):
    """A known difference between documents and SDK model."""

    at: str
    reason: str
    only: Literal["documents", "model", "both"] | None = None


class Sdk(_Words, frozen=True):
    """What a comparison with the SDK model goes by."""

    model: str | None = None
    paths: tuple[str, ...] = ()
    differences: tuple[KnownDifference, ...] = ()


class Endpoint(_Words, frozen=True):
    """What AWS's own hosts have in front of the address that the SDK knows."""

    prefix: str = ""


class Quota(_Words, frozen=True):
    """Requests a second, and how many may come at once."""

    rate: float
    burst: float | None = None


class Quotas(_Words, frozen=True):
    """The rates of an account."""

    source: Pointer | None = None
    all: Quota | None = None
    operations: Mapping[str, Quota] = field(default_factory=dict)


class Permission(_Words, frozen=True):
    """The IAM action and resource of one thing that a run does."""

    action: str
    resource: str


class Permissions(_Words, frozen=True):
    """The IAM actions and resources of the operations."""

    action: str
    resource: str
    resources: Mapping[str, str] = field(default_factory=dict)
    tagging: Permission | None = None


class ComparedMembers(_Words, frozen=True):
    """What of an answer random sequences compare with the model."""

    same: tuple[str, ...] = ()
    when_set: tuple[str, ...] = ()
    when_shown: tuple[str, ...] = ()
    constant: tuple[str, ...] = ()
    settled: tuple[str, ...] = ()


class ModelMove(_Words, frozen=True):
    """One kind of step of a random sequence."""

    role: str | None = None
    operation: str | None = None
    of: Literal["live", "gone", "none"] | None = None
    needs: Mapping[str, Any] = field(default_factory=dict)
    may: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """A move is of some operation. Raises ValueError, which msgspec tells with its place."""
        if self.role is None and self.operation is None:
            raise ValueError("a move has a `role` or an `operation`")


class StateModel(_Words, frozen=True):
    """What random sequences are made of."""

    members: ComparedMembers = field(default_factory=ComparedMembers)
    moves: tuple[ModelMove, ...] = ()


class Overlay(_Words, frozen=True):
    """Everything under ``x-conformance``."""

    inferred: bool = False
    signing: Signing = field(default_factory=Signing)
    sdk: Sdk = field(default_factory=Sdk)
    accept: str | None = None
    refusals: Mapping[str, Refusals] = field(default_factory=dict)
    endpoint: Endpoint = field(default_factory=Endpoint)
    quotas: Quotas | None = None
    permissions: Permissions | None = None
    resource: Resource | None = None
    resources: Mapping[str, Resource] = field(default_factory=dict)
    operations: Mapping[str, OperationWords] = field(default_factory=dict)
    rules: Mapping[str, AnyRule] = field(default_factory=dict)
    model: StateModel | None = None

    @property
    def main(self) -> Resource:
        """The main kind of resource; one without any role where the overlay has none."""
        return self.resource or Resource()

    def words_of(self, operation: str) -> OperationWords:
        """What the overlay says of an operation; nothing but defaults where it is silent."""
        return self.operations.get(operation) or OperationWords()
