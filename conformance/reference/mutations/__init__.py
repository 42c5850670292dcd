"""The deliberate faults themselves, by what they get wrong; collected by ``all_faults``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from conformance.contract.model import Contract
from conformance.errors import BadInput
from conformance.reference.faults import InjectedFault
from conformance.reference.mutations import (
    concurrency,
    errors,
    gateway_listing,
    gateway_members,
    gateway_updates,
    limits,
    location_keys,
    location_updates,
    modelled,
    protocol,
    wire,
)

_LISTED = (
    *(wire, protocol, errors, limits, gateway_members, gateway_updates, gateway_listing),
    *(location_keys, location_updates, concurrency),
)


def all_faults(contracts: tuple[Contract, ...]) -> Iterator[InjectedFault]:
    """Every fault, in a stable order."""
    for module in _LISTED:
        yield from module.FAULTS
    yield from modelled.faults(contracts)


class UnknownFault(BadInput):
    """A fault id that is not in the registry."""

    hint = "`conformance serve --list-faults` lists them all"

    def __init__(self, fault: str) -> None:
        super().__init__(f"there is no fault {fault!r}")


def registry(contracts: Iterable[Contract]) -> dict[str, InjectedFault]:
    """Every fault by id: the written ones, and those made from the contracts' constraints."""
    return {fault.id: fault for fault in all_faults(tuple(contracts))}


def select(ids: Iterable[str], contracts: Iterable[Contract]) -> tuple[InjectedFault, ...]:
    """The faults with these ids; raises UnknownFault."""
    wanted = tuple(ids)
    known = registry(contracts)
    for fault in wanted:
        if fault not in known:
            raise UnknownFault(fault)
    return tuple(known[fault] for fault in wanted)
