"""Deliberate faults: each makes the reference a mutant that a conformance suite must notice.

A fault is a value: an id, a kind, a line about it, and changes at one or more of eight seams. The
honest code knows nothing of faults; without any, no seam costs a thing.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import reduce
from typing import Any, TypeVar

from conformance.contract.model import Contract
from conformance.reference.apigateway.service import ApiGateway
from conformance.reference.apigateway.state import ApiKeyLimits
from conformance.reference.http.message import HttpRequest, HttpResponse
from conformance.reference.location.service import LocationKeys, Policy
from conformance.reference.outcome import OperationOutcome, ReferenceAnswer
from conformance.reference.signatures import Checks

Handler = Callable[[Mapping[str, Any]], OperationOutcome]
Around = Callable[["ServiceState", Handler], Handler]
"""Makes a faulty handler of an operation out of the honest one."""
Rewrite = Callable[["ServiceState", str, ReferenceAnswer], ReferenceAnswer]
"""The name of the operation is the second."""
Respond = Callable[["HttpRequest"], "HttpResponse"]
Edge = Callable[[Respond], Respond]
"""Makes a faulty server out of the honest one."""
Incoming = Callable[[bytes], bytes]
Seam = TypeVar("Seam")


@dataclass(frozen=True, slots=True)
class InjectedFault:
    """One deliberate fault.

    ``contract`` changes what is validated and which patch operations are supported, ``limits``
    and ``policy`` the rules of the services, ``checks`` what is checked of signatures, ``around``
    what the named operations do, ``answer`` what is sent, ``edge`` what becomes of a whole request
    and ``incoming`` of the bytes on a connection; members named in ``excused`` are taken for absent
    where their type is wrong.
    """

    id: str
    kind: str
    summary: str
    contract: Callable[[Contract], Contract] | None = None
    limits: Callable[[ApiKeyLimits], ApiKeyLimits] | None = None
    policy: Callable[[Policy], Policy] | None = None
    checks: Callable[[Checks], Checks] | None = None
    around: Mapping[str, Around] | None = None
    answer: Rewrite | None = None
    edge: Edge | None = None
    incoming: Incoming | None = None
    excused: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Composed:
    """Several faults as one change at each seam."""

    faults: tuple[InjectedFault, ...]

    def changed(self, seam: str, honest: Seam) -> Seam:
        """The contract, limits, policy, checks or edge as the mutant has them."""
        changes = (getattr(fault, seam) for fault in self.faults)
        return reduce(lambda value, change: change(value), filter(None, changes), honest)

    @property
    def excused(self) -> frozenset[str]:
        """Members whose wrong types the mutant takes for absent."""
        return frozenset[str]().union(*(fault.excused for fault in self.faults))

    @property
    def incoming(self) -> Incoming | None:
        """The change of bytes that arrive on a connection, None where there is none."""
        return next((fault.incoming for fault in self.faults if fault.incoming is not None), None)

    def around(self, world: ServiceState, operation: str, handler: Handler) -> Handler:
        for fault in self.faults:
            wrap = (fault.around or {}).get(operation)
            handler = handler if wrap is None else wrap(world, handler)
        return handler

    @property
    def answer(self) -> Rewrite | None:
        """The change of answers, None where there is none."""
        changes = [fault.answer for fault in self.faults if fault.answer is not None]
        if not changes:
            return None

        def rewritten(world: ServiceState, name: str, answer: ReferenceAnswer) -> ReferenceAnswer:
            for change in changes:
                answer = change(world, name, answer)
            return answer

        return rewritten


@dataclass(frozen=True, slots=True)
class ServiceState:
    """The state of both services, for faults to reach."""

    gateway: ApiGateway
    location: LocationKeys
    turn: threading.Lock = field(default_factory=threading.Lock)
    """Held by callers in several threads: one request is answered at a time."""
