"""A whole run: services one after the other, every verdict emitted when it is decided."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from conformance import record
from conformance.contract.given import not_to_be_sent
from conformance.contract.levels import Level
from conformance.contract.model import Contract
from conformance.contract.requirements import Requirement, Subject
from conformance.engine.channel import SignedChannel
from conformance.engine.errors import TargetDied, WrongCredentials
from conformance.engine.events import Decided, Emit, Event, Note, Progress
from conformance.engine.given_guard import GivenGuard
from conformance.engine.given_state import GivenState
from conformance.engine.inventory import Inventory
from conformance.engine.liveness import LivenessTransport
from conformance.engine.masking import LEAST_CREDENTIAL, Masker
from conformance.engine.names import Names
from conformance.engine.patience import Patience
from conformance.engine.phases import NONE, Phases
from conformance.engine.request_classifier import RouteTable
from conformance.engine.run_safety import RunSafety, told
from conformance.engine.runner import Runner, Settings
from conformance.engine.session import Session
from conformance.errors import Problem
from conformance.record import Verdict, VerdictLine
from conformance.transport.base import Transport
from conformance.transport.errors import SpeaksTLS
from conformance.transport.retry import RetryingTransport
from conformance.transport.signing import Credentials, Signer

CONSTRAINTS = {Subject.INPUT_LIMIT, Subject.INPUT_TYPE, Subject.INPUT_REQUIRED}
DRAWS = {"quick": 0, "standard": 5, "deep": 100}


@dataclass(frozen=True, slots=True)
class Job:
    """A service and those of its requirements that are to be decided."""

    contract: Contract
    requirements: Sequence[Requirement]
    url: str = ""
    """Where this service is, if not where the others are."""
    left_out: frozenset[str] = frozenset()
    """The operations that the user excluded: nothing is sent of them but what sets others up."""


@dataclass(slots=True)
class RunOutcome:
    """What a run came to; ``problem`` is why it ended early."""

    verdicts: list[VerdictLine] = field(default_factory=list)
    seconds: float = 0.0
    requests: int = 0
    notes: list[str] = field(default_factory=list)
    interrupted: bool = False
    problem: Problem | None = None

    def coverage(self, jobs: Sequence[Job]) -> record.Coverage:
        """How many request constraints were shown on both sides."""
        wanted = {one.id for job in jobs for one in job.requirements if one.subject in CONSTRAINTS}
        both = sum(
            1
            for line in self.verdicts
            if line.requirement in wanted
            and line.verdict is Verdict.PASSED
            and line.cases.accept
            and line.cases.reject
        )
        return record.Coverage(both, len(wanted))


def _unheard(_event: Event) -> None:
    """Ignores the events of a run."""


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
        custody: Keeps to what the run itself made; None where the target ends with the run.
        secrets: What must not be written down, besides what the credentials are.
        phases: What is done besides the plan.
        sleep: Waits so many seconds before the next request to a silent target.
    """

    jobs: Sequence[Job]
    url: str
    credentials: Credentials
    region: str
    transport: RetryingTransport
    settings: Settings = field(default_factory=Settings)
    emit: Emit = _unheard
    custody: RunSafety | None = None
    secrets: tuple[str, ...] = ()
    phases: Phases = NONE
    sleep: Callable[[float], None] = time.sleep


