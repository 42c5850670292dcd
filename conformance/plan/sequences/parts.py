"""What is given within a structure is shown there, and what an update does not name is kept.

Only what is certain breaks these rules. A structure that is not shown says nothing. A part that is
missing is lost where others of its structure are shown and none of them, nor a sort of the whole,
may mean that it does not count. Another value is wrong where it is another listed one, the opposite
of a flag, or another number; of texts, as services write many in their own way, where they have
nothing in common. An update that was accepted does not leave the former value.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from conformance.contract.listing.readback import FREE_TEXT, ReadBack, is_hidden
from conformance.contract.model import Kind, Operation, Shape
from conformance.contract.places import ABSENT, ITEM, Place, show
from conformance.plan.sequences.assertions import quoted_value
from conformance.plan.sequences.mismatch import is_number, mismatch
from conformance.plan.sequences.steps import (
    Make,
    NotShown,
    RuleBroken,
    Script,
    Send,
    Sequence,
)
from conformance.plan.sequences.stored import (
    current,
    is_under_way,
    read_back_of,
    states,
    value_at,
)
from conformance.plan.valid_requests.lifecycle import Lifecycle
from conformance.plan.valid_requests.part_values import part_requests

_SORT = re.compile(
    r"(^|[a-z])(type|engine|protocol|mode|kind|platform|provider|runtime)(name)?$",
    re.IGNORECASE,
)
"""Names of members by which the others of a request count, or do not."""
_OWN_WAY = re.compile(
    r"arn|id$|ids$|identifier|key|alias|role|version|image|date|time|cron|schedule|expression|rate"
    r"|policy|document|json|template|definition|query|sql|code|script|url|uri|path|host|domain|mail"
    r"|phone|cidr|address|region|zone|bucket|state|status|tls|name$",
    re.IGNORECASE,
)
"""Names of texts that services write in their own way."""
_MOVES = re.compile(
    r"capacity|count|size|storage|iops|throughput|units|current|desired|version|time|rank|position"
    r"|sequence|index|^num",
    re.IGNORECASE,
)
"""Names of numbers that may be adjusted, or change by themselves."""
_STATES = re.compile(r"(status|state)$|encrypt|version|tls", re.IGNORECASE)
_ONCE = re.compile(
    r"dry.?run|force|confirm|skip|overwrite|replace|validat|source|content|body|code|file|data$"
    r"|(arn|id|key|version|alias)s?$",
    re.IGNORECASE,
)
"""Names of what is asked for once, or is taken in another form."""
_STAYS = re.compile(r"(arn|id|identifier|version|name)s?$|desired|current", re.IGNORECASE)
"""Names of what may be another one's, may never change, or is as the service finds it."""
_LETTERS = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True)
class Pair:
    """One part that was given, and what stands in its place; ``beside``: others of it are shown."""

    place: Place
    given: Any
    seen: Any
    shape: Shape
    beside: bool

    @property
    def name(self) -> str:
        """The member's, or the key's."""
        return next(one for one in reversed(self.place) if one != ITEM)

    @property
    def holds(self) -> bool:
        """Whether it is shown as it was given."""
        return mismatch(self.given, self.seen, self.shape, self.place) is None

    @property
    def is_missing(self) -> bool:
        """Whether something was given and nothing is there."""
        empty: tuple[Any, ...] = (ABSENT, None, "", [], {})
        return self.seen in empty and self.given not in (*empty, False, 0)

    def is_lost(self) -> bool:
        """Whether it is certainly missing, if nothing says that it does not count."""
        return self.is_missing and self.beside and not _ONCE.search(self.name)

    def is_another(self) -> bool:
        """Whether another value stands there that is certainly wrong."""
        given, seen = self.given, self.seen
        listed = {str(one).lower() for one in self.shape.limit("enum") or ()}
        if listed or isinstance(given, bool):
            known = (
                isinstance(seen, bool) if isinstance(given, bool) else str(seen).lower() in listed
            )
            return known and not _STATES.search(self.name)
        if is_number(given) and is_number(seen):
            return not _MOVES.search(self.name)
        if not (isinstance(given, str) and isinstance(seen, str)) or not seen:
            return False
        free = FREE_TEXT.fullmatch(self.name) is not None
        one, other = (_LETTERS.sub("", text.lower()) for text in (given, seen))
        apart = one not in other and other not in one and given[:1] not in {"{", "[", "<"}
        return free or (apart and not _OWN_WAY.search(self.name))


