"""One probe, tried: sent, judged, and repeated where the first answer may be our own doing."""

from dataclasses import replace
from typing import Any

from conformance.contract.places import ITEM
from conformance.engine.control_requests import (
    of_nothing_at_all,
    refused_alike,
    sent_alone,
    without_fault,
)
from conformance.engine.judge.findings import Finding
from conformance.engine.judge.refusal import entries_refused
from conformance.engine.probe_result import ProbeResult, judged
from conformance.engine.resources.names import ANSWERED
from conformance.engine.resources.placeholders import needs_resource
from conformance.engine.sending.delivery import is_repeatable, repeats_of_silence, resent
from conformance.engine.sending.exchange_log import SentProbe, connection_lost
from conformance.engine.sending.patience import WELL, is_unanswered, kinds_of_request
from conformance.engine.session import Session
from conformance.error_identity import says_conflict, says_full, says_state
from conformance.plan.probes import Fault, Probe, Side
from conformance.plan.valid_requests.resources import kind_of, lifecycle_of, path_labels


def send_and_judge(
    session: Session, probe: Probe, *, fresh: bool = False, blamed: bool = False
) -> ProbeResult:
    """Send and judge a probe; a state error is tried again. ``blamed`` broke the target before."""
    sent = _in_time(session, probe, fresh=fresh)
    if not fresh and _explained_by_state(session, probe, sent):
        sent = session.send(probe, fresh=True)
    first = sent
    if not is_repeatable(session.contract, probe.operation):
        sent = resent(first, lambda _: session.send(probe, fresh=True), connection_lost)
    trial = judged(session, probe, sent)
    held = trial.finding is not None and trial.finding.held
    if sent is not first and not held and _explained_by_state(session, probe, sent):
        # What was lost may have been carried out: its own doing says nothing of the target. Where
        # any answer would do, this one does.
        trial = replace(
            trial, finding=None, why=f"after {first.answer.told()}: {sent.answer.told()}"
        )
    _leave_clean(session, trial)
    if trial.finding is not None and not trial.finding.held:
        if not (blamed and sent.answer.server_error):
            trial = _blamed_on_its_fault(session, trial)
        trial = _refused_by_entry(session, trial)
        return _blamed_on_its_form(session, trial)
    return trial


def _refused_by_entry(session: Session, trial: ProbeResult) -> ProbeResult:
    """The trial, held where its answer refuses the entry of a batch that has its fault.

    It shows nothing where the entry without the fault is refused likewise; that says nothing either
    of a fault beside the entries, unless another error is told of them than without it.
    """
    probe, told = trial.probe, entries_refused(trial.probe.operation, trial.sent.answer)
    if not told or probe.side is not Side.REJECT or trial.finding is None:
        return trial
    usual = without_fault(session, probe)
    if usual is not None and usual.answer.ok and not entries_refused(probe.operation, usual.answer):
        return replace(trial, finding=Finding(probe.requirement, True))
    beside = bool(probe.place) and ITEM not in (probe.place or ())
    if beside and probe.fault is not Fault.NOT_FOUND and _tell_the_same(told, trial.sent, usual):
        return trial
    return ProbeResult(probe, trial.sent, None, f"{told} in the answer may be about something else")


def _tell_the_same(member: str, sent: SentProbe, usual: SentProbe | None) -> bool:
    """Whether two answers report the same errors of their entries."""
    if usual is None or not isinstance(usual.answer.body, dict):
        return True
    return _codes(sent.answer.body[member]) == _codes(usual.answer.body.get(member))


def _codes(told: Any) -> set[str]:
    """The error codes in a list of failed entries."""
    if isinstance(told, list):
        return {code for entry in told for code in _codes(entry)}
    if not isinstance(told, dict):
        return set()
    own = {value for key, value in told.items() if "code" in key.lower() and isinstance(value, str)}
    return own | {code for value in told.values() for code in _codes(value)}


def _in_time(session: Session, probe: Probe, *, fresh: bool) -> SentProbe:
    """Send a probe; without an answer in time, again on fresh resources."""
    if session.patience.unanswered(kinds_of_request(probe)) >= WELL:
        again = session.send_again(probe, 2)  # at once, as it is expected to come to that
    else:
        sent = session.send(probe, fresh=fresh)
        if not is_unanswered(sent.exchange):
            return sent
        again = session.send_again(probe, repeats_of_silence(sent.exchange))
    return next((one for one in again if not is_unanswered(one.exchange)), again[-1])


