"""What was sent comes back: rules that the members of the operations state by themselves.

The requirement's ``read_back`` names the member, and where the other answer has it. A value that
was made up and is refused shows nothing, and the next one is tried. Of flags and listed values
every one that is accepted must be shown, as one of them is the default; of all else the first that
is. Where only another value is wrong, what is not shown, or changes its state, tells nothing.
"""

from __future__ import annotations

import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from conformance.contract.listing.readback import ReadBack
from conformance.contract.listing.requirements import rule_of
from conformance.contract.model import Operation, Shape
from conformance.contract.places import ABSENT, ITEM, Place, find, parse, show, texts
from conformance.contract.vocabulary.overlay_rules import SameTokenRule, SwitchedRule
from conformance.plan.sequences.assertions import quoted_value
from conformance.plan.sequences.listing import walk
from conformance.plan.sequences.mismatch import Mismatch, mismatch
from conformance.plan.sequences.steps import (
    Make,
    NotShown,
    RuleBroken,
    Script,
    Send,
    Sequence,
    Step,
    answered,
)
from conformance.plan.valid_requests.lifecycle import Lifecycle
from conformance.plan.valid_requests.other_values import Request, other_requests, tagged
from conformance.plan.valid_requests.part_values import is_choice
from conformance.transport.parsed_response import ParsedResponse

STATE = re.compile(r"(status|state|enabled)$", re.IGNORECASE)
_UNDER_WAY = re.compile(r"ing$|pending|progress|queued|submitted|requested", re.IGNORECASE)
"""Words of states in which something has not all that it was given, or has not got it yet."""


def read_back_of(script: Script) -> tuple[ReadBack, Lifecycle]:
    """The member that a rule is about, and the lifecycle of its resource, as it is read."""
    about = script.requirement.read_back
    if about is None:
        raise ValueError(f"{script.requirement.id} is about no member that is read back")
    life = Lifecycle.of(script.contract, script.requirement.operation)
    return about, life.as_listed_by(about.by)


def value_at(body: Any, place: Place) -> Any:
    """What an answer has at a place, of the one thing that it is about."""
    if ITEM in place and len(list(find(body, place[: place.index(ITEM) + 1]))) != 1:
        raise NotShown("the read does not show exactly one")
    return next(find(body, place), ABSENT)


@dataclass(frozen=True, slots=True)
class _Member:
    """The member that a rule is about, in the lifecycle of its resource."""

    script: Script
    life: Lifecycle
    name: str
    at: Place
    shape: Shape
    operation: Operation
    other_alone: bool

    @classmethod
    def of(cls, script: Script) -> _Member:
        about, life = read_back_of(script)
        return cls(
            script, life, about.member.name, about.place, about.shape, about.operation,
            about.other_alone,
        )  # fmt: skip

    def requests(self, operation: Operation) -> list[Request]:
        return other_requests(self.script.contract, operation, self.name)

    def differs(self, request: Request, body: Any, key: int = 0) -> Mismatch | None:
        """Where an answer does not show what a request gave."""
        given = self.script.fill(request[self.name], key)
        return mismatch(given, self.value(body), self.shape, self.at)

    def value(self, body: Any) -> Any:
        return value_at(body, self.at)

    def look(self, request: Request, body: Any, key: int = 0, before: Any = ABSENT) -> None:
        """Raise RuleBroken where an answer does not show what a request gave.

        ``before`` is the answer before it.
        """
        found = self.differs(request, body, key)
        if found is not None:
            if self.other_alone and not self._is_another(body, before):
                raise NotShown(f"{show(self.at)} is neither this nor another known value")
            where = show(found.place)
            raise RuleBroken(
                f"{where} is {quoted_value(found.given)}", f"{where} is {quoted_value(found.seen)}"
            )

    def _is_another(self, body: Any, before: Any) -> bool:
        """Whether an answer has the former value, in the former state; or another listed one.

        Of what is still being made or changed nothing is known.
        """
        seen, told = self.value(body), states(body)
        if is_under_way(told):
            return False
        if before is not ABSENT:
            return seen is not ABSENT and seen == self.value(before) and told == states(before)
        listed = [str(one).lower() for one in self.shape.limit("enum") or ()]
        return isinstance(seen, bool) or str(seen).lower() in listed

    @property
    def has_few(self) -> bool:
        """One of few values is the default: every one of them is looked at."""
        return is_choice(self.shape)


def by_create(script: Script) -> Sequence:
    """What a creation was given is in the read."""
    about = _Member.of(script)
    seen, why = 0, "no value is known to be valid"
    for key, request in enumerate(about.requests(about.life.operation("create"))):
        made = yield Make(key, request, may_fail=True)
        if not made.ok:
            why = made.told()
            continue
        about.look(request, (yield from _read(about, key)), key)
        seen += 1
        if not about.has_few:
            return
        if about.life.resource.delete is not None:  # the next one may have to have the same name
            yield Send(about.life.operation("delete"), about.life.request("delete"), key)
    if not seen:
        raise NotShown(f"the target accepted none of the values tried: {why}")


def by_update(script: Script) -> Sequence:
    """What an update was given, and what was not there before, is in the read."""
    about = _Member.of(script)
    yield Make()
    before = yield from _read(about, 0)
    update = about.operation
    seen, why = 0, "no second value is known to be valid"
    for request in about.requests(update):
        if about.differs(request, before) is None:
            continue
        answer = yield Send(update, request)
        if not answer.ok:
            why = answer.told()
            continue
        after = yield from _read(about, 0)
        about.look(request, after, before=before)
        before = after
        seen += 1
        if not about.has_few:
            return
    if not seen:
        raise NotShown(f"the target accepted none of the values tried: {why}")


