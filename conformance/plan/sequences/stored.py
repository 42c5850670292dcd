"""What was sent comes back: rules that the members of the operations state by themselves.

The requirement's ``read_back`` names the member, and where the other answer has it. A value that
was made up and is refused shows nothing, and the next one is tried. Of flags and listed values
every one that is accepted must be shown, as one of them is the default; of all else the first that
is.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from conformance.contract.model import Kind, Operation, Shape
from conformance.contract.places import ABSENT, Place, find, show
from conformance.plan.sequences.assertions import shown
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
from conformance.plan.valid_requests.other_values import Request, other_requests
from conformance.transport.parsed_response import ParsedResponse


@dataclass(frozen=True, slots=True)
class _Member:
    """The member that a rule is about, in the lifecycle of its resource."""

    script: Script
    life: Lifecycle
    name: str
    at: Place
    shape: Shape

    @classmethod
    def of(cls, script: Script) -> _Member:
        about = script.requirement.read_back
        if about is None:
            raise ValueError(f"{script.requirement.id} is about no member that is read back")
        life = Lifecycle.of(script.contract, script.requirement.operation)
        return cls(script, life, about.member.name, about.place, about.shape)

    def requests(self, operation: Operation) -> list[Request]:
        return other_requests(self.script.contract, operation, self.name)

    def differs(self, request: Request, body: Any, key: int = 0) -> Mismatch | None:
        """Where an answer does not show what a request gave."""
        given = self.script.fill(request[self.name], key)
        return mismatch(given, next(find(body, self.at), ABSENT), self.shape, self.at)

    def look(self, request: Request, body: Any, key: int = 0) -> None:
        """Raise RuleBroken where an answer does not show what a request gave."""
        found = self.differs(request, body, key)
        if found is not None:
            where = show(found.place)
            raise RuleBroken(f"{where} is {shown(found.given)}", f"{where} is {shown(found.seen)}")

    @property
    def has_few(self) -> bool:
        """One of few values is the default: every one of them is looked at."""
        return self.shape.kind is Kind.BOOLEAN or bool(self.shape.limit("enum"))


def by_create(script: Script) -> Sequence:
    """What a creation was given is in the read."""
    about = _Member.of(script)
    seen, why = 0, "there is no value that is known to be valid"
    for key, request in enumerate(about.requests(about.life.operation("create"))):
        made = yield Make(key, request, may_fail=True)
        if not made.ok:
            why = made.told()
            continue
        about.look(request, (yield from _read(about, key)).body, key)
        seen += 1
        if not about.has_few:
            return
        if about.life.resource.delete is not None:  # the next one may have to have the same name
            yield Send(about.life.operation("delete"), about.life.request("delete"), key)
    if not seen:
        raise NotShown(f"no value that was tried is accepted: {why}")


def by_update(script: Script) -> Sequence:
    """What an update was given, and what was not there before, is in the read."""
    about = _Member.of(script)
    yield Make()
    before = yield from _read(about, 0)
    update = about.life.operation("update")
    seen, why = 0, "there is no other value that is known to be valid"
    for request in about.requests(update):
        if about.differs(request, before.body) is None:
            continue
        answer = yield Send(update, request)
        if not answer.ok:
            why = answer.told()
            continue
        before = yield from _read(about, 0)
        about.look(request, before.body)
        seen += 1
        if not about.has_few:
            return
    if not seen:
        raise NotShown(f"no value that was tried is accepted: {why}")


def reset(script: Script) -> Sequence:
    """An update that leaves the member out does not keep what a creation gave."""
    about = _Member.of(script)
    create, update = about.life.operation("create"), about.life.operation("update")
    yield Make(0)
    default = yield from _read(about, 0)
    for key, request in enumerate(about.requests(create), 1):
        if about.differs(request, default.body) is None:
            continue
        made = yield Make(key, request, may_fail=True)
        if not made.ok:
            continue
        if about.differs(request, (yield from _read(about, key)).body, key) is not None:
            raise NotShown(f"{about.name} was not stored")
        yield from answered(Send(update, about.life.request("update"), key), "the update")
        if about.differs(request, (yield from _read(about, key)).body, key) is None:
            given = shown(script.fill(request[about.name], key))
            raise RuleBroken(f"{about.name} is not {given} any more", f"{about.name} is {given}")
        return
    raise NotShown("no value but the default one is known to be valid")


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
    raise NotShown("no value that was tried is accepted")


def _read(about: _Member, key: int) -> Generator[Step, ParsedResponse, ParsedResponse]:
    send = Send(about.life.operation("read"), about.life.request("read"), key)
    return (yield from answered(send, "the read"))
