"""How many deliberate faults of the reference the suite notices, and by which requirement."""

from typing import Any

from conformance.record.schema import packaged
from conformance.runs.mutants.running import ReferenceFails, run
from conformance.runs.mutants.selection import UnknownFaults, UnknownKind, select
from conformance.runs.mutants.values import Campaign, Mutant, MutantPlan, MutantStatus, Result


def schema() -> dict[str, Any]:
    return packaged("conformance.runs.mutants")
