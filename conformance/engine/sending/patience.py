"""How long a run waits for an answer: what is never answered is not waited for again and again.

Requests of one kind are those that a target is likely to treat alike: the valid ones of an
operation, or all that have the same fault in them. Once some of a kind timed out in a row, the
rest of it gets a shorter time, which is still many times what any answer took. So a request of that
kind that is answered after all is judged like every other.
"""

import threading
from dataclasses import dataclass, field, replace

from conformance.plan.probes import Fault, Probe, Side
from conformance.transport.exchange import Exchange, FailureKind

EQUAL = 2
"""Requests of a kind without an answer, and none of it with one, after which it is known."""
BRIEF, BRIEF_ELSEWHERE, BRIEFEST = 1.0, 1.5, 0.3
"""Seconds at least for a kind that is known, for any once the run waited long enough, and for a
kind that is known well."""
WELL = 6
"""Requests of a kind without an answer, and none of it with one, after which it is known well."""
SLOWEST, SLOWEST_WELL = 10, 4
"""So many times what the slowest answer took is waited at least; and for a kind known well."""
ENOUGH, ENOUGH_TIMES = 20.0, 3
"""Seconds, and times the longest wait, that timeouts may take before waits become brief."""
SLACK = 1.0
"""Seconds that clocks may differ."""

Kinds = tuple[str, ...]
"""Names of kinds that one request belongs to."""


@dataclass(slots=True)
class _Silence:
    """The unanswered requests of a kind since the last answer to one."""

    count: int = 0
    longest: float = 0.0
    waited: list[str] = field(default_factory=list)

    def add(self, what: str, seconds: float) -> None:
        """One more; those that were waited for are remembered by name."""
        self.count += 1
        self.longest = max(self.longest, seconds)
        if self.count <= EQUAL and what not in self.waited:
            self.waited.append(what)


class Patience:
    """Which requests to a target timed out; shared by all sessions of a run."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._silences: dict[str, _Silence] = {}
        self.ended: set[str] = set()
        """The operations that ended a rule by a step without an answer."""
        self._slowest = self._spent = self._longest = 0.0

    def within(self, kinds: Kinds) -> float | None:
        """Seconds in which a request has to be answered; None for the whole timeout."""
        with self._lock:
            silence = self._known(kinds)
            if silence is not None:
                if silence.count >= WELL:
                    return max(BRIEFEST, SLOWEST_WELL * self._slowest)
                return max(BRIEF, SLOWEST * self._slowest)
            return self._brief() if self._spent >= self._enough() else None

    def brief(self) -> float | None:
        """The same for what only tidies up: None as long as everything was answered."""
        with self._lock:
            return self._brief() if self._spent else None

    def unanswered(self, kinds: Kinds) -> int:
        """How many of a kind stayed unanswered since the last answer; EQUAL and WELL are limits."""
        with self._lock:
            silence = self._known(kinds)
            return 0 if silence is None else silence.count

    def note(self, kinds: Kinds, what: str, exchange: Exchange, together: int = 1) -> None:
        """Keep account of an exchange, one of several that were under way ``together``."""
        with self._lock:
            if exchange.response is not None:
                for kind in kinds:
                    self._silences.pop(kind, None)
                self._slowest = max(self._slowest, exchange.seconds)
            elif is_unanswered(exchange):
                for kind in kinds:
                    self._silences.setdefault(kind, _Silence()).add(what, exchange.seconds)
                self._spent += exchange.seconds / together
                self._longest = max(self._longest, exchange.seconds)

    def waited_for(self, kinds: Kinds) -> str:
        """What the requests of a kind were that were waited for, for people."""
        with self._lock:
            silence = self._known(kinds)
            if silence is None:
                return f"; waited {self._spent:.0f} s for other answers"
            return f"; no answer within {silence.longest:.3g} s to: {', '.join(silence.waited)}"

    def _known(self, kinds: Kinds) -> _Silence | None:
        found = (self._silences.get(kind) for kind in kinds)
        return next((one for one in found if one is not None and one.count >= EQUAL), None)

    def _enough(self) -> float:
        return max(ENOUGH, ENOUGH_TIMES * self._longest) - SLACK

    def _brief(self) -> float:
        return max(BRIEF_ELSEWHERE, SLOWEST * self._slowest)


def kinds_of_request(probe: Probe) -> Kinds:
    """The kinds of a request: its operation if valid, else its fault, with and without it."""
    operation = probe.operation
    own = f"{operation.service}/{operation.name}"
    if probe.form is not None:
        return (f"{own} in another form",)
    if probe.side is Side.REJECT:
        return faulty_kinds(operation.service, operation.name, probe.fault)
    if probe.raw is not None:
        if probe.side is Side.ACCEPT:
            return (f"{own} with a body written by hand",)
        return faulty_kinds(operation.service, operation.name, Fault.SYNTAX)
    return (own,)


def faults_of(probe: Probe) -> Kinds:
    """The kinds of a request with a fault in it, whatever its form; none of a valid one."""
    kinds = kinds_of_request(replace(probe, form=None))
    return kinds if len(kinds) > 1 else ()


def faulty_kinds(service: str, operation: str, fault: Fault) -> Kinds:
    """The kinds of a request with a fault in it."""
    return f"{service}/{operation}: {fault}", f"{service}: {fault}"


def missigned_kinds(probe: Probe) -> Kinds:
    """The kind of a request that is signed wrongly on purpose."""
    return (f"{probe.operation.service}: signed wrongly",)


def is_brief(exchange: Exchange) -> bool:
    """True when less than the whole timeout was waited for the answer."""
    return exchange.request.within is not None


def is_unanswered(exchange: Exchange) -> bool:
    """True when the time for an answer passed."""
    return exchange.failure is not None and exchange.failure.kind is FailureKind.TIMEOUT
