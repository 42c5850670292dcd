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
from pathlib import Path
from typing import Literal

from conformance.contract import locate
from conformance.contract.given import read_given
from conformance.contract.globs import excluding
from conformance.engine.events import Event
from conformance.engine.outcome import Job
from conformance.errors import BadInput
from conformance.record import Record, RecordedTarget
from conformance.runs import journals, recording
from conformance.runs.access import RunRequest, gain_access
from conformance.runs.execution import concluded, requested_config, run_gated, settings_for
from conformance.runs.jobs import notes, placed, select_jobs
from conformance.runs.protocol_choice import negotiate
from conformance.runs.recording import read_gate
from conformance.runs.result import RunResult
from conformance.transport import endpoint
from conformance.transport.address import is_real
from conformance.transport.aws import NAME as AWS
from conformance.transport.extra_headers import masked, read_headers

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
    given_texts = [f"{name}={value}" for name, value in (given or {}).items()]
    required, excluded = _several(requirements), _several(exclude)
    request = RunRequest(
        target=target,
        services=_several(services),
        globs=excluding(required, excluded),
        given=read_given(given_texts, may_change=may_change),
        headers=read_headers(header_texts, os.environ),
        profile=profile,
        seed=secrets.randbelow(1_000_000) if seed is None else seed,
        auth=auth,
        rate=rate,
        timeout=timeout,
        time_limit=time_limit,
        max_requests=max_requests,
        strict=strict,
        fail_on_unsupported=fail_on_unsupported,
        baseline=_path(baseline),
        strict_baseline=strict_baseline,
        ca_bundle=_path(ca_bundle),
    )
    if target == AWS or is_real(target):
        raise CommandOnly
    settings_for(profile, request.seed, auth=auth)  # report mistakes before a target starts
    with locate.using(_path(specs)):
        options = {
            "service": request.services, "requirement": required, "exclude": excluded,
            "given": given_texts, "header": [masked(one) for one in header_texts],
            "profile": profile, "seed": request.seed, "auth": auth, "region": region,
            "timeout": timeout, "rate": rate, "time_limit": time_limit,
            "max_requests": max_requests, "ca_bundle": request.ca_bundle,
            "baseline": request.baseline,
            "specs": _path(specs), "strict": strict, "fail_on_unsupported": fail_on_unsupported,
            "strict_baseline": strict_baseline, "may_change": may_change,
        }  # fmt: skip
        command = recording.command_line(["conformance", "run", target], options)
        listener = on_event or (lambda _event: None)
        return _run(request, command, region, Path(journal_folder), listener)


def _run(
    request: RunRequest, command: str, region: str | None, journal_folder: Path, listener: Listener
) -> RunResult:
    """Do what is requested, and describe it by the ``command`` that does the same."""

    def select() -> list[Job]:
        return select_jobs(request.services, request.globs, request.given)

    jobs = select()
    with endpoint.open_target(request.target, ca_bundle=request.ca_bundle) as target:
        access = gain_access(
            target, timeout=request.timeout, ca_bundle=request.ca_bundle, rate=request.rate,
            region=region, headers=request.headers,
        )  # fmt: skip
        jobs, _ = negotiate(jobs, access, select)
        jobs = [placed(job, access.region) for job in jobs]
        gate = read_gate(request.baseline, strict=request.strict_baseline)
        recorded = RecordedTarget(target.name, target.url, target.version)
        first = recording.first_line(
            jobs, recorded, command,
            seed=request.seed, profile=request.profile, strict=request.strict,
        )  # fmt: skip
        safety, left = journals.of_run(request.target, jobs, access, journal_folder), list[str]()
        with journals.closing(safety, left.append):
            config = requested_config(request, access, jobs, safety=safety)
            outcome = run_gated(config, gate, listener)
        outcome.notes += [*notes(jobs, request.globs, request.given, request.headers), *left]
        last = concluded(request, config, outcome, gate)
    record = Record(Path("record.jsonl"), first, tuple(outcome.verdicts), last)
    return RunResult(record, last, outcome.problem)


def _several(names: Names) -> tuple[str, ...]:
    return (names,) if isinstance(names, str) else tuple(names)


def _path(given: str | Path | None) -> Path | None:
    return None if given is None else Path(given)
