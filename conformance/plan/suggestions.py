"""Values that a member may well take, by what it is called: where nothing states a right one."""

from __future__ import annotations

import json
from typing import Any

from conformance.contract.aws_values import Type, example, suggested
from conformance.contract.model import Kind, Shape
from conformance.contract.validate import shape_violations

LIMITS = ("minLength", "maxLength", "minimum", "maximum", "pattern", "enum")
TYPES: dict[Kind, Type] = {
    Kind.STRING: "string",
    Kind.BLOB: "blob",
    Kind.INTEGER: "integer",
    Kind.NUMBER: "integer",
    Kind.TIMESTAMP: "instant",
}

_fitting: dict[str, tuple[Any, ...]] = {}


def suggestions(shape: Shape) -> tuple[Any, ...]:
    """Templates that keep the limits of the shape once a run has filled them, likeliest first."""
    of_type = _type(shape)
    if shape.called is None or of_type is None:
        return ()
    limits = {name: shape.limit(name) for name in LIMITS if name in shape.constraints}
    key = json.dumps([shape.called, of_type, limits], default=str)
    if key not in _fitting:
        pattern = shape.limit("pattern")
        found = suggested(*shape.called[:2], of_type, pattern, shape.called.service)
        fitting = (one for one in found if not any(shape_violations(shape, example(one))))
        _fitting[key] = tuple(fitting)
    return _fitting[key]


def _type(shape: Shape) -> Type | None:
    if shape.kind is Kind.TIMESTAMP and shape.wire is Kind.NUMBER:
        return "second"
    return TYPES.get(shape.kind)


__all__ = ["suggestions"]