def gone(script: Script) -> Sequence:
    """What was deleted is not shown just as before: what is on its way shows anything new."""
    life = Lifecycle.of(script.contract, script.requirement.operation)
    listed = script.requirement.operation == life.resource.list
    yield Make()
    before = yield from (_entry if listed else current)(script, life, 0)
    yield from answered(Send(life.operation("delete"), life.request("delete")), "the deletion")
    if listed or life.resource.read is None:
        after = (yield from walk(life)).of(script.fill("${id}", 0), life.listing.id)
        known = bool(states(before)) or not any(map(STATE.search, life.listed()))
        still = known and before in after and not is_under_way(states(before))
        told = f"{len(after)} entries"
    else:
        answer = yield Send(life.operation("read"), life.request("read"))
        still, told = answer.ok and answer.body == before, answer.told()
        still = still and not is_under_way(states(before))
        after = [] if answer.is_missing else [answer]
    if still:
        raise RuleBroken("not found after the deletion", "the same as before the deletion")
    if after:
        raise NotShown(f"after the deletion, the answer was {told}")


def switched(script: Script) -> Sequence:
    """What is switched off is not shown just as it was while it was on, nor what is on again.

    Where a state is shown at all.
    """
    life = Lifecycle.of(script.contract, script.requirement.operation)
    rule = rule_of(script.requirement, SwitchedRule)
    yield Make()
    seen = []
    for name in (rule.on, rule.off, rule.on):
        yield from answered(Send(life.operation(name), life.request(name)), name)
        seen.append((yield from current(script, life, 0)))
    if not states(seen[0]):
        raise NotShown("the answer shows no state")
    if seen[1] in (seen[0], seen[2]):
        raise RuleBroken(f"a different state after {rule.off} than after {rule.on}", "the same")


def same_token(script: Script) -> Sequence:
    """A creation with the same token and content shows the identifier of the first."""
    life = Lifecycle.of(script.contract, script.requirement.operation)
    rule = rule_of(script.requirement, SameTokenRule)
    request = tagged({**life.request("create"), rule.token: "${uuid}"})
    yield Make(0, request)
    again = yield from answered(Send(life.operation("create"), request), "the second request")
    seen, own = next(find(again.members, parse(rule.at)), None), script.fill("${id}", 0)
    if seen is not None and own not in str(seen):
        raise RuleBroken(f"{rule.at} is {quoted_value(own)} again", quoted_value(seen))


def reset(script: Script) -> Sequence:
    """An update that leaves the member out does not keep what a creation gave."""
    about = _Member.of(script)
    create, update = about.life.operation("create"), about.life.operation("update")
    yield Make(0)
    default = yield from _read(about, 0)
    for key, request in enumerate(about.requests(create), 1):
        if about.differs(request, default) is None:
            continue
        made = yield Make(key, request, may_fail=True)
        if not made.ok:
            continue
        if about.differs(request, (yield from _read(about, key)), key) is not None:
            raise NotShown(f"{about.name} was not stored")
        yield from answered(Send(update, about.life.request("update"), key), "the update")
        if about.differs(request, (yield from _read(about, key)), key) is None:
            given = quoted_value(script.fill(request[about.name], key))
            raise RuleBroken(f"{about.name} is no longer {given}", f"{about.name} is {given}")
        return
    raise NotShown("only the default value is known to be valid")


def listed(script: Script) -> Sequence:
    """What a creation was given is in the resource's entry of the list."""
    about = _Member.of(script)
    for key, request in enumerate(about.requests(about.life.operation("create"))):
        made = yield Make(key, request, may_fail=True)
        if not made.ok:
            continue
        listing = yield from walk(about.life)
        entries = listing.of(script.fill("${id}", key), about.life.listing.id)
        if not entries:
            raise NotShown("the resource is not in the list")
        about.look(request, entries[0], key)
        return
    raise NotShown("the target accepted none of the values tried")


def states(body: Any, depth: int = 3) -> list[Any]:
    """What an answer shows of states, in order: an update that goes on changes one."""
    found = []
    inner = (
        body.items()
        if isinstance(body, dict)
        else enumerate(body if isinstance(body, list) else ())
    )
    for name, value in inner if depth else ():
        found += [value] if STATE.search(str(name)) else states(value, depth - 1)
    return found


def is_under_way(told: list[Any]) -> bool:
    """Whether one of the states is that of what is being made or changed."""
    return any(isinstance(one, str) and _UNDER_WAY.search(one) for one in told)


def _read(about: _Member, key: int) -> Generator[Step, ParsedResponse, Any]:
    return (yield from current(about.script, about.life, key))


def current(script: Script, life: Lifecycle, key: int) -> Generator[Step, ParsedResponse, Any]:
    """What is shown of a resource: by its own read, or as its entry of the list.

    A request that was found by trial may name another one: what is shown has to tell which it is.
    """
    own = script.fill("${id}", key)
    if life.resource.read is not None:
        send = Send(life.operation("read"), life.request("read"), key)
        body = (yield from answered(send, "the read")).body
        told = (text.lower() for text in texts(body))
        if script.contract.overlay.inferred and not any(str(own).lower() in one for one in told):
            raise NotShown("the read does not show which resource it is about")
        return body
    return (yield from _entry(script, life, key))


def _entry(script: Script, life: Lifecycle, key: int) -> Generator[Step, ParsedResponse, Any]:
    """The one entry of a resource in the list."""
    own = script.fill("${id}", key)
    entries = (yield from walk(life)).of(own, life.listing.id)
    if len(entries) != 1:
        raise NotShown("the resource is not exactly once in the list")
    return entries[0]
