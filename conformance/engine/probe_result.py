"""One probe, tried: sent, judged, and repeated where the first answer may be our own doing."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance import error_identity
from conformance.contract.places import ITEM, texts
from conformance.contract.protocols import facts
from conformance.engine.confirmation import repeats_of_silence
from conformance.engine.control_requests import (
    of_nothing_at_all,
    refused_alike,
    sent_alone,
    without_fault,
)
from conformance.engine.resources.placeholders import needs_resource
from conformance.engine.sending.delivery import is_repeatable, resent
from conformance.engine.sending.exchange_log import SentProbe, is_lost
from conformance.engine.sending.patience import is_brief, is_unanswered, kinds_of_request
from conformance.engine.session import Session
from conformance.engine.support import lacks
from conformance.judge.findings import Finding
from conformance.judge.recheck import bytes_match_probe
from conformance.judge.refusal import entries_refused, judge_probe
from conformance.plan.probes import Fault, Probe, Side
from conformance.plan.valid_requests.resources import kind_of, lifecycle_of, path_labels
from conformance.protocols.registry import of
from conformance.transport.exchange import FailureKind
from conformance.transport.parsed_response import ParsedResponse

GONE = re.compile(r"\b(not|n.t) (be )?(found|exist)", re.IGNORECASE)
"""What a message says of a thing that is not there."""
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
        trial = _refused_by_entry(session, _blamed_on_its_fault(session, trial))
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
    return ProbeResult(probe, trial.sent, None, f"{told} in the answer may be about anything")


def _tell_the_same(member: str, sent: SentProbe, usual: SentProbe | None) -> bool:
    """Whether two answers name the same errors of their entries."""
    if usual is None or not isinstance(usual.answer.body, dict):
        return True
    return _codes(sent.answer.body[member]) == _codes(usual.answer.body.get(member))


def _codes(told: Any) -> set[str]:
    """The names of errors in a list of entries that failed."""
    if isinstance(told, list):
        return {code for entry in told for code in _codes(entry)}
    if not isinstance(told, dict):
        return set()
    own = {value for key, value in told.items() if "code" in key.lower() and isinstance(value, str)}
    return own | {code for value in told.values() for code in _codes(value)}


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
    if trial.finding is None:
        return trial
    if probe.form is None or probe.side is Side.REJECT:
        return _blamed_on_its_route(session, trial)
    if probe.form.is_elsewhere:
        return trial
    usual = _judged(session, *_in_usual_form(session, probe))
    _leave_clean(session, usual)
    if usual.finding is not None and usual.finding.held:
        return trial
    told = usual.sent.answer.told()
    return ProbeResult(
        probe, trial.sent, None, f"the request is no better in its usual form: {told}"
    )


def _blamed_on_its_fault(session: Session, trial: ProbeResult) -> ProbeResult:
    """The trial, or one that shows nothing where a request without its fault fails, too.

    Then it is something else that fails: an identifier that nothing has, a part that the target
    has no code for, or another made-up value. The server error is reported by its own requirement.
    Where an overlay says what is valid, nothing of that is in doubt.
    """
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
    told = f"{trial.sent.answer.told()}, and so is the same request without what is odd about it"
    return ProbeResult(probe, trial.sent, None, told)


def _blamed_on_its_route(session: Session, trial: ProbeResult) -> ProbeResult:
    """The trial, or one that shows nothing where whatever a label names is served.

    A path that leads nowhere is then read as one more name, and that names are not looked up is
    reported elsewhere.
    """
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
    return ProbeResult(probe, trial.sent, None, "whatever the path names is served")


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
    if _is_without_route(session, probe, answer):
        return ProbeResult(probe, sent, None, answer.told(), unsupported=True)
    if session.contract.overlay.inferred and (unsure := _unsure(session, probe, sent)):
        return unsure
    finding = judge_probe(session.contract, _as_filled(probe, sent), answer, sent.values)
    if not finding.held and not bytes_match_probe(probe, sent.exchange.request):
        if any(COMPANION in text for text in texts(probe.values)):
            return ProbeResult(probe, sent, None, FOREIGN)
        # Where values are made up, there may be none that keeps every other limit.
        ours = not session.contract.overlay.inferred
        return ProbeResult(
            probe,
            sent,
            None,
            "the request that was sent is not the one meant",
            ours=ours and not facts(probe.operation.protocol).textual,
        )
    silent = is_unanswered(sent.exchange)
    if silent:
        finding = finding._replace(seen=unanswered(session, sent))
    return ProbeResult(probe, sent, finding, silent=silent)


def _unsure(session: Session, probe: Probe, sent: SentProbe) -> ProbeResult | None:
    """What a failure of a made-up request shows, where that is not what its side says."""
    answer = sent.answer
    if _is_looked_up(session, probe, answer):
        return ProbeResult(probe, sent, Finding(probe.requirement, True))
    failed = answer.code not in probe.tolerated and (answer.is_refusal or answer.server_error)
    if failed and (probe.side is Side.ACCEPT or _is_anothers(probe, answer)):
        return ProbeResult(probe, sent, None, f"{answer.told()}: {UNSURE}")
    return None


def _is_looked_up(session: Session, probe: Probe, answer: ParsedResponse) -> bool:
    """True where a name that keeps its limits is refused for nothing but that nothing has it.

    Then its form was taken, and no other value could be accepted: what has a name got it from the
    target or from this run.
    """
    if probe.side is not Side.ACCEPT or not probe.place or answer.code is None:
        return False
    missing = error_identity.says_missing(answer.code) or GONE.search(answer.message) is not None
    if not (answer.is_refusal and missing):
        return False
    name = str(probe.place[0])
    bound = session.contract.overlay.words_of(probe.operation.name).binds
    return len(probe.place) == 1 and (name in bound or name in path_labels(probe.operation))


def _is_anothers(probe: Probe, answer: ParsedResponse) -> bool:
    """True where a made-up value, wrong as it is, may have been read as what others own.

    Whether that or its form is refused first is no statement.
    """
    about_value = probe.fault in {Fault.LIMIT, Fault.ENUM}
    denied = error_identity.says_denied(answer.code or "")
    return denied and about_value and probe.side is Side.REJECT


def _is_without_route(session: Session, probe: Probe, answer: ParsedResponse) -> bool:
    """True where nothing tells a thing that is not there from a route that is not there."""
    unknown = session.contract.overlay.inferred and probe.fault is Fault.NOT_FOUND
    return unknown and answer.status in {404, 405} and answer.code is None


def _as_filled(probe: Probe, sent: SentProbe) -> Probe:
    """The probe with what its answer must show as it was sent, where that was a template."""
    shown = tuple(
        replace(one, value=_filled(one.value, probe.values, sent.values)) for one in probe.shown
    )
    return replace(probe, shown=shown) if shown != probe.shown else probe


def _filled(value: Any, template: Any, sent: Any) -> Any:
    """What stands in the request that was sent where its template has this value."""
    if "${" not in str(value):
        return value
    if template == value:
        return sent
    pairs: list[tuple[Any, Any]] = []
    if isinstance(template, Mapping) and isinstance(sent, Mapping):
        pairs = [(one, sent.get(name)) for name, one in template.items()]
    elif isinstance(template, list) and isinstance(sent, list):
        pairs = list(zip(template, sent, strict=False))
    found = (_filled(value, *pair) for pair in pairs)
    return next((one for one in found if one != value), value)


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
    sent, disposal = trial.sent, session.disposal
    spoilt = trial.finding is None or not trial.finding.held
    if needs_resource(trial.probe) and (spoilt or sent.answer.server_error):
        session.inventory.drop_current(kind_of(session.contract, trial.probe.operation.name))
        if sent.answer.ok and sent.resource is not None and not sent.resource.gone:
            disposal.delete(sent.resource)
    disposal.take_away(sent)


def is_elsewhere(probe: Probe) -> bool:
    """True for a request whose answer shows nothing of its operation.

    It is for another route, or in a form or on a connection that may spoil the answer.
    """
    if probe.raw is not None:
        operation = probe.operation
        if not of(operation.protocol).is_for(operation, probe.raw):
            return True
    return probe.form is not None and (probe.form.is_elsewhere or probe.form.connection > 0)


def is_taken(answer: ParsedResponse) -> bool:
    """True for a refusal that says that something of that name is there already."""
    return answer.is_refusal and (answer.status == 409 or "Exists" in (answer.code or ""))


def smallest(trials: list[ProbeResult]) -> list[ProbeResult]:
    """The trials by the size of their request, smallest first."""
    return sorted(trials, key=lambda trial: len(trial.sent.exchange.request.body or b""))
