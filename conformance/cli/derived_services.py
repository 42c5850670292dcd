"""Which services the pages that were given are of, and what only their SDK models say of them."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping

import click

from conformance.contract import deriving
from conformance.contract.building import build_contract
from conformance.contract.deriving import ServicePages
from conformance.contract.deriving.assemble import assemble_whole
from conformance.contract.inference.model_match import matching_model
from conformance.contract.locate import known_services
from conformance.contract.on_demand import is_offered
from conformance.documents.problems import PageProblem
from conformance.documents.reference import ReferenceReading
from conformance.documents.sdk.completing import complete
from conformance.documents.sdk.matching import by_model, page_models


def by_service(
    reading: ReferenceReading, service: str | None, model: str
) -> tuple[dict[str, ServicePages], list[PageProblem]]:
    """The pages by service, completed from a model; and the problems. Raises OtherProtocol."""
    services = deriving.by_service(by_model(reading.pages))
    if model:
        main = max(services.values(), key=lambda found: len(found.operations), default=None)
        if main is not None:
            main.model = model
    problems: list[PageProblem] = []
    found = services if service else dict(_named(services))
    for name, one in list(found.items()):
        refused = complete(one)
        problems += refused
        if not one.operations and (refused or not one.structures):
            del found[name]
    if problems and not reading.whole:
        raise problems[0]
    return found, problems


def main_service(
    services: dict[str, ServicePages], reading: ReferenceReading
) -> dict[str, ServicePages]:
    """The main service of a single folder; names the services that it leaves out."""
    if len({read.document.service for read in reading.pages}) > 1:
        return services
    main = max(services, key=lambda name: len(services[name].operations), default="")
    for name, one in services.items():
        if name != main:
            click.echo(
                f"{name}: the folder also has {len(one.operations)} operations of another"
                f" service; give a folder (-o specs) to derive both"
            )
    return {name: one for name, one in services.items() if name == main}


def _named(services: Mapping[str, ServicePages]) -> Iterator[tuple[str, ServicePages]]:
    """The services by name; a folder that is not named after a service gets its model's name."""
    taken = set(services)
    for name, found in services.items():
        if not (is_offered(name) or name in known_services()):
            model = _model_of(found)
            if model and model not in taken:
                click.echo(f"{name}: named {model}, after the SDK model with these operations")
                found.service = model
                taken.add(model)
        yield found.service, found


def _model_of(found: ServicePages) -> str:
    """The name of the model that the pages belong to; empty where that is ambiguous."""
    if found.model:
        return found.model
    if not all(page.layout.shows_request for page in found.operations.values()):
        models = page_models(found)
        return models[0] if len(models) == 1 else ""
    document, _ = assemble_whole(copy.deepcopy(found))
    contract = build_contract(found.service, document, {})
    return matching_model(contract, str(document["info"]["version"])).name or ""
