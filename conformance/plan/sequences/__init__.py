"""Rules that only several requests show, each a generator of steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conformance.contract.model import Contract
from conformance.contract.requirements import Requirement
from conformance.plan.sequences import times
from conformance.plan.sequences.steps import Broken, Make, NotShown, Pause, Send, Sequence, Step

KINDS: Mapping[str, Callable[[Contract, Requirement], Sequence]] = {
    "advances": times.advances,
}

__all__ = ["KINDS", "Broken", "Make", "NotShown", "Pause", "Send", "Sequence", "Step"]
