"""Finds, reads and checks a configuration file; each mistake comes with its line and key."""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from conformance.errors import BadInput

NAME, PROJECT, TABLE = "conformance.toml", "pyproject.toml", "conformance"
_CLOSE = 0.6
_HEADER = re.compile(r"\s*\[+\s*([^\]]+?)\s*\]+")


class BadConfig(BadInput):
    """A configuration file cannot be used as it is."""

    hint = "`conformance config schema` has every key; --no-config goes without the file"

    def __init__(self, path: Path, line: int | None, why: str) -> None:
        self.path, self.line, self.why = path, line, why
        super().__init__(f"{path}{'' if line is None else f':{line}'}: {why}")


class UnknownConfigProfile(BadInput):
    """The file has no profile of this name."""

    def __init__(self, path: Path | None, name: str, known: list[str]) -> None:
        self.name = name
        where = "there is no configuration file" if path is None else f"{path} has none"
        hint = f"there are {', '.join(known)}" if known else "[profiles.NAME] makes one"
        super().__init__(f"no profile {name!r}: {where}{nearest(name, known)}", hint)


@dataclass(frozen=True, slots=True)
class Config:
    """A file that was read and found right: ``data`` is its table as it stands."""

    path: Path
    data: Mapping[str, Any]

    def options(self, profile: str | None = None) -> dict[str, Any]:
        """The options by their keys, those of the profile over the rest. UnknownConfigProfile."""
        profiles = self.data.get("profiles", {})
        if profile is not None and profile not in profiles:
            raise UnknownConfigProfile(self.path, profile, sorted(profiles))
        above = profiles[profile] if profile is not None else {}
        rest = {key: value for key, value in self.data.items() if not isinstance(value, dict)}
        return self._placed({**rest, **above})

    def ci(self) -> dict[str, Any]:
        """What it says for ``conformance ci`` besides."""
        return self._placed(self.data.get("ci", {}))

    def _placed(self, table: Mapping[str, Any]) -> dict[str, Any]:
        from conformance.cli.config_model import PATHS

        folder = self.path.parent
        return {key: str(folder / value) if key in PATHS else value for key, value in table.items()}


def find(named: Path | None = None) -> Config | None:
    """The file that is named, else that of the current folder, else None. Raises BadConfig."""
    if named is not None:
        return _read(named, inside=named.name == PROJECT)
    own, project = Path(NAME), Path(PROJECT)
    if own.is_file():
        return _read(own, inside=False)
    if project.is_file() and f"tool.{TABLE}" in project.read_text("utf-8", "replace"):
        return _read(project, inside=True)
    return None


