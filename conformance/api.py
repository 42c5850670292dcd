"""The public API: ``conformance.run`` tests a target from a program of your own.

::

    import conformance

    result = conformance.run("http://127.0.0.1:5000", services=["apigateway"], seed=7)
    for line in result.failures:
        print(line.requirement, line.reason)
    result.save("record.jsonl")
    raise SystemExit(result.exit_code)

It does what the command ``conformance run`` does, and prints nothing. What the command can do
besides, real AWS and the parts of a sharded run, stays with the command.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from conformance.contract import locate
from conformance.contract.given import read_given
from conformance.contract.given_values import Given
from conformance.contract.globs import excluding
from conformance.engine.events import Event
from conformance.engine.outcome import Job
from conformance.engine.run import RunConfig
from conformance.engine.stops import Limits
from conformance.errors import BadInput
from conformance.record import Record, RecordedTarget
from conformance.runs import journals, recording
from conformance.runs.access import Access, gain_access
from conformance.runs.execution import concluded, run_gated, settings_for
from conformance.runs.jobs import notes, placed, select_jobs
from conformance.runs.protocol_choice import negotiate
from conformance.runs.recording import read_gate
from conformance.runs.result import RunResult
from conformance.transport import endpoint
from conformance.transport.address import is_real
from conformance.transport.aws import NAME as AWS
from conformance.transport.extra_headers import ExtraHeaders, read_headers, told

if TYPE_CHECKING:
    from conformance.engine.safety.run_safety import RunSafety

__all__ = ["AuthMode", "CommandOnly", "Profile", "RunResult", "run"]

Names = str | Sequence[str]
"""One name, or several."""
Profile = Literal["quick", "standard", "deep"]
AuthMode = Literal["off", "report", "require"]
Listener = Callable[[Event], None]


class CommandOnly(BadInput):
    """Real AWS was named as the target."""

    hint = "`conformance run aws --dry-run` shows what it would do there"
    told = "only the command `conformance run aws` tests real AWS"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The arguments of ``run``, with the defaults in place."""

    target: str
    services: tuple[str, ...]
    requirements: tuple[str, ...]
    exclude: tuple[str, ...]
    given: Given
    profile: str
    seed: int
    auth: str | None
    strict: bool
    fail_on_unsupported: bool
    region: str | None
    timeout: float
    rate: float | None
    headers: ExtraHeaders
    header_texts: tuple[str, ...]
    limits: Limits
    ca_bundle: Path | None
    baseline: Path | None
    strict_baseline: bool
    specs: Path | None
    journal_folder: Path
    on_event: Listener

    @property
    def globs(self) -> tuple[str, ...]:
        """What is tested, as one filter."""
        return excluding(self.requirements, self.exclude)

    def command(self) -> str:
        """The command line that makes the same requests."""
        options = {
            "service": self.services, "requirement": self.requirements, "exclude": self.exclude,
            "given": [f"{one}={one.value}" for one in self.given.members],
            "header": [told(one) for one in self.header_texts],
            "profile": self.profile, "seed": self.seed, "auth": self.auth, "region": self.region,
            "timeout": self.timeout, "rate": self.rate, "time_limit": self.limits.seconds,
            "max_requests": self.limits.requests, "ca_bundle": self.ca_bundle,
            "baseline": self.baseline, "specs": self.specs, "strict": self.strict,
            "fail_on_unsupported": self.fail_on_unsupported,
            "strict_baseline": self.strict_baseline, "may_change": self.given.may_change,
        }  # fmt: skip
        return recording.command_line(["conformance", "run", self.target], options)


