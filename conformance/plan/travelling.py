"""Whether the values of a request can be written at all, where a protocol has nothing but text.

There a null is a member that is not given and an empty list may be none: what such a request would
show is not what it was meant for, so that it is not planned.
"""

from __future__ import annotations

from conformance.contract.protocols import facts
from conformance.contract.validate import violations
from conformance.plan.probes import Probe, Side
from conformance.protocols.registry import members_of, wire
from conformance.transport.exchange import Request


def travels(probe: Probe) -> bool:
    """Whether the bytes of a probe's request break the limits that its members break, and no other.

    What is written out in full, and what is only watched, needs nothing.
    """
    written = probe.raw is not None or probe.form is not None or probe.beyond_limits
    if written or probe.side is Side.OBSERVE or not facts(probe.operation.protocol).textual:
        return True
    values, members = dict(probe.values), dict(probe.operation.input)
    wired = wire(probe.operation, values)
    headers = tuple((name, text) for name, text in wired.headers if text is not None)
    request = Request(wired.method, f"http://localhost{wired.target}", headers, wired.body)
    carried = set(violations(members, members_of(probe.operation, request)))
    return carried == set(violations(members, values))
