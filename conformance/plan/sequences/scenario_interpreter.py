"""Sequences that the overlay writes out step by step (``rule: steps``).

A step is a mapping:

- ``make: {members}`` creates a resource; ``send: OPERATION`` (a role of the lifecycle or an
  operation's name) sends a request with ``with`` over the base; ``together`` is a list of sends;
  ``pause: SECONDS`` waits.
- ``key: N`` says which resource (default 0).
- ``gives: accepted | refused | not-found | any`` makes the kind of answer part of the rule;
  without it an unexpected answer only means that the rule cannot be shown. Something accepted
  that should be refused breaks the rule only with ``must: true``: else it is another rule's
  business. ``stop-if-refused`` leaves the rest of the steps.
- ``entry: true`` turns a list into the entry of the resource, found on whatever page it is;
  ``entry: {member: text}`` into the one that has this text.
- ``shows: {place: value}``, ``shows-instant`` (the same moment, however written), ``differs``
  (another value or moment, or none), ``ends`` (a text with this ending), ``equal: [place, place]``,
  ``fraction: place`` (with ``none-of: N`` on the last of N), ``has: [place]``,
  ``hides: [place]`` look at the answer; ``as: LABEL`` keeps it, ``keeps: LABEL`` (but for
  ``except``) compares it with one that was kept. ``if: {place: value}`` is what the answer has to
  show for the rest to mean anything.
- ``tells: LABEL`` ends the sequence with what differs from the answer that was kept; nothing is
  demanded.
- ``each: [values]`` beside the steps plays them once for each value, as ``${each}``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.contract.model import Member
from conformance.plan.base_requests import base, present
from conformance.plan.lifecycle import Lifecycle
from conformance.plan.sequences import assertions
from conformance.plan.sequences.lists import walk
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
from conformance.transport.parsed_response import ParsedResponse

ROLES = ("create", "read", "update", "list", "delete")
Words = Mapping[str, Any]
Members = Mapping[str, Member]
PLACED = {
    "shows": assertions.shows,
    "shows-instant": assertions.shows_instant,
    "differs": assertions.differs,
    "ends": assertions.ends,
}


def steps(script: Script) -> Sequence:
    """Play the steps of the rule, once for each of ``each``."""
    rule = script.requirement.detail
    shown = False
    for each in rule.get("each", [None]):
        play = _Play(script, Lifecycle.of(script.contract, script.requirement.operation), each)
        try:
            for step in rule["steps"]:
                yield from _step(play, step)
            shown = True
        except _SkipCase:
            continue
    if not shown:
        raise NotShown("every one was refused")


class _SkipCase(Exception):
    """This time through, the rest of the steps has nothing to show."""


@dataclass(frozen=True, slots=True)
class _Play:
    """One time through the steps."""

    script: Script
    life: Lifecycle
    each: Any
    kept: dict[str, Any] = field(default_factory=dict)

    def put(self, value: Any) -> Any:
        """The value with ``${each}`` in it filled; the rest is for whoever sends it."""
        if value == "${each}":
            return self.each
        if isinstance(value, str) and isinstance(self.each, str):
            return value.replace("${each}", self.each)
        if isinstance(value, list):
            return [self.put(item) for item in value]
        if isinstance(value, Mapping):
            return {self.put(name): self.put(item) for name, item in value.items()}
        return value

    def filled(self, value: Any, step: Words) -> Any:
        """The value as it is sent for the step's resource."""
        return self.script.fill(self.put(value), step.get("key", 0))

    def send(self, step: Words) -> Send:
        """The request of a step."""
        name = step["send"]
        operation = (
            self.life.operation(name) if name in ROLES else self.script.contract.operations[name]
        )
        start = self.life.request(name) if name in ROLES else base(self.script.contract, operation)
        members = {**({} if step.get("bare") else start), **self.put(step.get("with", {}))}
        if step.get("bare"):
            members = {self.life.label: "${id}", **members}
        return Send(operation, present(members), step.get("key", 0))


def _step(play: _Play, step: Words) -> Sequence:
    if "pause" in step:
        yield Pause(step["pause"])
    elif "make" in step:
        values = {**play.life.request("create"), **play.put(step["make"] or {})}
        made = yield Make(step.get("key", 0), present(values))
        _look(play, step, made.body, play.life.operation("create").output)
    elif "together" in step:
        sends = [play.send(one) for one in step["together"]]
        answer = yield Together(tuple(sends))
        for one, part in zip(step["together"], answer.parts, strict=True):
            _kind(one, part)
    elif step.get("entry") is not None:
        yield from _entry(play, step)
    else:
        send = play.send(step)
        answer = yield send
        if _kind(step, answer):
            _look(play, step, answer.body, send.operation.output)
        elif step.get("stop-if-refused"):
            raise _SkipCase


def _entry(play: _Play, step: Words) -> Sequence:
    listing = yield from walk(play.life, play.filled(step.get("with", {}), step))
    named = isinstance(step["entry"], Mapping)
    wanted: Words = step["entry"] if named else {play.life.facts["listing"]["id"]: "${id}"}
    ((member, text),) = wanted.items()
    found = listing.of(play.filled(text, step), member)
    if step["entry"] and len(found) != 1:
        raise RuleBroken("the resource once in the list", f"{len(found)} times")
    if not step["entry"] and found:
        raise RuleBroken("the resource not in the list", f"{len(found)} times")
    if found:
        _look(play, step, found[0], play.life.listed())


def _kind(step: Words, answer: ParsedResponse) -> bool:
    """True when the answer is a success that can be looked at."""
    wanted: str | None = step.get("gives")
    if wanted == "any":
        return answer.ok
    right = {
        "refused": answer.is_refusal,
        "not-found": answer.status == 404,
    }.get(wanted or "", answer.ok)
    if not right and wanted is None:
        raise NotShown(f"{step['send']} was answered {answer.told()}")
    if not right and wanted == "refused" and answer.ok and not step.get("must"):
        raise NotShown("the request that should be refused was accepted")
    if not right:
        raise RuleBroken(f"{step['send']} {(wanted or '').replace('-', ' ')}", answer.told())
    return answer.ok


def _demand(play: _Play, step: Words, body: Any) -> None:
    """Without what the step builds on there is nothing to be shown."""
    for where, value in step.get("if", {}).items():
        try:
            assertions.shows(where, play.filled(value, step), body)
        except RuleBroken as otherwise:
            raise NotShown(str(otherwise)) from None


def _look(play: _Play, step: Words, body: Any, documented: Members) -> None:
    """Compare an answer with what the step says of it."""
    _demand(play, step, body)
    for name, look in PLACED.items():
        for where, value in step.get(name, {}).items():
            look(where, play.filled(value, step), body)
    for where in step.get("has", ()):
        assertions.has(where, body)
    for where in step.get("hides", ()):
        assertions.hides(where, body)
    if "equal" in step:
        assertions.equal(step["equal"], body)
    if "fraction" in step:
        seen = play.kept.setdefault("fraction", [])
        assertions.fraction(step["fraction"], step.get("none-of"), seen, body)
    if "keeps" in step:
        assertions.keeps(play.kept[step["keeps"]], body, {*step.get("except", ())}, documented)
    if "tells" in step:
        _tell(play.kept[step["tells"]], body, documented)
    if "as" in step:
        play.kept[step["as"]] = body


def _tell(before: Any, after: Any, documented: Members) -> None:
    """End with what differs between two answers."""
    try:
        assertions.keeps(before, after, set(), documented)
    except RuleBroken as changed:
        raise Told(f"what was changed before the refusal stays: {changed.seen}") from None
