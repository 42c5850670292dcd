"""``conformance derive``: API-reference pages to one OpenAPI document a service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.errors import BadInput

if TYPE_CHECKING:
    from conformance.contract.deriving import ServicePages

FILE_SUFFIXES = {".yaml", ".yml"}
SPEC_NAME = "openapi.yaml"


class OneFileManyServices(BadInput):
    """Pages of several services and a single output file."""

    hint = "give a folder (-o specs): each service gets FOLDER/SERVICE/openapi.yaml"

    def __init__(self, output: Path, services: list[str]) -> None:
        self.output, self.services = output, services
        super().__init__(f"pages of {', '.join(services)} do not fit into one file {output}")


@click.command(name="derive")
@click.argument("pages", metavar="PAGE...", nargs=-1)
@click.option(
    "-o",
    "--output",
    required=True,
    type=click.Path(path_type=Path),
    metavar="FILE.yaml|FOLDER",
    help="A .yaml file for one service, or a folder: FOLDER/SERVICE/openapi.yaml for each.",
)
@click.option("--service", metavar="NAME", help="The service of all pages; else their folder says.")
@click.option(
    "--from-model",
    "model",
    metavar="SERVICE",
    help="Derive from botocore's SDK model of a service whose pages are not at hand.",
)
@click.option(
    "--path",
    "paths",
    multiple=True,
    metavar="GLOB",
    help="With --from-model: only operations on these paths (repeatable).",
)
def command(
    pages: tuple[str, ...],
    output: Path,
    service: str | None,
    model: str | None,
    paths: tuple[str, ...],
) -> None:
    """Derive OpenAPI from API-reference pages.

    PAGE is a file, a folder or a URL: operation, data-type, patch-operations and common-errors
    pages in plain text, Markdown or HTML. Where two pages state the same thing, the later one wins:
    pages count in the order given, in a folder plain text first and then by name.

    If any page cannot be read, nothing is written.
    """
    from conformance.contract.deriving import as_yaml, assemble, by_service, write_all
    from conformance.documents import load_documents, read_pages
    from conformance.documents.sources import ORDER_RULE

    if bool(pages) == bool(model):
        raise click.UsageError("give pages, or a service with --from-model: one of the two")
    if model:
        services = {service or model: _modelled(model, service or model, paths)}
    else:
        services = by_service(read_pages(load_documents(pages, service)))
    targets = _targets(output, list(services))
    derived = {name: assemble(found) for name, found in services.items()}
    write_all({targets[name]: as_yaml(document) for name, document in derived.items()})
    if pages:
        click.echo(f"order: {ORDER_RULE}")
    for name, found in services.items():
        for line in _report(found, derived[name]):
            click.echo(line)
        click.echo(f"{name}: written to {targets[name]}")


def _modelled(model: str, service: str, paths: tuple[str, ...]) -> ServicePages:
    """The pages that a model stands for."""
    from conformance.contract.globs import glob
    from conformance.sdk.models import NoOperations, load_model
    from conformance.sdk.pages import model_pages

    loaded = load_model(model)
    globs = [glob(path) for path in paths or ("*",)]
    wanted = frozenset(
        name
        for name, one in loaded.data["operations"].items()
        if any(path.fullmatch(one["http"]["requestUri"]) for path in globs)
    )
    if not wanted:
        raise NoOperations(model, paths)
    return model_pages(loaded, service, wanted)


def _targets(output: Path, services: list[str]) -> dict[str, Path]:
    """The file of each service."""
    if output.suffix.lower() not in FILE_SUFFIXES or output.is_dir():
        return {name: output / name / SPEC_NAME for name in services}
    if len(services) > 1:
        raise OneFileManyServices(output, services)
    return dict.fromkeys(services, output)


def _report(found: ServicePages, document: Mapping[str, Any]) -> Iterator[str]:
    from conformance.documents.problems import printable

    yield (
        f"{found.service}: {len(found.documents)} documents, {len(found.operations)} operations, "
        f"{len(found.structures)} data types, {len(found.patches)} patch tables, "
        f"{len(found.common_errors)} common errors, {_constraints(document)} constraints"
    )
    for title, lines in (
        ("differs", found.differences),
        ("recovered", found.recoveries),
        ("note", found.notes),
    ):
        for line in lines:
            yield f"{found.service}: {title}: {printable(line, 300)}"


def _constraints(node: Any) -> int:
    """How many stated constraints a derived document holds: all sources but those of types."""
    count = 0
    stack = [node]
    while stack:
        value = stack.pop()
        if isinstance(value, Mapping):
            count += len(value.get("x-sources", {}).keys() - {"type", "required"})
            stack.extend(value.values())
        elif isinstance(value, list):
            stack.extend(value)
    return count
