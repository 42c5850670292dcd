"""Sequences that the overlay writes out step by step (``rule: steps``).

What each word of a step means is in the overlay reference. Without ``gives`` an unexpected kind of
answer only means that the rule cannot be tested, and something accepted that should be refused
breaks it only with ``must``: else it is another rule's business.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from msgspec import UNSET

from conformance.contract.listing.requirements import rule_of
from conformance.contract.member_roles import FOLLOWING, LIMITS
from conformance.contract.model import Operation
from conformance.contract.places import find, parse
from conformance.contract.protocols import NULLS
from conformance.contract.vocabulary.overlay_rules import StepsRule
from conformance.contract.vocabulary.overlay_steps import Step
from conformance.plan.sequences import assertions
from conformance.plan.sequences.assertions import Members
from conformance.plan.sequences.listing import walk, whole
from conformance.plan.sequences.steps import (
    Make,
    NotShown,
    Pause,
    RuleBroken,
    Script,
    Send,
    Sequence,
    Together,
    Told,
)
from conformance.plan.valid_requests.base_requests import without_absent
from conformance.plan.valid_requests.lifecycle import Lifecycle
from conformance.transport.parsed_response import ParsedResponse

NOT_MODIFIED = 304
KEPT = re.compile(r"\$\{kept\.(\w+)\.([^}:]+)(?::-(\d+))?\}")
"""The text that an answer with a label has at a place, or that without so many of its last."""
EACH = re.compile(r"\$\{each(?:\.(\w+))?\}")
"""The value of this time through, or what it has under a name."""


def run_steps(script: Script) -> Sequence:
    """Play the steps of the rule, once for each of ``each``."""
    rule = rule_of(script.requirement, StepsRule)
    shown = False
    life = Lifecycle.of(script.contract, script.requirement.operation)
    start = _Play(script, life, None)
    for step in rule.before:
        yield from _step(start, step)
    for each in rule.for_each:
        play = _Play(script, life, each, {**start.kept})
        try:
            for step in rule.steps:
                yield from _step(play, step)
            shown = True
        except _SkipCase:
            continue
    if not shown:
        raise NotShown("the target refused every request")


class _SkipCase(NotShown):
    """This time through, the rest of the steps has nothing to show."""


@dataclass(frozen=True, slots=True)
class _Play:
    """One time through the steps."""

    script: Script
    life: Lifecycle
    each: Any
    kept: dict[str, Any] = field(default_factory=dict)

    def put(self, value: Any) -> Any:
        """The value with ``${each}`` in it filled; the sender fills the rest."""
        if isinstance(value, str):
            whole = EACH.fullmatch(value)
            if whole:
                found = self._of_each(whole)
                return found if value == "${each}" else self.put(found)
            text = EACH.sub(lambda found: str(self._of_each(found)), value)
            return KEPT.sub(self._kept, text)
        if isinstance(value, list | tuple):
            return [self.put(item) for item in value]
        if isinstance(value, Mapping):
            return {self.put(name): self.put(item) for name, item in value.items()}
        return value

    def _of_each(self, found: re.Match[str]) -> Any:
        """What this time is about, or a value of it; what it lacks is left out of a request."""
        name = found[1]
        if name is None:
            return self.each
        return self.each.get(name, "${absent}") if isinstance(self.each, Mapping) else None

    def _kept(self, match: re.Match[str]) -> str:
        """What an answer that was kept has at a place; without it there is nothing to test."""
        label, where, last = match.groups()
        found = next(find(self.kept[label], parse(where)), None)
        if not isinstance(found, str):
            raise NotShown(f"no {where} in the answer that was kept as {label}")
        return found[: len(found) - int(last or 0)]

    def filled(self, value: Any, step: Step) -> Any:
        """The value as it is sent for the step's resource."""
        return self.script.fill(self.put(value), step.key)

    def send(self, step: Step) -> Send:
        """The request of a step."""
        name = step.send or ""
        operation = self.life.operation(name)
        start = {} if step.minimal else self.life.request(name)
        members = {**start, **self.put(step.with_)}
        if step.minimal:
            members = {self.life.label: "${id}", **members}
        return Send(operation, without_absent(members), step.key)


def _step(play: _Play, step: Step) -> Sequence:
    if step.pause is not None:
        yield Pause(step.pause)
    elif step.make is not UNSET:
        values = {**play.life.request("create"), **play.put(step.make or {})}
        made = yield Make(step.key, without_absent(values))
        _look(play, step, made.members, play.life.operation("create").output)
    elif step.together:
        sends = [play.send(one) for one in step.together]
        answer = yield Together(tuple(sends))
        for one, part in zip(step.together, answer.parts, strict=True):
            _kind(one, part)
    elif step.entry is not None:
        yield from _entry(play, step)
    else:
        send = play.send(step)
        answer = yield send
        if _kind(step, answer):
            body = answer.members
            if not _is_of_page(play, step, send.operation):
                body = yield from whole(send, body)
            _look(play, step, body, send.operation.output)
        elif step.stop_if_refused:
            raise _SkipCase(f"the answer to {step.send} was {answer.told()}")
        elif step.gives == "refused":
            _look(play, step, answer.members, {})


