"""Which answers of a service name something by its ARN, and the requirement that follows."""

from __future__ import annotations

import re
from collections.abc import Mapping

from conformance.contract.levels import Level, Source
from conformance.contract.model import Contract, Kind, Member, Shape
from conformance.contract.vocabulary.overlay_rules import ArnsRule

ADDRESS = "protocol/arns"
NAMED = re.compile(r"arn|.*(_arn|Arn|ARN)")
"""The names of members that hold an ARN."""


def arns_rule(contract: Contract) -> Mapping[str, ArnsRule]:
    """The rule of a service whose answers name something by its ARN; nothing for any other."""
    outputs = (operation.output for operation in contract.tested)
    if not any(_among(members) for members in outputs):
        return {}
    return {
        ADDRESS: ArnsRule(
            level=Level.EXPECTED,
            statement="the ARN of what a request made has the region that the request was"
            " signed for, that region's partition, and always the same account",
            source=Source(
                protocol="Amazon Resource Names, as the General Reference has them:"
                " arn:partition:service:region:account:resource"
            ),
        )
    }


def _among(members: Mapping[str, Member]) -> bool:
    return any(
        _holds(member.shape) or (NAMED.fullmatch(name) and member.shape.kind is Kind.STRING)
        for name, member in members.items()
    )


def _holds(shape: Shape) -> bool:
    if shape.element is not None:
        return _holds(shape.element)
    return shape.kind is Kind.STRUCTURE and _among(shape.members)
