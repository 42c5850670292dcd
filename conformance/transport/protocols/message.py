"""A request as a protocol writes it, before it is addressed and signed."""

from __future__ import annotations

from dataclasses import dataclass

from conformance.transport.protocols.variant import Overrides


@dataclass(frozen=True, slots=True)
class WireRequest:
    """What goes out: ``target`` is the path with its query; ``body`` None where there is none."""

    method: str
    target: str
    body: bytes | None
    content_type: str | None
    headers: Overrides = ()
    names: str = ""
    """The case of all header names, ``lower`` or ``upper``; as they are usually written without."""
    within: float | None = None
    """Seconds after which no answer is waited for, where that is less than the usual timeout."""
