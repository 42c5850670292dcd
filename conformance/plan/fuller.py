"""Requests with more in them than what is required: all at the top, then all that these hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from conformance.contract.model import Kind, Operation, Shape
from conformance.contract.protocols import LIMITS, TOKENS
from conformance.plan import values

Request = dict[str, Any]

DEEPEST = 4
NOT_ADDED = frozenset({*LIMITS, *TOKENS, "dryrun"})
"""Members that change what a request asks for, by name without separators."""


def fuller(operation: Operation, request: Request) -> Iterator[Request]:
    """The request with every member at its top, then with all that these may hold."""
    missing = [name for name in operation.input if name not in request and is_free(operation, name)]
    yield {**request, **{name: values.sample(operation.input[name].shape) for name in missing}}
    yield {
        name: request[name]
        if name in request and not is_structured(operation.input[name].shape)
        else whole(operation.input[name].shape)
        for name in operation.input
        if name in request or is_free(operation, name)
    }


def whole(shape: Shape, depth: int = DEEPEST) -> Any:
    """A value with every member that it may hold, of a union one."""
    if shape.examples or depth == 0 or shape.union:
        return values.sample(shape)
    if shape.kind is Kind.STRUCTURE and shape.members:
        return {
            name: whole(one.shape, depth - 1)
            for name, one in shape.members.items()
            if one.shape.kind is not Kind.ANY and (depth > 1 or one.required)
        }
    if shape.kind is Kind.MAP and shape.key is not None and shape.element is not None:
        keys = shape.key.limit("enum") or values.entries(shape, 1)
        most = shape.limit("maxProperties") or len(keys)
        return {key: whole(shape.element, depth - 1) for key in list(keys)[:most]}
    if shape.kind is Kind.LIST and shape.element is not None and shape.element.members:
        count = max(1, shape.limit("minItems") or 1)
        return [whole(shape.element, depth - 1) for _ in range(count)]
    return values.sample(shape)


def is_structured(shape: Shape) -> bool:
    """Whether values of a shape have members, or keys that are listed."""
    if shape.key is not None and shape.key.limit("enum"):
        return True
    inner = shape.element if shape.element is not None else shape
    return bool(inner.members)


def is_free(operation: Operation, name: str) -> bool:
    """Whether a member may be added without changing what the request asks for."""
    plain = name.lower().replace("-", "").replace("_", "")
    return plain not in NOT_ADDED and (operation.input[name].shape.kind is not Kind.ANY)


__all__ = ["fuller", "is_free", "is_structured", "whole"]
