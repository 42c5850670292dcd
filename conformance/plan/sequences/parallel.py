"""Rules about updates that arrive at the same time."""

from __future__ import annotations

from conformance.contract.listing.requirements import rule_of
from conformance.contract.model import Operation
from conformance.contract.places import with_texts
from conformance.contract.vocabulary.overlay_rules import (
    ParallelManyRule,
    ParallelOneRule,
    ParallelRule,
)
from conformance.plan.sequences.steps import (
    Make,
    NotShown,
    RuleBroken,
    Script,
    Send,
    Sequence,
    Together,
)
from conformance.plan.valid_requests.lifecycle import Lifecycle, member

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
    _all_accepted(
        [part.ok for part in answer.parts if (part.status, part.code) not in conflicts],
        [part.told() for part in answer.parts if (part.status, part.code) not in conflicts],
    )
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
    _all_accepted([part.ok for part in answer.parts], [part.told() for part in answer.parts])
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


def _all_accepted(accepted: list[bool], told: list[str]) -> None:
    if not any(accepted):
        raise NotShown(f"the updates were answered {next(iter(told), 'with conflicts')}")
    for ok, text in zip(accepted, told, strict=True):
        if not ok:
            raise RuleBroken("every one of the updates accepted", text)
