"""The moments that a run gave: of how a target writes its own they say nothing.

An odd probe may give a moment of long ago, in a form that a lenient target reads. Where an answer
shows it again, it is what was asked for.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

from conformance.contract.model import Kind, Member, Shape
from conformance.contract.walk import ValueWalker, inner_shapes
from conformance.engine.judge.findings import Finding
from conformance.engine.sending.exchange_log import SentProbe
from conformance.plan.generation.instants import instant

FORMAT = "/format"
DEEPEST = 8
"""Levels of members in which a timestamp is looked for."""
_WALKER = ValueWalker(null_is_absent=True)


@dataclass(slots=True)
class GivenMoments:
    """What requests had in the place of timestamps, as it was and in whole seconds."""

    _texts: set[str] = field(default_factory=set)
    _seconds: set[int] = field(default_factory=set)
    _takes: dict[str, dict[str, Member]] = field(default_factory=dict)
    """By operation, the members that are timestamps or have any inside."""

    def learn(self, sent: SentProbe) -> None:
        """Note the moments of a request."""
        operation = sent.probe.operation
        if operation.name not in self._takes:
            self._takes[operation.name] = {
                name: one for name, one in operation.input.items() if _has_moment(one.shape)
            }
        for one in _WALKER.members(self._takes[operation.name], sent.values):
            if one.keyword == "type" and one.shape.kind is Kind.TIMESTAMP:
                self._note(one.value)

    def _note(self, value: Any) -> None:
        self._texts.add(json.dumps(value, ensure_ascii=False))
        seconds = _seconds(value)
        if seconds is not None:
            self._seconds.add(seconds)

    def is_shown_again(self, finding: Finding) -> bool:
        """Whether what is ill-formed is a moment that a request gave."""
        if finding.held or not finding.requirement.endswith(FORMAT):
            return False
        # The same moment in another form is the target's own writing; a number has one form alone.
        return finding.seen in self._texts or _number(finding.seen) in self._seconds


def _has_moment(shape: Shape) -> bool:
    shapes = [shape]
    for _ in range(DEEPEST):
        if any(one.kind is Kind.TIMESTAMP for one in shapes):
            return True
        shapes = [inner for one in shapes for _, inner in inner_shapes(one)]
    return False


def _seconds(value: Any) -> int | None:
    """Whole seconds since 1970, of whatever a lenient reader takes for a moment."""
    found = instant(value)
    if found is None and isinstance(value, str):
        found = _of_http(value)
    return _number(str(value if found is None else found))


def _number(text: str) -> int | None:
    try:
        return int(float(text))
    except (ValueError, OverflowError):
        return None


def _of_http(text: str) -> float | None:
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        return None
