"""What README.md and ARCHITECTURE.md name is there."""

from __future__ import annotations

import importlib
import re
import shlex
from pathlib import Path

import pytest
import yaml

from conformance.cli import SUBCOMMANDS

ROOT = Path(__file__).parents[2]
PAGES = ["README.md", "ARCHITECTURE.md", "CHANGELOG.md", "CONTRIBUTING.md"]
README = (ROOT / "README.md").read_text()
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text()


def commands():
    """Every line of a ``conformance`` command in the README, continued lines joined."""
    text = README.replace("\\\n", " ")
    indented = r"^(?: {4}|- run: | *)(conformance [a-z].*?)(?:\s+#.*|\s+\|\| .*)?$"
    return re.findall(indented, text, re.MULTILINE)


@pytest.mark.parametrize("line", commands())
def test_a_command_of_the_readme_is_understood(line):
    name, *arguments = shlex.split(line)[1:]
    assert name in SUBCOMMANDS
    command = importlib.import_module(f"conformance.cli.{name.replace('-', '_')}").command
    command.make_context(name, arguments)


def test_the_readme_has_commands():
    assert len(commands()) > 10


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page):
    text = (ROOT / page).read_text()
    for link in re.findall(r"\]\(([^)#]+)\)", text):
        assert link.startswith("https://") or (ROOT / link).exists(), link


def test_every_folder_has_its_paragraph():
    folders = [path.parent.name for path in (ROOT / "conformance").glob("*/__init__.py")]
    missing = [name for name in folders if f"**{name}/**" not in ARCHITECTURE]
    assert missing == []


def words_of(rule):
    """The keys of a rule; one that changes a protocol's has no kind of its own."""
    yield from (f"rule: {rule[key]}" for key in ("rule",) if key in rule)
    yield from rule


def vocabulary(overlay):
    """The keys that an overlay uses of those that ARCHITECTURE.md explains."""
    for action in overlay["actions"]:
        update = action.get("update")
        if not isinstance(update, dict):
            continue
        yield from (key for key in update if key.startswith("x-"))
        facts = update.get("x-conformance")
        if facts is None:
            continue
        yield from facts
        for lifecycle in (facts["resource"], *facts.get("resources", {}).values()):
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
    missing = [key for key in used if not re.search(rf"`{re.escape(key)}[`:]", ARCHITECTURE)]
    assert missing == []


@pytest.mark.parametrize(
    "path", sorted((ROOT / "specs" / "protocols").glob("*.yaml")), ids=lambda path: path.stem
)
def test_the_vocabulary_of_the_protocols_is_explained(path):
    stated = yaml.safe_load(path.read_text())
    rules = [rule for part in ("rules", "operations", "showing") for rule in stated[part].values()]
    used = sorted({word for rule in rules for word in words_of(rule)} | {*stated} - {"protocol"})
    missing = [key for key in used if not re.search(rf"`{re.escape(key)}[`:]", ARCHITECTURE)]
    assert missing == []
