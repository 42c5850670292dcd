"""What an update does not name stays as it was."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from typing import Any

from conformance.contract.listing.readback import FREE_TEXT, ReadBack, is_hidden
from conformance.contract.model import Contract, Kind, Location, Operation
from conformance.contract.places import ABSENT, find, show
from conformance.plan.sequences.assertions import quoted_value
from conformance.plan.sequences.mismatch import mismatch
from conformance.plan.sequences.steps import (
    Make,
    NotShown,
    RuleBroken,
    Script,
    Send,
    Sequence,
    Step,
)
from conformance.plan.sequences.stored import current, is_under_way, read_back_of, states
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.lifecycle import Lifecycle
from conformance.plan.valid_requests.other_values import Request, other_requests
from conformance.transport.parsed_response import ParsedResponse

_MOST = 6
"""Members that are given besides in one creation."""
_TRIES = 3


def kept(script: Script) -> Sequence:
    """Of what a creation gave, and an update does not name, all is shown as before."""
    about, life = read_back_of(script)
    members = {one.member.name: one for one in (about, *about.others)}
    made = yield from _make(script, life, members)
    before = yield from current(script, life, 0)
    there = {
        name: one for name, one in members.items()
        if name in made and _differs(script, made, before, one) is None
        and next(find(before, one.place), None) not in (None, "", [], {}, False, 0)
    }  # fmt: skip
    if not there:
        raise NotShown("nothing that a creation gives is shown")
    request = yield from _update(script.contract, about.operation)
    after = yield from current(script, life, 0)
    if is_under_way(states(after)):
        raise NotShown("it is still being changed")
    for name, one in there.items():
        # What an update may leave out may give way to what it names: a rate to a schedule.
        spared = name in request or (
            name in about.operation.input
            and not one.member.required
            and not _is_text_alone(script, about.operation, request)
        )
        changed = None if spared else _differs(script, made, after, one)
        if changed is not None:
            where, seen = show(one.place), next(find(after, one.place), ABSENT)
            was = next(find(before, one.place), ABSENT)
            raise RuleBroken(
                f"{where} still {quoted_value(was)}", f"{where} is {quoted_value(seen)}"
            )


def _is_text_alone(script: Script, update: Operation, request: Request) -> bool:
    """Whether an update names free texts alone, beside what it has to have."""
    bound = script.contract.overlay.words_of(update.name).binds
    return all(
        name in bound or update.input[name].required or FREE_TEXT.fullmatch(name)
        for name in request
    )


def _differs(script: Script, made: Request, body: Any, one: ReadBack) -> Any:
    given = script.fill(made[one.member.name], 0)
    return mismatch(given, next(find(body, one.place), ABSENT), one.shape, one.place)


def _make(
    script: Script, life: Lifecycle, members: dict[str, ReadBack]
) -> Generator[Step, ParsedResponse, Request]:
    """Create one with as many of the members as are accepted together, or with one of them."""
    create = life.operation("create")
    start = valid_request(script.contract, create)
    free = [name for name in members if name not in start][:_MOST]
    found = {name: other_requests(script.contract, create, name)[:1] for name in free}
    values = {name: one[0][name] for name, one in found.items() if one}
    for extra in ({**values}, *({name: one} for name, one in list(values.items())[:_TRIES])):
        request = {**start, **extra}
        made = yield Make(0, request, may_fail=True)
        if made.ok:
            return request
    request = {**start}
    yield Make(0, request)
    return request


def _update(contract: Contract, update: Operation) -> Generator[Step, ParsedResponse, Request]:
    """An update that is accepted, and what it names."""
    why = ""
    for request in updates(contract, update):
        answer = yield Send(update, request)
        if answer.ok:
            return request
        why = answer.told()
    raise NotShown(f"no update that was tried is accepted: {why}")


def updates(contract: Contract, update: Operation, each: int = 1) -> Iterator[Request]:
    """Updates of a few members, ``each`` with so many values, free texts first."""
    bound = contract.overlay.words_of(update.name).binds
    names = [
        name for name, one in update.input.items()
        if name not in bound and one.location is Location.BODY and not is_hidden(name, one.shape)
        and (one.shape.kind in {Kind.STRING, Kind.BOOLEAN, Kind.INTEGER})
    ]  # fmt: skip
    names.sort(key=lambda name: FREE_TEXT.fullmatch(name) is None)
    for name in names[:_TRIES]:
        yield from other_requests(contract, update, name)[:each]
    yield valid_request(contract, update)
