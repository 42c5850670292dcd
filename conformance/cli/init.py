"""``conformance init``: a configuration file and a workflow for the project in this folder."""

import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import click

from conformance.cli import config_file
from conformance.errors import reason
from conformance.reports.files import UnwritableReport

GITHUB, GITLAB = "github", "gitlab"
_EMULATORS = ("moto", "ministack", "localstack")
_DEPENDENCIES = (
    "pyproject.toml", "setup.cfg", "setup.py", "Pipfile", "requirements*.txt", "requirements/*.txt",
    "*compose*.y*ml", "package.json",
)  # fmt: skip
_LONGEST = 1_000_000
_NONE = "none"
_FILES = {GITHUB: ".github/workflows/conformance.yml", GITLAB: ".gitlab/conformance.yml"}
_PACKAGES = {
    "moto": "'aws-conformance[moto]'",
    "ministack": "aws-conformance ministack",
    "localstack": "aws-conformance 'localstack-core[runtime]'",
}
_USUAL = "http://127.0.0.1:4566"


@click.command()
@click.option(
    "--ci", "forge", type=click.Choice([GITHUB, GITLAB, _NONE]),
    help="Which workflow to write (default: what fits this folder).",
)  # fmt: skip
@click.option("--target", metavar="NAME", help="What to test (default: what fits this folder).")
def command(forge: str | None, target: str | None) -> None:
    """Write conformance.toml and a workflow that fit this folder.

    Overwrites nothing, and says what it did. The exit status is 0 even if everything was there
    already.
    """
    here = Path()
    here_forge, forge_seen = next(forges(here), ("", ""))
    here_emulator, emulator_seen = next(emulators(here), ("", ""))
    if here_emulator and target is None:
        click.echo(f"{emulator_seen} names {here_emulator}")
    emulator = here_emulator if target is None else target
    _write_config(here, emulator)
    chosen = forge or here_forge
    if here_forge and forge is None:
        click.echo(f"{forge_seen} says that CI runs on {here_forge}")
    if chosen in _FILES:
        _write(here / _FILES[chosen], workflow(chosen, emulator))
        if chosen == GITLAB:
            _include(here)
    elif forge is None:
        click.echo(
            "no workflow: nothing here points to GitHub or GitLab; use --ci github or --ci gitlab"
        )
    click.echo("next: conformance run")


def workflow(forge: str, emulator: str) -> str:
    """A workflow of GitHub Actions, or a job of GitLab to be included."""
    return _template(f"{forge}.yml", packages=_PACKAGES.get(emulator, "aws-conformance"))


def _write_config(here: Path, emulator: str) -> None:
    there = config_file.find()
    if there is not None:
        click.echo(f"kept {there.path}, which already has a configuration")
        return
    text = _template("conformance.toml", target=emulator or _USUAL)
    _write(here / config_file.NAME, text if emulator else text + _template("start.toml"))


def _include(here: Path) -> None:
    """Make GitLab's main file include the job, or say how to."""
    main = here / ".gitlab-ci.yml"
    included = f"include: {_FILES[GITLAB]}\n"
    if not main.exists():
        _write(main, included)
    elif _FILES[GITLAB] not in main.read_text("utf-8", "replace"):
        click.echo(f"add to {main}: {included.strip()}")


def _template(name: str, **values: str) -> str:
    folder = resources.files("conformance.cli").joinpath("templates")
    return folder.joinpath(name).read_text("utf-8").format(**values)


def _write(path: Path, text: str) -> None:
    """Write a file that is not there yet, and say so."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        click.echo(f"kept {path}, which already exists")
    except OSError as error:
        raise UnwritableReport(path, reason(error)) from None
    else:
        click.echo(f"wrote {path}")


# -- what a folder tells of its project ------------------------------------------------------------


def forges(folder: Path) -> Iterator[tuple[str, str]]:
    """The CI systems that the project uses, each with the evidence."""
    if (folder / ".gitlab-ci.yml").exists():
        yield GITLAB, ".gitlab-ci.yml"
    if (folder / ".github").is_dir():
        yield GITHUB, ".github"
    remotes = _text(folder / ".git" / "config")
    for forge in (GITHUB, GITLAB):
        if re.search(rf"url\s*=.*\b{forge}\.", remotes):
            yield forge, "the remote in .git/config"


def emulators(folder: Path) -> Iterator[tuple[str, str]]:
    """The emulators that the project uses, each with the evidence."""
    for pattern in _DEPENDENCIES:
        for path in sorted(folder.glob(pattern)):
            text = "\n".join(
                line for line in _text(path).splitlines() if not re.match(r"\s*(#|name\b)", line)
            )
            for name in _EMULATORS:
                # As the name of a package or an image: moto[server], localstack/localstack:4.
                if re.search(rf"(?<![\w.-]){name}(?:-core)?(?![\w-])", text, re.IGNORECASE):
                    yield name, str(path.relative_to(folder))


def _text(path: Path) -> str:
    try:
        return path.read_bytes()[:_LONGEST].decode("utf-8", "replace")
    except OSError:
        return ""
