"""Explores an operation beyond its planned probes, and keeps what it finds until it is asked for.

Probes with one fault come first: what they find is found already. An acceptance of a request that
breaks the contract in one clear place belongs to the requirement of that place; a server error or
a malformed answer to whatever was sent belongs to the requirements that every answer is watched
for. Whoever asks confirms a finding on a fresh resource, as any other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from conformance.contract.load import merged_spec
from conformance.contract.locate import known_services
from conformance.contract.model import Kind, Location, Member, Operation
from conformance.contract.requirements import Requirement, Subject
from conformance.engine.sent import Resource, Sent, SetupFailed
from conformance.engine.session import Session
from conformance.engine.trial import Trial, attempt
from conformance.exploration.faults import faulty, same_fault
from conformance.exploration.smaller import smallest
from conformance.exploration.spec import part, prepared
from conformance.judge.recheck import sent_values
from conformance.judge.response import observe
from conformance.plan.bases import base
from conformance.plan.probes import Probe, Side
from conformance.plan.wire import encode
from conformance.target.exchange import Exchange

if TYPE_CHECKING:
    from conformance.exploration.cases import Cases

CUTS = 30
"""Requests that may be sent to make a finding smaller."""
WALKED = 4
"""One request in so many is a step of a walk along the links."""
MORE = 3
"""Bodies that are drawn for each request that may be sent: some are sent already."""
EACH = 2
"""Requests that one generated body may give rise to."""

EXPLORED = {
    Subject.INPUT_LIMIT,
    Subject.INPUT_TYPE,
    Subject.INPUT_REQUIRED,
    Subject.NO_SERVER_ERROR,
}


@dataclass(slots=True)
class Explored:
    """What was found: acceptances by requirement, and answers that are broken in themselves."""

    session: Session
    accepted: dict[str, Trial] = field(default_factory=dict)
    odd: list[Sent] = field(default_factory=list)
    requests: int = 0

    def of(self, requirement: str) -> list[Trial]:
        """The smallest request found to break a requirement, if any was."""
        trial = self.accepted.pop(requirement, None)
        return [] if trial is None else [self._cut(trial)]

    def broken(self, is_open: Callable[[str], bool]) -> Iterator[Sent]:
        """The requests whose answers break something that ``is_open`` still, made small."""
        told: set[str] = set()
        for sent in self.odd:
            names = [one for one in _broken(self.session, sent) if is_open(one)]
            if not told.issuperset(names):
                told.update(names)
                yield self._cut_odd(sent, names)
        self.odd.clear()

    def _cut(self, trial: Trial) -> Trial:
        session, found = self.session, [trial]
        name = (trial.probe.place or ("",))[0]

        def still(value: Any) -> bool:
            values = {**trial.probe.values, name: value}
            if not same_fault(trial.probe, values):
                return False
            again = _tried(session, replace(trial.probe, values=values))
            if again is None or not _accepted(again):
                return False
            found.append(again)
            return True

        with unobserved(session):
            smallest(trial.probe.values[name], still, CUTS)
        return found[-1]

    def _cut_odd(self, sent: Sent, requirements: list[str]) -> Sent:
        session, found = self.session, [sent]
        operation, wanted = sent.probe.operation, set(requirements)
        fixed = {
            name: value
            for name, value in sent.probe.values.items()
            if name in operation.input and operation.input[name].location is not Location.BODY
        }
        drawn = {name: value for name, value in sent.probe.values.items() if name not in fixed}

        def still(value: Any) -> bool:
            if sent.probe.raw is not None:
                return False
            again = _tried(session, replace(sent.probe, values={**fixed, **value}))
            if again is None or not wanted.issubset(_broken(session, again.sent)):
                return False
            found.append(again.sent)
            return True

        with unobserved(session):
            smallest(drawn, still, CUTS)
        return found[-1]


def _broken(session: Session, sent: Sent) -> list[str]:
    """The requirements that an answer breaks in itself."""
    if sent.probe.side is Side.REJECT and sent.answer.ok:
        return []
    found = observe(session.contract, sent.probe.operation, sent.answer)
    return [one.requirement for one in found if not one.held]


def _accepted(trial: Trial) -> bool:
    """Whether a request was accepted whose bytes have the one fault that was meant."""
    if trial.finding is None or trial.finding.held or not trial.sent.answer.ok:
        return False
    return same_fault(trial.probe, sent_values(trial.probe, trial.sent.exchange.request))


def _tried(session: Session, probe: Probe) -> Trial | None:
    try:
        return attempt(session, probe)
    except SetupFailed:
        return None


def explore(
    session: Session,
    requirements: Mapping[str, Requirement],
    works: Callable[[str], bool],
    budget: int,
    seed: int,
) -> Explored:
    """Send at most ``budget`` generated requests of the operations that the requirements name."""
    found = Explored(session)
    operations = [
        operation
        for operation in _operations(session, requirements.values())
        if works(operation.name)
    ]
    if not budget or not operations or session.contract.service not in known_services():
        return found
    from conformance.exploration.cases import Cases

    document = prepared(session.contract, merged_spec(session.contract.service))
    cases = Cases(document, f"{seed}/{session.contract.service}")
    with unobserved(session):
        _Explorer(session, requirements, found).run(cases, operations, budget)
    return found


@contextmanager
def unobserved(session: Session) -> Iterator[None]:
    """Requests of which nobody is told yet: what they show is told when it is asked for."""
    kept, session.observers = session.observers, []
    try:
        yield
    finally:
        session.observers = kept


def _operations(session: Session, requirements: Iterable[Requirement]) -> list[Operation]:
    names = {one.operation for one in requirements if one.subject in EXPLORED}
    return [
        operation
        for operation in session.contract.operations.values()
        if operation.name in names
        and not operation.query
        and any(member.location is Location.BODY for member in operation.input.values())
    ]


class _Explorer:
    """Sends what is generated and keeps what is broken."""

    def __init__(
        self, session: Session, requirements: Mapping[str, Requirement], found: Explored
    ) -> None:
        self._session, self._requirements, self._found = session, requirements, found
        self._seen: set[bytes] = set()
        self._left = 0

    def run(self, cases: Cases, operations: list[Operation], budget: int) -> None:
        """Fuzz each operation and each part of its body, then walk."""
        fuzzed = budget - budget // WALKED
        total = sum(_weight(member) for one in operations for member in _bodies(one))
        spent = 0
        for operation in operations:
            for member in _bodies(operation):
                # Rounded over the sum, so that small shares do not vanish.
                before, spent = fuzzed * spent // total, spent + _weight(member)
                self._left = fuzzed * spent // total - before
                self._draw(cases, operation, member)
        if self._session.left_out:
            return  # a walk goes wherever the links lead
        self._left = budget // WALKED
        cases.walk(self._left, self._walk)
        for made in self._session.inventory.made:
            if not made.gone and made.created.probe.note == WALK:
                self._session.inventory.delete(made)

    def _draw(self, cases: Cases, operation: Operation, member: Member | None) -> None:
        count = MORE * self._left
        if not count:
            return
        if member is None:
            cases.bodies(part(operation.name), "POST", count, partial(self._fuzz, operation))
        else:
            take = partial(self._put, operation, member)
            cases.bodies(part(operation.name, member.name), "POST", count, take)

    def _put(self, operation: Operation, member: Member, value: Any) -> None:
        self._fuzz(operation, {member.name: value})

    def _fuzz(self, operation: Operation, body: Any) -> None:
        contract = self._session.contract
        probes: list[Probe] = []
        if isinstance(body, dict):
            probes = [one for one in faulty(contract, operation, body) if self._wanted(one)]
            if not probes:
                whole = {**base(contract, operation), **body}
                probes = [Probe("", operation, Side.OBSERVE, whole, "generated at random")]
        else:
            start = base(contract, operation)
            probes.append(Probe("", operation, Side.OBSERVE, start, "no object", raw=encode(body)))
        for probe in probes[:EACH]:
            self._send(probe)

    def _wanted(self, probe: Probe) -> bool:
        return probe.requirement in self._requirements and (
            probe.requirement not in self._found.accepted
        )

    def _send(self, probe: Probe) -> None:
        text = encode([probe.operation.name, probe.values]) + (probe.raw or b"")
        if text in self._seen:
            return
        self._seen.add(text)
        self._spend()
        trial = _tried(self._session, probe)
        if trial is None:
            return
        if _accepted(trial):
            self._found.accepted.setdefault(probe.requirement, trial)
        self._look(trial.sent)

    def _spend(self) -> None:
        from conformance.exploration.cases import Enough

        if self._left <= 0:
            raise Enough
        self._left -= 1
        self._found.requests += 1

    def _look(self, sent: Sent) -> None:
        if _broken(self._session, sent):
            self._found.odd.append(sent)

    def _walk(self, method: str, path: str, given: Mapping[str, Any], body: Any) -> Exchange:
        """Send one step of a walk; an identifier that this run made stands for its resource."""
        self._spend()
        operation = next(
            one
            for one in self._session.contract.operations.values()
            if (one.method, one.path) == (method.upper(), path) and not one.query
        )
        values = {**given, **body} if isinstance(body, dict) else dict(given)
        resource = self._resource(values)
        if resource is not None:
            values = {k: "${id}" if v == resource.id else v for k, v in values.items()}
        raw = None if isinstance(body, dict | None) or not _is_json(body) else encode(body)
        sent = self._session.send(
            Probe("", operation, Side.OBSERVE, values, WALK, raw=raw), resource=resource
        )
        self._look(sent)
        return sent.exchange

    def _resource(self, values: Mapping[str, Any]) -> Resource | None:
        texts = {value for value in values.values() if isinstance(value, str)}
        return next(
            (one for one in reversed(self._session.inventory.made) if one.id in texts), None
        )


def _bodies(operation: Operation) -> list[Member | None]:
    """The members of a body, and (None) the body itself."""
    members = operation.input.values()
    return [None, *(member for member in members if member.location is Location.BODY)]


def _weight(member: Member | None) -> int:
    """How much of the budget a part deserves: planned probes go least deep into what is nested."""
    if member is None:
        return 2
    return 6 if member.shape.kind in {Kind.LIST, Kind.MAP, Kind.STRUCTURE} else 1


WALK = "a step of a walk along the links"


def _is_json(body: Any) -> bool:
    return isinstance(body, dict | list | str | int | float | bool)
