"""What a run need not send, as it is known already; and what is worth sending first."""

import hashlib
import time
from collections import defaultdict, deque
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from statistics import median

from conformance.contract.listing.nested import PARTS_OF_CREATE, PARTS_OF_UPDATE
from conformance.contract.listing.requirements import Requirement, Subject
from conformance.contract.model import Shape
from conformance.contract.vocabulary.overlay_rules import StepsRule
from conformance.engine.probe_result import ProbeResult
from conformance.engine.sending.exchange_log import SentProbe
from conformance.plan.probes import Plan, Probe, Side
from conformance.plan.rules import ROBUST
from conformance.transport.protocols.json_text import encode

OF_SHAPES = frozenset({Subject.INPUT_LIMIT, Subject.INPUT_TYPE})
MOST, MOST_BEFORE_NESTED = 14_000, 10_500
"""Requests that a quick run sends to one service, and those after which it leaves what is nested:
some are kept for how the service takes what is broken."""
SECONDS = 90.0
"""After so long a quick run leaves what is left of a large service that has no overlay: to start,
to end the sequences under way and to clean up takes the rest of two minutes."""
LARGE = 1000
"""So many requirements are all decided, however many requests that takes."""
ODD, NESTED = 3, 4
"""Ranks of what is about odd requests, and of what is about nested members; the lowest is first."""
ENOUGH, ENOUGH_IF_QUICK = 3, 2
SAMPLE, FEWEST, LEAST = 31, 5, 0.001
"""Requests of an operation that its time is known by, and seconds that none takes less than."""
DEAR = 6
"""So many times as long as the quickest operation takes one that counts as several."""
LEFT = "left to the profile standard: a quick run"
ENUM, LISTED = "enum", 4
"""Of the values that are listed for a made-up request, so many are tried."""
REFUSED = 6
"""Of the values that a limit forbids, so many are tried where there is much else to be asked."""
DEAR_WORK, TOLD_BY = 4, 3
"""So many times what a requirement usually takes makes those of an operation dear, once so many of
them were decided."""
PAUSE, FEW = 15.0, 10
"""Seconds that a quick run pauses within a rule at most, unless it is of so few requirements."""
KEPT = 0.85
"""Of its time a quick run keeps the rest for what may spoil lists, as that comes last."""
MOST_LOOKS = 3
"""A bound on what is sent to see what odd requests have spoilt."""


