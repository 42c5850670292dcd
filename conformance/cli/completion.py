"""``conformance completion``: the script that makes a shell complete commands and options."""

import click


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print the completion script of SHELL. Evaluate it in the shell's start-up file."""
    from click.shell_completion import get_completion_class

    from conformance.cli import cli

    made = get_completion_class(shell)
    if made is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(made(cli, {}, "conformance", "_CONFORMANCE_COMPLETE").source())
