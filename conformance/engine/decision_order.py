"""When each requirement of a service is decided: what may spoil much for the others comes last."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import groupby

from conformance.contract.inference.naming import looks_only
from conformance.contract.listing.requirements import Requirement
from conformance.contract.model import Contract, Kind
from conformance.contract.vocabulary.overlay_rules import RobustRule
from conformance.engine.request_savings import NESTED, OF_SHAPES, RequestSavings, information_value
from conformance.plan.sequences import KINDS

MAY_HANG, MAY_SPOIL, MAY_MAKE_MANY = 3, 4, 5
"""The last turns: odd numbers for what only looks, which may keep a target busy; requests after
which a list may never answer again; odd numbers of what is to be made, after which nothing may."""
ENDLESS = frozenset({"odd-number"})
"""Odd requests that a target may be busy with for good, as it begins to make 10^20 instances."""
STEPS = re.compile("period|interval|step|granularity|resolution", re.IGNORECASE)
"""What numbers are called that a span of time is cut by."""


@dataclass(frozen=True, slots=True)
class DecisionOrder:
    """The order for one service. ``may_store`` tells whether an operation may keep what is sent."""

    contract: Contract
    savings: RequestSavings
    may_store: Callable[[str], bool]

    def rank(self, requirement: Requirement) -> tuple[bool, int, int]:
        """The order where time may run out: nested members last, as they tell least."""
        rank = information_value(requirement)
        return rank > 0, self.turn(requirement) + (rank >= NESTED), rank

    def turn(self, requirement: Requirement) -> int:
        """The turn of a requirement, the lowest first."""
        if requirement.keyword in KINDS:
            return 0
        rule, about = requirement.rule, requirement.operation
        if not isinstance(rule, RobustRule):
            return MAY_SPOIL if self._may_widen(requirement) else 1
        if rule.odd in ENDLESS:
            return MAY_HANG if about is not None and looks_only(about) else MAY_MAKE_MANY
        return MAY_SPOIL if about is None or self.may_store(about) else 2

    def _may_widen(self, requirement: Requirement) -> bool:
        """Whether a wrong value may make a span of time endless, which keeps a server busy."""
        shape, about = requirement.shape, self.contract.operations.get(requirement.operation or "")
        if requirement.subject not in OF_SHAPES or shape is None or about is None:
            return False
        ends = [one for one in about.input.values() if one.shape.kind is Kind.TIMESTAMP]
        step = shape.kind is Kind.INTEGER and STEPS.search(str(requirement.place[-1]))
        return len(ends) > 1 and (shape.kind is Kind.TIMESTAMP or bool(step))

    def cheap_first(self, active: list[Requirement]) -> Iterator[Requirement]:
        """The requirements in order; expensive operations later, and risky requests last."""
        for _, group in groupby(active, lambda one: max(self.turn(one), MAY_HANG)):
            put_off = []
            for requirement in group:
                if self.savings.is_dear(requirement):
                    put_off.append(requirement)
                else:
                    yield requirement
            yield from put_off
