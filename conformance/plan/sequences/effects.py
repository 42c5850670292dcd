"""Changes that show elsewhere: a new resource is looked at before and after each of them.

What one answer has at one place is compared, so that nothing is said of how a service writes what
it was given. Of what is under way, and of what is not shown at all, nothing is said.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any

from conformance.contract.listing.named_kinds import NamedKinds
from conformance.contract.listing.requirements import rule_of
from conformance.contract.listing.shown_members import single
from conformance.contract.model import Kind, Shape
from conformance.contract.places import canonical, find, parse, texts
from conformance.contract.vocabulary.overlay_rules import EffectRule
from conformance.contract.walk import shape_at
from conformance.plan.sequences.assertions import quoted_value
from conformance.plan.sequences.change import Change, looked_again
from conformance.plan.sequences.listing import whole
from conformance.plan.sequences.mismatch import mismatch
from conformance.plan.sequences.steps import (
    Make,
    NotShown,
    RuleBroken,
    Script,
    Sequence,
    Step,
    answered,
)
from conformance.plan.sequences.stored import is_under_way, states
from conformance.plan.valid_requests.other_values import Request, other_requests
from conformance.transport.parsed_response import ParsedResponse

Seen = list[Any]


@dataclass(frozen=True, slots=True)
class _Effect(Change):
    """A rule with the requests that it is made of, as the resource that is looked at has them."""

    rule: EffectRule

    def look(self) -> Generator[Step, ParsedResponse, Seen]:
        """What is shown at the place, of the one resource."""
        return (yield from self.look_closely())[0]

    def look_closely(self) -> Generator[Step, ParsedResponse, tuple[Seen, list[Any]]]:
        """What is shown at the place, of the one resource, and the states beside it."""
        send = self.send(self.rule.by, {**self.request(self.rule.by), **self.rule.with_})
        answer = yield send
        if answer.is_missing:
            return [], []
        if not answer.ok:
            raise NotShown(f"the read was answered {answer.told()}")
        body, place = (yield from whole(send, answer.members)), parse(self.rule.at)
        mine = self.own(send, body, place)
        if len(mine) != 1:
            raise NotShown("the resource is not in the list just once")
        beside = states(mine[0])
        if is_under_way(beside):
            raise NotShown("what is shown is under way")
        return list(find(mine[0], self.place_in(send, place))), beside

    def changed(
        self, before: Seen, states_then: list[Any] | None = None
    ) -> Generator[Step, ParsedResponse, tuple[Seen, list[Any]]]:
        """What is shown after a change; looked at again for a while where that is as before."""

        def is_changed(seen: tuple[Seen, list[Any]]) -> bool:
            return not _same(before, seen[0]) or states_then not in (None, seen[1])

        seen = yield from self.look_closely()
        return (yield from looked_again(seen, self.look_closely, is_changed, self.pauses))


def takes_effect(script: Script) -> Sequence:
    """What is shown changes with an operation, and with the one that undoes it."""
    rule = rule_of(script.requirement, EffectRule)
    names = NamedKinds(script.contract)
    about = _Effect(script, names, rule.of, rule.on, rule.off, rule)
    request = about.request(rule.on)
    yield Make(kind=rule.of)
    for key, kind in enumerate(about.beside(request), 1):
        yield Make(key, kind=kind)
    before = yield from about.look()
    if rule.off is None and rule.member is not None:
        yield from _set(about, rule.member, before)
        return
    given = None if rule.member is None else script.fill(request.get(rule.member), 0)
    if not {*texts(given)}.isdisjoint(texts(before)):
        raise NotShown("it is so before, too")
    yield from answered(about.send(rule.on, request), rule.on)
    try:
        after, beside = yield from about.changed(before)
        if script.requirement.operation == rule.on:
            yield from _done(about, before, after)
        else:
            yield from _undone(about, request, before, after, beside)
    except (RuleBroken, NotShown):
        yield from about.tidy(request)
        raise
    if script.requirement.operation == rule.on:
        yield from about.tidy(request)


def _done(about: _Effect, before: Seen, after: Seen) -> Sequence:
    """What is shown is other than before; of what was so before, other than when it was undone."""
    rule = about.rule
    if not _same(before, after):
        return
    if rule.member is None and not after:
        raise NotShown(f"{rule.at} is not shown")
    if rule.member is None and rule.off is not None:
        yield from answered(about.send(rule.off, about.request(rule.off)), rule.off)
        undone, _ = yield from about.changed(after)
        if not _same(undone, after):
            return
        yield from answered(about.send(rule.on, about.request(rule.on)), rule.on)
        after, _ = yield from about.changed(undone)
        if not _same(undone, after):
            return
    added = rule.member is None or not before or not _is_plain(about, rule.member)
    if before == [True] or not added:
        raise NotShown("it is so before, too")
    raise RuleBroken(f"another {rule.at} than before {rule.on}", quoted_value(after))


def _undone(
    about: _Effect, request: Request, before: Seen, after: Seen, beside: list[Any]
) -> Sequence:
    """What is shown, or a state beside it, is other than before it was undone."""
    rule = about.rule
    off = rule.off or ""
    if _same(before, after) and rule.member is not None:
        raise NotShown(f"{rule.on} changes nothing that is shown")
    yield from answered(about.send(off, about.undoing(request)), off)
    undone, states_then = yield from about.changed(after, beside)
    if _same(undone, after) and states_then == beside:
        raise RuleBroken(f"another {rule.at} than before {off}", quoted_value(after))


def _is_plain(about: _Effect, member: str) -> bool:
    """Whether what is given is a value, which may be the usual one, and nothing that is added."""
    operation = about.script.contract.operations[about.rule.on]
    named = member in about.names.of(operation)
    return not named and operation.input[member].shape.kind is not Kind.LIST


def _set(about: _Effect, name: str, before: Seen) -> Sequence:
    """Another value of a member does not leave the former one."""
    rule, script = about.rule, about.script
    operation, place = script.contract.operations[rule.on], parse(rule.at)
    output = script.contract.operations[rule.by].output
    found, why = shape_at(output[place[0]].shape, place[1:]), "no other value is known to be valid"
    shape = None if found is None else single(found)
    for given in other_requests(script.contract, operation, name):
        request = about.request(rule.on, given)
        answer = yield about.send(rule.on, request)
        if not answer.ok:
            why = answer.told()
            continue
        after = yield from about.look()
        if len(after) != 1:
            raise NotShown(f"{rule.at} is not shown")
        wrong = mismatch(
            _value(script.fill(request[name], 0)), _value(after[0], found), shape, place
        )
        if wrong is not None and _same(before, after):
            after, _ = yield from about.changed(before)
        if wrong is not None and _same(before, after):
            raise RuleBroken(
                f"{rule.at} is {quoted_value(wrong.given)}",
                f"{rule.at} is {quoted_value(after[0])}",
            )
        if not _same(before, after):
            return
        before = after
    raise NotShown(f"no value that was tried is accepted: {why}")


def _value(given: Any, shape: Shape | None = None) -> Any:
    """What is given, or the one value in the structure that it is; undocumented members aside."""
    if shape is not None and shape.members and isinstance(given, dict):
        given = {name: value for name, value in given.items() if name in shape.members}
    return next(iter(given.values())) if isinstance(given, dict) and len(given) == 1 else given


def _same(one: Seen, other: Seen) -> bool:
    return sorted(map(canonical, one)) == sorted(map(canonical, other))
