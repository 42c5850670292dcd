"""``conformance overlay``: the part of a contract that people write."""

import sys
from pathlib import Path

import click

from conformance.cli.options import protocol_option, specs_option
from conformance.errors import BadInput


class OverlayExists(BadInput):
    """An overlay exists that somebody may have written by hand."""

    hint = "write another file with -o FILE, or replace this one with --force"

    def __init__(self, path: Path) -> None:
        self.path = path
        super().__init__(f"{path} exists")


@click.group(name="overlay")
def command() -> None:
    """Write and check overlays, the part of a contract that prose and observation add."""


@command.command(name="init")
@click.argument("service")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="The file to write (default: next to the derived spec).",
)
@click.option("--force", is_flag=True, help="Replace an existing overlay.")
@protocol_option
@click.option(
    "--learn", metavar="TARGET",
    help="Find valid requests by trying them on this target (moto or a URL), as a run does.",
)  # fmt: skip
@specs_option
def init(service: str, output: Path | None, learn: str | None, *, force: bool) -> None:
    """Write a draft of an overlay for SERVICE, with what the tool can infer, for you to correct.

    The draft says which operations create, read, update, list and delete which resources, and how
    sure that is. As long as it says `inferred: true`, nothing in it counts against a target.
    """
    from conformance.contract.building import build_contract
    from conformance.contract.load import derived_spec
    from conformance.contract.locate import is_on_demand, spec_file
    from conformance.plan.valid_requests.overlay_template import draft

    contract = build_contract(service, derived_spec(service), {})
    path = output or spec_file(service, "overlay.yaml")
    # Of a service without a spec both are written: an overlay stands beside the spec it is of.
    own = is_on_demand(service) and output is None
    if own:
        path = Path("specs") / service / "overlay.yaml"
    if path.exists() and not force:
        raise OverlayExists(path)
    from conformance.contract.deriving.writing import write_all

    if learn is not None:
        from conformance.runs.learning import found_requests

        found = found_requests(service, learn)
        contract.found.by_operation.update(found)
        told = f"found valid requests for {len(found)} operations by trying them on {learn}"
        click.echo(f"{service}: {told}")
    text, kinds = draft(contract)
    files = {path: text}
    if own:
        spec = path.with_name("openapi.yaml")
        files[spec] = spec_file(service, spec.name).read_text("utf-8")
    write_all(files)
    click.echo(f"{service}: {kinds} kinds of resources, written to {path}")
    if own:
        click.echo(f"{service}: use it with --specs {path.parent}")


@command.command(name="check")
@click.argument("services", nargs=-1)
@protocol_option
@specs_option
def check(services: tuple[str, ...]) -> None:
    """Check the overlays of SERVICES (default: all) and print each mistake with its line.

    An unknown key, rule, operation or member is a mistake. The exit status is 2 if there is one.
    """
    from conformance.contract.load import overlay_mistakes, read_spec_files
    from conformance.contract.locate import services as all_services
    from conformance.contract.overlays.overlay_faults import WrongOverlay

    wrong = 0
    for service in services or all_services():
        try:
            files = read_spec_files(service)
            mistakes = tuple(overlay_mistakes(service, files))
        except WrongOverlay as error:
            mistakes = error.mistakes
        else:
            if files.overlay is None:
                click.echo(f"{service}: no overlay")
                continue
        for mistake in mistakes:
            click.echo(f"{mistake}\n  hint: {mistake.hint}")
        click.echo(f"{service}: {_counted(len(mistakes))}")
        wrong += len(mistakes)
    if wrong:
        sys.exit(BadInput.exit_code)


@command.command(name="schema")
def schema() -> None:
    """Print the JSON Schema of an overlay's `x-conformance`, for an editor."""
    import json

    from conformance.contract.overlays.overlay_reading import overlay_schema

    click.echo(json.dumps(overlay_schema(), indent=2))


def _counted(mistakes: int) -> str:
    return {0: "nothing wrong", 1: "1 mistake"}.get(mistakes, f"{mistakes} mistakes")
