"""One probe, tried: sent, judged, and repeated where the first answer may be our own doing."""

from __future__ import annotations

from dataclasses import dataclass, replace

from conformance.contract.places import texts
from conformance.contract.protocols import facts
from conformance.engine.confirmation import repeats_of_silence
from conformance.engine.delivery import is_repeatable, resent
from conformance.engine.exchange_log import SentProbe, is_lost
from conformance.engine.patience import is_brief, is_unanswered, kinds_of_request
from conformance.engine.placeholders import needs_resource
from conformance.engine.session import Session
from conformance.engine.support import lacks
from conformance.judge.findings import Finding
from conformance.judge.recheck import bytes_match_probe
from conformance.judge.refusal import judge_probe
from conformance.plan.probes import Fault, Probe, Side
from conformance.plan.resources import kind_of, lifecycle_of
from conformance.protocols.registry import of
from conformance.transport.exchange import FailureKind

SAYS_NOTHING = frozenset({FailureKind.TLS, FailureKind.REFUSED, FailureKind.WITHHELD})
"""Failures that show nothing of what a probe was sent for."""


@dataclass(frozen=True, slots=True)
class ProbeResult:
    """What a probe found: ``finding`` None where it shows nothing, for the reason ``why``."""

    probe: Probe
    sent: SentProbe
    finding: Finding | None
    why: str = ""
    unsupported: bool = False
    silent: bool = False
    """Neither it nor the same request on fresh resources was answered in time."""
    ours: bool = False
    """The request was not the intended one: a fault of this tool."""


def attempt(session: Session, probe: Probe, *, fresh: bool = False) -> ProbeResult:
    """Send a probe and judge it; a state error that the contract explains is tried again."""
    sent = _in_time(session, probe, fresh=fresh)
    if not fresh and _explained_by_state(session, probe, sent):
        sent = session.send(probe, fresh=True)
    first = sent
    if not is_repeatable(session.contract, probe.operation):
        sent = resent(first, lambda _: session.send(probe, fresh=True), is_lost)
    trial = _judged(session, probe, sent)
    held = trial.finding is not None and trial.finding.held
    if sent is not first and not held and _explained_by_state(session, probe, sent):
        # What was lost may have been carried out: its own doing says nothing of the target. Where
        # any answer would do, this one does.
        trial = replace(
            trial, finding=None, why=f"after {first.answer.told()}: {sent.answer.told()}"
        )
    _leave_clean(session, trial)
    if trial.finding is not None and not trial.finding.held:
        return _blamed_on_its_form(session, trial)
    return trial


def _in_time(session: Session, probe: Probe, *, fresh: bool) -> SentProbe:
    """Send a probe; where no answer comes in time, the same on fresh resources.

    It may have been a slow moment.
    """
    if session.patience.is_well_known(kinds_of_request(probe)):
        again = session.send_again(probe, 2)  # at once, as it is expected to come to that
    else:
        sent = session.send(probe, fresh=fresh)
        if not is_unanswered(sent.exchange):
            return sent
        again = session.send_again(probe, repeats_of_silence(sent.exchange))
    return next((one for one in again if not is_unanswered(one.exchange)), again[-1])


def unanswered(session: Session, sent: SentProbe) -> str:
    """The description of a request that got no answer."""
    told = f"{sent.answer.told()} to {sent.probe.note or sent.probe.operation.name}"
    told += ", nor to the same request on fresh resources"
    if not is_brief(sent.exchange):
        return told
    return told + session.patience.told(kinds_of_request(sent.probe))


def _blamed_on_its_form(session: Session, trial: ProbeResult) -> ProbeResult:
    """The trial, or one that shows nothing where the usual form of the request fares no better."""
    probe = trial.probe
    if probe.form is None or probe.form.is_elsewhere or probe.side is Side.REJECT:
        return trial
    usual = _judged(session, *_in_usual_form(session, probe))
    _leave_clean(session, usual)
    if usual.finding is not None and usual.finding.held:
        return trial
    told = usual.sent.answer.told()
    return ProbeResult(
        probe, trial.sent, None, f"the request is no better in its usual form: {told}"
    )


