"""Rules about updates: what they move, and what becomes of those that arrive at the same time.

A server that reads a resource, changes it and writes the whole of it back loses what another
request wrote in between. Whether that happens is chance, so it is tried on many resources; that it
happened on one may have any reason, on two it is the target's doing.
"""

from collections.abc import Generator, Mapping
from functools import partial
from typing import Any

from conformance.contract.listing.requirements import rule_of
from conformance.contract.model import Location, Operation
from conformance.contract.places import with_texts
from conformance.contract.vocabulary.overlay_rules import (
    AdvancesRule,
    ParallelManyRule,
    ParallelMembersRule,
    ParallelOneRule,
    ParallelRule,
)
from conformance.contract.vocabulary.overlay_steps import MemberUpdate
from conformance.plan.sequences import assertions
from conformance.plan.sequences.mismatch import instant
from conformance.plan.sequences.steps import (
    Make,
    NotShown,
    Pause,
    RuleBroken,
    Script,
    Send,
    Sequence,
    Step,
    Together,
    answered,
)
from conformance.plan.valid_requests.base_requests import without_absent
from conformance.plan.valid_requests.lifecycle import Lifecycle, member
from conformance.transport.parsed_response import ParsedResponse

HOW_MANY = 4


def one_resource(script: Script) -> Sequence:
    """Updates of one resource at once are all answered, and one of them is what stays.

    Where the operation has an error for conflicts, those that come too close may meet it.
    """
    life = Lifecycle.of(script.contract, script.requirement.operation)
    rule = rule_of(script.requirement, ParallelOneRule)
    yield Make()
    answer = yield Together(tuple(_update(life, rule, f"parallel {n}", 0) for n in range(HOW_MANY)))
    conflicts = _conflicts(life.operation("update"))
    _all_accepted([one for one in answer.parts if (one.status, one.code) not in conflicts])
    read = yield Send(life.operation("read"), life.request("read"))
    asked = [f"parallel {n}" for n, part in enumerate(answer.parts) if part.ok]
    seen = member(read.body, rule.member)
    if seen not in asked:
        raise RuleBroken(f"{rule.member} is one of {asked}", repr(seen))


def many_resources(script: Script) -> Sequence:
    """Updates of different resources at once do not mix."""
    life = Lifecycle.of(script.contract, script.requirement.operation)
    rule = rule_of(script.requirement, ParallelManyRule)
    for key in range(HOW_MANY):
        yield Make(key)
    answer = yield Together(tuple(_update(life, rule, f"own {n}", n) for n in range(HOW_MANY)))
    _all_accepted([*answer.parts])
    for key in range(HOW_MANY):
        read = yield Send(life.operation("read"), life.request("read"), key)
        seen = member(read.body, rule.member)
        if seen != f"own {key}":
            raise RuleBroken(f"{rule.member} is 'own {key}'", repr(seen))


def _conflicts(operation: Operation) -> set[tuple[int | None, str | None]]:
    """The answers by which an operation says that something came in between."""
    return {(409, error.name) for error in operation.errors.values() if error.status == 409}


def _update(life: Lifecycle, rule: ParallelRule, text: str, key: int) -> Send:
    members = with_texts(rule.with_, lambda template: template.replace("${each}", text))
    return Send(life.operation("update"), life.request("update", **members), key)


def _all_accepted(answers: list[ParsedResponse]) -> None:
    refused = [one.told() for one in answers if not one.ok]
    if len(refused) == len(answers):
        raise NotShown(f"the answers to the updates were {next(iter(refused), 'conflicts')}")
    if refused:
        raise RuleBroken("all updates accepted", refused[0])


SECOND = 1.1
"""A whole second has certainly passed: timestamps may be of whole seconds."""


def advances(script: Script) -> Sequence:
    """``member`` of the read answer is later after an update a second on, and never earlier."""
    life = Lifecycle.of(script.contract, script.requirement.operation)
    rule = rule_of(script.requirement, AdvancesRule)
    name = rule.member
    yield Make()
    before = member((yield Send(life.operation("read"), life.request("read"))).body, name)
    yield Pause(SECOND)
    update = Send(life.operation("update"), life.request("update", **rule.with_))
    updated = yield from answered(update, "the update")
    shown = member(updated.body, name)
    after = member((yield Send(life.operation("read"), life.request("read"))).body, name)
    first, own, last = instant(before), instant(shown), instant(after)
    if first is None or last is None:
        raise NotShown(f"no {name} in the answer")
    if not last > first:
        raise RuleBroken(f"{name} later than {before!r}", repr(after))
    if own is not None and not own > first:
        raise RuleBroken(f"{name} of the update's answer later than {before!r}", repr(shown))


USUAL, MOST = 8, 24
"""Resources that are tried, and how many where something was lost on one of them."""
LOST = 2
SETTLES = 1.0
"""Seconds after which a read shows whatever was written before."""


def different_members(script: Script) -> Sequence:
    """Every update that was answered with success is there afterwards."""
    rule = rule_of(script.requirement, ParallelMembersRule)
    life = Lifecycle.of(script.contract, script.requirement.operation)
    lost, tried = 0, 0
    while tried < (MOST if lost else USUAL):
        tried += 1
        missing = yield from _on_one(script, life, rule)
        lost += missing is not None
        if missing is not None and lost == LOST:
            raise missing
    if lost:
        raise NotShown(f"an update was lost on only one of {tried} resources")


def _on_one(
    script: Script, life: Lifecycle, rule: ParallelMembersRule
) -> Generator[Step, ParsedResponse, RuleBroken | None]:
    """What is missing of the updates of one resource, if anything stays so."""
    values = {**life.request("create"), **rule.make}
    yield Make(values=without_absent(values), anew=True)
    answer = yield Together(tuple(_of_members(life, one.with_) for one in rule.updates))
    took = [one for one, part in zip(rule.updates, answer.parts, strict=True) if part.ok]
    if not took:  # some may meet a conflict, or be throttled; not all of them
        raise NotShown(
            f"the target accepted none of the simultaneous updates: {answer.parts[0].told()}"
        )
    missing = yield from _missing(script, life, took)
    if missing is not None:
        yield Pause(SETTLES)
        missing = yield from _missing(script, life, took)
    return missing


def _missing(
    script: Script, life: Lifecycle, took: list[MemberUpdate]
) -> Generator[Step, ParsedResponse, RuleBroken | None]:
    read = yield from answered(Send(life.operation("read"), life.request("read")), "the read")
    for one in took:
        for wanted, look in (
            (one.shows, partial(assertions.assert_equal, documented=life.operation("read").output)),
            (one.shows_instant, assertions.assert_instant),
        ):
            for where, value in wanted.items():
                try:
                    look(where, script.fill(value, 0), read.body)
                except RuleBroken as broken:
                    told = f"{broken.expected}: that update succeeded"
                    return RuleBroken(told, broken.seen)
    return None


def _of_members(life: Lifecycle, members: Mapping[str, Any]) -> Send:
    operation = life.operation("update")
    start = life.request("update")
    way = {
        name: value
        for name, value in start.items()
        if operation.input[name].location is Location.PATH
    }
    return Send(operation, {**way, life.label: "${id}", **members})
