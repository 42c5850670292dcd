"""How a campaign goes: a live table in a terminal, a line for each part anywhere else."""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any, Self

from conformance.reports.text import Display, one_line
from conformance.runs.campaign.parts import Part
from conformance.runs.campaign.run import PartEnded
from conformance.runs.campaign.store import Store


class CampaignProgress(Display):
    """Counts parts by target; use as a context manager."""

    def __init__(self, parts: tuple[Part, ...], store: Store, *, quiet: bool) -> None:
        self._quiet = quiet
        self._of = Counter(part.target.label for part in parts)
        self._done = Counter(part.target.label for part in parts if store.has(part))
        self._failed: Counter[str] = Counter()

    def __enter__(self) -> Self:
        kept = self._done.total()
        if kept and not self._quiet:
            self.say(f"{kept} of {self._of.total()} parts are finished already")
        if sys.stderr.isatty() and not self._quiet:
            from rich.console import Console
            from rich.live import Live

            self._bar = Live(console=Console(stderr=True), refresh_per_second=2)
            self._bar.start()
            self._bar.update(self._table())
        return self

    def show(self, ended: PartEnded) -> None:
        """Show that a part ended."""
        name = ended.part.target.label
        (self._failed if ended.failure else self._done)[name] += 1
        if self._quiet:
            return
        said = f"failed: {one_line(ended.failure)}" if ended.failure else f"{ended.seconds:.1f} s"
        if self._bar is None:
            done = self._done.total() + self._failed.total()
            self.say(f"{done} of {self._of.total()}  {ended.part.name}: {said}")
            return
        if ended.failure:
            self.say(f"{ended.part.name}: {said}")
        self._bar.update(self._table())

    def _table(self) -> Any:
        from rich.table import Table

        table = Table("target", "finished", "failed", "of")
        for name, of in self._of.items():
            table.add_row(name, str(self._done[name]), str(self._failed[name]), str(of))
        return table