def _in_usual_form(session: Session, probe: Probe) -> tuple[Probe, SentProbe]:
    usual = replace(probe, form=None)
    return usual, session.send(usual)


def _explained_by_state(session: Session, probe: Probe, sent: SentProbe) -> bool:
    """True when the resource had gone, or a new one's unique member was already taken."""
    answer = sent.answer
    resource = lifecycle_of(session.contract, probe.operation.name)
    taken = answer.code == resource.unique_error
    if probe.side is not Side.REJECT and taken and probe.fault is not Fault.CONFLICT:
        return True
    lost = answer.code == resource.not_found and sent.resource is not None
    return lost and probe.fault is not Fault.NOT_FOUND


def _judged(session: Session, probe: Probe, sent: SentProbe) -> ProbeResult:
    answer = sent.answer
    if answer.throttled:
        return ProbeResult(probe, sent, None, f"throttled: {answer.told()}")
    if answer.failure in SAYS_NOTHING:
        return ProbeResult(probe, sent, None, answer.told())
    if lacks(answer) and probe.side is not Side.OBSERVE and probe.fault is not Fault.ROUTE:
        return ProbeResult(probe, sent, None, answer.told(), unsupported=True)
    if probe.form is not None and probe.form.chunked and _is_old(sent):
        return ProbeResult(probe, sent, None, "the target speaks HTTP/1.0, which has no chunks")
    unsure = session.contract.overlay.inferred and answer.code not in probe.tolerated
    if unsure and probe.side is Side.ACCEPT and answer.is_refusal:
        return ProbeResult(probe, sent, None, f"{answer.told()}: {UNSURE}")
    finding = judge_probe(session.contract, probe, answer, sent.values)
    if not finding.held and not bytes_match_probe(probe, sent.exchange.request):
        if any(COMPANION in text for text in texts(probe.values)):
            return ProbeResult(probe, sent, None, FOREIGN)
        return ProbeResult(
            probe,
            sent,
            None,
            "the request that was sent is not the one meant",
            ours=not facts(probe.operation.protocol).textual,
        )
    silent = is_unanswered(sent.exchange)
    if silent:
        finding = finding._replace(seen=unanswered(session, sent))
    return ProbeResult(probe, sent, finding, silent=silent)


def _is_old(sent: SentProbe) -> bool:
    """RFC 9112, 6.1: chunks are for servers that are known to speak HTTP/1.1."""
    return sent.exchange.response is not None and sent.exchange.response.is_old


COMPANION = "${aws."
"""What a template has that speaks of a resource of another service."""
FOREIGN = "what the target names its own resources of other services does not keep the limits"
UNSURE = "without an overlay the tool does not know whether the request is valid"


def _leave_clean(session: Session, trial: ProbeResult) -> None:
    """A resource that a wrong acceptance or a crash may have spoilt is not used again.

    What a probe of the create operation made is deleted at once.
    """
    sent, inventory = trial.sent, session.inventory
    spoilt = trial.finding is None or not trial.finding.held
    if needs_resource(trial.probe) and (spoilt or sent.answer.server_error):
        inventory.drop_current(kind_of(session.contract, trial.probe.operation.name))
        if sent.answer.ok and sent.resource is not None and not sent.resource.gone:
            inventory.delete(sent.resource)
    inventory.take_away(sent)


def is_elsewhere(probe: Probe) -> bool:
    """True for a request whose answer shows nothing of its operation.

    It is for another route, or in a form or on a connection that may spoil the answer.
    """
    if probe.raw is not None:
        operation = probe.operation
        if not of(operation.protocol).is_for(operation, probe.raw):
            return True
    return probe.form is not None and (probe.form.is_elsewhere or probe.form.connection > 0)


def smallest(trials: list[ProbeResult]) -> list[ProbeResult]:
    """The trials by the size of their request, smallest first."""
    return sorted(trials, key=lambda trial: len(trial.sent.exchange.request.body or b""))
