"""A whole run: services one after the other, every verdict emitted when it is decided."""

import time
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial

from conformance.contract.given import not_to_be_sent
from conformance.contract.model import Contract
from conformance.engine.events import Decided, Emit, Event, Note, Progress
from conformance.engine.outcome import Job, RunOutcome, what_is_left
from conformance.engine.resources.companions import Companions
from conformance.engine.resources.inventory import Inventory
from conformance.engine.resources.names import Names
from conformance.engine.resources.readiness import READY, READY_ON_AWS
from conformance.engine.resources.sdk_calls import SdkCaller
from conformance.engine.runner import Runner
from conformance.engine.safety.given_state import GivenState
from conformance.engine.safety.guard import GivenGuard
from conformance.engine.safety.request_classifier import RouteTable
from conformance.engine.safety.run_safety import RunSafety, sweep_report
from conformance.engine.secrets.masking import LEAST_CREDENTIAL, Masker
from conformance.engine.sending.channel import SignedChannel
from conformance.engine.sending.liveness import LivenessTransport
from conformance.engine.sending.patience import Patience
from conformance.engine.service_run import Settings
from conformance.engine.session import Session
from conformance.engine.stops import LimitReached, Limits, Stops, TargetDied, WrongCredentials
from conformance.record import Obstacle, ObstacleCause
from conformance.transport.address import is_real
from conformance.transport.errors import SpeaksTLS
from conformance.transport.exchange import CheckedTransport, Transport
from conformance.transport.retry import RetryingTransport
from conformance.transport.signing import Credentials, Signer

