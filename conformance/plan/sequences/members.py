"""A member that was given comes back: what the members of the operations state by themselves.

The requirement's ``read_back`` names the member, and where the other answer has it. A value that
was made up and is refused shows nothing, and the next one is tried. Of flags and listed values
every one that is accepted must be shown, as one of them is the default; of all else the first that
is. Where only another value is wrong, what changes its state tells nothing. Nor does what is not
shown at all, unless it has to be: then a value is lost, or of few that may be the default two.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from conformance.contract.listing.readback import ReadBack
from conformance.contract.model import Operation
from conformance.contract.places import ABSENT, show
from conformance.plan.sequences.assertions import quoted_value
from conformance.plan.sequences.listing import walk
from conformance.plan.sequences.mismatch import Mismatch, mismatch
from conformance.plan.sequences.pairs import Pair, is_nothing
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
from conformance.plan.sequences.stored import (
    current,
    is_under_way,
    read_back_of,
    states,
    value_at,
)
from conformance.plan.valid_requests.lifecycle import Lifecycle
from conformance.plan.valid_requests.other_values import Request, other_requests
from conformance.plan.valid_requests.part_values import is_choice
from conformance.transport.parsed_response import ParsedResponse


@dataclass(slots=True)
class _Member:
    """The member that a rule is about, in the lifecycle of its resource; and what was seen."""

    script: Script
    life: Lifecycle
    about: ReadBack
    seen: int = 0
    absent: int = 0

    @classmethod
    def of(cls, script: Script) -> _Member:
        about, life = read_back_of(script)
        return cls(script, life, about)

    @property
    def name(self) -> str:
        return self.about.member.name

    def requests(self, operation: Operation) -> list[Request]:
        return other_requests(self.script.contract, operation, self.name)

    def read(self, key: int) -> Generator[Step, ParsedResponse, Any]:
        return (yield from current(self.script, self.life, key))

    def value(self, body: Any) -> Any:
        return value_at(body, self.about.place)

    def given(self, request: Request, key: int) -> Any:
        return self.script.fill(request[self.name], key)

    def differs(self, request: Request, body: Any, key: int = 0) -> Mismatch | None:
        """Where an answer does not show what a request gave."""
        place = self.about.place
        return mismatch(self.given(request, key), self.value(body), self.about.shape, place)

    def look(self, request: Request, body: Any, key: int = 0, before: Any = ABSENT) -> None:
        """Raise RuleBroken where an answer does not show what a request gave.

        ``before`` is the answer before it.
        """
        self.seen += 1
        found = self.differs(request, body, key)
        if found is None:
            return
        if self.about.other_alone:
            if self.about.must_show and is_nothing(self.value(body)):
                self._check_under_way(body, before)
                self.absent += 1
                if self.absent < self.seen or self.absent < (2 if self.has_few else 1):
                    return
            elif not self._is_another(self.given(request, key), body, before):
                where = show(self.about.place)
                raise NotShown(f"{where} is neither this nor another known value")
        where = show(found.place)
        raise RuleBroken(
            f"{where} is {quoted_value(found.given)}", f"{where} is {quoted_value(found.seen)}"
        )

    def _check_under_way(self, body: Any, before: Any) -> None:
        told = states(body)
        if is_under_way(told) or (before is not ABSENT and told != states(before)):
            raise NotShown(f"{show(self.about.place)} is not shown while it is being changed")

    def _is_another(self, given: Any, body: Any, before: Any) -> bool:
        """Whether an answer has the former value, in the former state; or another known one.

        Of what is still being made or changed nothing is known.
        """
        seen, told = self.value(body), states(body)
        if is_under_way(told):
            return False
        if before is not ABSENT:
            return seen is not ABSENT and seen == self.value(before) and told == states(before)
        if self.has_few:
            listed = [str(one).lower() for one in self.about.shape.limit("enum") or ()]
            return isinstance(seen, bool) or str(seen).lower() in listed
        pair = Pair(self.about.place, given, seen, self.about.shape, beside=True)
        return not is_nothing(seen) and pair.is_another()

    @property
    def has_few(self) -> bool:
        """One of few values is the default: every one of them is looked at."""
        return is_choice(self.about.shape)

    def end(self, why: str) -> None:
        """Raise NotShown where nothing was looked at, or nothing of it is shown."""
        if not self.seen:
            raise NotShown(f"the target accepted none of the values tried: {why}")
        if self.seen == self.absent:
            raise NotShown(f"{show(self.about.place)} is not shown; it may be the default")


def by_create(script: Script) -> Sequence:
    """What a creation was given is in the read."""
    about = _Member.of(script)
    life, why = about.life, "no value is known to be valid"
    for key, request in enumerate(about.requests(life.operation("create"))):
        made = yield Make(key, request, may_fail=True)
        if not made.ok:
            why = made.told()
            continue
        about.look(request, (yield from about.read(key)), key)
        if not about.has_few:
            return
        if life.resource.delete is not None:  # the next one may have to have the same name
            yield Send(life.operation("delete"), life.request("delete"), key)
    about.end(why)


def by_update(script: Script) -> Sequence:
    """What an update was given, and what was not there before, is in the read."""
    about = _Member.of(script)
    yield Make()
    before = yield from about.read(0)
    update, why = about.about.operation, "no second value is known to be valid"
    for request in about.requests(update):
        if about.differs(request, before) is None:
            continue
        answer = yield Send(update, request)
        if not answer.ok:
            why = answer.told()
            continue
        after = yield from about.read(0)
        about.look(request, after, before=before)
        before = after
        if not about.has_few:
            return
    about.end(why)


def reset(script: Script) -> Sequence:
    """An update that leaves the member out does not keep what a creation gave."""
    about = _Member.of(script)
    create, update = about.life.operation("create"), about.life.operation("update")
    yield Make(0)
    default = yield from about.read(0)
    for key, request in enumerate(about.requests(create), 1):
        if about.differs(request, default) is None:
            continue
        made = yield Make(key, request, may_fail=True)
        if not made.ok:
            continue
        if about.differs(request, (yield from about.read(key)), key) is not None:
            raise NotShown(f"{about.name} was not stored")
        yield from answered(Send(update, about.life.request("update"), key), "the update")
        if about.differs(request, (yield from about.read(key)), key) is None:
            given = quoted_value(about.given(request, key))
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
