"""From what recorded traffic shows to a verdict on every requirement."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from conformance import record
from conformance.contract.listing.requirements import Requirement
from conformance.contract.model import Contract
from conformance.engine.recording.evidence import with_setup
from conformance.engine.recording.verdicts import decided
from conformance.engine.secrets.masking import Masker
from conformance.plan.sequences import KINDS
from conformance.record import Verdict, VerdictLine
from conformance.traffic.judging import Judge
from conformance.traffic.recorded_calls import RecordedCall
from conformance.traffic.secrets import learn

Given = tuple[Verdict, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """A service whose part of the traffic was judged."""

    contract: Contract
    requirements: Sequence[Requirement]
    judge: Judge


def judge_all(
    jobs: Sequence[tuple[Contract, Sequence[Requirement]]], items: Sequence[RecordedCall]
) -> list[Judged]:
    """Judge what each service answered, in each of its protocols that has a contract.

    What all of its protocols state has one line.
    """
    judged: list[Judged] = []
    for contract, requirements in jobs:
        same = (one.judge for one in judged if one.contract.service == contract.service)
        beside = next(same, None)
        known = () if beside is None else frozenset(beside.tallies)
        own = [one for one in requirements if one.id not in known]
        judged.append(Judged(contract, own, Judge(contract, requirements, beside)))
    judges = {id(one.contract): one.judge for one in judged}
    calls = [(judges[id(one.route.contract)], one) for one in items]
    for judge, call in calls:
        judge.survey(call)
    for judge, call in calls:
        judge.judge(call)
    for judge in judges.values():
        judge.end()
    return judged


def verdict_lines(judged: Sequence[Judged], items: Sequence[RecordedCall]) -> Iterator[VerdictLine]:
    """A line for each requirement; secrets of the whole traffic are masked in each."""
    masker = Masker()
    for item in items:
        learn(masker, item.route.operation, item.entry.exchange, item.members, item.answer.body)
    regions = {one.route.contract.service: one.route.region for one in items}
    for one in judged:
        service = one.contract.service
        name = one.contract.signing_name
        signing = record.RecordedSigning(name, regions.get(service, "us-east-1"))
        for requirement in one.requirements:
            yield _line(requirement, one.judge, masker, signing)


def _line(
    requirement: Requirement, judge: Judge, masker: Masker, signing: record.RecordedSigning
) -> VerdictLine:
    tally = judge.tallies[requirement.id]
    verdict, reason = _verdict(requirement, judge)
    steps = []
    if verdict is Verdict.FAILED and tally.broken is not None:
        finding, sent = tally.broken
        reason = f"{sent.probe.note}: expected {finding.expected}; seen {finding.seen}"
        steps = with_setup(sent, finding.expected, finding.seen)
    return decided(requirement, tally, verdict, reason, steps, masker, signing).line


def _verdict(requirement: Requirement, judge: Judge) -> Given:
    tally = judge.tallies[requirement.id]
    if tally.broken is not None:
        return Verdict.FAILED, ""
    missing = _not_judged(requirement, judge)
    if missing is not None:
        return missing
    if requirement.id in judge.crashed_once:
        return Verdict.INCONCLUSIVE, "the traffic shows the server error only once"
    if tally.accept or tally.reject:
        return Verdict.PASSED, ""
    if requirement.keyword in KINDS:
        return Verdict.SKIPPED, "only requests that the tool sends itself can show it"
    return Verdict.SKIPPED, "the traffic does not show it"


def _not_judged(requirement: Requirement, judge: Judge) -> Given | None:
    """The verdict of everything about an operation that the traffic says nothing of."""
    name = requirement.operation
    if name is None:
        return None
    seen = judge.standing(name)
    if seen is None:
        return Verdict.SKIPPED, f"the traffic has no request of {name}"
    if seen.succeeded:
        return None
    if seen.lacking:
        return Verdict.UNSUPPORTED, "every recorded answer says that it does not exist"
    return Verdict.SKIPPED, f"no recorded request of {name} succeeded"
