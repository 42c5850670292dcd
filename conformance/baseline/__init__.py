"""Baselines: reviewed files of accepted failures, and what they change about a run.

A baseline lists requirements that are known to fail, each with the reason for which that is
accepted. ``read_baseline`` reads one, ``Gate`` says what it covers, ``updated`` and ``pruned`` make
a new one from a record, ``render`` writes it.
"""

from __future__ import annotations

from conformance.baseline.changing import BaselineChange, pruned, updated
from conformance.baseline.errors import BaselineProblem, UnreadableBaseline, WrongBaseline
from conformance.baseline.gate import Gate
from conformance.baseline.reading import parse_baseline, read_baseline, schema
from conformance.baseline.values import Accepted, Baseline
from conformance.baseline.writing import render

__all__ = [
    "Accepted",
    "Baseline",
    "BaselineChange",
    "BaselineProblem",
    "Gate",
    "UnreadableBaseline",
    "WrongBaseline",
    "parse_baseline",
    "pruned",
    "read_baseline",
    "render",
    "schema",
    "updated",
]
