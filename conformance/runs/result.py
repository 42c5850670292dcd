"""What a run found, as a value that a program can ask, keep and report on."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from conformance import reports
from conformance.contract.levels import Level
from conformance.errors import Problem
from conformance.record import Record, SummaryLine, Verdict, VerdictLine, fails_gate, write_record


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run found.

    Args:
        record: Everything, as a record file holds it.
        summary: The last line of that record: the counts, the exit code, the coverage, notes.
        problem: Why the run ended early, or None.
    """

    record: Record
    summary: SummaryLine
    problem: Problem | None = None

    @property
    def verdicts(self) -> tuple[VerdictLine, ...]:
        """The verdict of each requirement, in the order in which they were decided."""
        return self.record.verdicts

    @property
    def failures(self) -> tuple[VerdictLine, ...]:
        """The verdicts that fail the gate."""
        strict = self.record.run.strict
        return tuple(line for line in self.verdicts if fails_gate(line, strict=strict))

    @property
    def counts(self) -> Mapping[Level, Mapping[Verdict, int]]:
        """How many verdicts of each kind there are, by level; what does not occur is left out."""
        return self.summary.counts

    @property
    def exit_code(self) -> int:
        """The command's exit code: 0 conforms, 1 does not, 3 could not test all that matters."""
        return self.summary.exit

    @property
    def requests(self) -> int:
        """How many requests were sent."""
        return self.summary.requests

    @property
    def seconds(self) -> float:
        """How long the run took, without the start of the target."""
        return self.summary.seconds

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know besides the verdicts."""
        return self.summary.notes

    @property
    def seed(self) -> int:
        """The seed that gives the same requests again."""
        return self.record.run.seed

    @property
    def interrupted(self) -> bool:
        """Whether the run ended before everything was decided, by Ctrl-C or by a problem."""
        return self.summary.interrupted

    def save(self, path: str | Path) -> None:
        """Write the record, from which every command makes its reports. Raises Unwritable."""
        write_record(self.record, path)

    def write_html(self, path: str | Path) -> None:
        """Write the HTML report. Raises UnwritableReport."""
        reports.write("html", self.record, path)

    def write_junit(self, path: str | Path) -> None:
        """Write the report as JUnit XML. Raises UnwritableReport."""
        reports.write("junit", self.record, path)

    def write_markdown(self, path: str | Path) -> None:
        """Write the summary in Markdown. Raises UnwritableReport."""
        reports.write("markdown", self.record, path)

    def write_ctrf(self, path: str | Path) -> None:
        """Write the report in the Common Test Report Format. Raises UnwritableReport."""
        reports.write("ctrf", self.record, path)

    def write_allure(self, folder: str | Path) -> None:
        """Write Allure results into a folder. Raises UnwritableReport."""
        reports.write("allure", self.record, folder)
