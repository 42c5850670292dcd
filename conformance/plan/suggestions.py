"""Values that a member may well take, by what it is called: where nothing states a right one."""

from __future__ import annotations

import json
from typing import Any

from conformance.contract import patterns
from conformance.contract.aws_values import Type, examples, suggested
from conformance.contract.model import Kind, Shape
from conformance.contract.validate import shape_violations
from conformance.plan.arn_patterns import arns_of

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
    """Templates that keep the limits of the shape once a run has filled them, likeliest first.

    Names that nothing else has and what a run makes first come before what the model's prose shows.
    """
    of_type = _type(shape)
    if shape.called is None or of_type is None:
        return ()
    pattern = shape.limit("pattern")
    if pattern is not None and not patterns.can_match(pattern):
        return ()  # whether any of them matches is not known
    limits = {name: shape.limit(name) for name in LIMITS if name in shape.constraints}
    key = json.dumps([shape.called, of_type, limits, shape.usual], default=str)
    if key not in _fitting:
        found = suggested(*shape.called[:2], of_type, pattern, shape.called.service)
        made = [one for one in found if "${" in str(one)]
        fixed = [one for one in found if one not in made]
        arns = arns_of(pattern, shape.called.service) if pattern is not None else ()
        fitting = [
            one
            for one in (*made, *shape.usual, *fixed, *arns)
            if not any(violation for filled in examples(one)
                       for violation in shape_violations(shape, filled))
        ]  # fmt: skip
        _fitting[key] = tuple({str(one): one for one in reversed(fitting)}.values())[::-1]
    return _fitting[key]


def _type(shape: Shape) -> Type | None:
    if shape.kind is Kind.TIMESTAMP and shape.wire is Kind.NUMBER:
        return "second"
    return TYPES.get(shape.kind)


__all__ = ["suggestions"]
