"""Writes reports to files; a path that cannot be written is reported in one line."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from conformance.errors import FileProblem, reason


class UnwritableReport(FileProblem):
    """The file of a report cannot be created or written."""

    told = "cannot write the report {place}: {why}"
    hint = "give a file in a folder that you can write to"


@contextmanager
def _reported(path: Path) -> Iterator[None]:
    """Turn what goes wrong with a file into UnwritableReport."""
    try:
        yield
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise UnwritableReport(path, reason(error)) from None


def write_report(path: str | Path, text: str) -> None:
    """Write a report in UTF-8, and make its folder if it is missing. Raises UnwritableReport."""
    file = Path(path)
    with _reported(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8", "replace"))


def check_writable(path: str | Path) -> None:
    """Check that a report can be written, without changing the file. Raises UnwritableReport."""
    file = Path(path)
    with _reported(file):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.open("ab").close()


def check_folder(path: str | Path) -> None:
    """Check that reports can be written into a folder. Raises UnwritableReport."""
    with _reported(Path(path)):
        Path(path).mkdir(parents=True, exist_ok=True)
