"""Whether the values of a request can be written at all, and arrive as they are.

Where a protocol has nothing but text, a null is a member that is not given and an empty list may be
none: what such a request would show is not what it was meant for, so that it is not planned.
"""

from __future__ import annotations

from typing import Any

from conformance.contract.member_roles import TEXT
from conformance.contract.model import Contract, Location, Operation, Shape
from conformance.contract.places import Place
from conformance.contract.protocols import facts
from conformance.contract.texts import from_texts
from conformance.contract.validate import violations
from conformance.contract.walk import is_of_kind
from conformance.plan.generation import values
from conformance.plan.probes import Probe, Side
from conformance.transport.exchange import Request
from conformance.transport.protocols.json_text import text
from conformance.transport.protocols.registry import members_of, wire


def is_serializable(probe: Probe) -> bool:
    """Whether the bytes of a probe's request break the limits that its members break, and no other.

    What is written out in full, and what is only watched, needs nothing.
    """
    written = probe.raw is not None or probe.form is not None or probe.beyond_limits
    if written or probe.side is Side.OBSERVE or not facts(probe.operation.protocol).textual:
        return True
    given, members = dict(probe.values), dict(probe.operation.input)
    wired = wire(probe.operation, given)
    headers = tuple((name, value) for name, value in wired.headers if value is not None)
    request = Request(wired.method, f"http://localhost{wired.target}", headers, wired.body)
    carried = set(violations(members, members_of(probe.operation, request)))
    return carried == set(violations(members, given))


def is_label(operation: Operation, place: Place) -> bool:
    """Whether a place is a part of the path."""
    return operation.input[place[0]].location is Location.PATH


def can_serialize(operation: Operation, place: Place, value: Any) -> bool:
    """Whether a value arrives as it is.

    A label that is empty, a dot segment or has a slash changes the route: not a limit probe.
    """
    location = operation.input[place[0]].location
    if location is Location.QUERY and value in ([], {}):
        return False  # nothing of it travels
    if location is Location.HEADER and isinstance(value, str):
        # What HTTP has no header for, cuts off or reads as several.
        whole = value.isascii() and value.isprintable() and value == value.strip()
        return whole and not (len(place) > 1 and "," in value)
    if not is_label(operation, place) or not isinstance(value, str):
        return True
    return bool(value.strip(".")) and not set(value) & set("/%\\\n")


def reads_as_right(operation: Operation, place: Place, shape: Shape, value: Any) -> bool:
    """True where nothing of a value's JSON type travels, and the text that does is a right one.

    In a query ``[1]`` is ``1``, and ``"true"`` is ``true``.
    """
    if len(place) > 1 or operation.input[place[0]].location not in TEXT:
        return False
    many = value if isinstance(value, list) else [value]
    return is_of_kind(shape, from_texts(shape, [text(one) for one in many]))


def is_doubtful(
    contract: Contract, operation: Operation, place: Place, case: values.BoundaryValue
) -> bool:
    """What nothing but a model forbids, and a server may rightly read as allowed.

    An empty parameter or header may be read as none, and so may an empty list where everything is
    text; a word in other case may be the same word.
    """
    if not contract.overlay.inferred:
        return False
    located = operation.input[place[0]].location in {Location.QUERY, Location.HEADER}
    textual = facts(operation.protocol).textual
    may_be_none = (located and case.value == "") or (textual and case.value in ([], {}))
    return may_be_none or case.note == values.OTHER_CASE
