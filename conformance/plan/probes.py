"""What a probe is: one planned experiment for one requirement and one side of it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from conformance.contract.model import Operation, Shape
from conformance.contract.places import Place
from conformance.transport.protocols.seam import WireVariant

ANY_REFUSAL = "4xx"
"""In the overlay's tables: every status from 400 to 499."""


class Side(StrEnum):
    """Whether the target must accept the request or refuse it, or either is only watched."""

    ACCEPT = "accept"
    REJECT = "reject"
    OBSERVE = "observe"


class Fault(StrEnum):
    """What is wrong with a request; decides which refusals are right (the overlay's table)."""

    NONE = "none"
    LIMIT = "limit"
    ENUM = "enum"
    TYPE = "type"
    REQUIRED = "required"
    PATCH = "patch"
    SYNTAX = "syntax"
    NOT_FOUND = "not-found"
    CONFLICT = "conflict"
    ROUTE = "route"
    """The request is for nothing that the service has."""


@dataclass(frozen=True, slots=True)
class ExpectedMember:
    """What a successful answer must show: a member of it and the value."""

    place: Place
    value: Any


@dataclass(frozen=True, slots=True)
class Probe:
    """A request template with its one fault (or none).

    ``values`` are the members by wire name; texts in them may hold ``${...}`` placeholders that
    only a run can fill (names, identifiers). ``raw`` replaces the body by these bytes; with a
    ``form`` it is how the request is written that is under test.
    """

    requirement: str
    operation: Operation
    side: Side
    values: Mapping[str, Any]
    note: str
    fault: Fault = Fault.NONE
    place: Place | None = None
    raw: bytes | None = None
    form: WireVariant | None = None
    shown: tuple[ExpectedMember, ...] = ()
    tolerated: tuple[str, ...] = ()
    """Error codes that fail neither side: what was requested does not exist."""
    message: str = ""
    """The exact text of the refusal, members in braces: ``Api key not found: {KeyName}.``"""
    exact_status: bool = False
    """Accepted means: with the documented status, not only with any success."""
    beyond_limits: bool = False
    """An overlay rule's: what it sends may be valid or not whatever the limits of the spec say."""
    variant: str = ""
    """A kind of the fault that has separate refusals, where the overlay's table has any."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Beyond the boundaries: values of one place are drawn from here, on one side."""

    probe: Probe
    shape: Shape
    keyword: str


@dataclass(frozen=True, slots=True)
class Plan:
    """All that is to be done for one requirement."""

    requirement: str
    probes: tuple[Probe, ...] = ()
    drawings: tuple[Drawing, ...] = ()
    why_not: str = ""
    """Why there is nothing to send, where there is not."""
    sides: tuple[Side, ...] = field(default=(Side.ACCEPT, Side.REJECT))
    """The sides that must both be observed before the requirement passes."""

    def without(self, operations: Collection[str]) -> Plan:
        """The plan with nothing in it that is sent to these operations."""
        if not operations:
            return self
        return replace(
            self,
            probes=tuple(one for one in self.probes if one.operation.name not in operations),
            drawings=tuple(
                one for one in self.drawings if one.probe.operation.name not in operations
            ),
        )

    def operations(self) -> list[str]:
        """The names of the operations that are sent."""
        drawn = (drawing.probe for drawing in self.drawings)
        return sorted({probe.operation.name for probe in (*self.probes, *drawn)})
