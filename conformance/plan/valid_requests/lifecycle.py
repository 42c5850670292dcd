"""The overlay's lifecycle of a resource, as operations and places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from conformance.contract.model import Contract, Member, Operation
from conformance.contract.places import Place, find, parse
from conformance.contract.vocabulary.overlay_model import Listing, Page, Resource
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.resources import lifecycle_of

Part = TypeVar("Part")


class NotStated(LookupError):
    """A part of the lifecycle that a rule needs, and that the overlay does not state."""


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Which operation plays which role, and where the identifier stands."""

    contract: Contract
    resource: Resource

    @classmethod
    def of(cls, contract: Contract, operation: str | None = None) -> Lifecycle:
        """The lifecycle that an operation is part of; of a service's main resource without one."""
        main = contract.overlay.main
        return cls(contract, lifecycle_of(contract, operation) if operation else main)

    def as_listed_by(self, operation: str) -> Lifecycle:
        """The same; where the operation is another list of the resource, with that as its list."""
        return Lifecycle(self.contract, self.resource.as_listed_by(operation))

    def operation(self, name: str) -> Operation:
        """The operation of a role (create, read, update, list or delete), or of that name."""
        return self.contract.operations[self.resource.roles().get(name, name)]

    @property
    def listing(self) -> Listing:
        """Where the list has its entries. Raises NotStated without a list."""
        return _stated(self.resource.listing, "list")

    @property
    def page(self) -> Page:
        """The members that lead through the list. Raises NotStated where it has no pages."""
        return _stated(self.resource.page, "pages")

    def listed(self) -> Mapping[str, Member]:
        """The documented members of an entry of the list."""
        place = parse(self.listing.items)
        items = self.operation("list").output[place[0]].shape.element
        return {} if items is None else items.members

    @property
    def label(self) -> str:
        """The request member that carries the identifier. Raises NotStated without one."""
        return _stated(self.resource.label, "identifier")

    def request(self, role: str, **members: Any) -> dict[str, Any]:
        """The base request of a role with members replaced or added."""
        operation = self.operation(role)
        of = self.resource
        extra = {"create": of.create_with, "delete": of.delete_with}.get(role, {})
        return {**valid_request(self.contract, operation), **extra, **members}


def _stated(value: Part | None, part: str) -> Part:
    if value is None:
        raise NotStated(f"the overlay has no {part} for the resource")
    return value


def member(body: Any, where: str | Place) -> Any:
    """The first value at a place of an answer, None where there is none."""
    place = parse(where) if isinstance(where, str) else where
    return next(find(body, place), None)
