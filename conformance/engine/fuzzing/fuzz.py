"""Explores an operation beyond its planned probes, and keeps its findings until they are needed.

Hypothesis draws the requests and makes what they find small. An acceptance of a request that
breaks the contract in one clear place belongs to the requirement of that place; a server error or
a malformed answer to whatever was sent belongs to the requirements that every answer is watched
for. Whoever asks confirms a finding on a fresh resource, as any other.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from conformance.contract.listing.requirements import Requirement, Subject
from conformance.contract.model import Location, Operation
from conformance.engine.attempt import send_and_judge
from conformance.engine.fuzzing.requests import FuzzCase, cases_of, same_fault
from conformance.engine.fuzzing.search import Search
from conformance.engine.judge.recheck import sent_values
from conformance.engine.judge.response import observe
from conformance.engine.probe_result import ProbeResult
from conformance.engine.sending.exchange_log import SentProbe, SetupFailed
from conformance.engine.session import Session
from conformance.plan.probes import Probe, Side
from conformance.transport.protocols.json_text import encode

CUTS = 40
"""Requests that may be sent to make one finding smaller."""

EXPLORED = {
    Subject.INPUT_LIMIT,
    Subject.INPUT_TYPE,
    Subject.INPUT_REQUIRED,
    Subject.NO_SERVER_ERROR,
}


@dataclass(slots=True)
class FuzzResult:
    """What was found: wrong acceptances by requirement, and answers broken in themselves."""

    session: Session
    accepted: dict[str, ProbeResult] = field(default_factory=dict)
    odd: dict[str, SentProbe] = field(default_factory=dict)
    requests: int = 0

    def of(self, requirement: str) -> list[ProbeResult]:
        trial = self.accepted.pop(requirement, None)
        return [] if trial is None else [trial]

    def broken(self, is_open: Callable[[str], bool]) -> Iterator[SentProbe]:
        """The requests whose answers break a requirement that is still open."""
        for requirement, sent in self.odd.items():
            if is_open(requirement):
                yield sent
        self.odd.clear()


def fuzz_operations(
    session: Session,
    requirements: Mapping[str, Requirement],
    works: Callable[[str], bool],
    budget: int,
    seed: int,
    *,
    links: int = 0,
    enough: Callable[[], bool] = lambda: False,
) -> FuzzResult:
    """Send at most ``budget`` drawn requests of the operations that the requirements name.

    What is found is made smaller with a few more. With ``links`` so many steps of walks along the
    links of the spec follow. Once it is ``enough``, no more is sent.
    """
    found = FuzzResult(session)
    operations = [
        operation
        for operation in _operations(session, requirements.values())
        if works(operation.name)
    ]
    if not budget or not operations:
        return found
    with unobserved(session):
        _Explorer(session, requirements, found, enough).run(operations, budget, seed)
        # A walk goes wherever the links lead.
        if links and not session.left_out and not enough():
            from conformance.engine.fuzzing.links import walk_links

            sent = walk_links(session, links, f"{seed}/{session.contract.service}")
            found.requests += len(sent)
            for one in sent:
                _keep_odd(found, one)
    return found


@contextmanager
def unobserved(session: Session) -> Iterator[None]:
    """Hide requests from the observers: what they show is reported later."""
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
        and any(member.location is Location.BODY for member in operation.input.values())
    ]


class _Explorer:
    """Sends what is drawn and keeps what is broken."""

    def __init__(
        self,
        session: Session,
        requirements: Mapping[str, Requirement],
        found: FuzzResult,
        enough: Callable[[], bool],
    ) -> None:
        self._session, self._requirements, self._found = session, requirements, found
        self._enough = enough

    def run(self, operations: list[Operation], budget: int, seed: int) -> None:
        """Draw requests of each operation, in proportion to its cases."""
        cases = {one.name: cases_of(self._session.contract, one) for one in operations}
        total = sum(map(len, cases.values()))
        done = 0
        for name, drawn in cases.items():
            # Rounded over the sum, so that small shares do not vanish.
            before = budget * done // max(1, total)
            done += len(drawn)
            share = budget * done // max(1, total) - before
            if drawn and share and not self._enough():
                search = Search(drawn, self._send, share, CUTS, f"{seed}/{name}", self._enough)
                self._found.requests += search.run()

    def _send(self, case: FuzzCase, value: Any) -> tuple[bytes, Callable[[], list[str]]] | None:
        """The key of a drawn request, and a function that sends it and names what it breaks."""
        probe = case.probe(self._session.contract, value)
        if probe is None:
            return None
        key = encode([probe.operation.name, probe.values])
        return key, lambda: self._tried(probe)

    def _tried(self, probe: Probe) -> list[str]:
        try:
            trial = send_and_judge(self._session, probe)
        except SetupFailed:
            return []
        broken = _keep_odd(self._found, trial.sent)
        name, accepted = probe.requirement, self._found.accepted
        if name not in self._requirements or not _accepted(trial):
            return broken
        if name not in accepted or _size(probe) <= _size(accepted[name].probe):
            accepted[name] = trial
        return [name, *broken]


def _accepted(trial: ProbeResult) -> bool:
    """Whether a request was accepted whose bytes have just the intended fault."""
    if trial.finding is None or trial.finding.held or not trial.sent.answer.ok:
        return False
    if trial.probe.side is not Side.REJECT:
        return False
    return same_fault(trial.probe, sent_values(trial.probe, trial.sent.exchange.request))


def _keep_odd(found: FuzzResult, sent: SentProbe) -> list[str]:
    """Keep an answer that is broken in itself; gives the requirements that it breaks."""
    names = _broken(found.session, sent)
    for name in names:
        kept = found.odd.get(name)
        if kept is None or _size(sent.probe) <= _size(kept.probe):
            found.odd[name] = sent
    return names


def _size(probe: Probe) -> int:
    return len(encode(probe.values)) + len(probe.raw or b"")


def _broken(session: Session, sent: SentProbe) -> list[str]:
    """The requirements that an answer breaks in itself."""
    if sent.probe.side is Side.REJECT and sent.answer.ok:
        return []
    found = observe(session.contract, sent.probe.operation, sent.answer)
    return [one.requirement for one in found if not one.held]
