"""Which faults are tried: the standard list, or what the options name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from conformance.errors import BadInput
from conformance.mutants.globs import matches
from conformance.mutants.values import Mutant

if TYPE_CHECKING:
    from conformance.reference.faults import Fault

LIST = "`conformance mutants --list --all` shows every fault and its kind"


class UnknownFaults(BadInput):
    """A glob that matches no fault."""

    hint = LIST

    def __init__(self, glob: str) -> None:
        self.glob = glob
        super().__init__(f"no fault matches {glob!r}")


class UnknownKind(BadInput):
    """A kind that no fault has."""

    def __init__(self, kind: str, known: Sequence[str]) -> None:
        self.kind, self.known = kind, tuple(known)
        super().__init__(f"there is no kind {kind!r}", f"kinds: {', '.join(known)}")


class NoMutant(BadInput):
    """Options that together leave nothing to try."""

    hint = LIST

    def __init__(self) -> None:
        super().__init__("no fault is of the kinds, the services and the ids that were named")


def select(
    *,
    kinds: Sequence[str] = (),
    globs: Sequence[str] = (),
    services: Sequence[str] = (),
    everything: bool = False,
) -> tuple[Mutant, ...]:
    """The mutants that the options name, in the order of the registry.

    A fault that a glob names is tried whether it is in the standard list or not. With
    ``services`` a fault of both services is tried on those alone.

    Raises:
        UnknownFaults, UnknownKind, NoMutant: nothing matches.
        UnknownService: a service without a spec.
    """
    faults = _faults()
    _check(faults, kinds, globs, services)
    chosen = (
        _mutant(fault, services)
        for fault in faults
        if (everything or globs or fault.standard)
        and (not kinds or fault.kind in kinds)
        and (not globs or matches(fault.id, globs))
    )
    found = tuple(mutant for mutant in chosen if mutant.services)
    if not found:
        raise NoMutant
    return found


def _faults() -> tuple[Fault, ...]:
    from conformance.reference.faults import registry
    from conformance.reference.tables import load

    return tuple(registry(load()).values())


def _check(
    faults: Sequence[Fault], kinds: Sequence[str], globs: Sequence[str], services: Sequence[str]
) -> None:
    from conformance.contract.load import UnknownService
    from conformance.reference.tables import SERVICES

    known = list(dict.fromkeys(fault.kind for fault in faults))
    for kind in kinds:
        if kind not in known:
            raise UnknownKind(kind, known)
    for glob in globs:
        if not any(matches(fault.id, (glob,)) for fault in faults):
            raise UnknownFaults(glob)
    for service in services:
        if service not in SERVICES:
            raise UnknownService(service, SERVICES)


def _mutant(fault: Fault, services: Sequence[str]) -> Mutant:
    tried = tuple(one for one in fault.services if not services or one in services)
    return Mutant(fault.id, fault.kind, fault.summary, tried, fault.killers)
