"""The overlay's lifecycle of a resource, as operations and places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.contract.model import Contract, Member, Operation
from conformance.contract.places import Place, find, parse
from conformance.plan.base_requests import base
from conformance.plan.resources import lifecycle_of


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Which operation plays which role, and where the identifier stands."""

    contract: Contract
    facts: Mapping[str, Any]

    @classmethod
    def of(cls, contract: Contract, operation: str | None = None) -> Lifecycle:
        """The lifecycle that an operation is part of; of a service's main resource without one."""
        facts = lifecycle_of(contract, operation) if operation else contract.facts["resource"]
        return cls(contract, facts)

    def operation(self, role: str) -> Operation:
        """The operation of a role: create, read, update, list or delete."""
        return self.contract.operations[self.facts[role]]

    def listed(self) -> Mapping[str, Member]:
        """The documented members of an entry of the list."""
        place = parse(self.facts["listing"]["items"])
        items = self.operation("list").output[place[0]].shape.element
        return {} if items is None else items.members

    @property
    def label(self) -> str:
        """The request member that carries the identifier."""
        label: str = self.facts["identifier"]["label"]
        return label

    def request(self, role: str, **members: Any) -> dict[str, Any]:
        """The base request of a role with members replaced or added."""
        operation = self.operation(role)
        extra = self.facts.get("delete-with", {}) if role == "delete" else {}
        return {**base(self.contract, operation), **extra, **members}


def member(body: Any, where: str | Place) -> Any:
    """The first value at a place of an answer, None where there is none."""
    place = parse(where) if isinstance(where, str) else where
    return next(find(body, place), None)
