"""``conformance derive``: API-reference pages to one OpenAPI document a service."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.contract.globs import glob
from conformance.errors import BadInput

if TYPE_CHECKING:
    from conformance.contract.deriving import ServicePages
    from conformance.documents.reference import ReferenceReading


class NothingToDerive(BadInput):
    """No page could be read; ``problems`` are the reasons."""

    hint = "check that they are complete pages of the English AWS API reference"

    def __init__(self, problems: Sequence[BadInput]) -> None:
        self.problems = tuple(problems)
        if problems:
            message = (
                f"none of the {len(problems)} pages can be read; the first problem: {problems[0]}"
            )
        else:
            message = "no page describes an operation or a data type"
        super().__init__(message)


@click.command(name="derive")
@click.argument("pages", metavar="PAGE...", nargs=-1)
@click.option(
    "-o", "--output", required=True, type=click.Path(path_type=Path), metavar="FILE.yaml|FOLDER",
    help="A .yaml file for one service, or a folder: FOLDER/SERVICE/openapi.yaml for each.",
)  # fmt: skip
@click.option(
    "--service",
    metavar="NAME",
    help="The service of all pages (default: the name of their folder).",
)
@click.option(
    "--from-model", "model", metavar="SERVICE",
    help="Derive from botocore's SDK model of a service, without pages.",
)  # fmt: skip
@click.option(
    "--model", "fitting", metavar="NAME",
    help="The SDK model that matches the pages, if several do; it supplies what they lack.",
)  # fmt: skip
@click.option(
    "--path", "paths", multiple=True, metavar="GLOB",
    help="With --from-model: only operations with these paths or names (repeatable).",
)  # fmt: skip
@click.option(
    "--cache", type=click.Path(path_type=Path, file_okay=False),
    help="Keep fetched pages here, so that the command can continue later.",
)  # fmt: skip
@click.option(
    "--delay", type=click.FloatRange(min=0), default=0.5, show_default=True,
    help="How many seconds to wait between two fetches.",
)  # fmt: skip
@click.option("--refresh", is_flag=True, help="Fetch pages again even if the cache has them.")
def command(
    pages: tuple[str, ...],
    output: Path,
    service: str | None,
    model: str | None,
    fitting: str | None,
    paths: tuple[str, ...],
    **fetching: Any,
) -> None:
    """Derive OpenAPI from API-reference pages or an SDK model.

    PAGE is a file, a folder or a URL: operation, data-type, patch-operations and common-errors
    pages in plain text, Markdown or HTML. If two pages state the same thing, the later one wins.
    Pages count in the order given; in a folder, plain text comes first, then the order is by name.

    The URL of an index stands for every page that it links to. The command reads the robots.txt of
    the site first, and fetches each page once.

    If a page does not say where a member goes, the command leaves the member out and prints a note.
    It skips pages that describe neither an operation nor a type.

    If you name a page and it cannot be read, the command writes nothing. If a page of a folder or
    an index cannot be read, the command names it, writes the rest, and exits with 2.

    A run takes what pages lack, such as the signing name and the requests that create the resource,
    from the SDK model with the same operations, for setup only. See --model.
    """
    from conformance.cli.derived_services import by_service, main_service
    from conformance.contract.deriving import as_yaml, write_all
    from conformance.documents.sdk.models import load_model
    from conformance.documents.sources import ORDER_RULE

    if bool(pages) == bool(model):
        raise click.UsageError("give either pages, or a service with --from-model")
    if fitting and not pages:
        raise click.UsageError("--model is for pages, and --from-model needs none")
    problems: list[BadInput] = []
    skipping: list[BadInput] | None = None
    if model:
        services = {service or model: _modelled(model, service or model, paths)}
    else:
        if fitting:
            load_model(fitting)
        reading = _read(pages, service, fetching)
        services, refused = by_service(reading, service, fitting or "")
        problems += [*reading.problems, *refused]
        skipping = problems if reading.whole else None
        if _is_one_file(output):
            services = main_service(services, reading)
    if not services:
        raise NothingToDerive(problems)
    targets = _targets(output, list(services))
    derived = {name: _assembled(found, skipping) for name, found in services.items()}
    write_all({targets[name]: as_yaml(document) for name, document in derived.items()})
    if pages:
        click.echo(f"order: {ORDER_RULE}")
    for name, found in services.items():
        lines = [*_report(found, derived[name]), f"{name}: written to {targets[name]}"]
        for line in filter(None, [*lines, _lacking(name, derived[name])]):
            click.echo(line)
    _report_skipped(problems)


def _read(
    pages: tuple[str, ...], service: str | None, fetching: Mapping[str, Any]
) -> ReferenceReading:
    from conformance.documents.crawl import CrawlOptions, usual_cache
    from conformance.documents.reference import read_reference

    def show_progress(done: int, known: int, address: str) -> None:
        click.echo(f"page {done + 1} of {known}: {address}", err=True)

    cache = fetching["cache"] or usual_cache()
    how = CrawlOptions(cache, fetching["delay"], fetching["refresh"], show_progress)
    return read_reference(pages, service, how)


def _assembled(found: ServicePages, problems: list[BadInput] | None) -> dict[str, Any]:
    """The document of a service; with ``problems``, the second of two equal requests is skipped."""
    from conformance.contract.deriving import assemble
    from conformance.contract.deriving.assemble import assemble_whole

    if problems is None:
        return assemble(found)
    document, skipped = assemble_whole(found)
    problems += skipped
    return document


def _report_skipped(problems: Sequence[BadInput]) -> None:
    """Name the pages that were left out, and exit with an error if there are any."""
    for problem in problems:
        click.echo(f"skipped: {problem}", err=True)
    if problems:
        pages = "page was" if len(problems) == 1 else "pages were"
        click.echo(f"left out {len(problems)} {pages}; wrote the rest", err=True)
        sys.exit(problems[0].exit_code)


def _lacking(service: str, document: Mapping[str, Any]) -> str:
    """In one line, what a run takes from an SDK model because the pages lack it."""
    from conformance.contract.building import build_contract
    from conformance.contract.inference.setup_operations import completed

    if "x-signing" in document:
        return ""
    contract = build_contract(service, document, {})
    return completed(contract, document, build_contract).completed


def _modelled(model: str, service: str, paths: tuple[str, ...]) -> ServicePages:
    from conformance.documents.sdk.models import NoOperations, load_model
    from conformance.documents.sdk.pages import model_pages

    loaded = load_model(model)
    globs = [glob(path) for path in paths or ("*",)]
    wanted = frozenset(
        name
        for name, one in loaded.data["operations"].items()
        if any(path.fullmatch(one["http"]["requestUri"]) or path.fullmatch(name) for path in globs)
    )
    if not wanted:
        raise NoOperations(model, paths)
    return model_pages(loaded, service, wanted)


def _targets(output: Path, services: list[str]) -> dict[str, Path]:
    if not _is_one_file(output):
        return {name: output / name / "openapi.yaml" for name in services}
    if len(services) > 1:
        several = ", ".join(services)
        raise BadInput(
            f"the pages are from several services ({several}), but {output} is one file",
            "give a folder (-o specs); each service gets FOLDER/SERVICE/openapi.yaml",
        )
    return {services[0]: output}


def _is_one_file(output: Path) -> bool:
    return output.suffix.lower() in {".yaml", ".yml"} and not output.is_dir()


def _report(found: ServicePages, document: Mapping[str, Any]) -> Iterator[str]:
    from conformance.documents.problems import printable

    pages = sum(bool(document.text) for document in found.documents)
    yield (
        f"{found.service}: {pages or len(found.documents)} documents, "
        f"{len(found.operations)} operations, "
        f"{len(found.structures)} data types, {len(found.patches)} patch tables, "
        f"{len(found.common_errors)} common errors, {_constraints(document)} constraints"
    )
    titled = {"differs": found.differences, "recovered": found.recoveries, "note": found.notes}
    for title, lines in titled.items():
        for line in lines:
            yield f"{found.service}: {title}: {printable(line, 300)}"


def _constraints(node: Any) -> int:
    """How many constraints a derived document states: all sources but those of types."""
    if isinstance(node, list):
        return sum(map(_constraints, node))
    if not isinstance(node, Mapping):
        return 0
    own = node.get("x-sources", {}).keys() - {"type", "required"}
    return len(own) + sum(map(_constraints, node.values()))
