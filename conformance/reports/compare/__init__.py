"""Reports on several records: what changed between two, how a series went, targets side by side."""

from __future__ import annotations

from conformance.reports.compare.diff import Diff, VerdictChange, diff
from conformance.reports.compare.schemas import schema

__all__ = ["Diff", "VerdictChange", "diff", "schema"]
