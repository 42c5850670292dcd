"""Flags that keep a resource from being deleted: what a run makes, it makes without them."""

import re
from dataclasses import replace

from conformance.contract.model import Kind, Member, Operation

PROTECTS = re.compile(
    r"(is_?)?(deletion|delete|termination)_?protect(ion(_?enabled)?|ed)", re.IGNORECASE
)


def unprotected(operation: Operation) -> Operation:
    """The operation whose made-up requests switch such a flag off."""
    flags = {name: _off(one) for name, one in operation.input.items() if _is_flag(one)}
    return replace(operation, input={**operation.input, **flags}) if flags else operation


def _is_flag(member: Member) -> bool:
    named = PROTECTS.fullmatch(member.name) is not None
    return named and member.shape.kind is Kind.BOOLEAN and not member.shape.examples


def _off(member: Member) -> Member:
    return replace(
        member,
        shape=replace(member.shape, examples=(False,), closed=True),
        required=True,
        untested=member.untested or not member.required,
    )
