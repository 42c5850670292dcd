"""From what was seen to a verdict and its line in the record."""

from __future__ import annotations

from collections.abc import Sequence

from conformance import record
from conformance.contract.requirements import Requirement, Subject
from conformance.engine.events import Decided
from conformance.engine.evidence import Shown, as_evidence
from conformance.engine.masking import Masker
from conformance.engine.support import Standing, Support
from conformance.engine.tally import Tally
from conformance.engine.trial import Trial
from conformance.plan.probes import Plan
from conformance.record import Verdict
from conformance.target.exchange import FailureKind

Given = tuple[Verdict, str]


def without_support(support: Support) -> Given:
    """The verdict of everything about an operation that does not work."""
    if support.standing is Standing.LACKING:
        return Verdict.UNSUPPORTED, support.why
    return Verdict.SKIPPED, support.why


def unbroken(planned: Plan, trials: Sequence[Trial], tally: Tally) -> Given:
    """The verdict of a requirement whose probes found nothing wrong."""
    ours = next((trial for trial in trials if trial.ours), None)
    if ours is not None:
        return Verdict.ERROR, f"{ours.why} ({ours.probe.note})"
    lacking = next((trial for trial in trials if trial.unsupported), None)
    if lacking is not None:
        return Verdict.UNSUPPORTED, lacking.why
    mute = next((trial for trial in trials if trial.finding is None), None)
    if mute is not None:
        withheld = mute.sent.answer.failure is FailureKind.WITHHELD
        return Verdict.SKIPPED if withheld else Verdict.INCONCLUSIVE, mute.why
    missing = [side for side in planned.sides if not tally.shown(side)]
    if missing:
        return Verdict.INCONCLUSIVE, f"the {missing[0]} side was not shown"
    return Verdict.PASSED, ""


def watched(requirement: Requirement, tally: Tally, support: Support | None) -> Given:
    """The verdict of a requirement that is watched in every answer and was never broken."""
    if support is not None and support.standing is not Standing.WORKS:
        # What a target refuses altogether, it also refuses in the documented way: that is no pass.
        return without_support(support)
    if tally.accept or tally.reject:
        return Verdict.PASSED, ""
    if requirement.subject is Subject.ERROR:
        return (
            Verdict.SKIPPED,
            "the target never answered it, and no request is known to provoke it",
        )
    return Verdict.SKIPPED, "no answer showed it"


def decided(
    requirement: Requirement,
    tally: Tally,
    verdict: Verdict,
    reason: str,
    steps: Sequence[Shown],
    masker: Masker,
    signing: record.Signing,
) -> Decided:
    """The event that carries a verdict's line."""
    return Decided(
        record.VerdictLine(
            requirement=requirement.id,
            level=requirement.level,
            verdict=verdict,
            service=requirement.service,
            statement=requirement.statement,
            operation=requirement.operation,
            reason=masker.mask(reason),
            source=requirement.source,
            cases=record.Cases(tally.accept, tally.reject),
            seconds=round(tally.seconds, 3),
            requests=tally.requests,
            evidence=as_evidence(steps, masker, signing),
        )
    )
