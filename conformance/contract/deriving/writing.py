"""Write derived documents: always the same bytes for the same content, and all files or none."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from conformance.contract.deriving.schemas import SourcePointer
from conformance.errors import BadInput

HEADER = "# Derived from the documents named below by `conformance derive`. Do not edit.\n"
WIDTH = 100_000
"""No line is folded: a pointer stays on its line, and a difference shows as one line."""


class UnwritableOutput(BadInput):
    """The output cannot be written: ``path`` and the system's reason."""

    hint = "choose another -o, or check its folder and permissions"

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"cannot write {path}: {reason}")


# libyaml's emitter writes the same bytes as PyYAML's own, five times as fast.
_Safe: type[yaml.SafeDumper] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


class _Dumper(_Safe):  # type: ignore[valid-type,misc]
    """Never aliases; pointers in one line."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - the signature is PyYAML's
        return True


def _pointer_node(dumper: yaml.SafeDumper, value: SourcePointer) -> yaml.MappingNode:
    return dumper.represent_mapping("tag:yaml.org,2002:map", value.items(), flow_style=True)


_Dumper.add_representer(SourcePointer, _pointer_node)


def as_yaml(document: Mapping[str, Any]) -> str:
    text: str = yaml.dump(
        dict(document), Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=WIDTH
    )
    return HEADER + text


def write_all(files: Mapping[Path, str]) -> None:
    """Write all files or none. Raises UnwritableOutput."""
    made: dict[Path, Path] = {}
    try:
        for path, text in files.items():
            made[path] = _temporary(path, text)
        for path in files:
            os.replace(made.pop(path), path)  # noqa: PTH105 - named in one word with what it promises
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UnwritableOutput(path, reason) from error
    finally:
        for leftover in made.values():
            leftover.unlink(missing_ok=True)


def _temporary(path: Path, text: str) -> Path:
    if path.is_dir():
        raise IsADirectoryError(21, "it is a folder")
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with open(handle, "w", encoding="utf-8", newline="\n") as stream:  # noqa: PTH123 - a descriptor
        stream.write(text)
    # As an ordinary new file, not as the private one that a temporary file is.
    Path(name).chmod(0o644)
    return Path(name)
