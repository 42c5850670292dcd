"""The files that traffic may lie in: single ones, folders, and what is packed in GZIP or ZIP."""

import io
import os
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from conformance.errors import reason
from conformance.traffic import formats
from conformance.traffic.bodies import GZIP
from conformance.traffic.errors import NotTraffic, UnreadableTraffic

LARGEST = 256 * 1024 * 1024
"""Bytes of a file, unpacked: more does not fit into the memory of a usual machine as JSON."""
ZIP = b"PK\x03\x04"
ENDINGS = {".har", ".json", ".jsonl", ".ndjson", ".yaml", ".yml", ".gz", ".zip"}
PRIVATE = {"node_modules", "__pycache__"}
"""Folders of other programs; so are all whose names begin with a dot."""


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file of a folder in which there is no traffic, and why it was not read."""

    path: Path
    why: str


@dataclass(frozen=True, slots=True)
class TrafficSource:
    """The bytes of one file, and the files beside it that it may name."""

    path: Path
    data: bytes
    beside: Callable[[str], bytes | None]
    used: set[Path] = field(default_factory=set)
    """The files beside it that it has named."""


def in_folder(folder: Path) -> tuple[list[Path], list[LeftOut]]:
    """The files of a folder that may hold traffic, in order, and what is left out."""
    found: list[Path] = []
    left: list[LeftOut] = []
    for parent, folders, files in os.walk(folder):
        here = Path(parent)
        private = sorted(PRIVATE & set(folders))
        left += [LeftOut(here / name, "of another program") for name in private]
        folders[:] = sorted(one for one in folders if one not in PRIVATE and one[:1] != ".")
        for path in sorted(here / name for name in files):
            if not path.exists():
                left.append(LeftOut(path, "a broken link"))
            elif not path.is_file():
                left.append(LeftOut(path, "no file"))  # a pipe would never end
            elif path.name.startswith("."):
                continue
            elif path.suffix.lower() in ENDINGS:
                found.append(path)
            else:
                left.append(LeftOut(path, "not a traffic format"))
    return sorted(found), left


def sources(path: Path) -> Iterator[TrafficSource]:
    """The file, or the files packed in it. Raises UnreadableTraffic, NotTraffic."""
    data = _read(path)
    if data.startswith(GZIP):
        data = _unpacked(path, data)
    if data.startswith(ZIP) and path.suffix.lower() != ".saz":
        yield from _in_zip(path, data)
        return
    known = formats.of_bytes(path, data)
    if known is not None and data:
        raise known.refusal(path)
    used: set[Path] = set()
    yield TrafficSource(path, data, lambda name: _beside(path, name, used), used)


def _read(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as wrong:
        raise UnreadableTraffic(path, reason(wrong)) from None
    return _bounded(path, data)


def _bounded(path: Path, data: bytes) -> bytes:
    if len(data) > LARGEST:
        most = LARGEST // 1024 // 1024
        raise UnreadableTraffic(path, f"it is larger than {most} MiB; split it, or record less")
    return data


def _unpacked(path: Path, data: bytes) -> bytes:
    unpacking = zlib.decompressobj(zlib.MAX_WBITS | 32)
    try:
        plain = unpacking.decompress(data, LARGEST + 1)
    except zlib.error:
        plain = b""
    if not unpacking.eof and len(plain) <= LARGEST:
        raise UnreadableTraffic(path, "the gzip data is damaged or cut short")
    return _bounded(path, plain)


def _beside(path: Path, name: str, used: set[Path]) -> bytes | None:
    """A file that lies beside another or below: never one that lies elsewhere."""
    folder = path.parent.resolve()
    file = (folder / name).resolve()
    if not file.is_relative_to(folder) or not file.is_file():
        return None
    used.add(path.parent / name)
    return _read(file)


def _in_zip(path: Path, data: bytes) -> Iterator[TrafficSource]:
    """The files in a ZIP that may hold traffic. Raises NotTraffic where there are none."""
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError) as wrong:
        raise UnreadableTraffic(path, f"it is not a complete ZIP file: {wrong}") from None
    with archive:
        names = sorted(archive.namelist())
        if any(name.endswith((".trace", ".network")) for name in names):
            raise formats.named("a trace of Playwright").refusal(path)
        if any(name.startswith("raw/") and name.endswith("_c.txt") for name in names):
            raise formats.named("a Fiddler session archive").refusal(path)
        # What an archive names in the ZIP is its bodies: only without one are others looked at.
        wanted = [name for name in names if name.lower().endswith(".har")] or [
            name for name in names if PurePosixPath(name).suffix.lower() in ENDINGS - {".zip"}
        ]
        if not wanted:
            raise NotTraffic(path, 1, "a ZIP file without traffic in it")
        for name in wanted:
            yield TrafficSource(
                path / name, _member(path, archive, name) or b"",
                lambda other: _member(path, archive, other),
            )  # fmt: skip


def _member(path: Path, archive: zipfile.ZipFile, name: str) -> bytes | None:
    try:
        with archive.open(name) as file:
            return _bounded(path / name, file.read(LARGEST + 1))
    except KeyError:
        return None
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, OSError) as wrong:
        raise UnreadableTraffic(path / name, str(wrong) or "it cannot be unpacked") from None
