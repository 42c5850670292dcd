"""What the lines of a journal come to: what is there, and what may be."""

from __future__ import annotations

from dataclasses import dataclass, field

from conformance.engine.journal.lines import Creation, Entry, Gone, Made, Settled


@dataclass(slots=True)
class State:
    """``open``: creations with an unknown outcome, by number."""

    open: dict[int, Creation] = field(default_factory=dict)
    made: dict[tuple[str, str], bool] = field(default_factory=dict)
    """By service and identifier, whether the resource is still there; in the order of making."""
    makers: dict[tuple[str, str], str] = field(default_factory=dict)
    """The operations that made them."""
    last: int = 0

    def apply(self, entry: Entry) -> None:
        """Take one more line into account."""
        if isinstance(entry, Creation):
            self.open[entry.number] = entry
            self.last = max(self.last, entry.number)
        elif isinstance(entry, Made):
            creation = self.open.pop(entry.number, None)
            self.made.update({(entry.service, one): True for one in entry.ids})
            if creation is not None:
                made = ((entry.service, one) for one in entry.ids)
                self.makers.update(dict.fromkeys(made, creation.operation))
        elif isinstance(entry, Settled):
            self.open.pop(entry.number, None)
        elif isinstance(entry, Gone) and (entry.service, entry.id) in self.made:
            self.made[entry.service, entry.id] = False

    def is_ours(self, service: str, identifier: str) -> bool:
        """True for what the run made, whether or not it is still there."""
        return (service, identifier) in self.made

    def alive(self, service: str) -> list[str]:
        """The identifiers of what was made and not deleted, the oldest first."""
        return [name for (of, name), there in self.made.items() if there and of == service]

    def doubtful(self, service: str) -> list[Creation]:
        """The creations of a service with an unknown outcome."""
        return [one for one in self.open.values() if one.service == service]

    @property
    def empty(self) -> bool:
        """True when there is nothing to clean up."""
        return not self.open and not any(self.made.values())
