"""``conformance completion``: the script that makes a shell complete commands and options."""

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script of SHELL, for its start-up file to evaluate."""
    from click.shell_completion import get_completion_class

    from conformance.cli import cli

    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(made(cli, {}, "conformance", "_CONFORMANCE_COMPLETE").source())
