"""The lines of a journal as values, their JSON, what they come to, and what can be wrong."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from conformance.errors import CouldNotTest, FileProblem

FORMAT = 1


class Header(msgspec.Struct, frozen=True, tag="journal"):
    """Whose journal it is; the first line.

    ``target`` is what the user named (``aws`` or a URL), ``urls`` where each service was reached,
    ``account`` the AWS account, which a target elsewhere has none of. ``nonce`` is part of every
    name of the run; ``tag`` the key of the tag that its resources carry (its value is the nonce),
    None where they carry none.
    """

    target: str
    nonce: str
    region: str
    start: str
    urls: Mapping[str, str] = {}
    account: str | None = None
    tag: str | None = None


class Creation(msgspec.Struct, frozen=True, tag="create", rename={"number": "n"}):
    """A request that may create, written before it is sent; ``number`` counts them.

    ``named`` is the name that the resource was to have, None for one without; ``tagged`` says
    that the request carried the run's tag.
    """

    number: int
    service: str
    operation: str
    named: str | None
    tagged: bool


class Made(msgspec.Struct, frozen=True, tag="made", rename={"number": "n"}):
    """What a creation made, by its answer or because it was found later."""

    number: int
    service: str
    ids: tuple[str, ...]


class Settled(msgspec.Struct, frozen=True, tag="settled", rename={"number": "n"}):
    """A creation that made nothing (more): refused, or looked for and not found."""

    number: int


class Gone(msgspec.Struct, frozen=True, tag="gone"):
    """A resource that is there no more."""

    service: str
    id: str


Entry = Creation | Made | Settled | Gone


def as_json(line: Header | Entry) -> dict[str, Any]:
    made: dict[str, Any] = msgspec.to_builtins(line)
    if isinstance(line, Header):
        return {"type": made["type"], "format": FORMAT, **made}
    return made


def header_of(line: Mapping[str, Any]) -> Header:
    """The first line as a value. Raises one of several errors for anything else."""
    if line["type"] != "journal":
        raise ValueError("it does not begin like a journal")
    if line["format"] != FORMAT:
        raise ValueError(f"this version cannot read format {line['format']!r}")
    return msgspec.convert(line, Header)


def entry_of(line: Any) -> Entry:
    """Any further line as a value. Raises ValidationError for anything else."""
    found: Entry = msgspec.convert(line, Entry)
    return found


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
        """Whether the run made it, and be it gone."""
        return (service, identifier) in self.made

    def alive(self, service: str) -> list[str]:
        """The identifiers of resources that are still there, the oldest first."""
        return [name for (of, name), there in self.made.items() if there and of == service]

    def doubtful(self, service: str) -> list[Creation]:
        """The creations of a service with an unknown outcome."""
        return [one for one in self.open.values() if one.service == service]

    @property
    def empty(self) -> bool:
        return not self.open and not any(self.made.values())


class JournalProblem(FileProblem):
    """A file that is no journal, or one that cannot be read or written."""

    hint = "journals are in reports/journals/; name one with --journal"


class InUse(CouldNotTest):
    """A run is writing the journal: what it made, it is still using."""

    hint = "end that run first; it cleans up after itself"

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} belongs to a run that has not ended")
