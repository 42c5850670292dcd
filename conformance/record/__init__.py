"""The run record: one JSON Lines file a run, written as it goes, the only input of reports."""

from __future__ import annotations

from conformance.record.errors import (
    NoRunLine,
    NotJson,
    NotMergeable,
    RecordProblem,
    UnknownFormat,
    Unreadable,
    Unwritable,
    WrongOrder,
    WrongShape,
)
from conformance.record.merge import merged
from conformance.record.reader import Record, read_record
from conformance.record.schema import schema
from conformance.record.values import (
    FORMAT,
    BaselineUse,
    Cases,
    Coverage,
    Exchange,
    Line,
    Request,
    Response,
    Role,
    RunLine,
    Shard,
    Signing,
    SummaryLine,
    Target,
    Use,
    Verdict,
    VerdictLine,
    count,
    fails_gate,
    gate_levels,
)
from conformance.record.writer import RecordWriter, write_record

__all__ = [
    "FORMAT",
    "BaselineUse",
    "Cases",
    "Coverage",
    "Exchange",
    "Line",
    "NoRunLine",
    "NotJson",
    "NotMergeable",
    "Record",
    "RecordProblem",
    "RecordWriter",
    "Request",
    "Response",
    "Role",
    "RunLine",
    "Shard",
    "Signing",
    "SummaryLine",
    "Target",
    "UnknownFormat",
    "Unreadable",
    "Unwritable",
    "Use",
    "Verdict",
    "VerdictLine",
    "WrongOrder",
    "WrongShape",
    "count",
    "fails_gate",
    "gate_levels",
    "merged",
    "read_record",
    "schema",
    "write_record",
]
