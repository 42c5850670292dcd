"""Reports on several records: what changed between two, how a series went, targets side by side."""

from typing import Any

from conformance.record.schema import packaged
from conformance.reports.compare.diff import Diff, VerdictChange, diff


def schema(name: str) -> dict[str, Any]:
    """The schema of ``diff``, ``matrix`` or ``badge``."""
    return packaged("conformance.reports.compare", f"{name}.schema.json")
