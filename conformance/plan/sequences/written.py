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
- ``entry: true`` turns a list into the entry of the resource, found on whatever page it is.
- ``shows: {place: value}``, ``shows-instant`` (the same moment, however written), ``differs``
  (another moment, or none), ``ends`` (a text with this ending), ``equal: [place, place]``,
  ``fraction: place`` (with ``none-of: N`` on the last of N), ``hides: [place]`` look at the answer; ``as: LABEL`` keeps it, ``keeps: LABEL`` (but for ``except``)
  compares it with one that was kept.
- ``each: [values]`` beside the steps plays them once for each value, as ``${each}``.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.contract.model import Member
from conformance.contract.places import find, parse
from conformance.judge.answer import NOT_JSON, Answer
from conformance.judge.refusal import same
from conformance.plan.bases import base, present
from conformance.plan.instants import instant
from conformance.plan.lifecycle import Lifecycle
from conformance.plan.sequences.lists import walk
from conformance.plan.sequences.steps import (
    Broken,
    Make,
    NotShown,
    Pause,
    Script,
    Send,
    Sequence,
    Together,
)

ROLES = ("create", "read", "update", "list", "delete")
Words = Mapping[str, Any]
Members = Mapping[str, Member]


def steps(script: Script) -> Sequence:
    """Play the steps of the rule, once for each of ``each``."""
    rule = script.requirement.detail
    for each in rule.get("each", [None]):
        play = _Play(script, Lifecycle.of(script.contract), each)
        try:
            for step in rule["steps"]:
                yield from _step(play, step)
        except _Enough:
            continue


class _Enough(Exception):
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
            raise _Enough


def _entry(play: _Play, step: Words) -> Sequence:
    listing = yield from walk(play.life, play.filled(step.get("with", {}), step))
    member = play.life.facts["listing"]["id"]
    found = listing.of(play.script.fill("${id}", step.get("key", 0)), member)
    if step["entry"] and len(found) != 1:
        raise Broken("the resource once in the list", f"{len(found)} times")
    if not step["entry"] and found:
        raise Broken("the resource not in the list", f"{len(found)} times")
    if found:
        _look(play, step, found[0], play.life.listed())


def _kind(step: Words, answer: Answer) -> bool:
    """True when the answer is a success that can be looked at."""
    wanted: str | None = step.get("gives")
    if wanted == "any":
        return answer.ok
    right = {
        "refused": answer.status is not None and 400 <= answer.status < 500,
        "not-found": answer.status == 404,
    }.get(wanted or "", answer.ok)
    if not right and wanted is None:
        raise NotShown(f"{step['send']} was answered {answer.told()}")
    if not right and wanted == "refused" and answer.ok and not step.get("must"):
        raise NotShown("the request that should be refused was accepted")
    if not right:
        raise Broken(f"{step['send']} {(wanted or '').replace('-', ' ')}", answer.told())
    return answer.ok


def _look(play: _Play, step: Words, body: Any, documented: Members) -> None:
    for where, value in step.get("shows", {}).items():
        _shows(where, play.filled(value, step), body)
    for where, value in step.get("shows-instant", {}).items():
        _shows_instant(where, play.filled(value, step), body)
    for where, value in step.get("ends", {}).items():
        _ends(where, play.filled(value, step), body)
    for where, value in step.get("differs", {}).items():
        found = next(find(body, parse(where)), None)
        if found is not None and instant(found) == instant(play.filled(value, step)):
            raise Broken(f"{where} is not {_told(found)} any more", _told(found))
    if "equal" in step:
        one, other = (next(find(body, parse(where)), None) for where in step["equal"])
        if one is not None and other is not None and one != other:
            raise Broken(
                f"{' and '.join(step['equal'])} are equal", f"{_told(one)}, {_told(other)}"
            )
    if "fraction" in step:
        _fraction(play, step, body)
    for where in step.get("hides", ()):
        found = list(find(body, parse(where)))
        if found:
            raise Broken(f"no {where} in the answer", _told(found[0]))
    if "keeps" in step:
        _keeps(play.kept[step["keeps"]], body, {*step.get("except", ())}, documented)
    if "as" in step:
        play.kept[step["as"]] = body


def _shows(where: str, wanted: Any, body: Any) -> None:
    found = list(find(body, parse(where)))
    if not found:
        if wanted in ([], {}):
            return
        raise Broken(f"{where} is {_told(wanted)}", f"no {where} in the answer")
    if not _equal(found[0], wanted):
        raise Broken(f"{where} is {_told(wanted)}", _told(found[0]))


def _fraction(play: _Play, step: Words, body: Any) -> None:
    """Of several times at least one has a fraction: one whole second may be chance, four are not."""
    seen = play.kept.setdefault("fraction", [])
    seen.append(next(find(body, parse(step["fraction"])), None))
    written = [one for one in seen if isinstance(one, str)]
    if len(written) == step.get("none-of") and not any("." in one for one in written):
        raise Broken(f"{step['fraction']} with milliseconds", ", ".join(written))


def _ends(where: str, ending: str, body: Any) -> None:
    found = next(find(body, parse(where)), None)
    if not isinstance(found, str) or not found.endswith(ending):
        raise Broken(f"{where} ends with {ending}", _told(found))


def _shows_instant(where: str, wanted: Any, body: Any) -> None:
    found = next(find(body, parse(where)), None)
    if found is None:
        raise Broken(f"{where} is {_told(wanted)}", f"no {where} in the answer")
    if instant(found) != instant(wanted):
        raise Broken(f"{where} is the moment {_told(wanted)}", _told(found))


def _keeps(before: Any, after: Any, but: set[str], documented: Members) -> None:
    """Of the documented members nothing but those named differs between two answers."""
    if not isinstance(before, dict) or not isinstance(after, dict):
        raise NotShown("an answer is no object")
    for name in sorted(({*before, *after} & {*documented}) - but):
        if not _equal(before.get(name, NOT_JSON), after.get(name, NOT_JSON)):
            raise Broken(f"{name} still {_told(before.get(name))}", _told(after.get(name)))


def _equal(before: Any, after: Any) -> bool:
    """Equal as JSON; the order of a list is nobody's promise."""
    if isinstance(before, list) and isinstance(after, list):
        return sorted(map(_canonical, before)) == sorted(map(_canonical, after))
    return before is after or same(before, after)


def _canonical(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _told(value: Any) -> str:
    if value is NOT_JSON:
        return "absent"
    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 200 else f"{text[:160]}... ({len(text)} characters)"
