"""What a resource may hold that keeps it from being deleted: what was attached, added or put.

A list that is asked for the resource alone shows it, and what undoes the attachment takes from an
entry all that it needs besides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from conformance.contract.inference.naming import plain, same, shows_only, thing
from conformance.contract.inference.undoing import PAIRS, Pairs, undone_by
from conformance.contract.levels import Level
from conformance.contract.model import Contract, Kind, Member, Operation
from conformance.contract.vocabulary.overlay_model import Contents, Resource
from conformance.contract.vocabulary.overlay_rules import AnyRule, HeldRule
from conformance.documents.sdk.prose import HELD_BY
from conformance.identity_cache import identity_cache

_HELD: Pairs = tuple(one for one in PAIRS if one[0] not in {"Enable", "Start", "Activate"})
_IN_USE = re.compile(r"in_?use|conflict|dependency|not_?empty|non_?empty", re.IGNORECASE)
"""Names of errors that say that something else is in the way."""
_MOST = 3


def held_by(contract: Contract, life: Resource) -> Iterator[Contents]:
    """All that one of a kind may hold, each kind of it once."""
    label = life.label
    if life.delete is None or label is None or life.needs:
        return
    shows = [one for one in contract.operations.values() if shows_only(one.name)]
    readers = [one for one in shows if _needed(one) <= {label} and label in one.input]
    for do, undo in _undone(contract):
        if label not in _needed(undo) or life.is_of(undo.name):
            continue
        rest = _needed(undo) - {label}
        noun = thing(undo.name)
        by_name = sorted(readers, key=lambda one: not same(thing(one.name), noun))
        found = next(filter(None, (_shown(one, undo, rest) for one in by_name)), None)
        if rest and found is not None and label in do.input:
            yield found


@identity_cache(1)
def _undone(contract: Contract) -> list[tuple[Operation, Operation]]:
    """What attaches, adds or puts something, each with what undoes it."""
    every = contract.operations
    found = ((do, undone_by(every, do, _HELD)) for do in every.values())
    return [(do, undo) for do, undo in found if undo is not None]


def _needed(operation: Operation) -> set[str]:
    return {name for name, one in operation.input.items() if one.required}


def _shown(reader: Operation, undo: Operation, rest: set[str]) -> Contents | None:
    """Where a list has all that a request needs; a text that is all of an entry is ``""``."""
    for name, member in reader.output.items():
        entry = member.shape.element
        if member.shape.kind is not Kind.LIST or entry is None:
            continue
        if entry.kind is Kind.STRING and len(rest) == 1:
            [only] = rest
            if plain(name) == f"{plain(only)}s" and undo.input[only].shape.kind is Kind.STRING:
                return Contents(reader.name, (f"{name}[]",), undo.name, {only: ""})
        taken = dict(_taken(undo.input, rest, entry.members))
        if taken.keys() == rest:
            return Contents(reader.name, (f"{name}[]",), undo.name, taken)
    return None


def _taken(
    given: Mapping[str, Member], rest: set[str], shown: Mapping[str, Member]
) -> Iterator[tuple[str, str]]:
    by_name = {plain(name): one for name, one in shown.items()}
    for name in sorted(rest):
        one = by_name.get(plain(name))
        if one is not None and one.shape.kind is given[name].shape.kind is Kind.STRING:
            yield name, one.name


def held_rules(contract: Contract) -> Iterator[tuple[str, AnyRule]]:
    """That what has something in it is not deleted: an error and the prose of the deletion say so.

    Where several have to be gone first, a few of them tell.
    """
    kinds = contract.overlay.kinds()
    for kind, life in kinds.items():
        delete = contract.operations.get(life.delete or "")
        if delete is None or not any(map(_IN_USE.search, delete.errors)):
            continue
        inner = [
            name for name, one in kinds.items()
            if kind in one.needs and one.delete not in {None, delete.name}
            and f"{HELD_BY}{one.create}" in (delete.said or ())
        ]  # fmt: skip
        for name in inner[:_MOST]:
            what = kinds[name].name
            yield (
                f"{delete.name}/behavior/held-by-{name}",
                HeldRule(
                    level=Level.EXPECTED, source=delete.source, by=name,
                    statement=f"{delete.name} is refused while any {what} depends on it",
                ),
            )  # fmt: skip
