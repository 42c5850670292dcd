"""Reads a baseline; every mistake is reported with its line and what belongs there."""

from __future__ import annotations

from datetime import date
from itertools import takewhile
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
    return packaged("conformance.record.baseline")


def read_baseline(path: str | Path) -> Baseline:
    """Read a baseline. Raises UnreadableBaseline, and WrongBaseline with the line."""
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
    reader = _Reader(file)
    entries = reader.entries(text)
    lines = text.splitlines()
    accepted: dict[str, Accepted] = {}
    for index, entry in enumerate(entries):
        line = reader.places["accepted", index]
        # The comment lines right above the entry; lines count from 1.
        above = [*takewhile(lambda one: one.lstrip().startswith("#"), lines[: line - 1][::-1])]
        made = Accepted(
            entry["requirement"],
            " ".join(entry["reason"].split()),
            entry.get("link"),
            reader.last_day(entry, index),
            tuple(one.strip() for one in reversed(above)),
            line,
        )
        if made.requirement in accepted:
            first = accepted[made.requirement].line
            why = f"a second entry for {made.requirement}, after that of line {first}"
            raise WrongBaseline(file, line, why, "each requirement once")
        accepted[made.requirement] = made
    top = takewhile(lambda one: one.startswith("#"), lines)
    return Baseline(file, accepted, tuple(one.rstrip() for one in top))


class _Reader:
    """Reads the text of one file; ``places`` has the line on which each part of it stands."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.places: dict[Steps, int] = {}

    def entries(self, text: str) -> list[dict[str, str]]:
        value = self._value(self._composed(text), ())
        self._hold_to_schema(value)
        entries: list[dict[str, str]] = value["accepted"]
        return entries

    def last_day(self, entry: dict[str, str], index: int) -> date | None:
        try:
            return date.fromisoformat(entry["expires"]) if "expires" in entry else None
        except ValueError:
            line = self.places["accepted", index, "expires"]
            why = f"{entry['expires']} is not a date"
            raise WrongBaseline(self._file, line, why, _WANTED["expires"]) from None

    def _composed(self, text: str) -> yaml.Node:
        import yaml

        try:
            root = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            line = error.problem_mark.line + 1 if error.problem_mark else 1
            why = f"not YAML: {error.problem or error.context}"
            raise WrongBaseline(self._file, line, why, "YAML or JSON") from None
        except (yaml.YAMLError, RecursionError) as error:
            why = f"not YAML: {_short(error)}"
            raise WrongBaseline(self._file, 1, why, "YAML or JSON") from None
        if root is None:
            raise WrongBaseline(self._file, 1, "the file is empty", _WANTED[""])
        return root

    def _value(self, node: yaml.Node, at: Steps) -> Any:
        import yaml

        line = self.places[at] = node.start_mark.line + 1
        if len(at) > 4:
            raise WrongBaseline(self._file, line, "it is nested too deeply", _WANTED["entry"])
        if isinstance(node, yaml.SequenceNode):
            return [self._value(part, (*at, n)) for n, part in enumerate(node.value)]
        if not isinstance(node, yaml.MappingNode):
            return _scalar(node)
        made: dict[str, Any] = {}
        for key, part in node.value:
            line, name = key.start_mark.line + 1, _in_letters(str(key.value))
            if name in made:
                raise WrongBaseline(self._file, line, f"`{_short(name)}` twice", "it once")
            made[name] = self._value(part, (*at, name))
            self.places[*at, name] = line
        return made

    def _hold_to_schema(self, value: Any) -> None:
        import jsonschema_rs

        validator = jsonschema_rs.Draft202012Validator(schema())
        for error in validator.iter_errors(value):
            steps = tuple(error.instance_path)
            line, why = self.places.get(steps, 1), _short(error.message)
            unknown = ((*steps, name) for name in _unknown(value, steps))
            extra = next((at for at in unknown if at in self.places), None)
            if extra is not None:
                line, why = self.places[extra], f"unknown key `{_short(extra[-1])}`"
            name = "" if not steps else steps[-1]
            raise WrongBaseline(self._file, line, why, _WANTED.get(str(name), _WANTED["entry"]))


def _unknown(value: Any, steps: Steps) -> list[str]:
    """The members at a place that do not belong there."""
    for step in steps:
        value = value[step]
    known = {0: schema()["properties"], 2: schema()["$defs"]["accepted"]["properties"]}
    is_object = isinstance(value, dict) and len(steps) in known
    return [name for name in value if name not in known[len(steps)]] if is_object else []


def _scalar(node: yaml.Node) -> Any:
    """A text or a whole number; dates stay texts, as in JSON."""
    text, tag = _in_letters(node.value), node.tag.removeprefix("tag:yaml.org,2002:")
    if tag in {"str", "timestamp"}:
        return text
    is_number = text.isdecimal() and text.isascii() and len(text) <= LONGEST_NUMBER
    if tag == "int" and is_number:
        return int(text)
    return None if tag == "null" else float(0)


def _in_letters(text: str) -> str:
    """The text with a replacement for lone surrogates, which JSON can write and UTF-8 cannot."""
    return text.encode("utf-8", "replace").decode()


def _short(text: object) -> str:
    line = " ".join(str(text).split())
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]} …"
