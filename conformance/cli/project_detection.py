"""What a folder tells of its project: where it is built, and which emulator it uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

GITHUB, GITLAB = "github", "gitlab"
_EMULATORS = ("moto", "ministack", "localstack")
_DEPENDENCIES = (
    "pyproject.toml", "setup.cfg", "setup.py", "Pipfile", "requirements*.txt", "requirements/*.txt",
    "*compose*.y*ml", "package.json",
)  # fmt: skip
_LONGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class ProjectSetup:
    """The kind of continuous integration, and the emulator; each with where that was seen."""

    forge: str = ""
    forge_seen: str = ""
    emulator: str = ""
    emulator_seen: str = ""


def detect_project(folder: Path) -> ProjectSetup:
    """What there is to see in a folder."""
    forge, seen = next(_forges(folder), ("", ""))
    emulator, file = next(_emulators(folder), ("", ""))
    return ProjectSetup(forge, seen, emulator, file)


def _forges(folder: Path) -> Iterator[tuple[str, str]]:
    if (folder / ".gitlab-ci.yml").exists():
        yield GITLAB, ".gitlab-ci.yml"
    if (folder / ".github").is_dir():
        yield GITHUB, ".github"
    remotes = _text(folder / ".git" / "config")
    for forge in (GITHUB, GITLAB):
        if re.search(rf"url\s*=.*\b{forge}\.", remotes):
            yield forge, "the remote in .git/config"


def _emulators(folder: Path) -> Iterator[tuple[str, str]]:
    for pattern in _DEPENDENCIES:
        for path in sorted(folder.glob(pattern)):
            text = "\n".join(
                line for line in _text(path).splitlines() if not re.match(r"\s*(#|name\b)", line)
            )
            for name in _EMULATORS:
                # As the name of a package or an image: moto[server], localstack/localstack:4.
                if re.search(rf"(?<![\w.-]){name}(?:-core)?(?![\w-])", text, re.IGNORECASE):
                    yield name, str(path.relative_to(folder))


def _text(path: Path) -> str:
    try:
        return path.read_bytes()[:_LONGEST].decode("utf-8", "replace")
    except OSError:
        return ""
