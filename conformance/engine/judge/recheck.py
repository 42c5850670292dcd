"""Reads a request back from its bytes and validates it again, before a target is blamed."""

import re
from typing import Any

from conformance.contract.model import Location
from conformance.contract.places import Place
from conformance.contract.validate import violations
from conformance.plan.probes import Fault, Probe, Side
from conformance.transport.exchange import Request
from conformance.transport.protocols.registry import members_of

OF_TARGET = re.compile(r"\$\{(?:id|ID|taken|made|answer)[.}]")
"""Placeholders for what an answer of the target gave."""
CHECKED = {Fault.LIMIT, Fault.ENUM, Fault.TYPE, Fault.REQUIRED}


def bytes_match_probe(probe: Probe, request: Request) -> bool:
    """Whether the bytes have just the intended fault; rules and raw bodies are not checked."""
    written = probe.raw is not None or probe.form is not None
    if written or probe.side is Side.OBSERVE or probe.beyond_limits:
        return True
    if _is_without_payload(probe, request):
        return True
    # What the target named itself, it has to take, whatever its limits say of names.
    named = {name for name, one in probe.values.items() if OF_TARGET.search(str(one))}
    members = {name: one for name, one in probe.operation.input.items() if name not in named}
    found = {violation.place for violation in violations(members, sent_values(probe, request))}
    if probe.side is Side.ACCEPT:
        return not found
    if probe.fault not in CHECKED or probe.place is None:
        return True
    about = [_within(place, probe.place) or _within(probe.place, place) for place in found]
    return all(about) and (bool(about) or probe.place[0] in named)


def _is_without_payload(probe: Probe, request: Request) -> bool:
    """Whether the payload was to be left out and is: such a body is not read back as members."""
    if probe.fault is not Fault.REQUIRED or probe.place is None or request.body:
        return False
    member = probe.operation.input.get(str(probe.place[0]))
    return member is not None and member.location is Location.PAYLOAD


def _within(inner: Place, outer: Place) -> bool:
    return inner[: len(outer)] == outer


def sent_values(probe: Probe, request: Request) -> dict[str, Any]:
    """The members that a request carries, read from its bytes."""
    return members_of(probe.operation, request)
