"""What was sent, and the resources that came of it."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from conformance.contract.model import Kind
from conformance.contract.places import find
from conformance.contract.validate import violations
from conformance.contract.walk import shape_at
from conformance.engine.sending.delivery import connection_broke
from conformance.plan.probes import Probe, Side
from conformance.transport.exchange import Exchange
from conformance.transport.parsed_response import ParsedResponse

UPDATES = 10
"""So many updates of a resource are kept: a few more than evidence has."""
LATEST = 4_102_444_800
"""The year 2100 in seconds: what is not of this time may be beyond what a server can hold."""
MADE_ARN = re.compile(r"\$\{made\.[\w.-]*arn\}", re.IGNORECASE)
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")


def _is_no_arn(template: Any, filled: Any) -> bool:
    """Whether what fills the placeholder of an ARN is none; of a list, the first entry tells."""
    if isinstance(template, list) and isinstance(filled, list) and template and filled:
        return _is_no_arn(template[0], filled[0])
    is_wanted = isinstance(template, str) and MADE_ARN.fullmatch(template)
    return bool(is_wanted) and not str(filled).startswith("arn:")


def _is_odd_time(value: Any) -> bool:
    if isinstance(value, str):
        return INSTANT.fullmatch(value) is None
    return not isinstance(value, int | float) or not 0 < value < LATEST


@dataclass(frozen=True)
class SentProbe:
    """A request that was sent, as members and as bytes, and what came back."""

    probe: Probe
    values: Mapping[str, Any]
    exchange: Exchange
    answer: ParsedResponse
    resource: RunResource | None = None
    parents: Mapping[str, RunResource] = field(default_factory=dict)
    """Resources of other kinds that the request speaks of, by kind."""
    sign_incorrectly: str = ""
    """How it was signed wrongly, where it was."""

    @property
    def lacks_arn(self) -> bool:
        """True when an identifier stands for an ARN that no answer has shown."""
        pairs = ((template, self.values.get(name)) for name, template in self.probe.values.items())
        return any(_is_no_arn(template, filled) for template, filled in pairs)

    @cached_property
    def is_faulty(self) -> bool:
        """True when a request is not a valid one by the contract, whatever it was sent for."""
        probe = self.probe
        if probe.side is Side.REJECT or probe.raw is not None or probe.form is not None:
            return True
        if self.has_odd_value:
            return True
        return any(violations(dict(probe.operation.input), dict(self.values)))

    @cached_property
    def is_endless(self) -> bool:
        """True where a number without an end is tried, which no JSON is."""
        odd = find(dict(self.values), self.probe.place or ())
        return any(isinstance(one, float) and not math.isfinite(one) for one in odd)

    @property
    def has_odd_value(self) -> bool:
        """Whether only the text of a value is odd: a time's form, or a number beyond JSON."""
        probe = self.probe
        if probe.side is not Side.OBSERVE or not probe.place:
            return False
        if self.is_endless:
            return True
        member = probe.operation.input.get(str(probe.place[0]))
        shape = shape_at(member.shape, probe.place[1:]) if member is not None else None
        if shape is None or shape.kind is not Kind.TIMESTAMP:
            return False
        return any(_is_odd_time(one) for one in find(dict(self.values), probe.place))


@dataclass(slots=True)
class RunResource:
    """A resource that this run made: its identifier, what is unique of it, and how it was made."""

    id: str
    unique: str
    created: SentProbe
    kind: str | None = None
    gone: bool = False
    history: list[SentProbe] = field(default_factory=list)
    """The last updates of it that were accepted, oldest first: how it came to be as it is."""
    long_used: bool = False
    """There were more updates before those."""
    is_odd: bool = False
    """One of those was faulty."""

    parents: Mapping[str, RunResource] = field(default_factory=dict)
    """The resources of other kinds that it was made of."""
    seen: Mapping[str, Any] | None = None
    """What a read showed of it; None where it was changed since, or never read."""
    since: float = field(default_factory=time.monotonic)
    has_arrived: bool = False
    """A request about it was accepted: what is not there now has not just been made."""
    is_ready: bool | None = None
    """Whether it is in a state that lasts; None where no answer showed its state yet."""
    ready_after: float = 0.0
    """Seconds that were waited for such a state after it was made."""
    touched: bool = False
    """Something may have changed it, or something may be made of it."""
    held: bool = False
    """A sequence goes on with it: it is not deleted to make room."""
    given: bool = False
    """It is somebody's, who named it: ``created`` is the first look at it."""

    def changed(self, sent: SentProbe) -> None:
        """Note an update of it that was accepted; the oldest of many are forgotten."""
        self.history.append(sent)
        if len(self.history) > UPDATES:
            self.long_used = True
            self.is_odd = self.history.pop(0).is_faulty or self.is_odd

    @property
    def age(self) -> float:
        return time.monotonic() - self.since

    @property
    def usable(self) -> bool:
        """Whether it is there, and so is all that it was made of."""
        return not self.gone and all(parent.usable for parent in self.parents.values())


class SetupFailed(Exception):
    """A resource could not be made; ``sent`` is the request that failed, or showed too little."""

    def __init__(self, sent: SentProbe) -> None:
        told = sent.answer.told()
        super().__init__(f"{told}, without the requested value" if sent.answer.ok else told)
        self.sent = sent


def connection_lost(sent: SentProbe) -> bool:
    """True when the connection broke before the answer was there."""
    return connection_broke(sent.exchange)
