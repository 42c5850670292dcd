"""Requests that create a resource with more in it than must be, so that answers show that, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.model import Contract, Location, Operation
from conformance.plan import values

SHOWN = 12
"""Optional members of which a resource is made to show them."""


def richer_creations(
    contract: Contract, operation: Operation, request: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    """The request with all that may be given besides, and with one of that each.

    So that answers show what a resource of required members alone does not have.
    """
    stateful = contract.overlay.words_of(operation.name).stateful
    names = [name for name in _optional(operation, request) if name not in stateful][:SHOWN]
    more = {name: values.sample(operation.input[name].shape) for name in names}
    if len(more) > 1:
        yield {**request, **more}
    for name, value in more.items():
        yield {**request, name: value}


def _optional(operation: Operation, request: Mapping[str, Any]) -> list[str]:
    return [
        name
        for name, one in operation.input.items()
        if name not in request and one.location is Location.BODY
    ]


__all__ = ["richer_creations"]
