"""The valid base request of each operation: the overlay's, or one made from the shapes."""

from __future__ import annotations

from typing import Any

from conformance.contract.model import Contract, Location, Operation
from conformance.contract.places import ABSENT, Place, put
from conformance.plan import values


def base(contract: Contract, operation: Operation, place: Place = ()) -> dict[str, Any]:
    """A valid request for an operation, as members by wire name.

    The overlay may give another one for probes of a member (by its name), where the usual one
    could not hold that member.
    """
    facts = contract.facts.get("operations", {}).get(operation.name, {})
    special = facts.get("bases", {})
    for length in range(len(place), 0, -1):
        found = special.get(".".join(place[:length]))
        if found is not None:
            return dict(found)
    if "base" in facts:
        return dict(facts["base"])
    return derived(contract, operation)


def derived(contract: Contract, operation: Operation) -> dict[str, Any]:
    """A base from the required members alone; the resource's identifier as a placeholder."""
    label = contract.facts.get("resource", {}).get("identifier", {}).get("label")
    return {
        name: "${id}" if name == label else values.sample(member.shape)
        for name, member in operation.input.items()
        if member.required or member.location is Location.PATH
    }


LEFT_OUT = "${absent}"
"""In an overlay: this member of the base is not sent."""


def present(request: dict[str, Any]) -> dict[str, Any]:
    """The request without the members that an overlay leaves out."""
    return {name: value for name, value in request.items() if value != LEFT_OUT}


def edited(request: dict[str, Any], place: Place, value: Any) -> dict[str, Any]:
    """The request with one value put in (or taken out, with ABSENT)."""
    changed: dict[str, Any] = put(request, place, value)
    return {name: item for name, item in changed.items() if item is not ABSENT}
