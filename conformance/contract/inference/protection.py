"""Flags that keep a resource from being deleted: what a run makes, it makes without them."""

import re
from dataclasses import replace

from conformance.contract.model import Kind, Member, Operation, Shape

PROTECTS = re.compile(
    r"(is_?)?(deletion|delete|termination)_?protect(ion(_?enabled)?|ed)", re.IGNORECASE
)
OFF = re.compile(r"none|off|inactive|disabled?|unprotected", re.IGNORECASE)


def unprotected(operation: Operation) -> Operation:
    """The operation whose made-up requests switch such a flag off."""
    flags = {name: _off(one) for name, one in operation.input.items() if _is_flag(one)}
    return replace(operation, input={**operation.input, **flags}) if flags else operation


def _is_flag(member: Member) -> bool:
    named = PROTECTS.fullmatch(member.name) is not None
    return named and not member.shape.examples and _value(member.shape) is not None


def _value(shape: Shape) -> bool | str | None:
    """What switches it off; None where that is not known."""
    if shape.kind is Kind.BOOLEAN:
        return False
    return next((one for one in shape.limit("enum") or () if OFF.fullmatch(str(one))), None)


def _off(member: Member) -> Member:
    return replace(
        member,
        shape=replace(member.shape, examples=(_value(member.shape),), closed=True),
        required=True,
        untested=member.untested or not member.required,
    )
