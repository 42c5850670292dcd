"""Why a record cannot be read or written; each reason is a type and one line."""

from dataclasses import dataclass
from pathlib import Path

from conformance.errors import BadInput, FileProblem, LineProblem


class RecordProblem(BadInput):
    """A run record that cannot be used."""


class Unreadable(RecordProblem, FileProblem):
    """The file cannot be opened or read."""

    told = "cannot read the record {place}: {why}"
    hint = "give the record of a run, for example reports/moto/record.jsonl"


class Unwritable(RecordProblem, FileProblem):
    """The file cannot be created or written."""

    told = "cannot write the record {place}: {why}"
    hint = "give a file in a folder that you can write to"


@dataclass(eq=False)
class NoRunLine(RecordProblem):
    """The file has no first line that says what was run."""

    hint = 'a record begins with a line {"type": "run", ...}; `conformance run` writes one'

    path: Path

    def __str__(self) -> str:
        return f"{self.path}:1: no run line; the file is empty or not a run record"


class LineNotJson(RecordProblem, LineProblem):
    """A line is not a JSON object in UTF-8; ``line`` counts from 1."""

    told = "{place}: not a JSON object: {why}"
    hint = "a record is JSON Lines: one JSON object per line"


@dataclass(eq=False)
class WrongShape(RecordProblem):
    """A line does not have the shape of a record line; ``where`` is a JSON pointer into it."""

    path: Path
    line: int
    where: str
    why: str

    def __str__(self) -> str:
        place = f" at {self.where}" if self.where else ""
        return f"{self.path}:{self.line}: not a record line{place}: {self.why}"


@dataclass(eq=False)
class UnknownFormat(RecordProblem):
    """The record says a format version that this version does not read."""

    hint = "read it with the version of conformance that wrote it, or a later one"

    path: Path
    format: object

    def __str__(self) -> str:
        return f"{self.path}:1: unknown record format {self.format!r}, expected 1"


class WrongOrder(RecordProblem, LineProblem):
    """A line stands where it may not: a second run line, a verdict twice, a line too late."""

    hint = "give the record as the run wrote it; `conformance report merge` combines shards"


class NotMergeable(RecordProblem, FileProblem):
    """Records that are not parts of one run."""

    told = "cannot merge {place}: {why}"
    hint = (
        "parts of one run have the same target, seed, profile and specs, for example "
        "`--shard 1/2 --seed 1` and `--shard 2/2 --seed 1`"
    )
