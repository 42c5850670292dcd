"""The rule about updates of different members that arrive at the same time.

A server that reads a resource, changes it and writes the whole of it back loses what another
request wrote in between. Whether that happens is chance, so it is tried on many resources; that it
happened on one may have any reason, on two it is the target's doing.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from functools import partial
from typing import Any

from conformance.contract.listing.requirements import rule_of
from conformance.contract.model import Location
from conformance.contract.vocabulary.overlay_rules import ParallelMembersRule
from conformance.contract.vocabulary.overlay_steps import MemberUpdate
from conformance.plan.sequences import assertions
from conformance.plan.sequences.steps import (
    Make,
    NotShown,
    Pause,
    RuleBroken,
    Script,
    Send,
    Step,
    Together,
    answered,
)
from conformance.plan.sequences.steps import Sequence as Played
from conformance.plan.valid_requests.base_requests import present
from conformance.plan.valid_requests.lifecycle import Lifecycle
from conformance.transport.parsed_response import ParsedResponse

USUAL, MOST = 8, 24
"""Resources that are tried, and how many where something was lost on one of them."""
LOST = 2
SETTLES = 1.0
"""Seconds after which a read shows whatever was written before."""


def different_members(script: Script) -> Played:
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
        raise NotShown(f"an update was lost on one of {tried} resources, and on no other")


def _on_one(
    script: Script, life: Lifecycle, rule: ParallelMembersRule
) -> Generator[Step, ParsedResponse, RuleBroken | None]:
    """What is missing of the updates of one resource, if anything stays so."""
    values = {**life.request("create"), **rule.make}
    yield Make(values=present(values), anew=True)
    answer = yield Together(tuple(_update(life, one.with_) for one in rule.updates))
    took = [one for one, part in zip(rule.updates, answer.parts, strict=True) if part.ok]
    if not took:  # some may meet a conflict, or be throttled; not all of them
        raise NotShown(f"of updates at once none was accepted: {answer.parts[0].told()}")
    missing = yield from _missing(script, life, took)
    if missing is not None:
        yield Pause(SETTLES)
        missing = yield from _missing(script, life, took)
    return missing


def _missing(
    script: Script, life: Lifecycle, took: Sequence[MemberUpdate]
) -> Generator[Step, ParsedResponse, RuleBroken | None]:
    read = yield from answered(Send(life.operation("read"), life.request("read")), "the read")
    for one in took:
        for wanted, look in (
            (one.shows, partial(assertions.shows, documented=life.operation("read").output)),
            (one.shows_instant, assertions.shows_instant),
        ):
            for where, value in wanted.items():
                try:
                    look(where, script.fill(value, 0), read.body)
                except RuleBroken as broken:
                    told = f"{broken.expected}: that update was answered with success"
                    return RuleBroken(told, broken.seen)
    return None


def _update(life: Lifecycle, members: Mapping[str, Any]) -> Send:
    operation = life.operation("update")
    start = life.request("update")
    way = {
        name: value
        for name, value in start.items()
        if operation.input[name].location is Location.PATH
    }
    return Send(operation, {**way, life.label: "${id}", **members})
