"""What can be wrong with a journal, one type a reason."""

from __future__ import annotations

from pathlib import Path

from conformance.errors import CouldNotTest, FileProblem


class JournalProblem(FileProblem):
    """A file that is no journal, or one that cannot be read or written."""

    hint = "a run keeps its journal under reports/journals/; name one with --journal"


class InUse(CouldNotTest):
    """A run is writing the journal: what it made, it is still using."""

    hint = "end that run first; it cleans up after itself"

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} belongs to a run that has not ended")