def _is_of_page(play: _Play, step: Step, operation: Operation) -> bool:
    """Whether a step is about one page of a list, by its size or position, and not about all."""
    page = play.life.resource.page
    most = None if page is None else page.most
    members = step.with_ if isinstance(step.with_, Mapping) else {}
    limits = (name for name in operation.input if name.lower().startswith((*LIMITS, "max-")))
    sized = (members.get(name) for name in limits)
    positions = {*members, *(str(one) for _, where in step.looked_at() for one in parse(where)[:1])}
    about_position = any(name.lower() in FOLLOWING for name in positions)
    return about_position or any(size not in {None, most} for size in sized)


def _entry(play: _Play, step: Step) -> Sequence:
    listing = yield from walk(play.life, play.filled(step.with_, step))
    own = {play.life.listing.id: "${id}"}
    wanted = step.entry if isinstance(step.entry, Mapping) else own
    ((member, text),) = wanted.items()
    named = play.filled(text, step)
    found = listing.of(named, member)
    if step.entry and not found and named in listing.elsewhere:
        raise NotShown(f"the answer has no {play.life.listing.items}, and shows it elsewhere")
    if step.entry and len(found) != 1:
        raise RuleBroken("the resource exactly once in the list", f"{len(found)} times")
    if not step.entry and found:
        raise RuleBroken("the resource not in the list", f"{len(found)} times")
    if found:
        _look(play, step, found[0], play.life.listed())


def _kind(step: Step, answer: ParsedResponse) -> bool:
    """True when the answer is a success that can be looked at."""
    wanted = step.gives
    right = {
        "any": True,
        "refused": answer.is_refusal,
        "not-found": answer.is_missing,
        "not-modified": answer.status == NOT_MODIFIED,
    }.get(wanted or "", answer.ok)
    if not right and wanted is None:
        raise NotShown(f"the answer to {step.send} was {answer.told()}")
    if not right and wanted == "refused" and answer.ok and not step.must:
        raise NotShown("the target accepted the request that it should refuse")
    if not right:
        raise RuleBroken(f"{step.send} {(wanted or '').replace('-', ' ')}", answer.told())
    if step.codes and not answer.ok and answer.code not in step.codes:
        raise RuleBroken(f"{step.send} refused with {' or '.join(step.codes)}", answer.told())
    return answer.ok


def _demand(play: _Play, step: Step, body: Any, documented: Members) -> None:
    """Without what the step builds on there is nothing to test."""
    for where, value in step.if_.items():
        try:
            assertions.assert_equal(where, play.filled(value, step), body, documented)
        except RuleBroken as otherwise:
            raise NotShown(str(otherwise)) from None


def _look(play: _Play, step: Step, body: Any, documented: Members) -> None:
    """Compare an answer with what the step says of it."""
    _demand(play, step, body, documented)
    for stated, look in (
        (step.shows, partial(assertions.assert_equal, documented=documented)),
        (step.shows_instant, assertions.assert_instant),
        (step.differs, assertions.assert_not_equal),
        (step.among, assertions.assert_contains),
        (step.ends, assertions.assert_suffix),
        (step.matches, assertions.assert_matches),
        (step.exceeds, assertions.assert_greater),
        (step.in_order, assertions.assert_in_order),
        (step.lists, assertions.assert_values),
        (step.counts, assertions.assert_count),
        (step.at_most, assertions.assert_at_most),
        (step.sizes, partial(assertions.assert_size, documented=documented)),
        (step.from_now, assertions.assert_from_now),
    ):
        for where, value in stated.items():
            look(play.put(where), play.filled(value, step), body)
    for where in step.has:
        assertions.assert_present(play.put(where), body)
    nothing = (None,) if NULLS in play.script.contract.overlay.rules else ()
    for where in step.hides:
        assertions.assert_absent(play.put(where), body, nothing)
    if step.equal is not None:
        assertions.assert_same(step.equal, body)
    if step.fraction is not None:
        seen = play.kept.setdefault("fraction", [])
        assertions.assert_fraction(step.fraction, step.none_of, seen, body)
    if step.keeps is not None:
        assertions.assert_unchanged(play.kept[step.keeps], body, {*step.except_}, documented)
    if step.tells is not None:
        _tell(play.kept[step.tells], body, documented)
    if step.save_as is not None:
        play.kept[step.save_as] = body


def _tell(before: Any, after: Any, documented: Members) -> None:
    """End with what differs between two answers."""
    try:
        assertions.assert_unchanged(before, after, set(), documented)
    except RuleBroken as changed:
        raise Told(f"the changes before the refusal remain: {changed.seen}") from None
