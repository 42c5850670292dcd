"""Which faults are tried: the standard list, or what the options name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conformance.errors import BadInput
from conformance.runs.mutants.killers import Globs, killers, services_of
from conformance.runs.mutants.redundant import REDUNDANT
from conformance.runs.mutants.values import Mutant

LIST = "`conformance mutants --list --all` shows every fault and its kind"


class UnknownFaults(BadInput):
    """A glob that matches no fault."""

    hint = LIST

    def __init__(self, glob: str) -> None:
        super().__init__(f"no fault matches {glob!r}")


class UnknownKind(BadInput):
    """A kind that no fault has."""

    def __init__(self, kind: str, known: Sequence[str]) -> None:
        super().__init__(f"there is no kind {kind!r}", f"kinds: {', '.join(known)}")


class NoMutant(BadInput):
    """Options that together leave nothing to try."""

    hint = LIST
    told = "no fault is of the kinds, the services and the ids that were named"


def select(
    *,
    kinds: Sequence[str] = (),
    globs: Sequence[str] = (),
    services: Sequence[str] = (),
    everything: bool = False,
) -> tuple[Mutant, ...]:
    """The mutants that the options name, in the order of the registry.

    A fault that a glob names is tried whether it is in the standard list or not. With ``services``
    a fault of both services is tried on those alone. Raises UnknownFaults, UnknownKind, NoMutant
    (nothing matches), UnknownService (a service without a spec).
    """
    known = _mutants()
    _check(known, kinds, globs, services)
    left_out = Globs(() if everything or globs else REDUNDANT)
    wanted = Globs(globs or ("*",))
    chosen = (
        _on(mutant, services)
        for mutant in known
        if wanted.match(mutant.id)
        and not left_out.match(mutant.id)
        and (not kinds or mutant.kind in kinds)
    )
    found = tuple(mutant for mutant in chosen if mutant.services)
    if not found:
        raise NoMutant
    return found


def _mutants() -> tuple[Mutant, ...]:
    from conformance.reference.mutations import registry
    from conformance.reference.tables import SERVICES, load

    contracts = load()
    services = {name: contract.service for contract in contracts for name in contract.operations}
    named = ((fault, killers(fault.id, services)) for fault in registry(contracts).values())
    return tuple(
        Mutant(fault.id, fault.kind, fault.summary, services_of(globs, SERVICES), globs)
        for fault, globs in named
    )


def _check(
    mutants: Sequence[Mutant], kinds: Sequence[str], globs: Sequence[str], services: Sequence[str]
) -> None:
    from conformance.contract.load import UnknownService
    from conformance.reference.tables import SERVICES

    known = list(dict.fromkeys(mutant.kind for mutant in mutants))
    for kind in kinds:
        if kind not in known:
            raise UnknownKind(kind, known)
    for glob in globs:
        if not any(Globs((glob,)).match(mutant.id) for mutant in mutants):
            raise UnknownFaults(glob)
    for service in services:
        if service not in SERVICES:
            raise UnknownService(service, SERVICES)


def _on(mutant: Mutant, services: Sequence[str]) -> Mutant:
    tried = (one for one in mutant.services if not services or one in services)
    return replace(mutant, services=tuple(tried))
