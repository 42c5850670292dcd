"""What an overlay adds to a derived spec, as frozen values: its vocabulary, stated once.

msgspec reads plain data into these classes and refuses unknown keys, missing ones and values of
another type; ``overlay_reading`` gives the same vocabulary as a JSON Schema. Templates (members of
requests, expected values) stay plain data: which members there are is the contract's business, and
``overlay_check`` compares them with it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from msgspec import field
from msgspec.structs import replace

from conformance.contract.places import find, parse
from conformance.contract.vocabulary.overlay_access import (
    Endpoint,
    Permissions,
    Quotas,
    Sdk,
    Signing,
)
from conformance.contract.vocabulary.overlay_rules import AnyRule
from conformance.contract.vocabulary.overlay_steps import OverlayPart, Refusals, Template

# -- The lifecycle of a resource -------------------------------------------------------------------
#
# The keys are Smithy's words where Smithy has one: `pageSize`, `inputToken`, `outputToken` and
# `items` of the trait `paginated`, `property` of the trait `taggable`, and the `identifier`,
# `create`, `read`, `update`, `list` and `delete` of a resource.


MAIN = "main"
"""What the main kind is called by the others where it has no name."""
ROLES = ("create", "read", "update", "list", "delete")
"""What operations do with a resource."""


class Identifier(OverlayPart, frozen=True):
    """How a resource is named: ``label`` carries it in requests.

    ``created`` is where the answer to its creation has it, ``given`` the member of that request
    that chose it; ``unknown`` is a template of one that nothing has.
    """

    label: str
    created: str | None = None
    given: str | None = None
    unknown: str = "${name}"


class TagsOf(OverlayPart, frozen=True):
    """The request that shows a resource's tags, and where its answer has them."""

    operation: str
    at: str
    with_: Template = field(default_factory=dict, name="with")


class Ownership(OverlayPart, frozen=True):
    """How what a run made is recognized."""

    name: str | None = None
    tag_property: str | None = field(default=None, name="property")
    tags_of: TagsOf | None = None


class Unique(OverlayPart, frozen=True):
    """The member that no two resources may share."""

    member: str
    template: str = "name"
    error: str | None = None


class Page(OverlayPart, frozen=True):
    """The members that lead through a list: page size, at most ``most``, and the tokens."""

    page_size: str = field(name="pageSize")
    input_token: str = field(name="inputToken")
    output_token: str = field(name="outputToken")
    most: int = 100


class Listing(OverlayPart, frozen=True):
    """Where a list has its entries, and the member that names one."""

    items: str
    id: str
    page: Page | None = None


class Contents(OverlayPart, frozen=True):
    """What a resource holds that nothing else accounts for, such as versions of objects.

    ``items`` are the places of its entries in the answer of ``list``; ``with`` is what their
    deletion takes, by member, from an entry; ``""`` is an entry that is a text.
    """

    list: str
    items: tuple[str, ...]
    delete: str
    with_: Mapping[str, str] = field(name="with")


