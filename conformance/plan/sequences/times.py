"""Rules about timestamps that a change moves."""

from __future__ import annotations

from conformance.contract.listing.requirements import rule_of
from conformance.contract.vocabulary.overlay_rules import AdvancesRule
from conformance.plan.generation.instants import instant
from conformance.plan.sequences.steps import (
    Make,
    NotShown,
    Pause,
    RuleBroken,
    Script,
    Send,
    Sequence,
    answered,
)
from conformance.plan.valid_requests.lifecycle import Lifecycle, member

SECOND = 1.1
"""A whole second has certainly passed: timestamps may be of whole seconds."""


def advances(script: Script) -> Sequence:
    """``member`` of the read answer is later after an update a second on, and never earlier."""
    life = Lifecycle.of(script.contract, script.requirement.operation)
    rule = rule_of(script.requirement, AdvancesRule)
    name = rule.member
    yield Make()
    before = member((yield Send(life.operation("read"), life.request("read"))).body, name)
    yield Pause(SECOND)
    update = Send(life.operation("update"), life.request("update", **rule.with_))
    updated = yield from answered(update, "the update")
    shown = member(updated.body, name)
    after = member((yield Send(life.operation("read"), life.request("read"))).body, name)
    first, own, last = instant(before), instant(shown), instant(after)
    if first is None or last is None:
        raise NotShown(f"no {name} in the answer")
    if not last > first:
        raise RuleBroken(f"{name} later than {before!r}", repr(after))
    if own is not None and not own > first:
        raise RuleBroken(f"{name} of the update's answer later than {before!r}", repr(shown))