class RequestSavings:
    """Keeps what was accepted, and which limits were tried with all that there is at a boundary.

    A quick run (``thrifty``) sends no request again that was accepted, and all boundary values of
    a limit at one place of the shape that has it: elsewhere one that is allowed, and one that is
    not. It begins with what must be refused, as no more is to be sent where that is accepted. Of
    requests that are ``made_up``, fewer listed values are tried: that one is refused shows little.
    """

    def __init__(
        self, *, thrifty: bool, made_up: bool = False, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._thrifty, self._bounded, self._few = thrifty, False, False
        self._clock, self._began = clock, clock()
        self._brief = thrifty and made_up
        self.costs = Costs()
        self._took: dict[str, Took] = defaultdict(Took)
        self._usual = 0.0
        self._accepted: set[bytes] = set()
        self._tried: set[Hashable] = set()

    def begin(self, requirements: int) -> bool:
        """Whether so many requirements are too many, so that what tells most is to come first."""
        self._bounded = self._thrifty and requirements > LARGE
        self._few = requirements <= FEW
        return self._bounded

    @property
    def enough(self) -> int:
        """So many broken probes of a requirement are looked at before more of them are sent."""
        if self._brief or self._bounded:
            return 1
        return ENOUGH_IF_QUICK if self._thrifty else ENOUGH

    def is_late(self, share: float) -> bool:
        """Whether a share of the time of a quick run without an overlay is over."""
        return self._brief and self.spent >= share

    @property
    def spent(self) -> float:
        """The share of its time that a quick run without an overlay has spent; else 0."""
        return (self._clock() - self._began) / SECONDS if self._brief else 0.0

    @property
    def looks(self) -> int:
        """How often one requirement's accepted requests are looked after."""
        return 1 if self._bounded else MOST_LOOKS

    def left(self, requirement: Requirement, sent: int) -> str:
        """Why a requirement is not tested after so many requests; empty where it is."""
        if not self._bounded:
            return ""
        nested = information_value(requirement) >= NESTED
        most = MOST_BEFORE_NESTED if nested and not self._brief else MOST
        # Where the time is bounded, what takes long need not count as more.
        if sent + (0 if self._brief else self.costs.more) >= most:
            return f"{LEFT} sends about {MOST:,} requests per service"
        if self.is_late(KEPT if nested or self.is_dear(requirement) else 1):
            return f"{LEFT} takes about {SECONDS:.0f} s for a service without an overlay"
        return ""

    def left_for_its_pauses(self, requirement: Requirement) -> str:
        """Why a rule is not tested that only shows after a long pause; empty where it is."""
        rule = requirement.rule
        if not self._thrifty or self._few or not isinstance(rule, StepsRule):
            return ""
        return f"{LEFT} pauses for at most {PAUSE:.0f} s" if rule.longest_pause() > PAUSE else ""

    def reduced(self, requirement: Requirement, planned: Plan) -> Plan:
        """The plan, with one probe a side where the limit was tried at another place."""
        if not self._thrifty or requirement.subject not in OF_SHAPES:
            return planned
        probes = sorted(planned.probes, key=lambda one: one.side is Side.ACCEPT)
        if self._brief and requirement.keyword == ENUM:
            accepted = [one for one in probes if one.side is Side.ACCEPT]
            kept = accepted[:: max(1, -(-len(accepted) // LISTED))]
            probes = [one for one in probes if one.side is not Side.ACCEPT or one in kept]
        if self._brief and self._bounded:
            refused = [one for one in probes if one.side is Side.REJECT]
            left_out = {id(one) for one in refused} - {id(one) for one in _spread(refused)}
            probes = [one for one in probes if id(one) not in left_out]
        if _limit(requirement) in self._tried:
            firsts = {probe.side: probe for probe in reversed(probes)}
            probes = [one for one in probes if firsts[one.side] is one]
        return replace(planned, probes=tuple(probes))

    def took(self, requirement: Requirement, seconds: float) -> None:
        """Note what it took to decide a requirement."""
        self._took[requirement.operation or ""].add(seconds)
        if self._brief and self._bounded:
            self._usual = median(took.mean for took in self._took.values())

    def is_dear(self, requirement: Requirement) -> bool:
        """Whether others come first, as this operation is slow; only where time may run out."""
        if not (self._brief and self._bounded and self._took):
            return False
        own = self._took.get(requirement.operation or "")
        if own is None or own.times < TOLD_BY:
            return False
        return own.mean > DEAR_WORK * max(self._usual, LEAST)

    def note(self, requirement: Requirement) -> None:
        """Everything that there is to be tried of a requirement was tried."""
        if self._thrifty and requirement.subject in OF_SHAPES:
            self._tried.add(_limit(requirement))

    def is_known(self, probe: Probe) -> bool:
        """Whether the very same request was accepted before."""
        return self._may_be_kept(probe) and _template(probe) in self._accepted

    def learn(self, trial: ProbeResult) -> None:
        held = trial.finding is not None and trial.finding.held
        if held and trial.sent.answer.ok and self._may_be_kept(trial.probe):
            self._accepted.add(_template(trial.probe))

    def _may_be_kept(self, probe: Probe) -> bool:
        plain = probe.raw is None and probe.form is None and not probe.shown
        return self._thrifty and plain and probe.side is Side.ACCEPT and not probe.exact_status


@dataclass(slots=True)
class Took:
    """How often requirements of one operation were decided, and the seconds of them all."""

    times: int = 0
    seconds: float = 0.0

    @property
    def mean(self) -> float:
        return self.seconds / self.times

    def add(self, seconds: float) -> None:
        self.times += 1
        self.seconds += seconds


class Costs:
    """How many requests those of slow operations count for, by medians."""

    def __init__(self) -> None:
        self._seconds: dict[str, deque[float]] = defaultdict(partial(deque, maxlen=SAMPLE))
        self._usual: dict[str, float] = {}
        self._more = 0.0

    @property
    def more(self) -> int:
        """As how many more requests than were sent they count."""
        return int(self._more)

    def observe(self, sent: SentProbe) -> None:
        if not sent.answer.ok:
            return
        name = sent.probe.operation.name
        self._seconds[name].append(sent.exchange.seconds)
        if len(self._seconds[name]) < FEWEST:
            return
        usual = self._usual[name] = median(self._seconds[name])
        times = usual / max(min(self._usual.values()), LEAST)
        if times >= DEAR:
            self._more += times / 2 - 1


def information_value(requirement: Requirement) -> int:
    """The rank of a requirement: what tells most of a target comes first."""
    if requirement.subject is Subject.STATUS:
        return 0
    if requirement.keyword == ROBUST:
        return ODD
    if requirement.subject not in {*OF_SHAPES, Subject.INPUT_REQUIRED}:
        # What is within structures takes many requests each.
        return 2 if requirement.keyword in {PARTS_OF_CREATE, PARTS_OF_UPDATE} else 1
    return 2 if len(requirement.place) == 1 else NESTED + len(requirement.place)


def _spread(probes: Sequence[Probe]) -> Sequence[Probe]:
    """A few of many probes, from the first to the last."""
    if len(probes) <= REFUSED:
        return probes
    return [probes[at * (len(probes) - 1) // (REFUSED - 1)] for at in range(REFUSED)]


def _template(probe: Probe) -> bytes:
    return hashlib.sha256(encode([probe.operation.name, probe.values])).digest()


def _limit(requirement: Requirement) -> Hashable:
    shape = requirement.shape
    if requirement.subject not in OF_SHAPES or shape is None:
        return None
    return (requirement.keyword, requirement.subject, *_limits(shape), shape.name)


def _limits(shape: Shape) -> tuple[Hashable, ...]:
    named = tuple((one.name, str(one.value)) for one in shape.constraints.values())
    inner = () if shape.element is None else _limits(shape.element)
    return shape.kind, shape.wire, shape.union, named, inner