def _read(path: Path, *, inside: bool) -> Config | None:
    """The table of a file; None where a project file has no such table."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
        data = tomllib.loads(text)
    except OSError as error:
        raise BadConfig(path, None, error.strerror or str(error)) from None
    except UnicodeDecodeError as error:
        raise BadConfig(path, None, f"it is not UTF-8: {error.reason}") from None
    except tomllib.TOMLDecodeError as error:
        raise BadConfig(path, None, f"it is not TOML: {error}") from None
    above: tuple[str, ...] = ()
    if inside:
        tool = data.get("tool", {})
        if not isinstance(tool, dict) or TABLE not in tool:
            return None
        data, above = tool[TABLE], ("tool", TABLE)
    for place, why in _faults(data):
        raise BadConfig(path, line_of(text, (*above, *place)), why)
    return Config(path, data)


def _faults(data: Any) -> Iterator[tuple[tuple[str, ...], str]]:
    from conformance.cli.config_model import CiTable, ConfigTable, OptionTable
    from conformance.transport.targets.known import KNOWN
    from conformance.transport.targets.own import OwnTarget

    if not isinstance(data, dict):
        yield (), f"{TABLE} must be a table"
        return
    nested = {"profiles", "targets", "ci"}
    yield from _faults_of(data, ConfigTable, (), apart=nested)
    for name, kind in {"profiles": OptionTable, "targets": OwnTarget}.items():
        tables = data.get(name, {})
        if not isinstance(tables, dict):
            yield (name,), f"{name} must be a table"
            continue
        for key, table in tables.items():
            if name == "targets" and key in {*KNOWN, "aws"}:
                yield (name, key), f"{name}.{key}: this name is taken"
            yield from _faults_of(table, kind, (name, key))
            if name == "targets":
                yield from _unreachable(table, (name, key))
    yield from _faults_of(data.get("ci", {}), CiTable, ("ci",))


def _unreachable(
    table: Mapping[str, Any], place: tuple[str, ...]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """What a target lacks to be reached."""
    from conformance.transport.endpoint import target_url
    from conformance.transport.errors import MalformedURL

    name = ".".join(place)
    if not {"url", "command"} & set(table):
        yield place, f"{name}: neither url nor command says how to reach it"
    try:
        target_url(str(table.get("url", "http://h")).replace("{port}", "1"))
    except MalformedURL as error:
        yield (*place, "url"), f"{name}.url: {error.reason}"


def _faults_of(
    table: Any, kind: type, place: tuple[str, ...], apart: set[str] | None = None
) -> Iterator[tuple[tuple[str, ...], str]]:
    import msgspec

    if not isinstance(table, dict):
        yield place, f"{'.'.join(place)} must be a table"
        return
    hints = get_type_hints(kind, include_extras=True)
    known = {one.encode_name: hints[one.name] for one in msgspec.structs.fields(kind)}
    for key, value in table.items():
        here = (*place, key)
        if here == ("tool",):
            yield here, f"[tool.{TABLE}] is of {PROJECT}: here its keys stand without it"
        elif key not in known:
            yield here, f"unknown key {'.'.join(here)}{nearest(key, known)}"
        elif key not in (apart or ()):
            try:
                msgspec.convert(value, known[key])
            except msgspec.ValidationError as error:
                yield here, f"{'.'.join(here)}: {_plain(str(error), value, known[key])}"


def _plain(text: str, value: Any, kind: Any) -> str:
    """``Expected `array`, got `str` - at `$[0]` `` without the path, in the words of TOML."""
    if text.startswith("Invalid enum"):
        choices = list(_choices(kind))
        return f"{value!r} is none of {', '.join(choices)}{nearest(value, choices)}"
    said = text.split(" - at ", maxsplit=1)[0].replace(" | null", "").replace("`", "")
    said = said.replace("str", "text").replace("int", "a whole number").replace("float", "a number")
    return (said[:1].lower() + said[1:]).replace("bool", "true or false")


def _choices(kind: Any) -> Iterator[str]:
    """The texts that a type allows."""
    if isinstance(kind, type):
        yield from map(str, kind) if issubclass(kind, StrEnum) else ()
    elif get_origin(kind) is Literal:
        yield from get_args(kind)
    else:
        for one in get_args(kind):
            yield from _choices(one)


def nearest(name: str, known: Any) -> str:
    """``, did you mean X?`` where a known name is alike, else nothing."""
    found = difflib.get_close_matches(name, list(known), 1, _CLOSE)
    return f", did you mean {found[0]}?" if found else ""


def line_of(text: str, place: tuple[str, ...]) -> int | None:
    """The line that sets a key of a TOML text; None where it is written in another way."""
    table: tuple[str, ...] = ()
    for number, line in enumerate(text.splitlines(), 1):
        header = _HEADER.match(line)
        if header:
            table = _keys(header[1])
            if table[: len(place)] == place:
                return number
        elif "=" in line:
            found = (*table, *_keys(line.partition("=")[0]))
            if found == place:
                return number
    return None


def _keys(text: str) -> tuple[str, ...]:
    return tuple(part.strip().strip("\"'") for part in text.split("."))
