"""``conformance derive``: API-reference pages to one OpenAPI document a service."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from conformance.errors import BadInput

if TYPE_CHECKING:
    from conformance.contract.deriving import ServicePages
    from conformance.documents.reference import ReferenceReading

FILE_SUFFIXES = {".yaml", ".yml"}
SPEC_NAME = "openapi.yaml"


class NothingToDerive(BadInput):
    """No page could be read; ``problems`` are the reasons."""

    hint = "check that the pages are complete ones of the English AWS API reference"

    def __init__(self, problems: Sequence[BadInput]) -> None:
        self.problems = tuple(problems)
        told = f"none of the {len(problems)} pages can be read; the first: " if problems else ""
        super().__init__(
            f"{told}{problems[0]}" if problems else "no page is of an operation or a data type"
        )


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
    "--model",
    "fitting",
    metavar="NAME",
    help="The SDK model that the pages are of, where that is not clear: it sets up what they lack.",
)
@click.option(
    "--path",
    "paths",
    multiple=True,
    metavar="GLOB",
    help="With --from-model: only operations on these paths, or of these names (repeatable).",
)
@click.option(
    "--cache",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where fetched pages are kept, so that a run goes on where it ended.",
)
@click.option(
    "--delay",
    type=click.FloatRange(min=0),
    default=0.5,
    show_default=True,
    help="Seconds between two pages that are fetched.",
)
@click.option("--refresh", is_flag=True, help="Fetch pages again that the cache has.")
def command(
    pages: tuple[str, ...],
    output: Path,
    service: str | None,
    model: str | None,
    fitting: str | None,
    paths: tuple[str, ...],
    **fetching: Any,
) -> None:
    """Derive OpenAPI from API-reference pages.

    PAGE is a file, a folder or a URL: operation, data-type, patch-operations and common-errors
    pages in plain text, Markdown or HTML. Where two pages state the same thing, the later one wins:
    pages count in the order given, in a folder plain text first and then by name. The URL of an
    index stands for every page that it links: they are fetched one by one, and kept.

    A single member that a page does not place is left out with a note. Pages of prose, which a
    reference has beside those of its operations and types, are passed over.

    If a page that is named itself cannot be read, nothing is written. Of a folder or an index the
    pages that cannot be read are named and left out; the rest is written, and the exit status is 2.

    What pages lack, the signing name for one and how to make what they are about, a run takes from
    the SDK model with the same operations: for setup only, see --model.

    The robots.txt of a site is read before anything else, and every page is fetched once.
    """
    from conformance.cli.derived_services import by_service, main_service
    from conformance.contract.deriving import as_yaml, write_all
    from conformance.documents.sources import ORDER_RULE

    if bool(pages) == bool(model):
        raise click.UsageError("give pages, or a service with --from-model: one of the two")
    if fitting:
        _check_model(fitting, from_pages=bool(pages))
    problems: list[BadInput] = []
    whole = False
    if model:
        services = {service or model: _modelled(model, service or model, paths)}
    else:
        reading = _read(pages, service, fetching)
        problems += reading.problems
        whole = reading.whole
        services, refused = by_service(reading, service, fitting or "")
        problems += refused
        if _is_one_file(output):
            services = main_service(services, reading)
    if not services:
        raise NothingToDerive(problems)
    targets = _targets(output, list(services))
    skipping = problems if whole else None
    derived = {name: _assembled(found, skipping) for name, found in services.items()}
    write_all({targets[name]: as_yaml(document) for name, document in derived.items()})
    if pages:
        click.echo(f"order: {ORDER_RULE}")
    for name, found in services.items():
        for line in _report(found, derived[name]):
            click.echo(line)
        click.echo(f"{name}: written to {targets[name]}")
        told = _lacking(name, derived[name])
        if told:
            click.echo(told)
    _tell_skipped(problems)


def _read(
    pages: tuple[str, ...], service: str | None, fetching: Mapping[str, Any]
) -> ReferenceReading:
    from conformance.documents.crawl import CrawlOptions, usual_cache
    from conformance.documents.reference import read_reference

    cache = fetching["cache"] or usual_cache()
    how = CrawlOptions(cache, fetching["delay"], fetching["refresh"], _progress)
    return read_reference(pages, service, how)


def _progress(done: int, known: int, address: str) -> None:
    click.echo(f"page {done + 1} of {known}: {address}", err=True)


def _assembled(found: ServicePages, problems: list[BadInput] | None) -> dict[str, Any]:
    """The document of a service; with ``problems``, the second of two equal requests is skipped."""
    from conformance.contract.deriving import assemble
    from conformance.contract.deriving.assemble import assemble_whole

    if problems is None:
        return assemble(found)
    document, skipped = assemble_whole(found)
    problems += skipped
    return document


def _tell_skipped(problems: Sequence[BadInput]) -> None:
    """Name the pages that were left out, and exit with an error if there are any."""
    for problem in problems:
        click.echo(f"skipped: {problem}", err=True)
    if problems:
        pages = "page was" if len(problems) == 1 else "pages were"
        click.echo(f"{len(problems)} {pages} left out; the rest is written", err=True)
        sys.exit(problems[0].exit_code)


def _check_model(name: str, *, from_pages: bool) -> None:
    """Raises UnknownModel, UnspokenProtocol, or click.UsageError where there are no pages."""
    from conformance.documents.sdk.models import load_model

    if not from_pages:
        raise click.UsageError("--model goes with pages; --from-model derives without any")
    load_model(name)


def _lacking(service: str, document: Mapping[str, Any]) -> str:
    """In one line, what a run takes from an SDK model because the pages lack it."""
    from conformance.contract.building import build_contract
    from conformance.contract.inference.setup_operations import completed

    if "x-signing" in document:
        return ""
    contract = build_contract(service, document, {})
    return completed(contract, document, build_contract).completed


def _modelled(model: str, service: str, paths: tuple[str, ...]) -> ServicePages:
    from conformance.contract.globs import glob
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
        return {name: output / name / SPEC_NAME for name in services}
    if len(services) > 1:
        raise OneFileManyServices(output, services)
    return dict.fromkeys(services, output)


def _is_one_file(output: Path) -> bool:
    return output.suffix.lower() in FILE_SUFFIXES and not output.is_dir()


def _report(found: ServicePages, document: Mapping[str, Any]) -> Iterator[str]:
    from conformance.documents.problems import printable

    pages = sum(bool(document.text) for document in found.documents)
    yield (
        f"{found.service}: {pages or len(found.documents)} documents, "
        f"{len(found.operations)} operations, "
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
    """How many constraints a derived document states: all sources but those of types."""
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
