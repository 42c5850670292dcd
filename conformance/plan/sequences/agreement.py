"""Whether two answers show the same of a new resource, and which times an update moves."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from conformance.contract.inference.naming import NAMING
from conformance.contract.listing.agreement import CREATED, shown_by
from conformance.contract.listing.readback import FREE_TEXT, ReadBack
from conformance.contract.model import Kind, Member, Operation
from conformance.contract.places import ABSENT, Place, canonical, find, show
from conformance.plan.sequences.assertions import quoted_value
from conformance.plan.sequences.change import looked_again
from conformance.plan.sequences.kept import updates
from conformance.plan.sequences.mismatch import instant, mismatch
from conformance.plan.sequences.steps import (
    Make,
    NotShown,
    Pause,
    RuleBroken,
    Script,
    Send,
    Sequence,
    Step,
)
from conformance.plan.sequences.stored import (
    current,
    entry,
    is_under_way,
    read_back_of,
    states,
    value_at,
)
from conformance.plan.sequences.updates import SECOND
from conformance.plan.valid_requests.lifecycle import Lifecycle
from conformance.plan.valid_requests.other_values import Request, other_requests
from conformance.transport.parsed_response import ParsedResponse

LATER, SLACK = 3.5, 2.0
"""Seconds between a creation and the looks after it, and by which its times may be rounded."""
_MILLISECONDS = 1e11
"""Numbers from here on are no seconds."""
_MINUTE, _DAY = 60, 86_400
_GIVEN, _VALUES = 6, 2
"""Members that are given besides in one creation, and values of one that updates try."""
Looking = Generator[Step, ParsedResponse, tuple[RuleBroken | None, int]]


def shows_the_same(script: Script) -> Sequence:
    """A new resource is shown by one operation as by another."""
    about, life = read_back_of(script)
    members = {one.member.name: one for one in (about, *about.others)}
    made = yield from _make(script, life, members)
    if any(map(CREATED.fullmatch, members)):
        yield Pause(LATER)

    def look() -> Looking:
        other, theirs = yield from _other(script, life, about, made)
        body = yield from _shown(script, life, about.operation)
        going_on = is_under_way(states(other)) or is_under_way(states(body))
        compared = 0
        for name, one in members.items():
            if going_on and not NAMING.search(name):
                continue
            place = shown_by(life.resource, theirs)[name][0]
            given, seen = value_at(other, place), value_at(body, one.place)
            if _says_nothing(given) or _says_nothing(seen):
                continue
            compared += 1
            if _differ(given, seen, one):
                where = show(one.place)
                wanted = f"{where} is {quoted_value(given)}, as {theirs.name} shows it"
                return RuleBroken(wanted, quoted_value(seen)), compared
        return None, compared

    seen = yield from look()
    broken, compared = yield from looked_again(seen, look, lambda one: one[0] is None)
    if broken is not None:
        raise broken
    if not compared:
        raise NotShown("nothing is shown by both")


def _make(
    script: Script, life: Lifecycle, members: Mapping[str, ReadBack]
) -> Generator[Step, ParsedResponse, Any]:
    """Create one with members that have other values than their default, if they are accepted."""
    create = life.operation("create")
    start = life.request("create")
    free = [name for name in members if name in create.input and name not in start][:_GIVEN]
    found = {name: other_requests(script.contract, create, name)[:1] for name in free}
    values: Request = {name: one[0][name] for name, one in found.items() if one}
    if values:
        made = yield Make(0, {**start, **values}, may_fail=True)
        if made.ok:
            return made.members
    return (yield Make(0, start)).members


def _other(
    script: Script, life: Lifecycle, about: ReadBack, made: Any
) -> Generator[Step, ParsedResponse, tuple[Any, Operation]]:
    """What is compared with, and which operation answered it."""
    read = life.resource.read
    if read is None or about.operation.name == read:
        return made, life.operation("create")
    return (yield from current(script, life, 0)), life.operation("read")


def _shown(
    script: Script, life: Lifecycle, reader: Operation
) -> Generator[Step, ParsedResponse, Any]:
    listed = reader.name != life.resource.read
    return (yield from (entry if listed else current)(script, life, 0))


def _says_nothing(value: Any) -> bool:
    return value is ABSENT or value is None or value in ("", [], {})


def _differ(given: Any, seen: Any, one: ReadBack) -> bool:
    if CREATED.fullmatch(one.member.name):
        first, last = moment(given), moment(seen)
        if first is None or last is None or _is_date(given) or _is_date(seen):
            return False
        apart = abs(first - last)
        return apart > (_DAY if _is_coarse(first) or _is_coarse(last) else SLACK)
    if NAMING.search(one.member.name) and _is_part_of(str(given), str(seen)):
        return False
    return mismatch(given, seen, one.shape, one.place) is not None


def _is_part_of(one: str, other: str) -> bool:
    """Whether one text is the other without its path, its version or what it is in, or its case."""
    short, long = sorted((one.lower(), other.lower()), key=len)
    return short == long or any(
        long.startswith(short + gap) or long.endswith(gap + short) for gap in ":/"
    )


def moment(value: Any) -> float | None:
    """Seconds since 1970; some count in milliseconds."""
    found = instant(value)
    return found / 1000 if found is not None and found > _MILLISECONDS else found


def moves_times(script: Script) -> Sequence:
    """An update leaves the time of the creation, and moves that of the last change on.

    The latter where another value is shown after it than before.
    """
    about, life = read_back_of(script)
    created = [one for one in (about, *about.others) if CREATED.fullmatch(one.member.name)]
    changed = [one for one in (about, *about.others) if one not in created]
    yield Make()
    before = yield from current(script, life, 0)
    yield Pause(SECOND)
    after, effect = yield from _updated(script, life, about, before)

    def look() -> Generator[Step, ParsedResponse, Any]:
        return (yield from current(script, life, 0))

    def has_moved(body: Any) -> bool:
        return all(_moved(one, before, body) is not False for one in changed)

    if effect:
        after = yield from looked_again(after, look, has_moved)
    if is_under_way(states(before)) or is_under_way(states(after)):
        raise NotShown("it is still being made or changed")
    known = False
    for one in created:
        was, now = value_at(before, one.place), value_at(after, one.place)
        known = known or moment(now) is not None
        if None not in (moment(was), moment(now)) and moment(was) != moment(now):
            raise RuleBroken(f"{show(one.place)} still {quoted_value(was)}", quoted_value(now))
    for one in changed if effect else ():
        moved = _moved(one, before, after)
        known = known or moved is not None
        if moved is False:
            was, now = value_at(before, one.place), value_at(after, one.place)
            raise RuleBroken(f"{show(one.place)} later than {quoted_value(was)}", quoted_value(now))
    if not known:
        raise NotShown("no time is shown, or no change")


def _updated(
    script: Script, life: Lifecycle, about: ReadBack, before: Any
) -> Generator[Step, ParsedResponse, tuple[Any, bool]]:
    """What is shown after an update, and whether that shows what it gave in another one's place."""
    update, after, why = about.operation, None, "no other value is known to be valid"
    shown = shown_by(life.resource, script.contract.operations[about.by])
    for request in updates(script.contract, update, _VALUES):
        answer = yield Send(update, request)
        if not answer.ok:
            why = answer.told()
            continue
        after = yield from current(script, life, 0)
        given = {name: script.fill(value, 0) for name, value in request.items() if name in shown}
        if any(_is_another(value, before, after, shown[name]) for name, value in given.items()):
            return after, True
    if after is None:
        raise NotShown(f"no update that was tried is accepted: {why}")
    return after, False


def _is_another(given: Any, before: Any, after: Any, shown: tuple[Place, Member]) -> bool:
    """Whether a value that was given is shown in the place of another one.

    Where none was shown before, what was given may be the default.
    """
    place, one = shown
    was, now = (next(find(body, place), None) for body in (before, after))
    known = was is not None or FREE_TEXT.fullmatch(one.name) is not None
    other = known and now is not None and canonical(was) != canonical(now)
    settled = one.shape.kind is not Kind.TIMESTAMP
    return other and settled and mismatch(given, now, one.shape, place) is None


def _moved(one: ReadBack, before: Any, after: Any) -> bool | None:
    """Whether a time is later than before; None where it has no time of day, or is not shown."""
    was, now = value_at(before, one.place), value_at(after, one.place)
    first, last = moment(was), moment(now)
    if first is None or last is None or _is_date(was) or _is_date(now):
        return None
    return None if last == first and _is_coarse(last) else last > first


def _is_coarse(seconds: float) -> bool:
    """Whether a time may be that of a minute or of a day: it has nothing beside."""
    return seconds % _MINUTE == 0


def _is_date(value: Any) -> bool:
    """Whether a text has a day alone, or no seconds."""
    return isinstance(value, str) and value.count(":") < 2
