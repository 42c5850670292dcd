"""The run record: one JSON Lines file a run, written as it goes, the only input of reports."""

from __future__ import annotations

from conformance.record.errors import (
    LineNotJson,
    NoRunLine,
    NotMergeable,
    RecordProblem,
    UnknownFormat,
    Unreadable,
    Unwritable,
    WrongOrder,
    WrongShape,
)
from conformance.record.exchanges import (
    CutBody,
    RecordedExchange,
    RecordedRequest,
    RecordedResponse,
    RecordedSigning,
    Role,
    Use,
)
from conformance.record.merge import merged
from conformance.record.reader import Record, read_record
from conformance.record.schema import schema
from conformance.record.scores import ServiceScore, Share, Untested, score_services, total, untested
from conformance.record.values import (
    BaselineUse,
    Cases,
    Coverage,
    Line,
    Obstacle,
    ObstacleCause,
    RecordedTarget,
    RunLine,
    Shard,
    SummaryLine,
    Verdict,
    VerdictLine,
    count,
    fails_gate,
    gate_levels,
)
from conformance.record.writer import RecordWriter, write_record