def pairs(given: Any, seen: Any, shape: Shape | None, place: Place) -> Iterator[Pair]:
    """The parts of what was given, each with what is shown, where anything is shown at all."""
    if shape is None:
        return
    if isinstance(given, list) and isinstance(seen, list) and shape.element is not None:
        for item in given:
            other = next((one for one in seen if _is_that(item, one)), None)
            yield from pairs(item, other, shape.element, (*place, ITEM))
    elif isinstance(given, dict) and isinstance(seen, dict):
        for name, value in given.items():
            inner = shape.members[name].shape if name in shape.members else shape.element
            if inner is None or value is None or is_hidden(name, inner):
                continue
            other = seen.get(name, ABSENT)
            if (isinstance(value, dict) or _has_parts(value)) and other not in (
                ABSENT,
                None,
                [],
                {},
            ):
                yield from pairs(value, other, inner, (*place, name))
            elif not inner.members:
                # Of the keys of a map the service may know some only.
                beside = name in shape.members and bool(seen.keys() - {name})
                yield Pair((*place, name), value, other, inner, beside)


def _has_parts(value: Any) -> bool:
    return isinstance(value, list) and any(isinstance(one, dict) for one in value)


def _is_that(given: Any, seen: Any) -> bool:
    """Whether an entry is that which was given, by its first text: a name, or a key."""
    if not isinstance(given, dict) or not isinstance(seen, dict):
        return False
    first = next((name for name, one in given.items() if isinstance(one, str)), None)
    return first is not None and seen.get(first) == given[first]


@dataclass(frozen=True, slots=True)
class _Rule:
    """The members of a rule in the lifecycle of their resource."""

    script: Script
    life: Lifecycle
    about: ReadBack

    @classmethod
    def of(cls, script: Script) -> _Rule:
        about, life = read_back_of(script)
        return cls(script, life, about)

    def parts(self, request: Any, body: Any, key: int) -> list[Pair]:
        """What was given with what an answer shows of it; none of what is still being changed."""
        given = self.script.fill(request[self.about.member.name], key)
        seen = value_at(body, self.about.place)
        if is_under_way(states(body)) or seen in (ABSENT, None, [], {}):
            return []
        return list(pairs(given, seen, self.about.shape, self.about.place))


def by_create(script: Script) -> Sequence:
    """What a creation was given within a structure is shown."""
    rule = _Rule.of(script)
    create = rule.life.operation("create")
    sorts = _has_sorts(create)
    accepted: set[int] = set()
    looked, why = 0, "no value that was tried is accepted"
    for key, one in enumerate(part_requests(script.contract, create, rule.about.member.name)):
        if one.instead in accepted:
            continue
        made = yield Make(key, one.request, may_fail=True)
        if not made.ok:
            why = made.told()
            continue
        accepted.add(key)
        why = f"nothing of {show(rule.about.place)} is shown"
        for pair in rule.parts(one.request, (yield from current(script, rule.life, key)), key):
            looked += 1
            lost = pair.is_lost() and one.plain and not sorts
            if not pair.holds and (lost or (not pair.is_missing and pair.is_another())):
                raise _broken(pair)
        if rule.life.resource.delete is not None:
            yield Send(rule.life.operation("delete"), rule.life.request("delete"), key)
    if not looked:
        raise NotShown(why)


def by_update(script: Script) -> Sequence:
    """What an update was given within a structure is shown, and not what was there before."""
    rule = _Rule.of(script)
    update, name = rule.about.operation, rule.about.member.name
    sorts = _has_sorts(rule.life.operation("create")) or _has_sorts(update)
    yield Make()
    before = yield from current(script, rule.life, 0)
    accepted: set[int] = set()
    changed, why = 0, "no value that was tried is accepted"
    for key, one in enumerate(part_requests(script.contract, update, name, apart=True)):
        if one.instead in accepted:
            continue
        answer = yield Send(update, one.request)
        if not answer.ok:
            why = answer.told()
            continue
        accepted.add(key)
        after = yield from current(script, rule.life, 0)
        former = {pair.place: pair.seen for pair in rule.parts(one.request, before, 0)}
        same = states(after) == states(before)
        for pair in rule.parts(one.request, after, 0):
            was = former.get(pair.place, ABSENT)
            as_before = was is not ABSENT and pair.seen == was and same
            stays = as_before and not pair.is_missing and not _STAYS.search(pair.name)
            lost = pair.is_lost() and one.plain and not sorts
            other = not pair.is_missing and same and pair.is_another()
            if not pair.holds and (stays or lost or other):
                raise _broken(pair)
            changed += pair.holds
        before = after
    if not changed:
        raise NotShown(why)


def _has_sorts(operation: Operation) -> bool:
    """Whether a request says of which sort the whole is: what counts follows from that."""
    return any(
        _SORT.search(name) and one.shape.kind is Kind.STRING
        for name, one in operation.input.items()
    )


def _broken(pair: Pair) -> RuleBroken:
    where = show(pair.place)
    return RuleBroken(
        f"{where} is {quoted_value(pair.given)}", f"{where} is {quoted_value(pair.seen)}"
    )
