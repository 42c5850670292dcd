"""The documentation site: it builds without a warning, and what is generated is up to date."""

from __future__ import annotations

import importlib.util
import json
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"


def reference():
    """The module that generates the overlay reference."""
    spec = importlib.util.spec_from_file_location(
        "overlay_reference", DOCS / "overlay_reference.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


class Page(HTMLParser):
    """The targets, addresses and loaded files of a page."""

    def __init__(self, text):
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = {name: value or "" for name, value in attrs}
        self.ids |= {given["id"]} if "id" in given else set()
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if "src" in given:
            self.loaded.append(given["src"])
        if tag == "link" and given.get("rel") in {"stylesheet", "icon"}:
            self.loaded.append(given["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    pytest.importorskip("mkdocs", reason="mkdocs is not installed (extra docs)")
    pytest.importorskip("material", reason="mkdocs-material is not installed (extra docs)")
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    paths = [path for path in folder.rglob("*.html") if path.name != "404.html"]
    return {path: Page(path.read_text(encoding="utf-8")) for path in paths}


def test_every_page_is_built(site):
    built = {page.stem for page in site}
    assert built == {page.stem for page in DOCS.rglob("*.md")}
    assert len(site) == len([*DOCS.rglob("*.md")])


def test_every_link_inside_the_site_leads_to_a_place(site):
    followed = 0
    for path, page in site.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme:
                continue
            to = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            to = to / "index.html" if to.is_dir() else to
            assert to.exists(), f"{path.name}: {link}"
            if parts.fragment and to in site:
                assert unquote(parts.fragment) in site[to].ids, f"{path.name}: {link}"
            followed += 1
    assert followed > 200


def test_a_page_loads_nothing_from_elsewhere(site):
    loaded = {file for page in site.values() for file in page.loaded}
    assert loaded
    assert [file for file in loaded if urlsplit(file).netloc] == []


def test_the_overlay_reference_is_what_the_schema_generates():
    module = reference()
    assert (DOCS / "overlay-reference.md").read_text(encoding="utf-8") == module.generated()


@pytest.mark.parametrize("change", ["key", "kind", "definition", "meaning"])
def test_a_word_without_a_meaning_is_an_error(change):
    module = reference()
    schema = json.loads(module.SCHEMA.read_text(encoding="utf-8"))
    words = yaml.safe_load(module.WORDS.read_text(encoding="utf-8"))
    root = module._root(schema)["properties"]
    if change == "key":
        root["further"] = {"type": "string"}
    if change == "kind":
        del words["kinds"]["steps"]
    if change == "definition":
        schema["$defs"]["Further"] = {"properties": {"key": {"type": "string"}}}
    if change == "meaning":
        words["kinds"]["last-page"] = {"means": "", "words": {"nothing": "has this key"}}
    with pytest.raises(module.Mismatch):
        module.page(schema, words)


def test_every_decision_is_listed():
    files = sorted(path.name for path in (DOCS / "decisions").glob("[0-9]*.md"))
    index = (DOCS / "decisions" / "index.md").read_text(encoding="utf-8")
    assert re.findall(r"\]\((\d{4}-[a-z0-9-]+\.md)\)", index) == files
    assert [int(name[:4]) for name in files] == list(range(1, len(files) + 1))
    for name in files:
        heading = (DOCS / "decisions" / name).read_text(encoding="utf-8").splitlines()[0]
        assert heading.startswith(f"# {int(name[:4])}. ")
        assert f"[{heading.partition('. ')[2]}]({name})" in index


def test_the_pictures_are_small():
    pictures = [*(DOCS / "images").iterdir()]
    assert {path.name for path in pictures} == {"report.png", "terminal.svg"}
    assert [path.name for path in pictures if path.stat().st_size > 200_000] == []
