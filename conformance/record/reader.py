"""Reads a record; whatever is wrong with the file is a ``RecordProblem`` with file and line."""

import bz2
import gzip
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NoReturn
from urllib.parse import urlsplit

import msgspec

from conformance.contract.levels import Source
from conformance.errors import reason
from conformance.record.errors import (
    LineNotJson,
    NoRunLine,
    UnknownFormat,
    Unreadable,
    WrongOrder,
    WrongShape,
)
from conformance.record.schema import validator
from conformance.record.values import FORMAT, RunLine, SummaryLine, VerdictLine, fails_gate

COMPRESSED: Mapping[str, Callable[[Path], Any]] = {".gz": gzip.open, ".bz2": bz2.open}
"""What the name of a compressed record ends with, and what opens it."""
UNREADABLE = (OSError, EOFError, zlib.error)
"""What reading a record may raise, be it compressed or not."""
_KINDS = ("run", "verdict", "summary")
_SURROGATE = re.compile("[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Record:
    """A run as it was recorded.

    ``summary`` is None where the run was interrupted before it could be written; ``truncated``
    tells that the last line was cut off and left out.
    """

    path: Path
    run: RunLine
    verdicts: tuple[VerdictLine, ...]
    summary: SummaryLine | None = None
    truncated: bool = False

    @property
    def interrupted(self) -> bool:
        """Whether the run ended before it had decided everything."""
        return self.summary is None or self.summary.interrupted

    @property
    def exit(self) -> int:
        """The exit code of the run; one that did not end has tested nothing in full."""
        if self.summary is not None:
            return self.summary.exit
        if any(fails_gate(line, strict=self.run.strict) for line in self.verdicts):
            return 1
        return 3


def read_record(path: str | Path) -> Record:
    """Read a record whole.

    A last line that was cut off (an interrupted run) is left out and noted in ``truncated``. Raises
    RecordProblem (the file cannot be read or is not a record; see ``record.errors``).
    """
    file = Path(path)
    run: RunLine | None = None
    verdicts: dict[str, VerdictLine] = {}
    summary: SummaryLine | None = None
    truncated = False
    for number, line in _lines(file):
        if line is None:
            truncated = True
            continue
        kind = _kind(file, number, line, first=run is None)
        _hold_to_schema(file, number, kind, line)
        if summary is not None:
            raise WrongOrder(file, number, f"a {kind} line after the summary line")
        if kind == "run":
            run = msgspec.convert(line, RunLine)
        elif kind == "summary":
            summary = msgspec.convert(line, SummaryLine)
        else:
            verdict = _verdict(file, number, line)
            if verdict.requirement in verdicts:
                raise WrongOrder(file, number, f"a second verdict on {verdict.requirement}")
            verdicts[verdict.requirement] = verdict
    if run is None:
        raise NoRunLine(file)
    return Record(file, run, tuple(verdicts.values()), summary, truncated)


def open_record(file: Path) -> IO[bytes]:
    """The lines of a record, which may be compressed."""
    opener = COMPRESSED.get(file.suffix)
    opened: IO[bytes] = opener(file) if opener is not None else file.open("rb")
    return opened


def _lines(file: Path) -> Iterator[tuple[int, dict[str, Any] | None]]:
    """The JSON objects of a file with their line numbers; None for a last line that was cut off.

    They are read one by one: the text of a long record is several times what is kept of it.
    """
    try:
        with open_record(file) as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    cut = not line.endswith(b"\n") and _is_cut(line)
                    yield number, None if cut else _object(file, number, line)
    except (*UNREADABLE, ValueError) as error:  # ValueError: a NUL in the path
        raise Unreadable(file, reason(error)) from None


def _is_cut(last: bytes) -> bool:
    """Whether a line is not a JSON value as it stands."""
    try:
        _decode(last)
    except (ValueError, RecursionError):
        return True
    return False


def _object(file: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        value = _decode(line)
    except UnicodeDecodeError:
        raise LineNotJson(file, number, "it is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise LineNotJson(file, number, f"{error.msg} at column {error.colno}") from None
    except RecursionError:
        raise LineNotJson(file, number, "it is nested too deeply") from None
    except ValueError as error:
        raise LineNotJson(file, number, str(error)) from None
    if not isinstance(value, dict):
        raise LineNotJson(file, number, f"it is {_describe(value)}")
    return value


def _decode(line: bytes) -> Any:
    text = line.decode("utf-8")
    value = json.loads(text, parse_constant=_no_constant, parse_float=_number)
    # A lone surrogate cannot be written in UTF-8, so no report could show it.
    return _without_surrogates(value) if "\\ud" in text.lower() else value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON value")


def _number(text: str) -> int | float:
    """A JSON number with a fraction or an exponent; JSON Schema counts 1.0 as an integer."""
    value = float(text)
    return int(value) if value.is_integer() else value


def _without_surrogates(value: Any) -> Any:
    if isinstance(value, str):
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, list):
        return [_without_surrogates(item) for item in value]
    if isinstance(value, dict):
        return {_without_surrogates(key): _without_surrogates(v) for key, v in value.items()}
    return value


def _kind(file: Path, number: int, line: dict[str, Any], *, first: bool) -> str:
    kind = line.get("type")
    if first and kind != "run":
        raise NoRunLine(file)
    if not isinstance(kind, str) or kind not in _KINDS:
        raise WrongShape(file, number, "/type", f"not one of {', '.join(_KINDS)}")
    if kind == "run" and not first:
        raise WrongOrder(file, number, "a second run line; one file holds one run")
    if kind == "run" and "format" in line and line["format"] != FORMAT:
        raise UnknownFormat(file, line["format"])
    return kind


def _hold_to_schema(file: Path, number: int, kind: str, line: dict[str, Any]) -> None:
    try:
        error = next(iter(validator(kind).iter_errors(line)), None)
    except ValueError as fault:  # what the validator cannot represent: nested too deeply, 1e999
        raise WrongShape(file, number, "", _shortened(str(fault))) from None
    if error is not None:
        where = "".join(f"/{step}" for step in error.instance_path)
        raise WrongShape(file, number, where, _shortened(error.message))


def _verdict(file: Path, number: int, line: dict[str, Any]) -> VerdictLine:
    # No reason may be written as null. A source refuses what it does not know, which is for
    # overlays: here that is passed over.
    known = {"reason": line.get("reason") or "", "source": Source.of(line["source"]).as_json()}
    verdict = msgspec.convert({**line, **known}, VerdictLine)
    for index, exchange in enumerate(verdict.evidence):
        try:
            urlsplit(exchange.request.url)
        except ValueError as fault:  # reports and replays take it apart
            where = f"/evidence/{index}/request/url"
            raise WrongShape(file, number, where, str(fault)) from None
        for place, use in enumerate(exchange.uses):
            if use.source >= index:
                where = f"/evidence/{index}/uses/{place}/from"
                raise WrongShape(file, number, where, f"{use.source} is not an earlier exchange")
    return verdict


def _shortened(message: str, limit: int = 160) -> str:
    """The message in one line; a validator repeats the whole value, which may be huge."""
    line = " ".join(message.split())
    return line if len(line) <= limit else f"{line[: limit // 2]} … {line[-limit // 2 :]}"


def _describe(value: object) -> str:
    names = {list: "an array", str: "a string", bool: "a boolean", type(None): "null"}
    return names.get(type(value), "a number")
