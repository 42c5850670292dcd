"""What is started, enabled or suspended shows so: a state or a flag whose name and values fit.

The state need not be called after what is switched: it is that of the resource itself, or stands
in a structure that is called after a part of it. A state that ends by itself shows no switch.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from conformance.contract.inference.naming import noun_forms, plain, same, thing
from conformance.contract.inference.undoing import Pairs
from conformance.contract.levels import Level
from conformance.contract.listing.changes import UndoneChanges, goes_on
from conformance.contract.listing.shown_members import DEEPEST, leaves
from conformance.contract.model import Contract, Kind, Member, Operation
from conformance.contract.places import ITEM, Place, show
from conformance.contract.vocabulary.overlay_rules import ReflectedRule

PAIRS: Pairs = (
    ("Enable", "Disable"), ("Start", "Stop"), ("Activate", "Deactivate"), ("Pause", "Resume"),
    ("Suspend", "Resume"), ("Archive", "Unarchive"), ("Block", "Unblock"),
    ("Deprecate", "Undeprecate"), ("Publish", "Unpublish"),
)  # fmt: skip
FAILED = re.compile(r"fail|error", re.IGNORECASE)
ON = re.compile(
    r"(true|running|started|activ(e|ated)|enabled|live|on(line)?|available|scheduled|in_?service)",
    re.IGNORECASE,
)
_OFF = re.compile(
    r"(stopped|standby|idle|inactive|deactivated|disabled|off(line)?|paused|suspended|archived"
    r"|blocked|deprecated|unpublished)", re.IGNORECASE,
)  # fmt: skip
_ENDS = re.compile(r"succe|complet|finish|done|executed", re.IGNORECASE)
"""Words of states that follow by themselves: what is stopped then stays as it is."""
_STATE = re.compile(
    r"(is)?(desired|current|operational|lifecycle)?"
    r"(state|status|enabled|active|running|recording|paused|suspended|activated)"
)
_OF_READER = ("", "state", "status", "attribute", "attributes", "configuration", "settings")
"""What the name of a reader has after that of what it is of."""
_LATER = ("starting", "stopping")


def switches(contract: Contract) -> Iterator[tuple[str, ReflectedRule]]:
    """The rules of a contract without an overlay."""
    changes = UndoneChanges(contract)
    for do, undo, named in changes.undone(PAIRS):
        kind = changes.names.about(do)
        if kind is None or changes.open(do, named) or _is_by_demand(contract, kind):
            continue
        by = dict(_shown_by(changes, do, kind))
        if by and not _goes_on(do):
            for one in (do, undo):
                yield (
                    f"{one.name}/behavior/takes-effect",
                    rule(one, do.name, undo.name, kind, by, state=True),
                )


def rule(
    operation: Operation, on: str, off: str, of: str, by: dict[str, str],
    member: str | None = None, *, state: bool = False,
) -> ReflectedRule:  # fmt: skip
    """That an operation changes what one of some readers shows."""
    return ReflectedRule(
        level=Level.EXPECTED, source=operation.source, on=on, off=off, of=of, by=by,
        member=member, state=state,
        statement=f"{operation.name} changes what {' or '.join(by)} shows",
    )  # fmt: skip


def _shown_by(changes: UndoneChanges, do: Operation, kind: str) -> Iterator[tuple[str, str]]:
    """The surest reader of one, with the first place of it that has to tell."""
    life = changes.contract.overlay.kinds()[kind]
    part = thing(do.name)
    for form in sorted(noun_forms(kind), key=len, reverse=True):
        part = part.removeprefix(form)
    whole = same(thing(do.name), kind)
    found = []
    for reader in changes.readers:
        about = thing(reader.name)
        own = reader.name in {life.read, life.list}
        called = any(same(about, f"{plain(kind)}{word}") for word in _OF_READER)
        called = called or (not whole and any(map(about.startswith, noun_forms(thing(do.name)))))
        if not (own or called) or kind not in changes.asked_of(reader, {kind}):
            continue
        places = [
            place for place, one in changes.leaves_of(reader)
            if _is_outer(place) and _fits(one, free=whole)
            and (_is_own(kind, reader, place) if whole else _is_of_part(part, reader, place))
        ]  # fmt: skip
        if places:
            rank = (reader.name != life.read, reader.name != life.list)
            found.append((*rank, reader.name, min(places, key=len)))
    for *_, name, place in sorted(found, key=lambda one: one[:3])[:1]:
        yield name, show(place)


def _is_outer(place: Place) -> bool:
    """Whether it is of what is shown itself: not of one of several things in it."""
    return ITEM not in place[2:]


def _inner(reader: Operation, place: Place) -> list[str]:
    """The structures of an entry that a place is in."""
    cut = place.index(ITEM) + 1 if ITEM in place else len(reader.output) == 1
    return [plain(one) for one in place[cut:-1]]


def _is_own(kind: str, reader: Operation, place: Place) -> bool:
    forms = sorted(noun_forms(kind), key=len, reverse=True)

    def bare(name: str) -> str:
        return next((name.removeprefix(one) for one in forms if name.startswith(one)), name)

    inner = _inner(reader, place)
    within = all(one in {"state", "status"} or bare(one) != one for one in inner)
    return within and any(map(_STATE.fullmatch, (plain(place[-1]), bare(plain(place[-1])))))


def _is_of_part(part: str, reader: Operation, place: Place) -> bool:
    path = "".join([*_inner(reader, place), plain(place[-1])])
    what = part.removesuffix("s")
    return len(what) > DEEPEST and what in path and bool(_STATE.search(plain(place[-1])))


def _fits(member: Member, *, free: bool) -> bool:
    """Whether it is a flag, or one of its values is that of what is on, and one of what is off."""
    shape = member.shape
    listed = [re.sub(r"[^a-z]+", "_", str(one).lower()) for one in shape.limit("enum") or ()]
    if not listed:
        return shape.kind is Kind.BOOLEAN or (free and shape.kind is Kind.STRING)
    off = any(map(_OFF.fullmatch, listed)) or ("ready" in listed and {*_LATER} <= {*listed})
    return off and any(map(ON.fullmatch, listed)) and not any(map(_ENDS.search, listed))


def _goes_on(do: Operation) -> bool:
    """Whether an answer tells of what is still to be done, and not of the state."""
    told = [plain(place[-1]) for place, _ in leaves(do.output)]
    return goes_on(do) and not any(map(_STATE.fullmatch, told))


def _is_by_demand(contract: Contract, kind: str) -> bool:
    """Whether some of a kind run each time that they are started, and have no state of that."""
    create = contract.operations.get(contract.overlay.kinds()[kind].create or "")
    listed: Collection[set[str]] = () if create is None else [
        {plain(str(value)) for value in one.shape.limit("enum") or ()}
        for _, one in leaves(create.input)
    ]  # fmt: skip
    return any("ondemand" in one and "scheduled" in one for one in listed)
