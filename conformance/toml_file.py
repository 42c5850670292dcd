"""Files in TOML, read and held to types: a mistake is told with its line, in the words of TOML."""

import difflib
import re
import tomllib
from collections import Counter
from collections.abc import Collection, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from conformance.errors import FileProblem, reason

Steps = tuple[str | int, ...]
"""The way to a key: names of tables, and numbers of those in a list."""
Mistake = tuple[Steps, str]
_CLOSE = 0.6
_HEADER = re.compile(r"\s*(\[+)\s*([^\]]+?)\s*\]+")


def read_toml(path: Path, problem: type[FileProblem]) -> tuple[str, dict[str, Any]]:
    """The text of a file and the table that it is. Raises the problem."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return text, tomllib.loads(text)
    except OSError as error:
        raise problem(path, reason(error)) from None
    except UnicodeDecodeError as error:
        raise problem(path, f"it is not UTF-8: {error.reason}") from None
    except tomllib.TOMLDecodeError as error:
        raise problem(path, f"it is not TOML: {error}") from None


def mistakes(
    table: Any, kind: type, place: Steps = (), apart: Collection[str] = ()
) -> Iterator[Mistake]:
    """What a table has that the type has not, or of another type; keys ``apart`` are left out."""
    import msgspec

    if not isinstance(table, dict):
        yield place, f"{dotted(place)} must be a table"
        return
    hints = get_type_hints(kind, include_extras=True)
    fields = {one.encode_name: one for one in msgspec.structs.fields(kind)}
    for key, value in table.items():
        here = (*place, key)
        if key not in fields:
            yield here, f"unknown key {dotted(here)}{nearest(key, fields)}"
        elif key not in apart:
            wanted = hints[fields[key].name]
            try:
                msgspec.convert(value, wanted)
            except msgspec.ValidationError as error:
                yield here, f"{dotted(here)}: {_plain(str(error), value, wanted)}"
    for key, field in fields.items():
        if field.required and key not in table:
            yield place, f"{dotted((*place, key))} is missing"


def dotted(place: Steps) -> str:
    """A way as text: ``target[0].name``."""
    parts = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in place)
    return "".join(parts).removeprefix(".")


def nearest(name: str, known: Any) -> str:
    """``, did you mean X?`` where a known name is alike, else nothing."""
    found = difflib.get_close_matches(name, list(known), 1, _CLOSE)
    return f", did you mean {found[0]}?" if found else ""


def line_of(text: str, place: Steps) -> int | None:
    """The line that sets a key of a TOML text; None where it is written in another way."""
    table: Steps = ()
    seen = Counter[Steps]()
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        if header:
            table = _keys(header[2])
            if header[1] == "[[":
                seen[table] += 1
                table = (*table, seen[table] - 1)
            if table[: len(place)] == place:
                return number
        elif "=" in line and (*table, *_keys(line.partition("=")[0])) == place:
            return number
    return None


def _keys(text: str) -> Steps:
    return tuple(part.strip().strip("\"'") for part in text.split("."))


def _plain(text: str, value: Any, kind: Any) -> str:
    """``Expected `array`, got `str` - at `$[0]` `` without the path, in the words of TOML."""
    if text.startswith("Invalid enum"):
        choices = list(_choices(kind))
        return f"{value!r} is not one of {', '.join(choices)}{nearest(value, choices)}"
    said = text.split(" - at ", maxsplit=1)[0].replace(" | null", "").replace("`", "")
    said = said.replace("str", "text").replace("int", "a whole number").replace("float", "a number")
    return (said[:1].lower() + said[1:]).replace("bool", "true or false")


def _choices(kind: Any) -> Iterator[str]:
    if isinstance(kind, type):
        yield from map(str, kind) if issubclass(kind, StrEnum) else ()
    elif get_origin(kind) is Literal:
        yield from get_args(kind)
    else:
        for one in get_args(kind):
            yield from _choices(one)
