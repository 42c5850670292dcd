"""Whole API references: folders and indexes of hundreds of pages, some of which cannot be read."""

from __future__ import annotations

import shutil
import threading
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import pytest
import yaml
from click.testing import CliRunner, Result
from openapi_spec_validator import validate

from benchmarks.pages import written
from conformance.cli.derive import NothingToDerive, command
from conformance.contract.comparison.model_comparison import compare, operation_names
from conformance.contract.vocabulary.overlay_access import KnownDifference, Sdk
from conformance.documents.sdk.models import load_model
from conformance.documents.sdk.pages import model_pages
from tests.sampling import one_in

if TYPE_CHECKING:
    from collections.abc import Iterator

ORCHARD = Path(__file__).parent.parent / "documents" / "pages" / "orchard"
# What no page says: types of parameters and of headers, and which members an answer always has.
SILENCE = (
    KnownDifference(at="*/request/*/type", only="model", reason="parameters have no types"),
    KnownDifference(at="*/response/*/type", only="model", reason="headers have no types"),
    KnownDifference(
        at="*/response/*/required", only="model", reason="answers have no Required lines"
    ),
)


def derive(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(command, [str(argument) for argument in arguments])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def write_pages(service: str, folder: Path) -> int:
    folder.mkdir(parents=True)
    texts = written(model_pages(load_model(service), service))
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")
    return len(texts)


def loaded(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(path.read_bytes())
    return content


@pytest.mark.parametrize(
    ("service", "shows"),
    one_in(
        2,
        [
            ("scheduler", "enums, query members, lists of maps"),
            ("glacier", "streaming bodies, header members, structures as the whole body"),
            ("amplifyuibuilder", "recursive types, maps of structures"),
            ("dataexchange", "prefix headers, host prefixes, unions"),
        ],
    ),
)
def test_pages_of_a_whole_service_give_what_its_model_says(
    service: str, shows: str, tmp_path: Path
) -> None:
    write_pages(service, tmp_path / service)
    result = derive(tmp_path / service, "-o", tmp_path / "o.yaml")
    assert result.exit_code == 0, result.output
    spec = loaded(tmp_path / "o.yaml")
    found = compare(service, spec, load_model(service), Sdk(differences=SILENCE))
    told = {one.address for one in found.unexplained}
    # A page does not show whether a query parameter is a list.
    assert {one for one in told if "acceptanceState" not in one} == set(), shows
    assert sum(count.same for count in found.counts.values()) > 500


def test_a_label_may_have_the_name_of_the_segment_before_it(tmp_path: Path) -> None:
    page = (ORCHARD / "GraftTree.md").read_text().replace("/trees/{{TreeName}}", "/trees/{{trees}}")
    folder = tmp_path / "orchard"
    folder.mkdir()
    (folder / "GraftTree.md").write_text(page.replace("[TreeName]", "[trees]"))
    assert derive(folder, "-o", tmp_path / "o.yaml").exit_code == 0
    assert "/orchards/{OrchardId}/trees/{trees}?mode=graft" in loaded(tmp_path / "o.yaml")["paths"]


GARBAGE = {
    "error.html": ("<html><body><h1>Access Denied</h1></body></html>", "error.html"),
    "cut.md": ("", "cut.md"),
    "german.md": ("", "german.md"),
    "contradiction.md": ("", "contradiction.md"),
    "binary.md": ("", "binary.md"),
    "json.md": (
        "# PutIt\n\n## Request Syntax\n\n```\n{\n}\n```\n\n## Request Parameters\n\n## Errors\n",
        "AWS JSON",
    ),
    "query.md": (
        "# ListIt\n\n## Request Parameters\n\n**A**\n\nType: String\n\n## Errors\n",
        "Query",
    ),
    "xml.md": (
        "# GetIt\n\n## Request Syntax\n\n```\nGET /it HTTP/1.1\n\n<It/>\n```\n\n## Errors\n",
        "restXml",
    ),
}


def spoil(folder: Path) -> None:
    page = (ORCHARD / "GraftTree.md").read_text()
    for name, (text, _) in GARBAGE.items():
        (folder / name).write_text(text)
    (folder / "cut.md").write_text(page[: len(page) // 2])
    (folder / "german.md").write_text(page.replace("Type: Long", "Typ: Lang"))
    (folder / "contradiction.md").write_text(page.replace('"Note": ', '"Notes": '))
    (folder / "binary.md").write_bytes(b"\x89PNG\r\n\x1a\n\0\xff")


def test_garbage_is_named_and_skipped(tmp_path: Path) -> None:
    folder = tmp_path / "orchard"
    shutil.copytree(ORCHARD, folder)
    assert derive(folder, "-o", tmp_path / "clean.yaml").exit_code == 0
    spoil(folder)
    (folder / "Welcome.md").write_text("# Welcome\n\nto the orchard\n")
    result = derive(folder, "-o", tmp_path / "o.yaml")
    assert result.exit_code == 2
    skipped = [line for line in result.stderr.splitlines() if line.startswith("skipped: ")]
    assert len(skipped) == len(GARBAGE)
    for name, (_, told) in GARBAGE.items():
        assert any(name in line and told in line for line in skipped), name
    # The good part is whole: it is the spec that the good pages alone give, but for the list.
    assert (tmp_path / "o.yaml").read_bytes() == (tmp_path / "clean.yaml").read_bytes()


def test_nothing_but_garbage_writes_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "orchard"
    folder.mkdir()
    spoil(folder)
    with pytest.raises(NothingToDerive) as caught:
        derive(folder, "-o", tmp_path / "o.yaml")
    assert caught.value.exit_code == 2
    assert not (tmp_path / "o.yaml").exists()


def test_two_operations_with_one_request(tmp_path: Path) -> None:
    folder = tmp_path / "orchard"
    shutil.copytree(ORCHARD, folder)
    page = (folder / "GraftTree.md").read_text()
    (folder / "Graft2.md").write_text(page.replace("GraftTree", "Regraft"))
    result = derive(folder, "-o", tmp_path / "o.yaml")
    assert result.exit_code == 2
    assert "GraftTree and Regraft" in result.stderr
    assert operation_names(loaded(tmp_path / "o.yaml")) == {"GraftTree"}


class Site(SimpleHTTPRequestHandler):
    """Serves a folder, remembers what was asked for, and fails where it is told to."""

    asked: ClassVar[list[str]]
    agents: ClassVar[set[str]]
    failing: ClassVar[dict[str, int]]

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.agents.add(self.headers.get("user-agent", ""))
        if self.failing.get(self.path, 0) > 0:
            self.failing[self.path] -= 1
            self.send_response(503)
            self.send_header("Retry-After", "0")
            self.end_headers()
            return
        if self.path == "/guide/APIReference/API_Away.html":
            self.send_response(302)
            self.send_header("Location", "http://127.0.0.2:9/elsewhere.html")
            self.end_headers()
            return
        super().do_GET()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[tuple[str, type[Site]]]:
    root = tmp_path / "site"
    folder = root / "guide" / "APIReference"
    write_pages("scheduler", folder)
    names = sorted(path.name for path in folder.iterdir())
    operations = [name for name in names if "Schedule" in name or "Tag" in name]
    others = [name for name in names if name not in operations]
    links = "".join(f'<li><a href="{name}#top">{name}</a></li>' for name in operations)
    more = '<a href="API_Types.html">Data Types</a><a href="https://elsewhere.test/x.html">x</a>'
    more += '<a href="../other.html">up</a><a href="secret/p.html">deeper</a>'
    more += '<a href="API_Hidden.html">h</a><a href="API_Gone.html">g</a>'
    (folder / "index.html").write_text(f"<html><body><h1>Welcome</h1>{links}{more}</body></html>")
    types = "".join(f'<a href="{name}">{name}</a>' for name in [*others, "API_Away.html"])
    (folder / "API_Types.html").write_text(f"<html><body><h1>Data Types</h1>{types}</body></html>")
    (folder / "API_Hidden.html").write_text("<html><h1>Hidden</h1></html>")
    (root / "robots.txt").write_text("User-agent: *\nDisallow: /guide/APIReference/API_Hidden\n")

    class Handler(Site):
        asked: ClassVar[list[str]] = []
        agents: ClassVar[set[str]] = set()
        failing: ClassVar[dict[str, int]] = {}

    handler = partial(Handler, directory=str(root))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/guide/APIReference/index.html", Handler
        server.shutdown()
        thread.join()


def crawl(index: str, tmp_path: Path, *more: str) -> Result:
    return derive(
        index, "-o", tmp_path / "s.yaml", "--service", "scheduler", "--delay", "0",
        "--cache", tmp_path / "cache", *more,
    )  # fmt: skip


def test_an_index_stands_for_what_it_links(site: tuple[str, type[Site]], tmp_path: Path) -> None:
    index, handler = site
    result = crawl(index, tmp_path)
    spec = loaded(tmp_path / "s.yaml")
    validate(spec)
    found = compare("scheduler", spec, load_model("scheduler"), Sdk(differences=SILENCE))
    assert found.unexplained == []
    # A page that robots.txt excludes, one that is gone, and one that leads to another host.
    assert result.exit_code == 2
    told = [line for line in result.stderr.splitlines() if line.startswith("skipped: ")]
    assert [name for name in ("Hidden", "Gone", "Away") if not any(name in t for t in told)] == []
    assert len(told) == 3
    assert not any("Hidden" in path for path in handler.asked)
    assert not any("other" in path or "secret" in path for path in handler.asked)
    pages = [path for path in handler.asked if path.endswith(".md")]
    assert len(pages) == len(set(pages)) == 33
    assert all(agent.startswith("conformance/") for agent in handler.agents)
    assert "page 3 of" in result.stderr


def test_a_second_run_goes_on_from_the_cache(site: tuple[str, type[Site]], tmp_path: Path) -> None:
    index, handler = site
    crawl(index, tmp_path)
    first = (tmp_path / "s.yaml").read_bytes()
    handler.asked.clear()
    crawl(index, tmp_path)
    assert (tmp_path / "s.yaml").read_bytes() == first
    assert not [path for path in handler.asked if path.endswith(".md")]
    lost = next((tmp_path / "cache").rglob("*API_CreateSchedule.md"))
    lost.unlink()
    handler.asked.clear()
    crawl(index, tmp_path)
    assert [path for path in handler.asked if path.endswith(".md")] == [
        "/guide/APIReference/API_CreateSchedule.md"
    ]
    handler.asked.clear()
    crawl(index, tmp_path, "--refresh")
    assert len([path for path in handler.asked if path.endswith(".md")]) == 33


def test_a_busy_site_is_asked_again(site: tuple[str, type[Site]], tmp_path: Path) -> None:
    index, handler = site
    handler.failing["/guide/APIReference/API_GetSchedule.md"] = 2
    crawl(index, tmp_path)
    assert "GetSchedule" in operation_names(loaded(tmp_path / "s.yaml"))


def test_the_pause_between_two_pages_is_kept(
    site: tuple[str, type[Site]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index, _ = site
    slept: list[float] = []
    monkeypatch.setattr("conformance.documents.crawl.time.sleep", slept.append)
    derive(
        index, "-o", tmp_path / "s.yaml", "--service", "scheduler", "--delay", "2",
        "--cache", tmp_path / "cache",
    )  # fmt: skip
    assert len([seconds for seconds in slept if seconds > 1.5]) >= 35
