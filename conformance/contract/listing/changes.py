"""Operations that undo each other, and those that show what is there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

from conformance.contract.inference.naming import shows_only
from conformance.contract.inference.undoing import Pairs, undone_by
from conformance.contract.listing.certain import WORK
from conformance.contract.listing.named_kinds import NamedKinds
from conformance.contract.listing.shown_members import is_name, leaves
from conformance.contract.model import Contract, Member, Operation
from conformance.contract.places import Place
from conformance.documents.sdk.prose import ENDS_LATER

SWITCHES = ("Enable", "Start", "Activate")
"""The verbs after which something is on."""
_IN_PART = re.compile(r"fail|unsuccess|unprocess|error|invalid|reject", re.IGNORECASE)
"""Names of members of answers that tell what was not done."""


def goes_on(operation: Operation) -> bool:
    """Whether an answer names the work that is still to be done."""
    return any(WORK.search(place[-1]) for place, _ in leaves(operation.output))


def ends_later(operation: Operation) -> bool:
    """Whether the prose or the answer says that it is not done yet when it is answered."""
    return ENDS_LATER in (operation.said or ()) or any(map(WORK.search, operation.output))


def prompt(do: Operation, undo: Operation) -> list[Operation]:
    """The ones of a pair that show at once; the second does so only after a first that does."""
    if ends_later(do):
        return []
    return [do] if ends_later(undo) else [do, undo]


class UndoneChanges:
    """The operations of a service that change something, and its readers."""

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.names = NamedKinds(contract)
        self.readers = [one for one in contract.operations.values() if shows_only(one.name)]
        self._leaves: dict[str, list[tuple[Place, Member]]] = {}

    def undone(self, pairs: Pairs) -> Iterator[tuple[Operation, Operation, Mapping[str, str]]]:
        """Each change of something of the run with what undoes it by the same members.

        And which of them name something of the run. What the change itself makes is given to both.
        """
        kinds = self.contract.overlay.kinds()
        for do in self.contract.tested:
            undo, named = undone_by(self.contract.operations, do, pairs), self.names.of(do)
            if undo is None or not named:
                continue
            if any(map(_IN_PART.search, (*do.output, *undo.output))):
                continue  # what did not work out is no error
            undone = {name: kind for name, kind in self.names.of(undo).items()
                      if not (kinds[kind].create == do.name and name in do.input)}  # fmt: skip
            if self.names_alike(do, named, undo, undone):
                yield do, undo, named

    def names_alike(
        self, do: Operation, named: Mapping[str, str], undo: Operation, undone: Mapping[str, str]
    ) -> bool:
        """Whether what undoes a change names the same, and no more than one name is open."""
        free = {name for name, one in undo.input.items() if one.required} - {*undone}
        alike = undone.items() <= named.items() and free <= {*do.input}
        return alike and len(self.open(do, named)) <= 1

    def open(self, operation: Operation, named: Collection[str]) -> list[str]:
        """The names that a request must have and that are of nothing of the run."""
        return [
            name for name, one in operation.input.items()
            if one.required and name not in named and is_name(one)
        ]  # fmt: skip

    def asks_enough(self, reader: Operation, asked: Collection[str]) -> bool:
        """Whether nothing has to be made up to ask for it."""
        known = {*self.names.of(reader), *asked}
        return all(name in known for name, one in reader.input.items() if one.required)

    def asked_of(self, reader: Operation, kinds: Collection[str]) -> Iterator[str]:
        """The kind that a reader shows one of; each that it lists, where it is asked for none."""
        asked, own = self.names.of(reader), self.names.about(reader)
        if not self.asks_enough(reader, ()):
            return
        if asked:
            yield from [own] if own is not None and own in kinds else ()
        else:
            yield from (kind for kind in sorted(kinds) if self.names.lists(reader, kind))

    def leaves_of(self, reader: Operation) -> list[tuple[Place, Member]]:
        """The members of an answer and of what is in it, each with its place."""
        if reader.name not in self._leaves:
            self._leaves[reader.name] = list(leaves(reader.output))
        return self._leaves[reader.name]