class Run:
    """Works through jobs against one target."""

    def __init__(self, config: RunConfig) -> None:
        self._config, self._masker = config, Masker()
        self._masker.learn_credentials(config.credentials)
        for secret in config.secrets:
            self._masker.learn(secret, LEAST_CREDENTIAL)
        self._names = Names() if config.custody is None else config.custody.names
        self._pulse = LivenessTransport(config.transport, self._masker.mask, sleep=config.sleep)
        self._patience = Patience()
        self.outcome = RunOutcome()

    def run(self) -> RunOutcome:
        """Run every job; ends early, with what is known, when the target dies or on Ctrl-C.

        Raises WrongCredentials when nothing can be tested at all.
        """
        start = time.monotonic()
        try:
            for job in self._config.jobs:
                self._service(job)
        except KeyboardInterrupt:
            self.outcome.interrupted = True
        except TargetDied as died:
            self.outcome.problem = died
        finally:
            self.outcome.seconds = time.monotonic() - start
            self.outcome.requests = self._config.transport.sent
        return self.outcome

    def _service(self, job: Job) -> None:
        session, channel = self._session(job.contract, job.url)
        session.why_left_out = not_to_be_sent(job.contract)
        session.left_out = job.left_out | session.why_left_out.keys()
        keeper = GivenState(session)
        runner = Runner(
            job.contract, job.requirements, session, channel, self._config.settings, self._hear,
            self._config.phases,
        )  # fmt: skip
        try:
            keeper.look()
            runner.run()
        except TargetDied:
            runner.abandon("the target stopped answering before this was tested")
            raise
        except WrongCredentials:
            runner.abandon("the target refuses the credentials")
            raise
        except SpeaksTLS as problem:
            runner.abandon(str(problem))
            raise
        except KeyboardInterrupt:
            runner.abandon("the run was interrupted before this was tested")
            raise
        finally:
            self._tell(session, keeper.restore())
            self._clean_up(session, channel, runner.lacks)

    def _session(self, contract: Contract, url: str = "") -> tuple[Session, SignedChannel]:
        """What speaks with one service of the target."""
        name = contract.signing_name
        signer = Signer(self._config.credentials, self._config.region, name)
        url, custody = url or self._config.url, self._config.custody
        transport: Transport = self._pulse
        mark = None
        if custody is not None:
            transport = custody.guarded(contract, url, signer, transport, self._patience)
            mark = custody.mark(contract)
        if contract.given:
            transport = GivenGuard(self._pulse, transport, RouteTable(contract, url))
        channel = SignedChannel(url, signer, transport)
        lend = partial(self._lent, url)
        session = Session(
            contract, channel, self._names, self._masker, mark, lend, self._patience,
            settle=self._config.settings.settle,
        )  # fmt: skip
        return session, channel

    def _lent(self, url: str, service: str) -> Inventory:
        """The resources of another service, which those of this one are made of."""
        from conformance.contract.load import load_contract

        job = next((one for one in self._config.jobs if one.contract.service == service), None)
        contract = job.contract if job is not None else load_contract(service)
        return self._session(contract, job.url if job is not None else url)[0].inventory

    def _clean_up(
        self, session: Session, channel: SignedChannel, lacks: Callable[[str], bool]
    ) -> None:
        channel.usual_within = self._patience.brief
        left = session.inventory.clean_up()
        contract, custody = session.contract, self._config.custody
        name = contract.overlay.main.name or "resource"
        if custody is not None:
            lines = told(custody.sweep(contract, channel, lacks), name)
        elif left:
            shown = ", ".join(left[:5])
            lines = [f"could not delete {len(left)} {name}s of this run: {shown}"]
        else:
            lines = []
        self._tell(session, lines)

    def _tell(self, session: Session, lines: list[str]) -> None:
        for line in lines:
            text = self._masker.mask(f"{session.contract.service}: {line}")
            self.outcome.notes.append(text)
            self._config.emit(Note(text))

    def _hear(self, event: Event) -> None:
        if isinstance(event, Decided):
            self.outcome.verdicts.append(event.line)
        elif isinstance(event, Progress):
            event = replace(event, requests=self._config.transport.sent)
        self._config.emit(event)


def exit_code(outcome: RunOutcome, *, strict: bool, fail_on_unsupported: bool = False) -> int:
    """0 conforms, 1 a failure at a gate level, 3 not all that matters could be tested."""
    if any(record.fails_gate(line, strict=strict) for line in outcome.verdicts):
        return 1
    if outcome.problem is not None or outcome.interrupted:
        return 3
    if not any(line.verdict in {Verdict.PASSED, Verdict.FAILED} for line in outcome.verdicts):
        return 3
    gated = {Level.REQUIRED, Level.EXPECTED}
    lacking = any(
        line.verdict is Verdict.UNSUPPORTED and line.level in gated for line in outcome.verdicts
    )
    if fail_on_unsupported and lacking:
        return 1
    return 3 if record.untested(outcome.verdicts, strict=strict) else 0
