"""What is switched or related, and some reader has to tell: whole answers are compared.

One that is the very same before a change, after it, and after it was undone is wrong wherever it
has a place for it. A new resource may be so already: then it is undone first, and done again. Of
what goes on by itself nothing is said before it has settled.
"""

from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from conformance.contract.listing.changes import SWITCHES
from conformance.contract.listing.named_kinds import NamedKinds
from conformance.contract.listing.requirements import rule_of
from conformance.contract.listing.switches import FAILED, ON
from conformance.contract.places import canonical, find, parse, texts
from conformance.contract.vocabulary.overlay_rules import ReflectedRule
from conformance.plan.sequences.assertions import quoted_value
from conformance.plan.sequences.change import Change, looked_again
from conformance.plan.sequences.listing import whole
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
from conformance.plan.sequences.stored import is_under_way, states
from conformance.transport.parsed_response import ParsedResponse

Seen = Mapping[str, list[Any]]
"""What each reader shows of the resource, by its name."""


@dataclass(frozen=True, slots=True)
class _Reflected(Change):
    """A change that one of several readers reflects."""

    rule: ReflectedRule

    def look(self) -> Generator[Step, ParsedResponse, Seen]:
        """What every reader shows; what a reader does not find is nothing."""
        found: dict[str, list[Any]] = {}
        for name, at in self.rule.by.items():
            send = self.send(name, self.request(name))
            answer = yield send
            if answer.ok:
                body = yield from whole(send, answer.members)
                found[name] = self.own(send, body, parse(at))
            elif answer.is_missing:
                found[name] = []
        if not found:
            raise NotShown("the reads are refused")
        return found

    def settled(self) -> Generator[Step, ParsedResponse, Seen]:
        """The same, once nothing is under way any more."""
        seen = yield from self.look()
        seen = yield from looked_again(seen, self.look, lambda one: not _is_under_way(one))
        if _is_under_way(seen):
            raise NotShown("what is shown is under way")
        return seen

    def changed(self, before: Seen) -> Generator[Step, ParsedResponse, Seen]:
        """What is shown after a change; looked at again for a while where that is as before."""
        seen = yield from self.look()
        differs = partial(_differ, before)
        return (yield from looked_again(seen, self.look, differs, self.pauses))

    def told(self, seen: Seen) -> list[Any]:
        """What stands at the places that have to tell."""
        found = []
        for name, at in self.rule.by.items():
            send = self.send(name, self.request(name))
            for one in seen.get(name, ()):
                found += list(find(one, self.place_in(send, parse(at))))
        return found

    def is_on(self, seen: Seen) -> bool:
        """Whether a state says that it is already what it was switched to."""
        told = self.told(seen) if self.rule.state and self.rule.on.startswith(SWITCHES) else []
        return bool(told) and all(ON.fullmatch(str(one)) for one in told)

    def check_begin(self, seen: Seen, given: Mapping[str, Any]) -> None:
        """Raise NotShown where a new resource shows already what is yet to come, or no state."""
        if self.rule.state:
            if not self.told(seen):
                raise NotShown("no state is shown")
            return
        shown = {*_values([*seen.values()])}
        if self.rule.member is None:
            own = self.script.fill("${id}", 0)
            new = {one for one in shown - {*texts(given)} if own not in str(one)}
        else:
            new = shown & {*texts(given[self.rule.member])}
        if new:
            raise NotShown("it is so before, too")


def reflected(script: Script) -> Sequence:
    """Some reader answers otherwise after a change than before it."""
    rule = rule_of(script.requirement, ReflectedRule)
    names = NamedKinds(script.contract)
    about = _Reflected(script, names, rule.of, rule.on, rule.off, rule)
    request = about.request(rule.on)
    yield Make(kind=rule.of)
    for key, kind in enumerate(about.beside(request), 1):
        yield Make(key, kind=kind)
    before = yield from about.settled()
    about.check_begin(before, script.fill(request, 0))
    sends = [about.send(rule.on, request), about.send(rule.off, about.undoing(request))]
    answer = yield sends[0]
    if not answer.ok and rule.state:  # it may be on already
        sends.reverse()
        answer = yield sends[0]
    if not answer.ok:
        raise NotShown(f"the answer to {sends[0].operation.name} was {answer.told()}")
    try:
        judge = _first if script.requirement.operation == sends[0].operation.name else _second
        yield from judge(about, sends, before)
    except (RuleBroken, NotShown):
        yield from about.tidy(request)
        raise
    if judge is _first or sends[1].operation.name == rule.on:
        yield from about.tidy(request)


def _first(about: _Reflected, sends: list[Send], before: Seen) -> Sequence:
    """Judge what was done first: nothing is said where a look before it shows the same."""
    after = yield from about.changed(before)
    if _differ(before, after):
        return
    yield from answered(sends[1], sends[1].operation.name)
    undone = yield from about.changed(after)
    if _differ(undone, after):  # it was so before
        undone = yield from about.settled()
        yield from answered(sends[0], sends[0].operation.name)
        after = yield from about.changed(undone)
    _must_differ(about, undone, after, sends[0])


def _second(about: _Reflected, sends: list[Send], before: Seen) -> Sequence:
    """Judge what undoes it, where it was seen to be done."""
    after = yield from about.changed(before)
    if not (_differ(before, after) or about.is_on(after)):
        raise NotShown(f"{sends[0].operation.name} changes nothing that is shown")
    if _is_under_way(after):
        after = yield from about.settled()
    yield from answered(sends[1], sends[1].operation.name)
    undone = yield from about.changed(after)
    _must_differ(about, after, undone, sends[1])


def _must_differ(about: _Reflected, before: Seen, after: Seen, send: Send) -> None:
    if _differ(before, after):
        return
    if _is_under_way(after):
        raise NotShown("what is shown is under way")
    told = about.told(after)
    if about.rule.state and (not told or any(FAILED.search(str(one)) for one in told)):
        raise NotShown("no state is shown, or that of a failure")
    readers = " and ".join(one for one in about.rule.by if one in after)
    raise RuleBroken(
        f"another answer of {readers} than before {send.operation.name}",
        f"the very same: {quoted_value(told or [*after.values()])}",
    )


def _differ(one: Seen, other: Seen) -> bool:
    """Whether a reader that answered both times answered otherwise, or none did."""
    both = [name for name in one if name in other]
    return not both or any(canonical(one[name]) != canonical(other[name]) for name in both)


def _is_under_way(seen: Seen) -> bool:
    shown = [state for each in seen.values() for state in states(each, 5)]
    return is_under_way([one for one in shown if not ON.fullmatch(str(one))])


def _values(body: Any) -> Iterator[Any]:
    """Whatever is no structure and no list."""
    inner = body.values() if isinstance(body, dict) else body
    if not isinstance(body, dict | list):
        yield from () if body in (None, "") else [body]
        return
    for one in inner:
        yield from _values(one)
