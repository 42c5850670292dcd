"""Finds, reads and checks a configuration file; each mistake comes with its line and key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from conformance.errors import BadInput, FileProblem
from conformance.toml_file import Mistake, Steps, dotted, line_of, mistakes, nearest, read_toml

NAME, PROJECT, TABLE = "conformance.toml", "pyproject.toml", "conformance"


class BadConfig(FileProblem):
    """A configuration file cannot be used as it is."""

    hint = "`conformance config schema` lists every key; --no-config ignores the file"


class UnknownConfigProfile(BadInput):
    """The file has no profile of this name."""

    def __init__(self, path: Path | None, name: str, known: list[str]) -> None:
        self.name = name
        where = "there is no configuration file" if path is None else f"{path} has none"
        hint = f"there are {', '.join(known)}" if known else "a table [profiles.NAME] defines one"
        super().__init__(f"no profile {name!r}: {where}{nearest(name, known)}", hint)


@dataclass(frozen=True, slots=True)
class Config:
    """A valid configuration file; ``data`` is its table."""

    path: Path
    data: Mapping[str, Any]

    def options(self, profile: str | None = None) -> dict[str, Any]:
        """The options by key, those of the profile over the rest. Raises UnknownConfigProfile."""
        profiles = self.data.get("profiles", {})
        if profile is not None and profile not in profiles:
            raise UnknownConfigProfile(self.path, profile, sorted(profiles))
        above = profiles[profile] if profile is not None else {}
        rest = {key: value for key, value in self.data.items() if not isinstance(value, dict)}
        return self._placed({**rest, **above})

    def ci(self) -> dict[str, Any]:
        """The options that are only for ``conformance ci``."""
        return self._placed(self.data.get("ci", {}))

    def _placed(self, table: Mapping[str, Any]) -> dict[str, Any]:
        from conformance.cli.config_model import PATHS

        folder = self.path.parent
        return {key: str(folder / value) if key in PATHS else value for key, value in table.items()}


def find(named: Path | None = None) -> Config | None:
    """The named file, else that of the current folder, else None. Raises BadConfig."""
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
    text, data = read_toml(path, BadConfig)
    above: Steps = ()
    if inside:
        tool = data.get("tool", {})
        if not isinstance(tool, dict) or TABLE not in tool:
            return None
        data, above = tool[TABLE], ("tool", TABLE)
    for place, why in _faults(data):
        raise BadConfig(path, why, line_of(text, (*above, *place)))
    return Config(path, data)


def _faults(data: Any) -> Iterator[Mistake]:
    from conformance.cli.config_model import CiTable, ConfigTable, OptionTable
    from conformance.transport.targets.known import KNOWN
    from conformance.transport.targets.own import OwnTarget

    if not isinstance(data, dict):
        yield (), f"{TABLE} must be a table"
        return
    if "tool" in data:
        yield ("tool",), f"[tool.{TABLE}] is for {PROJECT}: write its keys here without it"
    nested = {"profiles", "targets", "ci"}
    yield from mistakes(data, ConfigTable, (), apart=nested)
    for name, kind in {"profiles": OptionTable, "targets": OwnTarget}.items():
        tables = data.get(name, {})
        if not isinstance(tables, dict):
            yield (name,), f"{name} must be a table"
            continue
        for key, table in tables.items():
            if name == "targets" and key in {*KNOWN, "aws"}:
                yield (name, key), f"{name}.{key}: this name is already taken"
            yield from mistakes(table, kind, (name, key))
            if name == "targets":
                yield from _unreachable(table, (name, key))
    yield from mistakes(data.get("ci", {}), CiTable, ("ci",))


def _unreachable(table: Mapping[str, Any], place: Steps) -> Iterator[Mistake]:
    from conformance.transport.endpoint import target_url
    from conformance.transport.errors import MalformedURL

    name = dotted(place)
    if not {"url", "command"} & set(table):
        yield place, f"{name}: it needs a url or a command"
    try:
        target_url(str(table.get("url", "http://h")).replace("{port}", "1"))
    except MalformedURL as error:
        yield (*place, "url"), f"{name}.url: {error.reason}"
