"""How many deliberate faults of the reference the suite notices, and by which requirement."""

from __future__ import annotations

from conformance.mutants.running import Campaign, ReferenceFails, run
from conformance.mutants.schema import schema
from conformance.mutants.selection import UnknownFaults, UnknownKind, select
from conformance.mutants.values import Mutant, MutantStatus, Plan, Result

__all__ = [
    "Campaign",
    "Mutant",
    "MutantStatus",
    "Plan",
    "ReferenceFails",
    "Result",
    "UnknownFaults",
    "UnknownKind",
    "run",
    "schema",
    "select",
]