class Resource(OverlayPart, frozen=True):
    """The lifecycle of one kind of resource."""

    name: str | None = None
    alias: str | None = None
    service: str | None = None
    create: str | None = None
    create_with: Template = field(default_factory=dict)
    read: str | None = None
    update: str | None = None
    list: str | None = None
    delete: str | None = None
    delete_with: Template = field(default_factory=dict)
    identifier: Identifier | None = None
    also_created_by: Mapping[str, str] = field(default_factory=dict)
    needs: Mapping[str, Literal["shared", "fresh"]] = field(default_factory=dict)
    ownership: Ownership | None = None
    not_found: str | None = None
    not_found_by: tuple[str, ...] | None = None
    unique: Unique | None = None
    show_all_members: tuple[Template, ...] = ()
    update_replaces: bool = False
    listing: Listing | None = None
    also_listed_by: Mapping[str, Listing] = field(default_factory=dict)
    contents: Contents | None = None
    also_holds: tuple[Contents, ...] = ()

    def roles(self) -> dict[str, str]:
        return {role: name for role in ROLES if (name := getattr(self, role)) is not None}

    def is_made_by(self, operation: str) -> bool:
        return operation == self.create or operation in self.also_created_by

    def is_of(self, operation: str) -> bool:
        others = (self.also_created_by, self.also_listed_by)
        return operation in self.roles().values() or any(operation in one for one in others)

    def lists(self) -> dict[str, Listing]:
        """Every operation that lists it, with where that has its entries."""
        own = {} if self.list is None or self.listing is None else {self.list: self.listing}
        return {**own, **self.also_listed_by}

    def as_listed_by(self, operation: str) -> Resource:
        """The same; where the operation is another list of it, with that as its list."""
        other = self.also_listed_by.get(operation)
        return self if other is None else replace(self, list=operation, listing=other)

    @property
    def label(self) -> str | None:
        """The request member that carries the identifier."""
        return None if self.identifier is None else self.identifier.label

    @property
    def unique_member(self) -> str | None:
        return None if self.unique is None else self.unique.member

    def unique_in(self, values: Mapping[str, Any]) -> Any:
        """What a request has at the member that no two may share; None where it has nothing."""
        named = self.unique_member
        return None if named is None else next(find(dict(values), parse(named)), None)

    @property
    def unique_error(self) -> str | None:
        return None if self.unique is None else self.unique.error

    @property
    def mark_name(self) -> str | None:
        return None if self.ownership is None else self.ownership.name

    @property
    def tag_property(self) -> str | None:
        return None if self.ownership is None else self.ownership.tag_property

    @property
    def page(self) -> Page | None:
        return None if self.listing is None else self.listing.page


class Answered(OverlayPart, frozen=True):
    """A value that only an answer gives: what ``operation`` shows at a place, asked for first.

    ``first`` is sent before it: it puts something there, as a message that is then received.
    """

    operation: str
    at: str
    with_: Template = field(default_factory=dict, name="with")
    first: str | None = None


class OperationWords(OverlayPart, frozen=True):
    """Requests of one operation."""

    resource: str | None = None
    base: Template | None = None
    binds: Template = field(default_factory=dict)
    bases: Mapping[str, Template] = field(default_factory=dict)
    stateful: tuple[str, ...] = ()
    patch_values: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    empty_object_allowed: bool = False
    unproved: bool = False
    not_shown: tuple[str, ...] = ()


# -- The whole -------------------------------------------------------------------------------------


class ComparedMembers(OverlayPart, frozen=True):
    """What of an answer random sequences compare with the model."""

    same: tuple[str, ...] = ()
    when_set: tuple[str, ...] = ()
    when_shown: tuple[str, ...] = ()
    constant: tuple[str, ...] = ()
    stable_until_changed: tuple[str, ...] = ()


class ModelMove(OverlayPart, frozen=True):
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


class StateModel(OverlayPart, frozen=True):
    """What random sequences are made of."""

    members: ComparedMembers = field(default_factory=ComparedMembers)
    moves: tuple[ModelMove, ...] = ()


class Overlay(OverlayPart, frozen=True):
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
    answers: Mapping[str, Answered] = field(default_factory=dict)
    operations: Mapping[str, OperationWords] = field(default_factory=dict)
    rules: Mapping[str, AnyRule] = field(default_factory=dict)
    model: StateModel | None = None

    @property
    def main(self) -> Resource:
        """The main kind of resource; one without any role where the overlay has none."""
        return self.resource or Resource()

    def kinds(self) -> dict[str, Resource]:
        """Every kind of resource by name, the main one first; none without a main one."""
        if self.resource is None:
            return {}
        return {self.resource.alias or MAIN: self.resource, **self.resources}

    def words_of(self, operation: str) -> OperationWords:
        """What the overlay says of an operation; nothing but defaults where it is silent."""
        return self.operations.get(operation) or OperationWords()
