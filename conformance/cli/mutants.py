"""``conformance mutants``: how many deliberate faults the suite notices, and by what."""

from __future__ import annotations

import json
import os
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import click

from conformance.cli import options
from conformance.cli.interrupts import Interrupts
from conformance.errors import CouldNotTest
from conformance.reports.files import check_writable, write_report
from conformance.reports.text import Display

if TYPE_CHECKING:
    from conformance.runs.mutants import Campaign, Mutant, MutantPlan, Result

EVERY = 10
"""Per cent between two plain lines of progress."""


@click.command()
@click.option("--kind", "kinds", multiple=True, help="Try only faults of this kind (repeatable).")
@click.option(
    "--fault", "faults", multiple=True, metavar="ID",
    help="Try only faults that match this id or glob.",
)  # fmt: skip
@options.service_option
@click.option(
    "--all", "everything", is_flag=True, help="Try every fault, including redundant ones."
)
@click.option(
    "--workers", type=options.COUNT, default=lambda: os.cpu_count() or 1,
    show_default="one per processor", help="Processes.",
)  # fmt: skip
@click.option(
    "--profile", type=options.PROFILES, default="standard", show_default=True,
    help="How far to test beyond the boundaries if the quick profile does not find the fault.",
)  # fmt: skip
@click.option("--seed", type=int, default=0, show_default=True, help="The seed of each run.")
@click.option("--json", "result", type=options.PATH, help="Write the result to this file.")
@click.option("--list", "only_list", is_flag=True, help="List the faults without trying them.")
@click.option("-q", "--quiet", is_flag=True, help="Print only the result.")
def command(**given: Any) -> None:
    """Run the suite against the reference with one deliberate fault at a time.

    A failed requirement of level required or expected kills a mutant. The result also says whether
    one of these names the fault. Exit status: 0 all mutants were killed, 1 at least one survived,
    2 bad usage or input, 3 could not test.
    """
    from conformance.runs.mutants import select

    chosen = select(
        kinds=given["kinds"],
        globs=given["faults"],
        services=given["services"],
        everything=given["everything"],
    )
    if given["only_list"]:
        _list(chosen)
    else:
        sys.exit(_try(chosen, given))


def _list(mutants: tuple[Mutant, ...]) -> None:
    for mutant in mutants:
        click.echo(f"{mutant.id}\t{mutant.kind}\t{mutant.summary}")
    kinds = Counter(mutant.kind for mutant in mutants)
    click.echo(f"{len(mutants)} faults of {len(kinds)} kinds", err=True)


def _try(mutants: tuple[Mutant, ...], given: dict[str, Any]) -> int:
    from conformance.runs.mutants import MutantPlan, run
    from conformance.runs.mutants.values import lines

    plan = MutantPlan(given["profile"], given["seed"])
    if given["result"] is not None:
        check_writable(given["result"])  # before the minutes that it takes
    display = MutantsDisplay(len(mutants), quiet=given["quiet"])
    with Interrupts().listening(), display:
        campaign = run(mutants, plan, given["workers"], display.show)
    for line in lines(campaign):
        click.echo(line)
    _end(campaign, plan, given["result"])
    return _status(campaign)


def _end(campaign: Campaign, plan: MutantPlan, path: Path | None) -> None:
    from conformance.runs.mutants.values import as_json

    if path is not None:
        text = json.dumps(as_json(campaign, plan), indent=1, ensure_ascii=False)
        write_report(path, text + "\n")
        click.echo(f"\nresult  {path}")
    click.echo(f"{campaign.seconds:.0f} s", err=True)
    if campaign.interrupted:
        click.echo("interrupted: the other mutants were not tried", err=True)


def _status(campaign: Campaign) -> int:
    """1 when one survived, 3 when not all are known. Raises CouldNotTest."""
    from conformance.runs.mutants import MutantStatus

    fates = Counter(result.fate for result in campaign.results)
    if fates[MutantStatus.SURVIVED]:
        return 1
    if fates[MutantStatus.ERROR]:
        raise CouldNotTest(
            f"{fates[MutantStatus.ERROR]} mutants were not decided",
            "the messages above say why; the other results stand",
        )
    return 3 if campaign.interrupted else 0


@dataclass
class MutantsDisplay(Display):
    """Shows progress: a bar on a terminal, plain lines elsewhere."""

    total: int
    quiet: bool
    _done: int = 0
    _shown: int = 0

    def __enter__(self) -> Self:
        if not self.quiet and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeRemainingColumn

            columns = ("{task.description}", BarColumn(), MofNCompleteColumn())
            self._bar = Progress(
                *columns, TimeRemainingColumn(), console=Console(stderr=True), transient=True
            )
            self._bar.add_task("mutants", total=self.total)
            self._bar.start()
        return self

    def show(self, result: Result) -> None:
        """Count a result; a mutant that was not killed by name is printed at once."""
        from conformance.runs.mutants import MutantStatus

        self._done += 1
        if self.quiet:
            return
        if result.fate is not MutantStatus.NAMED:
            self.say(f"  {result.fate}: {result.mutant.id}")
        if self._bar is not None:
            self._bar.advance(self._bar.tasks[0].id)
            return
        percent = self._done * 100 // self.total
        if percent >= self._shown + EVERY:
            self._shown = percent - percent % EVERY
            self.say(f"{percent} %, {self._done} mutants")
