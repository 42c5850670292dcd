"""What several tests read from the contracts: read once a process, and only when a test asks."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING
from unittest import mock

from conformance.contract.building import build_contract
from conformance.contract.deriving import assemble
from conformance.contract.inference.inferring import inferred_overlay
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.load import load_contract
from conformance.documents.sdk.models import load_model
from conformance.documents.sdk.pages import model_pages

if TYPE_CHECKING:
    from collections.abc import Sequence

    from conformance.contract.listing.requirements import Requirement
    from conformance.contract.model import Contract
    from conformance.engine.outcome import Job
    from conformance.reference.faults import InjectedFault
    from conformance.runs.mutants import Mutant


@cache
def contract(service: str) -> Contract:
    return load_contract(service)


@cache
def modelled(service: str) -> Contract:
    """What `derive --from-model` writes of a service, read back."""
    spec = assemble(model_pages(load_model(service), service))
    return build_contract(service, spec, {})


@cache
def inferred(service: str) -> Contract:
    """The contract of a model, with the resources that are seen in it."""
    found = modelled(service)
    return replace(found, overlay=inferred_overlay(found))


@cache
def some(service: str, *operations: str) -> Contract:
    """The same of a few operations of a large model."""
    pages = model_pages(load_model(service), service, frozenset(operations))
    found = build_contract(service, assemble(pages), {})
    return replace(found, overlay=inferred_overlay(found))


@cache
def requirements(service: str) -> tuple[Requirement, ...]:
    return tuple(catalogue(contract(service)))


@cache
def jobs(services: tuple[str, ...], globs: tuple[str, ...]) -> tuple[Job, ...]:
    """What ``select_jobs`` gives, of contracts that are read once for all tests."""
    from conformance.runs.jobs import select_jobs

    with mock.patch("conformance.contract.load.load_contract", contract):
        return tuple(select_jobs(services, globs))


@cache
def standard_mutants() -> Sequence[Mutant]:
    from conformance.runs.mutants import select

    return select()


@cache
def every_mutant() -> Sequence[Mutant]:
    from conformance.runs.mutants import select

    return select(everything=True)


@cache
def every_fault() -> dict[str, InjectedFault]:
    from conformance.reference.mutations import registry
    from conformance.reference.tables import load

    return dict(registry(load()))
