"""What the answer to a probe says: it holds, it does not, or it shows nothing, and why."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.contract.places import texts
from conformance.contract.protocols import protocol_facts
from conformance.engine.judge.findings import Finding
from conformance.engine.judge.recheck import bytes_match_probe
from conformance.engine.judge.refusal import judge_probe
from conformance.engine.sending.exchange_log import SentProbe
from conformance.engine.sending.patience import is_brief, is_unanswered, kinds_of_request
from conformance.engine.session import Session
from conformance.engine.support import lacks
from conformance.error_identity import (
    CONFLICT,
    says_conflict,
    says_denied,
    says_exists,
    says_missing,
)
from conformance.plan.probes import Fault, Probe, Side
from conformance.plan.valid_requests.resources import path_labels
from conformance.transport.exchange import FailureKind
from conformance.transport.parsed_response import ParsedResponse
from conformance.transport.protocols.registry import of

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


def unanswered(session: Session, sent: SentProbe) -> str:
    """The description of a request that got no answer."""
    told = f"{sent.answer.told()} to {sent.probe.note or sent.probe.operation.name}"
    told += ", nor to the same request on fresh resources"
    if not is_brief(sent.exchange):
        return told
    return told + session.patience.waited_for(kinds_of_request(sent.probe))


def judged(session: Session, probe: Probe, sent: SentProbe) -> ProbeResult:
    answer = sent.answer
    if answer.throttled:
        return ProbeResult(probe, sent, None, f"throttled: {answer.told()}")
    if answer.failure in SAYS_NOTHING:
        return ProbeResult(probe, sent, None, answer.told())
    if lacks(answer) and probe.side is not Side.OBSERVE and probe.fault is not Fault.ROUTE:
        return ProbeResult(probe, sent, None, answer.told(), unsupported=True)
    if probe.form is not None and probe.form.chunked and _is_old(sent):
        return ProbeResult(
            probe, sent, None, "the target speaks HTTP/1.0, which has no chunked bodies"
        )
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
            "the request that was sent is not the one that was planned",
            ours=ours and not protocol_facts(probe.operation.protocol).textual,
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
    """Whether a name within its limits is refused only because nothing has it."""
    if probe.side is not Side.ACCEPT or not probe.place or answer.code is None:
        return False
    if not (answer.is_refusal and (says_missing(answer.code) or says_missing(answer.message))):
        return False
    name = str(probe.place[0])
    bound = session.contract.overlay.words_of(probe.operation.name).binds
    return len(probe.place) == 1 and (name in bound or name in path_labels(probe.operation))


def _is_anothers(probe: Probe, answer: ParsedResponse) -> bool:
    """Whether a made-up, wrong value may be read as the name of somebody else's resource."""
    about_value = probe.fault in {Fault.LIMIT, Fault.ENUM}
    denied = says_denied(answer.code or "")
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
FOREIGN = "the names that the target gives its own resources of other services break the limits"
UNSURE = "without an overlay, the tool does not know whether the request is valid"


def is_elsewhere(probe: Probe) -> bool:
    """Whether a request goes elsewhere, or its form or connection may spoil the answer."""
    if probe.raw is not None:
        operation = probe.operation
        if not of(operation.protocol).is_for(operation, probe.raw):
            return True
    return probe.form is not None and (probe.form.is_elsewhere or probe.form.connection > 0)


def is_taken(answer: ParsedResponse) -> bool:
    """True for a refusal that says that something of that name is there already, or in use."""
    told = says_exists(code := answer.code or "") or says_conflict(code)
    return answer.is_refusal and (answer.status == CONFLICT or told)


def smallest(trials: list[ProbeResult]) -> list[ProbeResult]:
    """The trials by the size of their request, smallest first."""
    return sorted(trials, key=lambda trial: len(trial.sent.exchange.request.body or b""))
