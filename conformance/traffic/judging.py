"""Judges recorded exchanges: what each shows of the requirements, and what it breaks.

Nothing can be sent again, so only what has one explanation fails: a refusal counts only where no
state explains it, a server error only where the same request met one twice, and of an operation
that never succeeded nothing counts at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from conformance.contract.levels import Level
from conformance.contract.listing.requirements import Requirement, Subject
from conformance.contract.model import Contract
from conformance.contract.places import find
from conformance.contract.vocabulary.overlay_rules import ContentCodingRule, ErrorBodyRule
from conformance.engine.judge.errors import CODE, FORMS, HEADER, IN_REFUSALS
from conformance.engine.judge.findings import Finding
from conformance.engine.judge.redacted import has_redaction, is_redacted
from conformance.engine.judge.refusal import Refusal, judge_probe, refusals
from conformance.engine.judge.response import observe
from conformance.engine.recording.verdicts import CaseCounts
from conformance.engine.support import lacks
from conformance.plan.patching import expected_members
from conformance.plan.probes import Fault, Probe, Side
from conformance.traffic.members import is_usual, outline
from conformance.traffic.recorded_calls import RecordedCall, Seen, ServiceKnowledge
from conformance.traffic.requests import BrokenLimit, RequestLimits, cell_id, is_plain, patches
from conformance.traffic.templates import Templates, alike
from conformance.transport.parsed_response import same


@dataclass(frozen=True, slots=True)
class TrafficReading:
    """What a request is by the contract, before its answer is looked at."""

    broken: Sequence[BrokenLimit]
    faults: int
    rejecting: Sequence[Probe]
    accepting: Sequence[Probe]
    readable: bool

    @property
    def faulty(self) -> bool:
        """It is not known to be valid: what is answered to it shows nothing but that."""
        return bool(self.faults or self.rejecting) or not self.readable


class Judge:
    """Judges the exchanges of one service; ``tallies`` says what was found, by requirement.

    One ``beside`` another is for the same service in another protocol: they know the same.
    """

    def __init__(
        self, contract: Contract, requirements: Sequence[Requirement], beside: Judge | None = None
    ) -> None:
        self._contract = contract
        self._by_id = {one.id: one for one in requirements}
        self._limits = RequestLimits(contract, requirements)
        self._templates = Templates(contract, requirements)
        self.known: ServiceKnowledge = ServiceKnowledge() if beside is None else beside.known
        known = self.known
        self._resources, self._seen = known.resources, known.seen
        self.tallies, self.crashed_once = known.tallies, known.crashed_once
        for one in requirements:
            self.tallies.setdefault(one.id, CaseCounts())

    def standing(self, operation: str) -> Seen | None:
        """What was seen of an operation, at the address where it worked if there is one."""
        found = [seen for (_, _, name), seen in self._seen.items() if name == operation]
        return max(found, key=lambda one: one.succeeded, default=None)

    def survey(self, item: RecordedCall) -> None:
        """Look at an exchange before any is judged: does its operation ever succeed?"""
        seen = self._seen.setdefault(item.group, Seen())
        answer = item.answer
        seen.succeeded = seen.succeeded or answer.ok
        missing = lacks(answer) or (answer.status in {404, 405} and answer.code is None)
        seen.lacking = seen.lacking and missing
        key = _key(item)
        if answer.server_error and not answer.throttled:
            seen.crashes.setdefault(key, []).append(item)
        elif not answer.throttled:
            seen.answered.add(key)

    def judge(self, item: RecordedCall) -> None:
        """Judge one exchange; they are given in the order in which they were recorded."""
        if not self._seen[item.group].succeeded:
            return
        reading = self._read(item)
        spoilt = self._resources.is_spoilt(item)
        self._answer(item, reading, spoilt=spoilt)
        if item.answer.ok:
            self._accepted(item, reading, spoilt=spoilt)
        elif item.refused or self._crashes(item):
            self._refused(item, reading)
        self._resources.notice(item, faulty=reading.faulty)

    def _read(self, item: RecordedCall) -> TrafficReading:
        operation, sent = item.route.operation, item.members
        values = sent.values if sent.known else None
        probes = self._templates.matching(operation.name, values, sent.raw)
        rejecting = [probe for probe in probes if probe.side is Side.REJECT]
        accepting = [probe for probe in probes if probe.side is Side.ACCEPT]
        if not sent.known:
            return TrafficReading((), 0, rejecting, (), readable=False)
        broken, faults = self._limits.broken(operation, sent.values)
        cells = patches(operation, sent.values)
        for cell in cells.refused:
            requirement = self._by_id.get(cell_id(operation, cell))
            if requirement is not None:
                broken.append(BrokenLimit(requirement, Fault.PATCH, cell.op))
        # What is at fault in a list of one is in no cell of the table for just that reason.
        readable = not cells.strange or bool(accepting) or (faults > 0 and cells.entries < 2)
        faults += len(cells.refused)
        return TrafficReading(broken, faults, rejecting, accepting, readable)

    # -- what any answer shows ---------------------------------------------------------------

    def _answer(self, item: RecordedCall, reading: TrafficReading, *, spoilt: bool) -> None:
        if item.answer.ok and reading.faulty:
            return
        answer = replace(item.answer, body=self._resources.judged(item))
        for finding in observe(self._contract, item.route.operation, answer):
            requirement = self._by_id.get(finding.requirement)
            if requirement is None or not self._counts(item, requirement, finding, spoilt=spoilt):
                continue
            rejects = requirement.subject is Subject.ERROR or requirement.keyword in IN_REFUSALS
            self._note(item, finding, Side.REJECT if rejects else Side.ACCEPT)

    def _counts(
        self, item: RecordedCall, requirement: Requirement, finding: Finding, *, spoilt: bool
    ) -> bool:
        """Whether the recording holds enough for the finding to say something."""
        if requirement.subject is Subject.NO_SERVER_ERROR:
            return finding.held  # the others are counted together
        if requirement.subject in {Subject.STATUS, Subject.ERROR}:
            return True
        if not item.entry.response_known or spoilt or not self._is_negotiated(item):
            return False
        if requirement.keyword in {CODE, HEADER, *FORMS}:
            return finding.held  # the recorder may have left headers out, or cut bodies
        if requirement.keyword in IN_REFUSALS and not is_usual(item.route, item.entry):
            return False
        media = item.answer.content_type
        labelled = bool(media) and not is_redacted(media)
        if requirement.subject is Subject.CONTENT_TYPE:
            return labelled
        rule = requirement.rule
        if isinstance(rule, ContentCodingRule):
            return finding.held  # clients ask for codings below where many recorders listen
        if isinstance(rule, ErrorBodyRule) and rule.content_type is not None:
            return labelled or (not finding.held and not finding.expected.startswith("labelled"))
        return True

    def _is_negotiated(self, item: RecordedCall) -> bool:
        """Whether the request wants the form that the pages describe, where AWS has others."""
        wanted = self._contract.overlay.accept
        request = item.entry.exchange.request
        if wanted is None or not request.headers or item.entry.parsed:
            return True
        accept = request.header("accept") or ""
        return wanted in accept.lower() or is_redacted(accept)

    # -- what a success shows ------------------------------------------------------------------

    def _accepted(self, item: RecordedCall, reading: TrafficReading, *, spoilt: bool) -> None:
        seen = f"accepted with {item.answer.status}"
        for one in reading.broken:
            self._note(item, Finding(one.requirement.id, False, self._wanted(item, one), seen))
        operation, values = item.route.operation, item.members.values
        for probe in reading.rejecting:
            self._note(item, judge_probe(self._contract, probe, item.answer, values))
        if reading.faulty:
            return
        for requirement in self._limits.kept(operation, values):
            self.tallies[requirement.id].count(Side.ACCEPT)
        if not item.entry.response_known or spoilt or not self._is_negotiated(item):
            return
        self._shown_patches(item)
        for probe in reading.accepting:
            subject = self._by_id[probe.requirement].subject
            hidden = any(
                has_redaction(value)
                for shown in probe.shown
                for value in find(item.answer.body, shown.place)
            )
            if subject is Subject.RULE and not hidden:
                finding = judge_probe(self._contract, probe, item.answer, values)
                self._note(item, finding, Side.ACCEPT)

    def _shown_patches(self, item: RecordedCall) -> None:
        """The answer to an update shows what was set last at each path."""
        operation, sent = item.route.operation, item.members.values
        last = {cell.path: (cell, entry) for cell, entry in patches(operation, sent).cells}
        for cell, entry in last.values():
            requirement = self._by_id.get(cell_id(operation, cell))
            if requirement is None or requirement.level is Level.INFORMATIONAL:
                continue
            if not is_plain(operation, cell, entry):
                continue
            held = all(
                any(
                    has_redaction(one) or same(one, shown.value)
                    for one in find(item.answer.body, shown.place)
                )
                for shown in expected_members(operation, cell.path, str(entry["value"]))
            )
            expected = f"{cell.path} is {entry['value']!r} in the answer"
            finding = Finding(requirement.id, held, expected, "it is not")
            self._note(item, finding, Side.ACCEPT)

    # -- what a refusal shows ------------------------------------------------------------------

    def _refused(self, item: RecordedCall, reading: TrafficReading) -> None:
        if not is_usual(item.route, item.entry):
            return
        for probe in reading.rejecting:
            finding = judge_probe(self._contract, probe, item.answer, item.members.values)
            self._note(item, finding)
        if reading.faults == 1 and len(reading.broken) == 1 and reading.readable:
            one = reading.broken[0]
            held = (item.answer.status, item.answer.code) in self._allowed(item, one)
            finding = Finding(one.requirement.id, held, self._wanted(item, one), item.answer.told())
            self._note(item, finding)
        elif not reading.faulty and self._resources.is_fresh(item):
            self._valid_but_refused(item, reading)

    def _valid_but_refused(self, item: RecordedCall, reading: TrafficReading) -> None:
        """A refused request that the contract knows to be valid: only what the plan would send."""
        expected = f"accepted with {item.route.operation.status}"
        exact = [one for one in reading.accepting if alike(one.values, item.members.values)]
        subjects = {self._by_id[one.requirement].subject: one for one in exact}
        plain = subjects.get(Subject.STATUS)
        names = {plain.requirement} if plain else {one.requirement for one in exact}
        cells = patches(item.route.operation, item.members.values).cells
        if not names and len(cells) == 1 and is_plain(item.route.operation, *cells[0]):
            names = {cell_id(item.route.operation, cells[0][0])}
        for name in sorted(names & self._by_id.keys()):
            if self._by_id[name].level is not Level.INFORMATIONAL:
                self._note(item, Finding(name, False, expected, item.answer.told()))

    def _allowed(self, item: RecordedCall, one: BrokenLimit) -> tuple[Refusal, ...]:
        return refusals(self._contract, item.route.operation, one.fault, one.variant)

    def _wanted(self, item: RecordedCall, one: BrokenLimit) -> str:
        allowed = self._allowed(item, one)
        return f"refused with {' or '.join(f'{status} {code}' for status, code in allowed)}"

    def _crashes(self, item: RecordedCall) -> bool:
        """Whether requests like this one met a server error twice, and never anything else."""
        seen, key = self._seen[item.group], _key(item)
        return len(seen.crashes.get(key, ())) > 1 and key not in seen.answered

    def end(self) -> None:
        """Judge what all exchanges show together: a server error counts where it came again."""
        for seen in self._seen.values():
            for items in seen.crashes.values() if seen.succeeded else ():
                item = items[-1]
                name = f"{item.route.contract.service}/{item.route.operation.name}/status/no-5xx"
                if self._crashes(item):
                    wanted = "an answer that is not a server error"
                    self._note(item, Finding(name, False, wanted, item.answer.told()))
                else:
                    self.crashed_once.add(name)

    def _note(self, item: RecordedCall, finding: Finding, side: Side = Side.REJECT) -> None:
        tally = self.tallies.get(finding.requirement)
        if tally is None:
            return
        if finding.held:
            tally.count(side, finding.times)
        elif tally.broken is None:
            tally.broken = (finding, item.sent)


def _key(item: RecordedCall) -> tuple[object, str]:
    """What requests share that differ only in names."""
    return item.route.query, outline(item.sent.exchange.request.body)
