"""Rules about timestamps that a change moves or must not move."""

from __future__ import annotations

from conformance.contract.model import Contract
from conformance.contract.requirements import Requirement
from conformance.plan.lifecycle import Lifecycle, member
from conformance.plan.sequences.steps import Broken, Make, NotShown, Pause, Send, Sequence

SECOND = 1.1
"""A whole second has certainly passed: timestamps may be of whole seconds."""


def advances(contract: Contract, requirement: Requirement) -> Sequence:
    """``member`` of the read answer is later after an update a second on."""
    life, name = Lifecycle.of(contract), requirement.detail["member"]
    yield Make()
    before = member((yield Send(life.operation("read"), life.request("read"))).body, name)
    yield Pause(SECOND)
    updated = yield Send(life.operation("update"), life.request("update"))
    if not updated.ok:
        raise NotShown(f"the update was answered {updated.told()}")
    after = member((yield Send(life.operation("read"), life.request("read"))).body, name)
    if before is None or after is None:
        raise NotShown(f"no {name} in the answer")
    if type(before) is not type(after) or not after > before:
        raise Broken(f"{name} later than {before!r}", repr(after))
