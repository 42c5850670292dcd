"""What the documents name is there: commands, links, folders, the words of the overlays."""

from __future__ import annotations

import importlib
import re
import shlex
from pathlib import Path

import click
import pytest
import yaml

from conformance.cli import SUBCOMMANDS

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md"]
SITE = sorted(str(path.relative_to(ROOT)) for path in DOCS.rglob("*.md"))
README = (ROOT / "README.md").read_text()
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text()
VOCABULARY = "".join(
    (DOCS / name).read_text() for name in ("overlays.md", "overlay-reference.md", "protocols.md")
)
"""Where the words of the overlays are explained."""


def code(text):
    """The blocks of code of a page, fenced or indented."""
    yield from re.findall(r"^```\w*.*\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    yield from re.findall(r"(?:^ {4}\S.*\n)+", text, re.MULTILINE)


def commands(page):
    """Every line of a ``conformance`` command in a page's code."""
    for block in code((ROOT / page).read_text()):
        yield from re.findall(r"^ *(conformance [a-z].*?)(?:\s+#.*)?$", block, re.MULTILINE)


ALL_COMMANDS = [(page, line) for page in ("README.md", *SITE) for line in commands(page)]


@pytest.mark.parametrize(("page", "line"), ALL_COMMANDS)
def test_a_command_of_the_documents_is_understood(page, line, tmp_path, monkeypatch):
    # `--specs` wants a folder with a contract in it.
    (tmp_path / "specs" / "service").mkdir(parents=True)
    (tmp_path / "specs" / "service" / "openapi.yaml").touch()
    (tmp_path / "records").mkdir()
    for file in ("conformance.toml", "other.toml"):
        (tmp_path / file).write_text("[profiles.nightly]\n")
    monkeypatch.chdir(tmp_path)
    name, *arguments = shlex.split(line)[1:]
    assert name in SUBCOMMANDS
    command = importlib.import_module(f"conformance.cli.{name.replace('-', '_')}").command
    while isinstance(command, click.Group) and arguments and arguments[0] in command.commands:
        name, *arguments = arguments
        command = command.commands[name]
    with command.make_context(name, arguments):
        pass


def test_the_documents_have_commands():
    assert len([*commands("README.md")]) > 10
    shown = {shlex.split(line)[1] for _, line in ALL_COMMANDS}
    assert shown == set(SUBCOMMANDS)


def test_the_readme_has_the_two_commands_of_a_checkout():
    assert re.findall(r"^ {4}(make \w+)", README, re.MULTILINE) == ["make run", "make test"]


def test_the_readme_is_short():
    assert len(README.split()) <= 900


def test_the_readme_has_pictures():
    pictures = re.findall(r"!\[[^\]]{20,}\]\(([^)]+)\)", README)
    assert pictures == ["docs/images/terminal.svg", "docs/images/report.png"]


def test_the_architecture_is_short():
    assert len(ARCHITECTURE.splitlines()) <= 150


@pytest.mark.parametrize("page", [*PAGES, *SITE])
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text()
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith(("https://", "#")):
            continue
        path, _, anchor = link.partition("#")
        to = (ROOT / page).parent / path
        assert to.exists(), link
        assert not anchor or anchor in anchors(to.read_text()), link


def test_pages_have_links():
    pages = [(ROOT / page).read_text() for page in (*PAGES, *SITE)]
    assert sum(len(re.findall(r"\]\(([^)\s]+)\)", text)) for text in pages) > 100


def anchors(text):
    """The anchors of a page's headings."""
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {
        re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


def test_every_folder_has_its_paragraph():
    folders = [path.parent.name for path in (ROOT / "conformance").glob("*/__init__.py")]
    assert len(folders) > 10
    missing = [name for name in folders if f"- **{name}/** " not in ARCHITECTURE]
    assert missing == []


def test_a_paragraph_has_its_folder():
    named = re.findall(r"^- \*\*(\w+)/\*\* ", ARCHITECTURE, re.MULTILINE)
    assert [name for name in named if not (ROOT / "conformance" / name).is_dir()] == []


def test_the_folders_that_contributors_are_sent_to_are_there():
    named = re.findall(r"`(conformance/\w+/)`", (ROOT / "CONTRIBUTING.md").read_text())
    assert len(named) > 5
    assert [name for name in named if not (ROOT / name).is_dir()] == []


def words_of(rule):
    """The keys of a rule; one that changes a protocol's has no kind of its own."""
    yield from (f"rule: {rule[key]}" for key in ("rule",) if key in rule)
    yield from rule


def vocabulary(overlay):
    """The keys that an overlay uses of those that the documents explain."""
    for action in overlay["actions"]:
        update = action.get("update")
        if not isinstance(update, dict):
            continue
        yield from (key for key in update if key.startswith("x-"))
        facts = update.get("x-conformance")
        if facts is None:
            continue
        yield from facts
        for lifecycle in (facts.get("resource", {}), *facts.get("resources", {}).values()):
            yield from lifecycle
        yield from facts.get("model", {}).get("members", ())
        for operation in facts["operations"].values():
            yield from operation
        for rule in facts["rules"].values():
            yield from words_of(rule)
            for step in rule.get("steps", ()):
                yield from step


@pytest.mark.parametrize(
    "path", sorted((ROOT / "specs").glob("*/overlay.yaml")), ids=lambda path: path.parent.name
)
def test_the_vocabulary_of_the_overlays_is_explained(path):
    used = sorted(set(vocabulary(yaml.safe_load(path.read_text()))))
    missing = [key for key in used if not re.search(rf"`{re.escape(key)}[`:]", VOCABULARY)]
    assert missing == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "specs" / "protocols").glob("*.yaml")), ids=lambda path: path.stem
)
def test_the_vocabulary_of_the_protocols_is_explained(path):
    stated = yaml.safe_load(path.read_text())
    rules = [
        rule
        for part in ("rules", "operations", "showing")
        for rule in stated.get(part, {}).values()
    ]
    used = sorted({word for rule in rules for word in words_of(rule)} | {*stated} - {"protocol"})
    missing = [key for key in used if not re.search(rf"`{re.escape(key)}[`:]", VOCABULARY)]
    assert missing == []
