"""Chooses requirements by globs over their ids."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from conformance.contract.globs import NOT, matching, negative, positive
from conformance.contract.listing.requirements import Requirement
from conformance.errors import BadInput


class NothingSelected(BadInput):
    """A filter that matches no requirement."""

    hint = "`conformance requirements` lists the ids; quote globs so that the shell keeps them"

    def __init__(self, globs: Sequence[str]) -> None:
        super().__init__(f"no requirement matches {', '.join(globs)}")


class NothingLeft(BadInput):
    """Every requested requirement is also excluded."""

    hint = "exclude less: a glob leaves out all that it matches"

    def __init__(self, excluded: Sequence[str]) -> None:
        super().__init__(f"nothing is left to test without {', '.join(excluded)}")


def select(requirements: Sequence[Requirement], globs: Sequence[str]) -> tuple[Requirement, ...]:
    """Those whose id matches one of the globs (all, when there are none), and none with a ``!``.

    ``*`` stands for any text, ``?`` for one character; every other character, ``[`` included,
    for itself, because ids contain ``[]``. Raises NothingSelected, NothingLeft.
    """
    wanted, unwanted = positive(globs), negative(globs)
    ids = [one.id for one in requirements]
    chosen = set(matching(ids, wanted) if wanted else ids)
    if wanted and not chosen:
        raise NothingSelected(wanted)
    left = chosen.difference(matching(ids, unwanted))
    if chosen and not left:
        raise NothingLeft(unwanted)
    return tuple(one for one in requirements if one.id in left)


def all_match(requirements: Iterable[Requirement], globs: Sequence[str]) -> None:
    """Hold every glob to matching something: a mistyped one would silently test something else.

    Raises NothingSelected.
    """
    ids = [one.id for one in requirements]
    for glob in globs:
        if not matching(ids, (glob.removeprefix(NOT),)):
            raise NothingSelected((glob.removeprefix(NOT),))


def left_out(requirements: Iterable[Requirement], globs: Sequence[str]) -> frozenset[str]:
    """The operations of which nothing may be tested: every requirement of theirs is excluded."""
    unwanted = negative(globs)
    if not unwanted:
        return frozenset()
    by_operation: dict[str, list[str]] = {}
    for one in requirements:
        if one.operation is not None:
            by_operation.setdefault(one.operation, []).append(one.id)
    return frozenset(
        name for name, ids in by_operation.items() if len(matching(ids, unwanted)) == len(ids)
    )
