"""Other requests to create a resource, where the first was refused and nobody says which is right.

A model lists which members may be left out, not which of them must not be left out together. The
refusal often names them: each is then given, one at a time.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.model import Contract, Location, Operation, Shape
from conformance.plan import values

MOST = 4
"""Other requests that are tried of one creation."""
SHOWN = 12
"""Optional members of which a resource is made to show them."""


def other_creations(
    operation: Operation, request: Mapping[str, Any], refusal: str
) -> Iterator[dict[str, Any]]:
    """The request with one more member each: what the refusal names, then what has an example."""
    words = re.findall(r"\w+", refusal.lower())
    names = _optional(operation, request)
    named = [name for name in names if name.lower() in words]
    known = [name for name in names if _has_example(operation.input[name].shape)]
    for name in dict.fromkeys([*named, *known]):
        yield {**request, name: values.sample(operation.input[name].shape)}


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


def _has_example(shape: Shape) -> bool:
    return bool(shape.examples or (shape.element is not None and shape.element.examples))


def _optional(operation: Operation, request: Mapping[str, Any]) -> list[str]:
    return [
        name
        for name, one in operation.input.items()
        if name not in request and one.location is Location.BODY
    ]


__all__ = ["MOST", "other_creations", "richer_creations"]
