"""The state of both services, in a separate module so that faults can reach it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field

from conformance.reference.apigateway.service import ApiGateway
from conformance.reference.location.service import LocationKeys


@dataclass(frozen=True, slots=True)
class ServiceState:
    """The state of both services, for faults to reach."""

    gateway: ApiGateway
    location: LocationKeys
    turn: threading.Lock = field(default_factory=threading.Lock)
    """Held by callers in several threads: one request is answered at a time."""
