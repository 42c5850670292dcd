"""The user's cache folder: what can be had again. And files that are there whole or not at all."""

import json
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any


def cache_folder(*parts: str) -> Path:
    """A folder of ours in the user's cache; it need not be there yet."""
    named = os.environ.get("XDG_CACHE_HOME", "")
    # The base directory specification ignores paths that are not absolute.
    base = Path(named) if Path(named).is_absolute() else _home() / ".cache"
    return Path(base, "conformance", *parts)


@cache
def _home() -> Path:
    """The user's home; of one without any, as containers have, a folder of this process."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(tempfile.mkdtemp(prefix="conformance-"))


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is either not there or whole, whenever the machine stops."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    with partial.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    partial.replace(path)


def cached_json(path: Path, make: Callable[[], Any]) -> Any:
    """What ``make`` gives, kept in a file; what JSON would read as something else is not kept."""
    with suppress(OSError, ValueError):
        return json.loads(path.read_bytes())
    made = make()
    with suppress(OSError, TypeError, ValueError):
        text = json.dumps(made)
        if json.loads(text) == made:
            write_whole(path, text.encode())
    return made