DRAWS = {"quick": 0, "standard": 5, "deep": 100}
ENDINGS: dict[type[BaseException], str] = {
    TargetDied: "the target stopped answering before this was tested",
    WrongCredentials: "the target refuses the credentials",
    KeyboardInterrupt: "the run was interrupted before this was tested",
}
"""Why the rest of a service is not tested; other exceptions say it themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunConfig:
    """Everything that a run is made of.

    Args:
        jobs: The services, each with what is to be decided of it.
        url: The address of those that name none.
        credentials: Who signs.
        region: The region that is signed for.
        transport: What sends.
        settings: How far to look, the seed, signatures.
        emit: Is given every event as it happens, in the thread of the run.
        safety: Keeps to what the run itself made; None where the target ends with the run.
        secrets: What must not be written down, besides what the credentials are.
        sleep: Waits so many seconds before the next request to a silent target.
        limits: What the run may take before it ends, with what it knows.
        free: Gives a context in which a signal may end the run at once.
        keeps_evidence: Whether the outcome has the exchanges, too; not where ``emit`` writes them
            down, as they would be most of what a long run keeps.
    """

    jobs: Sequence[Job]
    url: str
    credentials: Credentials
    region: str
    transport: RetryingTransport
    settings: Settings = field(default_factory=Settings)
    emit: Emit = lambda _: None
    safety: RunSafety | None = None
    secrets: tuple[str, ...] = ()
    sleep: Callable[[float], None] = time.sleep
    limits: Limits = field(default_factory=Limits)
    free: Callable[[], AbstractContextManager[None]] = nullcontext
    keeps_evidence: bool = True


class Run:
    """Works through jobs against one target."""

    def __init__(self, config: RunConfig) -> None:
        self._config, self._masker = config, Masker()
        self._masker.learn_credentials(config.credentials)
        for secret in config.secrets:
            self._masker.learn(secret, LEAST_CREDENTIAL)
        self._names = Names() if config.safety is None else config.safety.names
        self._stops = Stops(config.limits, lambda: config.transport.sent, config.free)
        limited = CheckedTransport(config.transport, self._stops.check)
        self._liveness = LivenessTransport(limited, self._masker.mask, sleep=config.sleep)
        self._patience = Patience()
        self._of_others: dict[str, Companions] = {}
        self.outcome = RunOutcome()

    def run(self) -> RunOutcome:
        """Run every job; ends early, with what is known, when the target dies or on Ctrl-C.

        At a limit, what was not reached is marked as left.

        Raises WrongCredentials when nothing can be tested at all.
        """
        start = time.monotonic()
        self._stops.begin()
        try:
            for index, job in enumerate(self._config.jobs):
                try:
                    self._service(job)
                except LimitReached as reached:
                    self._leave(self._config.jobs[index + 1 :], reached)
                    break
        except KeyboardInterrupt:
            self.outcome.interrupted = True
        except TargetDied as died:
            self.outcome.problem = died
        finally:
            self._stops.end()
            for companions in self._of_others.values():
                if left := companions.clean_up():
                    self._tell(f"could not delete resources of other services: {', '.join(left)}")
            self.outcome.seconds = time.monotonic() - start
            self.outcome.requests = self._config.transport.sent
        return self.outcome

    def _service(self, job: Job) -> None:
        session, channel = self._session(job.contract, job.url)
        session.why_left_out = not_to_be_sent(job.contract)
        session.left_out = job.left_out | session.why_left_out.keys()
        given = GivenState(session)
        runner = Runner(
            job.contract, job.requirements, session, channel, self._config.settings, self._hear,
            self._stops,
        )  # fmt: skip
        try:
            given.look()
            runner.run()
        except (
            LimitReached, SpeaksTLS, TargetDied, WrongCredentials, KeyboardInterrupt
        ) as ending:  # fmt: skip
            limit = Obstacle(ObstacleCause.LIMIT) if isinstance(ending, LimitReached) else None
            runner.abandon(ENDINGS.get(type(ending), str(ending)), limit)
            raise
        finally:
            self._note(session, given.restore())
            self._clean_up(session, channel, runner.lacks)

    def _leave(self, jobs: Sequence[Job], reached: LimitReached) -> None:
        """Say of everything in these jobs that it was not reached, and how much is left at all."""
        for job in jobs:
            session, channel = self._session(job.contract, job.url)
            runner = Runner(
                job.contract, job.requirements, session, channel, self._config.settings, self._hear
            )
            runner.abandon(str(reached), Obstacle(ObstacleCause.LIMIT))
        self._tell(f"{reached}: {what_is_left(self.outcome.verdicts)}")

    def _session(self, contract: Contract, url: str = "") -> tuple[Session, SignedChannel]:
        """What speaks with one service of the target."""
        signer = Signer(
            self._config.credentials,
            self._config.region,
            contract.signing_name,
            contract.signature_version,
        )
        url, safety = url or self._config.url, self._config.safety
        transport: Transport = self._liveness
        mark = None
        if safety is not None:
            transport = safety.guarded(contract, url, signer, transport, self._patience)
            mark = safety.mark(contract)
        if contract.given:
            transport = GivenGuard(self._liveness, transport, RouteTable(contract, url))
        channel = SignedChannel(url, signer, transport)
        lent: list[Session] = []
        lend = partial(self._lent, url, lent)
        session = Session(
            contract, channel, self._names, self._masker, mark, lend, self._patience,
            settle=self._config.settings.settle, ready=self._ready(url),
            companions=self._companions(url), lent=lent, alone=safety is None,
        )  # fmt: skip
        return session, channel

    def _ready(self, url: str) -> float:
        """Seconds that a resource has to become ready; none where nothing is waited for."""
        longest = READY_ON_AWS if is_real(url) else READY
        return longest if self._config.settings.settle else 0.0

    def _companions(self, url: str) -> Companions:
        """The resources of other services at an address; on a real AWS none is made."""
        if url not in self._of_others:
            config, safety = self._config, self._config.safety
            self._of_others[url] = Companions(
                self._names, config.region,
                None if is_real(url)
                else SdkCaller(url, config.credentials, config.region, self._liveness),
                None if safety is None else safety.journal,
            )  # fmt: skip
        return self._of_others[url]

    def _lent(self, url: str, lent: list[Session], service: str) -> Inventory:
        """The resources of another service, which those of this one are made of."""
        from conformance.contract.load import load_contract

        job = next((one for one in self._config.jobs if one.contract.service == service), None)
        contract = job.contract if job is not None else load_contract(service)
        session, _ = self._session(contract, job.url if job is not None else url)
        lent.append(session)
        return session.inventory

    def _clean_up(
        self, session: Session, channel: SignedChannel, lacks: Callable[[str], bool]
    ) -> None:
        channel.usual_within = self._patience.brief
        left = session.clean_up()
        contract, safety = session.contract, self._config.safety
        several = len(contract.overlay.kinds()) > 1
        name = "resource" if several else contract.overlay.main.name or "resource"
        lines = []
        if safety is not None:
            lines = sweep_report(safety.sweep(contract, channel, lacks), name)
        elif left:
            lines = [f"could not delete {len(left)} {name}s of this run: {', '.join(left[:5])}"]
        if found := contract.found.by_operation:
            count = f"{len(found)} operation{'s' if len(found) > 1 else ''}"
            lines.append(f"found valid requests for {count} by trying: {', '.join(found)}")
        self._note(session, lines)

    def _note(self, session: Session, lines: list[str]) -> None:
        for line in lines:
            self._tell(f"{session.contract.service}: {line}")

    def _tell(self, text: str) -> None:
        text = self._masker.mask(text)
        self.outcome.notes.append(text)
        self._config.emit(Note(text))

    def _hear(self, event: Event) -> None:
        if isinstance(event, Decided):
            line, keeps = event.line, self._config.keeps_evidence
            kept = line if keeps or not line.evidence else replace(line, evidence=())
            self.outcome.verdicts.append(kept)
        elif isinstance(event, Progress):
            event = replace(event, requests=self._config.transport.sent)
        self._config.emit(event)