def run(
    target: str = "reference",
    *,
    services: Names = (),
    requirements: Names = (),
    exclude: Names = (),
    given: Mapping[str, str] | None = None,
    may_change: bool = False,
    profile: Profile = "standard",
    seed: int | None = None,
    auth: AuthMode | None = None,
    strict: bool = False,
    fail_on_unsupported: bool = False,
    region: str | None = None,
    timeout: float = 10.0,
    rate: float | None = None,
    headers: Mapping[str, str] | None = None,
    time_limit: float | None = None,
    max_requests: int | None = None,
    ca_bundle: str | Path | None = None,
    baseline: str | Path | None = None,
    strict_baseline: bool = False,
    specs: str | Path | None = None,
    journal_folder: str | Path = journals.FOLDER,
    on_event: Listener | None = None,
) -> RunResult:
    """Test a target and return what was found.

    Args:
        target: ``reference``, ``moto`` or the URL of an emulator.
        services: Only these services; none means every one that is tested by default.
        requirements: Test only ids that match one of these globs.
        exclude: Leave out ids that match one of these globs.
        given: Resources that are there, as ``--given`` takes them: ``{"KeyName": "my-key"}``.
        may_change: What is given may be changed; it is never deleted, and put back at the end.
        profile: How far to test beyond the documented boundaries.
        seed: Fixes every request but the names; None draws one, see ``RunResult.seed``.
        auth: Signatures are ignored, reported, or must be checked; None is ``report``.
        strict: Failures of level strict fail the gate, too.
        fail_on_unsupported: Operations that the target lacks fail the gate.
        region: The region to sign for, instead of that of the environment.
        timeout: The time limit in seconds for one exchange.
        rate: At most so many requests a second.
        headers: Sent with every request, unsigned, as ``--header`` does: ``{"X-Tenant": "blue"}``;
            ``${NAME}`` in a value is of the environment.
        time_limit: Seconds after which the run ends in good order; what it did not reach is skipped
            with that reason.
        max_requests: Requests after which it ends likewise; those that clean up come on top.
        ca_bundle: A file of certificates to trust for https.
        baseline: A file of accepted failures, which do not fail.
        strict_baseline: Fail if a requirement that the baseline lists passes.
        specs: A folder of contracts of your own, as ``--specs`` takes it.
        journal_folder: Where the run keeps its journal while resources that it made are there.
        on_event: Called with every event, in this thread: ServiceStarted, Progress, Decided, Note.

    Raises:
        Problem: A subclass that says in one line why nothing could be tested, with a ``hint``:
            BadInput for an argument that cannot be used, CouldNotTest for a target that is not
            there. What ends a run that has begun is ``RunResult.problem`` instead.
        ValueError: ``profile`` or ``auth`` is none of the possible ones.
    """
    header_texts = tuple(f"{name}:{value}" for name, value in (headers or {}).items())
    asked = _Asked(
        target=target,
        services=_several(services),
        requirements=_several(requirements),
        exclude=_several(exclude),
        given=_given(given or {}, may_change=may_change),
        profile=profile,
        seed=secrets.randbelow(1_000_000) if seed is None else seed,
        auth=auth,
        strict=strict,
        fail_on_unsupported=fail_on_unsupported,
        region=region,
        timeout=timeout,
        rate=rate,
        headers=read_headers(header_texts, os.environ),
        header_texts=header_texts,
        limits=Limits(time_limit, max_requests),
        ca_bundle=_path(ca_bundle),
        baseline=_path(baseline),
        strict_baseline=strict_baseline,
        specs=_path(specs),
        journal_folder=Path(journal_folder),
        on_event=on_event or (lambda _event: None),
    )
    if target == AWS or is_real(target):
        raise CommandOnly
    settings_for(profile, asked.seed, auth=auth)  # report what is mistyped before a target starts
    with locate.using(asked.specs):
        jobs = select_jobs(asked.services, asked.globs, asked.given)
        with endpoint.open_target(target, ca_bundle=asked.ca_bundle) as opened:
            access = gain_access(
                opened, timeout=timeout, ca_bundle=asked.ca_bundle, rate=rate, region=region,
                headers=asked.headers,
            )  # fmt: skip
            about = RecordedTarget(opened.name, opened.url, opened.version)
            jobs, _ = negotiate(
                jobs, access, lambda: select_jobs(asked.services, asked.globs, asked.given)
            )
            return _tested(asked, about, access, [placed(job, access.region) for job in jobs])


def _tested(asked: _Asked, about: RecordedTarget, access: Access, jobs: Sequence[Job]) -> RunResult:
    gate = read_gate(asked.baseline, strict=asked.strict_baseline)
    first = recording.first_line(
        jobs, about, asked.command(), seed=asked.seed, profile=asked.profile, strict=asked.strict
    )
    safety, left = _safety_of(asked, access, jobs), list[str]()
    with journals.closing(safety, left.append):
        config = RunConfig(
            jobs=jobs,
            url=access.url,
            credentials=access.credentials,
            region=access.region,
            transport=access.transport,
            settings=settings_for(asked.profile, asked.seed, auth=asked.auth, url=access.url),
            safety=safety,
            limits=asked.limits,
            secrets=asked.headers.secrets,
        )
        outcome = run_gated(config, gate, asked.on_event)
    outcome.notes += [*notes(jobs, asked.globs, asked.given, asked.headers), *left]
    last = concluded(
        config, outcome, gate, strict=asked.strict, fail_on_unsupported=asked.fail_on_unsupported
    )
    record = Record(Path("record.jsonl"), first, tuple(outcome.verdicts), last)
    return RunResult(record, last, outcome.problem)


def _safety_of(asked: _Asked, access: Access, jobs: Sequence[Job]) -> RunSafety | None:
    """The journal of a run, which limits it to its own resources; None for an embedded target."""
    if asked.target in journals.EMBEDDED:
        return None
    urls = journals.services(jobs, access.url)
    return journals.begin(asked.target, access.region, urls, folder=asked.journal_folder)


def _several(names: Names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _given(members: Mapping[str, str], *, may_change: bool) -> Given:
    return read_given([f"{name}={value}" for name, value in members.items()], may_change=may_change)


def _path(given: str | Path | None) -> Path | None:
    return None if given is None else Path(given)
