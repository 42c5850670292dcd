"""What is given within a structure is shown there, and what an update does not name is kept.

Only what is certain (``pairs``) breaks these rules. A part that is missing is lost where none of
the others, nor a sort of the whole, may mean that it does not count. An update that was accepted
does not leave the former value.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from conformance.contract.listing.certain import has_sorts
from conformance.contract.listing.readback import ReadBack
from conformance.contract.places import ABSENT, show
from conformance.plan.sequences.assertions import quoted_value
from conformance.plan.sequences.mismatch import mismatch
from conformance.plan.sequences.pairs import Pair, is_nothing, pairs, says_nothing
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

_STAYS = re.compile(r"(arn|id|identifier|version|name)s?$|desired|current", re.IGNORECASE)
"""Names of what may be another one's, may never change, or is as the service finds it."""


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

    def check_shown(self, request: Any, body: Any, key: int) -> None:
        """Raise RuleBroken where nothing is shown of a structure, and nothing is being changed."""
        about = self.about
        given, seen = self.script.fill(request[about.member.name], key), value_at(body, about.place)
        lacks = is_nothing(seen) and not (says_nothing(given) or is_under_way(states(body)))
        found = mismatch(given, ABSENT, about.shape, about.place) if lacks else None
        if found is not None:
            raise RuleBroken(
                f"{show(found.place)} is {quoted_value(found.given)}",
                f"{show(about.place)} is {quoted_value(seen)}",
            )


def by_create(script: Script) -> Sequence:
    """What a creation was given within a structure is shown."""
    rule = _Rule.of(script)
    create = rule.life.operation("create")
    sorts = has_sorts(create)
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
        body = yield from current(script, rule.life, key)
        if rule.about.must_show and one.plain:
            rule.check_shown(one.request, body, key)
        for pair in rule.parts(one.request, body, key):
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
    sorts = has_sorts(rule.life.operation("create")) or has_sorts(update)
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
            lost = pair.is_lost() and one.plain and same and not sorts
            other = not pair.is_missing and same and pair.is_another()
            if not pair.holds and (stays or lost or other):
                raise _broken(pair)
            changed += pair.holds
        before = after
    if not changed:
        raise NotShown(why)


def _broken(pair: Pair) -> RuleBroken:
    where = show(pair.place)
    return RuleBroken(
        f"{where} is {quoted_value(pair.given)}", f"{where} is {quoted_value(pair.seen)}"
    )
