"""Requests that are right where a probe is not: what fares no better says nothing of its fault."""

from dataclasses import replace
from typing import Any

from conformance.contract.inference.identity_rules import READS, UPDATES
from conformance.contract.walk import shape_at
from conformance.engine.resources.names import ANSWERED, mentions
from conformance.engine.sending.exchange_log import SentProbe, SetupFailed
from conformance.engine.session import Session
from conformance.plan.generation.values import sample
from conformance.plan.identities import unknown_identifier
from conformance.plan.probes import Fault, Probe, Side
from conformance.plan.valid_requests.base_requests import valid_request, with_value
from conformance.plan.valid_requests.resources import path_labels, with_unknown_ids
from conformance.transport.parsed_response import ParsedResponse
from conformance.transport.protocols.seam import Labels


def without_fault(session: Session, probe: Probe) -> SentProbe | None:
    """The answer to a probe without its fault and odd labels; None if there is none."""
    plain = replace(probe, side=Side.OBSERVE, fault=Fault.NONE, raw=None, form=None)
    if probe.place:
        about = shape_at(probe.operation.input[str(probe.place[0])].shape, probe.place[1:])
        if about is None:
            return None
        named = probe.place[0] in path_labels(probe.operation)
        right = unknown_identifier(about) if named else sample(about)
        usual = valid_request(session.contract, probe.operation).get(str(probe.place[0]))
        if len(probe.place) == 1 and mentions(usual, f"${{{ANSWERED}."):
            right = usual  # no other one would do
        plain = replace(plain, values=with_value(dict(probe.values), probe.place, right))
    elif probe.form is not None and (probe.form.path or probe.form.labels is not Labels.USUAL):
        plain = replace(plain, values=of_nothing_at_all(session, probe))
    else:
        plain = replace(plain, values=valid_request(session.contract, probe.operation))
    try:
        return sent_alone(session, plain)
    except SetupFailed:
        return None


def of_nothing_at_all(session: Session, probe: Probe) -> dict[str, Any]:
    """The members of a probe, with labels that name nothing."""
    unknown = with_unknown_ids(session.contract, probe.operation, probe.values)
    same = [one for one in path_labels(probe.operation) if unknown[one] == probe.values[one]]
    return {**unknown, **dict.fromkeys(same, "${name}")}


def refused_alike(session: Session, probe: Probe, refused: ParsedResponse) -> str:
    """Why a refusal says nothing of the identifier: a valid one is refused as well; else empty."""
    usual = valid_request(session.contract, probe.operation)
    taken = probe.fault is Fault.CONFLICT
    if taken:
        usual = {**probe.values, **{one: usual[one] for one in probe.place or () if one in usual}}
    elif refused.code is None or not probe.operation.name.startswith(READS + UPDATES):
        return ""
    right = replace(probe, side=Side.OBSERVE, fault=Fault.NONE, values=usual)
    try:
        control = sent_alone(session, right)
    except SetupFailed as failed:
        control = failed.sent
    if not control.answer.is_refusal or not (taken or control.answer.code == refused.code):
        return ""
    named = "with a name that is not taken" if taken else "for an existing resource"
    return f"{control.answer.told()} to a request {named}, too"


def sent_alone(session: Session, probe: Probe) -> SentProbe:
    """Send a probe, and delete what it made. Raises SetupFailed."""
    sent = session.send(probe)
    session.disposal.take_away(sent)
    return sent
