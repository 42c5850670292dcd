"""What requests gave, met again in answers.

A creation or an update may show what it was given: what is not there at all says less than another
value, as an answer may come before what it tells of is done and leave out what has not changed.
Both are informational. Of how a target writes its own moments, those that a request gave say
nothing: an odd probe may give one of long ago, in a form that a lenient target reads.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import Any

from conformance.contract.listing.readback import ECHOED, ReadBack, read_backs
from conformance.contract.model import Contract, Kind, Member, Shape
from conformance.contract.places import ABSENT, find, show
from conformance.contract.walk import ValueWalker, inner_shapes
from conformance.engine.judge.findings import Finding
from conformance.engine.judge.redacted import has_redaction
from conformance.engine.sending.exchange_log import SentProbe
from conformance.plan.sequences.mismatch import instant, mismatch
from conformance.transport.parsed_response import ParsedResponse


class Echoes:
    """The members of a service's requests that the answers to them show, too."""

    def __init__(self, contract: Contract) -> None:
        self._service = contract.service
        self._known: dict[str, list[ReadBack]] = {}
        for one in read_backs(contract):
            if one.rule == ECHOED:
                self._known.setdefault(one.operation.name, []).append(one)

    def observe(self, sent: SentProbe, answer: ParsedResponse) -> Iterator[Finding]:
        """For each member that was sent, whether the answer has it."""
        known = self._known.get(sent.probe.operation.name, ())
        if not known or not answer.ok or sent.is_faulty or not isinstance(answer.body, dict):
            return
        for one in known:
            given = sent.values.get(one.member.name)
            if given is None:
                continue
            name = f"{self._service}/{one.address}"
            shown = next(find(answer.body, one.place), ABSENT)
            found = mismatch(given, shown, one.shape, one.place)
            if found is None:
                yield Finding(name, held=True)
                continue
            if has_redaction(found.seen):
                continue  # it may be what an odd request left there
            where = show(tuple(found.place))
            seen = "absent" if found.seen is ABSENT else f"{json.dumps(found.seen):.200}"
            yield Finding(name, False, f"{where} is {json.dumps(found.given):.200}", seen)


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