def _blamed_on_its_form(session: Session, trial: ProbeResult) -> ProbeResult:
    """The trial; an empty one if the usual form of the request fares no better."""
    probe = trial.probe
    if trial.finding is None:
        return trial
    if probe.form is None or probe.side is Side.REJECT:
        return _blamed_on_its_route(session, trial)
    if probe.form.is_elsewhere:
        return trial
    plain = replace(probe, form=None)
    usual = judged(session, plain, session.send(plain))
    _leave_clean(session, usual)
    if usual.finding is not None and usual.finding.held:
        return trial
    told = usual.sent.answer.told()
    return ProbeResult(
        probe, trial.sent, None, f"the request fares no better in its usual form: {told}"
    )


def _blamed_on_its_fault(session: Session, trial: ProbeResult) -> ProbeResult:
    """The trial; an empty one if the request without its fault fails as well."""
    # The rest is made up and may be wrong; where an overlay states valid requests, it is not.
    probe, answer = trial.probe, trial.sent.answer
    if not session.contract.overlay.inferred:
        return trial
    about_identity = probe.fault in {Fault.CONFLICT, Fault.NOT_FOUND}
    if about_identity and answer.is_refusal:
        told = refused_alike(session, probe, answer)
        return ProbeResult(probe, trial.sent, None, told) if told else trial
    if about_identity or probe.side is Side.ACCEPT:
        return trial
    if not (answer.server_error or answer.is_refusal):
        return trial
    usual = without_fault(session, probe)
    if usual is None:
        return trial
    same = usual.answer.server_error if answer.server_error else usual.answer.is_refusal
    if not same:
        return trial
    told = f"{trial.sent.answer.told()}, and the same request without the odd part gets the same"
    return ProbeResult(probe, trial.sent, None, told)


def _blamed_on_its_route(session: Session, trial: ProbeResult) -> ProbeResult:
    """The trial; an empty one if any label is served: the path is then one more name."""
    probe = trial.probe
    made_up = session.contract.overlay.inferred and probe.fault is Fault.ROUTE
    if not made_up or probe.form is None or not trial.sent.answer.ok:
        return trial
    if probe.form.method or not path_labels(probe.operation):
        return trial
    unnamed = replace(probe, values=of_nothing_at_all(session, probe), form=None)
    usual = sent_alone(session, unnamed)
    if not usual.answer.ok:
        return trial
    return ProbeResult(probe, trial.sent, None, "the target serves any path")


def _explained_by_state(session: Session, probe: Probe, sent: SentProbe) -> bool:
    """True when it is refused for what became of the resource, or of a unique member, before.

    The resource had gone, the member was taken, or a valid request met an error of the operation
    that no fault of a request brings about: such as one of what may be done once in a while.
    So it is where an earlier request may have used up what an answer gave.
    """
    answer = sent.answer
    if not answer.is_refusal:
        return False  # what names no error is none that a lifecycle lacks
    answers = (one for of, one in sent.parents.items() if of.startswith(f"{ANSWERED}."))
    if probe.side is Side.ACCEPT and any(one.has_arrived for one in answers):
        return True  # it may serve once, or no longer
    resource = lifecycle_of(session.contract, probe.operation.name)
    taken = answer.code == resource.unique_error
    if probe.side is not Side.REJECT and taken and probe.fault is not Fault.CONFLICT:
        return True
    if sent.resource is not None and probe.side is Side.ACCEPT and _is_of_state(session, sent):
        return True
    lost = answer.code == resource.not_found and sent.resource is not None
    return lost and probe.fault is not Fault.NOT_FOUND


def _is_of_state(session: Session, sent: SentProbe) -> bool:
    """Whether a declared error is about state: as the overlay has it, else by its name."""
    code, overlay = str(sent.answer.code), session.contract.overlay
    if code not in sent.probe.operation.errors:
        return False
    of_requests = {error for refusals in overlay.refusals.values() for _, error in refusals}
    told = says_state(code) or says_conflict(code) or says_full(code)
    return told or not (overlay.inferred or code in of_requests)


def _leave_clean(session: Session, trial: ProbeResult) -> None:
    """Drop a resource that a wrong acceptance or a crash may have spoilt; delete what was made."""
    sent, disposal = trial.sent, session.disposal
    spoilt = trial.finding is None or not trial.finding.held
    if needs_resource(trial.probe) and (spoilt or sent.answer.server_error):
        session.inventory.drop_current(kind_of(session.contract, trial.probe.operation.name))
        if sent.answer.ok and sent.resource is not None and not sent.resource.gone:
            disposal.delete(sent.resource)
    disposal.take_away(sent)
