"""``conformance overlay``: the part of a contract that people write."""

import sys
from pathlib import Path

import click

from conformance.cli.options import protocol_option, specs_option
from conformance.contract.locate import is_on_demand, spec_file
from conformance.contract.locate import services as all_services
from conformance.errors import BadInput
from conformance.reports.text import plural


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
    from conformance.contract.deriving.writing import as_yaml, write_all
    from conformance.contract.load import derived_spec
    from conformance.plan.valid_requests.overlay_template import render_overlay_template
    from conformance.runs.learning import found_requests

    contract = build_contract(service, derived_spec(service), {})
    path = output or spec_file(service, "overlay.yaml")
    # A service without a spec gets both: an overlay stands beside its spec.
    is_new = is_on_demand(service) and output is None
    if is_new:
        path = Path("specs") / service / "overlay.yaml"
    if path.exists() and not force:
        raise BadInput(
            f"{path} exists", "write another file with -o FILE, or replace this one with --force"
        )
    if learn is not None:
        found = found_requests(service, learn)
        contract.found.by_operation.update(found)
        learned = f"found valid requests for {len(found)} operations by trying them on {learn}"
        click.echo(f"{service}: {learned}")
    text, kinds = render_overlay_template(contract)
    files = {path: text}
    if is_new:
        files[path.with_name("openapi.yaml")] = as_yaml(derived_spec(service))
    write_all(files)
    click.echo(f"{service}: {kinds} kinds of resources, written to {path}")
    if is_new:
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
        counted = plural(len(mistakes), "mistake") if mistakes else "nothing wrong"
        click.echo(f"{service}: {counted}")
        wrong += len(mistakes)
    if wrong:
        sys.exit(BadInput.exit_code)


@command.command(name="schema")
def schema() -> None:
    """Print the JSON Schema of an overlay's `x-conformance`, for an editor."""
    import json

    from conformance.contract.overlays.overlay_reading import overlay_schema

    click.echo(json.dumps(overlay_schema(), indent=2))
