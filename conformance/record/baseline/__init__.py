"""Baselines: reviewed files of accepted failures, and what they change about a run.

A baseline lists requirements that are known to fail, each with the reason for which that is
accepted. ``read_baseline`` reads one, ``Gate`` says what it covers, ``updated`` and ``pruned`` make
a new one from a record, ``render`` writes it.
"""

from __future__ import annotations

from conformance.record.baseline.gate import BaselineChange, Gate, pruned, updated
from conformance.record.baseline.reading import parse_baseline, read_baseline, schema
from conformance.record.baseline.values import (
    Accepted,
    Baseline,
    BaselineProblem,
    UnreadableBaseline,
    WrongBaseline,
)
from conformance.record.baseline.writing import render
