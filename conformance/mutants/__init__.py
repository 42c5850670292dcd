"""How many deliberate faults of the reference the suite notices, and by which requirement."""

from __future__ import annotations

from conformance.mutants.running import Campaign, ReferenceFails, run
from conformance.mutants.schema import schema
from conformance.mutants.selection import UnknownFaults, UnknownKind, select
from conformance.mutants.values import Mutant, MutantPlan, MutantStatus, Result

__all__ = [
    "Campaign",
    "Mutant",
    "MutantPlan",
    "MutantStatus",
    "ReferenceFails",
    "Result",
    "UnknownFaults",
    "UnknownKind",
    "run",
    "schema",
    "select",
]
