"""Reads a baseline; every mistake is reported with its line and what belongs there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.errors import reason
from conformance.record.baseline.values import Accepted, Baseline, UnreadableBaseline, WrongBaseline
from conformance.record.schema import packaged

if TYPE_CHECKING:
    import yaml

Steps = tuple[str | int, ...]

_LONGEST = 80
LONGEST_NUMBER = 9
"""Digits: the only number in a baseline is that of its format."""
# What belongs at a place, in words, by the place's name.
_WANTED = {
    "": "`format: 1` and a list `accepted`, and nothing else",
    "format": "1, the only known version of the format",
    "accepted": "a list of entries, each with `requirement` and `reason`",
    "entry": "`requirement`, `reason` and optionally `link` and `expires`, and nothing else",
    "requirement": "the id of one requirement, without spaces",
    "reason": "a text that says why the failure is accepted",
    "link": "a link that begins with https:// or http://",
    "expires": "the last day on which it is accepted, as YYYY-MM-DD",
}


def schema() -> dict[str, Any]:
    """The JSON Schema of a baseline."""
    return packaged("conformance.record.baseline")


def read_baseline(path: str | Path) -> Baseline:
    """Read a baseline.

    Raises UnreadableBaseline (the file cannot be read), WrongBaseline (it is no baseline; names the
    line and what was expected there).
    """
    file = Path(path)
    try:
        data = file.read_bytes()
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise UnreadableBaseline(file, reason(error)) from None
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise WrongBaseline(file, line, "bytes that are not UTF-8", "a text in UTF-8") from None
    return parse_baseline(text, file)


def parse_baseline(text: str, file: Path) -> Baseline:
    """The baseline that a text is; ``file`` is only named. Raises WrongBaseline."""
    root = _composed(text, file)
    places: dict[Steps, int] = {}
    value = _value(root, (), places, file)
    _hold_to_schema(value, places, file)
    lines = text.splitlines()
    accepted: dict[str, Accepted] = {}
    for index, entry in enumerate(value["accepted"]):
        line = places["accepted", index]
        made = _accepted(entry, line, _comment_above(lines, line), places, file)
        if made.requirement in accepted:
            first = accepted[made.requirement].line
            why = f"a second entry for {made.requirement}, after that of line {first}"
            raise WrongBaseline(file, line, why, "each requirement once")
        accepted[made.requirement] = made
    return Baseline(file, accepted, tuple(_comment_at_top(lines)))


def _composed(text: str, file: Path) -> yaml.Node:
    import yaml

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        why = f"not YAML: {error.problem or error.context}"
        raise WrongBaseline(file, line, why, "YAML or JSON") from None
    except (yaml.YAMLError, RecursionError) as error:
        why = f"not YAML: {_short(error)}"
        raise WrongBaseline(file, 1, why, "YAML or JSON") from None
    if root is None:
        raise WrongBaseline(file, 1, "the file is empty", _WANTED[""])
    return root


def _value(node: yaml.Node, at: Steps, places: dict[Steps, int], file: Path) -> Any:
    """The plain value of a node; ``places`` takes down on which line each part of it stands."""
    import yaml

    line = places[at] = node.start_mark.line + 1
    if len(at) > 4:
        raise WrongBaseline(file, line, "it is nested too deeply", _WANTED["entry"])
    if isinstance(node, yaml.SequenceNode):
        return [_value(part, (*at, n), places, file) for n, part in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, at, places, file)
    return _scalar(node)


def _mapping(
    node: yaml.MappingNode, at: Steps, places: dict[Steps, int], file: Path
) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, part in node.value:
        line, name = key.start_mark.line + 1, _in_letters(str(key.value))
        if name in made:
            raise WrongBaseline(file, line, f"`{_short(name)}` twice", "it once")
        made[name] = _value(part, (*at, name), places, file)
        places[*at, name] = line
    return made


def _scalar(node: yaml.Node) -> Any:
    """A text or a whole number; dates stay texts, as in JSON."""
    text = _in_letters(node.value)
    is_number = text.isdecimal() and text.isascii() and len(text) <= LONGEST_NUMBER
    if node.tag == "tag:yaml.org,2002:int" and is_number:
        return int(text)
    if node.tag in {"tag:yaml.org,2002:str", "tag:yaml.org,2002:timestamp"}:
        return text
    return None if node.tag == "tag:yaml.org,2002:null" else float(0)


def _in_letters(text: str) -> str:
    """The text, with a mark for each half of a letter, which JSON can write and nothing holds."""
    return text.encode("utf-8", "replace").decode()


def _hold_to_schema(value: Any, places: dict[Steps, int], file: Path) -> None:
    import jsonschema_rs

    validator = jsonschema_rs.Draft202012Validator(schema())
    for error in validator.iter_errors(value):
        steps = tuple(error.instance_path)
        line, why, wanted = places.get(steps, 1), _short(error.message), _wanted(steps)
        extra = next((name for name in _unknown(value, steps) if (*steps, name) in places), None)
        if extra is not None:
            line, why = places[*steps, extra], f"unknown key `{_short(extra)}`"
        raise WrongBaseline(file, line, why, wanted)


def _unknown(value: Any, steps: Steps) -> Iterator[str]:
    """The members at a place that do not belong there."""
    part = value
    for step in steps:
        part = part[step]
    known = {0: schema()["properties"], 2: schema()["$defs"]["accepted"]["properties"]}.get(
        len(steps)
    )
    if isinstance(part, dict) and known is not None:
        yield from (name for name in part if name not in known)


def _wanted(steps: Steps) -> str:
    if not steps:
        return _WANTED[""]
    last = steps[-1]
    return _WANTED["entry"] if isinstance(last, int) else _WANTED.get(last, _WANTED["entry"])


def _accepted(
    entry: dict[str, str], line: int, comment: Sequence[str], places: dict[Steps, int], file: Path
) -> Accepted:
    expires = None
    if "expires" in entry:
        try:
            expires = date.fromisoformat(entry["expires"])
        except ValueError:
            where = next(n for at, n in places.items() if at[-1:] == ("expires",) and n >= line)
            why = f"{entry['expires']} is not a date"
            raise WrongBaseline(file, where, why, _WANTED["expires"]) from None
    reason = " ".join(entry["reason"].split())
    return Accepted(
        entry["requirement"], reason, entry.get("link"), expires, tuple(comment), line
    )  # fmt: skip


def _comment_above(lines: Sequence[str], line: int) -> list[str]:
    """The comment lines right above an entry that begins on a separate line."""
    found: list[str] = []
    at = line - 2  # lines count from 1
    while at >= 0 and lines[at].lstrip().startswith("#"):
        found.insert(0, lines[at].strip())
        at -= 1
    return found


def _comment_at_top(lines: Sequence[str]) -> Iterator[str]:
    for line in lines:
        if not line.startswith("#"):
            return
        yield line.rstrip()


def _short(text: object) -> str:
    line = " ".join(str(text).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} …"
