"""``conformance spec``: the merged OpenAPI of a service."""

import json

import click

from conformance.cli.options import protocol_option, specs_option


@click.command()
@click.argument("service")
@click.option(
    "--format", "form", type=click.Choice(["yaml", "json"]), default="yaml", show_default=True
)
@protocol_option
@specs_option
def command(service: str, form: str) -> None:
    """Print the OpenAPI document of SERVICE with its overlay applied."""
    from conformance.contract.load import merged_spec

    spec = merged_spec(service)
    if form == "json":
        click.echo(json.dumps(spec, indent=2, ensure_ascii=False))
        return
    import yaml

    click.echo(yaml.dump(spec, sort_keys=False, allow_unicode=True, width=100), nl=False)
