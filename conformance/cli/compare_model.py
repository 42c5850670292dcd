"""``conformance compare-model``: a derived spec beside the official SDK model."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import click

from conformance.cli.options import protocol_option, specs_option

if TYPE_CHECKING:
    from conformance.contract.comparison.model_comparison import Comparison, FactDifference

SHOWN_VALUE = 60


@click.command(name="compare-model")
@click.argument("service")
@click.option("--model", help="The model's name in botocore, if it is not SERVICE.")
@click.option(
    "--format", "form", type=click.Choice(["text", "json"]), default="text", show_default=True
)
@click.option(
    "--all", "everything", is_flag=True, help="Also print differences that the overlay explains."
)
@protocol_option
@specs_option
def command(service: str, model: str | None, form: str, *, everything: bool) -> None:
    """Compare the derived spec of SERVICE with the SDK model that botocore ships.

    For each kind of fact, shows precision and recall, and each difference with both places. The
    section `sdk` of the overlay lists known differences with their reasons. Exit status: 0 no
    unexplained difference, 1 some, 2 no such spec or model.
    """
    from conformance.contract.comparison.model_comparison import compare
    from conformance.contract.load import derived_spec, stated_overlay
    from conformance.documents.sdk.models import load_model, protocols_of

    derived = derived_spec(service)
    about = stated_overlay(service).sdk
    name = model or about.model or service
    sdk_model = load_model(name)
    # The pages of a service with several protocols may use another one than the SDKs.
    if (protocol := derived.get("x-protocol")) in protocols_of(sdk_model.data["metadata"]):
        sdk_model = load_model(name, protocol)
    found = compare(service, derived, sdk_model, about)
    if form == "json":
        click.echo(json.dumps(_as_json(found), indent=2, ensure_ascii=False))
    else:
        _print(found, everything=everything)
    sys.exit(1 if found.unexplained else 0)


def _as_json(found: Comparison) -> dict[str, Any]:
    from dataclasses import asdict

    kinds = {
        kind: {**asdict(count), "precision": count.precision, "recall": count.recall}
        for kind, count in found.counts.items()
    }
    return {
        "service": found.service,
        "model": found.model,
        "kinds": kinds,
        "operations_outside": found.outside,
        "differences": [asdict(one) for one in found.differences],
        "unexplained": len(found.unexplained),
        "stale": found.stale,
    }


def _print(found: Comparison, *, everything: bool) -> None:
    click.echo(f"{found.service}: documents compared with the model {found.model}")
    click.echo(
        f"  {'kind':<16}{'documents':>10}{'model':>8}{'same':>8}{'precision':>11}{'recall':>9}"
    )
    for kind, count in found.counts.items():
        click.echo(
            f"  {kind:<16}{count.documents:>10}{count.model:>8}{count.same:>8}"
            f"{count.precision:>11.3f}{count.recall:>9.3f}"
        )
    if found.outside:
        click.echo(f"  {found.outside} operations of the model are outside the contract's paths")
    for difference in found.differences if everything else found.unexplained:
        _tell(difference)
    for address in found.stale:
        click.echo(f"  the overlay explains {address}, but nothing differs there any more")
    explained = len(found.differences) - len(found.unexplained)
    click.echo(
        f"{len(found.differences)} differences: {explained} explained in the overlay, "
        f"{len(found.unexplained)} not"
    )


def _tell(one: FactDifference) -> None:
    sides = {
        "documents": "only in the documents",
        "model": "only in the model",
        "both": "stated differently",
    }
    click.echo(f"  {one.address}: {sides[one.only]}")
    click.echo(f"    documents  {_value(one.documents)}  {_place(one.document_source)}")
    click.echo(f"    model      {_value(one.model)}  {_place(one.model_source)}")
    if one.reason:
        click.echo(f"    because    {one.reason}")


def _value(value: Any) -> str:
    text = "-" if value is None else json.dumps(value, ensure_ascii=False)
    return text if len(text) <= SHOWN_VALUE else f"{text[: SHOWN_VALUE - 3]}..."


def _place(source: Mapping[str, Any]) -> str:
    if "model" in source:
        return f"({source['model']} {source['path']})"
    if "document" in source:
        return f"({source['document']}:{source['line']}, {source['section']})"
    return "(nowhere)"
