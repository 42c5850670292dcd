from __future__ import annotations

import shutil
import time
from functools import partial
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from openapi_spec_validator import validate

from conformance.contract.deriving.writing import UnwritableOutput
from conformance.documents.problems import PageProblem, UnreadableDocument
from conformance.errors import BadInput
from tests.derived import derived
from tests.serving import QuietFiles, running

if TYPE_CHECKING:
    from collections.abc import Iterator

PAGES = Path(__file__).parent.parent / "documents"
ORCHARD = PAGES / "pages" / "orchard"


def test_one_service_one_file(tmp_path: Path) -> None:
    target = tmp_path / "out" / "orchard.yaml"
    told = derived(ORCHARD, "-o", target)
    assert "orchard: 4 documents, 1 operations" in told
    document = yaml.safe_load(target.read_bytes())
    validate(document)
    assert document["x-service"] == "orchard"
    operation = document["paths"]["/orchards/{OrchardId}/trees/{TreeName}?mode=graft"]["patch"]
    assert operation["x-patch-operations"]["/season/*"]["x-conditions"] == ["add"]
    assert [path.name for path in target.parent.iterdir()] == ["orchard.yaml"]


def test_schemas(tmp_path: Path) -> None:
    derived(ORCHARD, "-o", tmp_path / "o.yaml")
    schemas = yaml.safe_load((tmp_path / "o.yaml").read_bytes())["components"]["schemas"]
    members = schemas["GraftTreeRequest"]["properties"]
    assert members["Grades"]["maxItems"] == 4
    assert members["Grades"]["items"]["enum"] == ["FINE", "PLAIN"]
    assert members["Grid"]["items"]["minItems"] == members["Grid"]["items"]["maxItems"] == 2
    assert members["Grid"]["items"]["items"]["maximum"] == 180.5
    assert members["Labels"]["propertyNames"]["maxLength"] == 128
    assert members["Labels"]["additionalProperties"]["x-pattern"] == "[^|]*"
    assert members["Depth"]["default"] == 3
    assert members["Weight"]["minimum"] == members["Weight"]["maximum"] == 7
    assert schemas["GraftTreeRequest"]["required"] == ["Root"]
    assert schemas["Branch"]["properties"]["Branches"]["items"]["$ref"].endswith("/Branch")
    assert schemas["Tool"]["x-from"] == "syntax"
    assert schemas["Tool"]["properties"]["Sharp"]["type"] == "boolean"
    source = members["Depth"]["x-sources"]["minimum"]
    line = (ORCHARD / source["document"]).read_text().split("\n")[source["line"] - 1]
    assert line == source["text"]


def test_the_bytes_are_the_same_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    derived(ORCHARD, "-o", tmp_path / "one.yaml")
    copy = tmp_path / "elsewhere" / "orchard"
    shutil.copytree(ORCHARD, copy)
    monkeypatch.chdir(copy)
    derived(".", "-o", tmp_path / "two.yaml")
    derived(tmp_path / "elsewhere", "-o", tmp_path / "specs")
    one = (tmp_path / "one.yaml").read_bytes()
    assert (tmp_path / "two.yaml").read_bytes() == one
    assert (tmp_path / "specs" / "orchard" / "openapi.yaml").read_bytes() == one
    assert str(tmp_path).encode() not in one


def test_several_services_need_a_folder(tmp_path: Path) -> None:
    shutil.copytree(ORCHARD, tmp_path / "in" / "orchard")
    shutil.copytree(PAGES / "lost" / "orchard", tmp_path / "in" / "garden")
    with pytest.raises(BadInput, match="is one file"):
        derived(tmp_path / "in", "-o", tmp_path / "all.yaml")
    derived(tmp_path / "in", "-o", tmp_path / "specs")
    found = sorted(path.parent.name for path in (tmp_path / "specs").glob("*/openapi.yaml"))
    assert found == ["garden", "orchard"]


def test_nothing_is_written_when_a_named_page_is_broken(tmp_path: Path) -> None:
    shutil.copytree(ORCHARD, tmp_path / "orchard")
    target = tmp_path / "o.yaml"
    target.write_text("before")
    broken = tmp_path / "orchard" / "broken.md"
    broken.write_text("# A page\n\nof something else\n")
    with pytest.raises(PageProblem) as caught:
        derived(ORCHARD / "GraftTree.md", broken, "-o", target)
    assert "broken.md:1: expected" in str(caught.value)
    assert caught.value.exit_code == 2
    assert target.read_text() == "before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["o.yaml", "orchard"]


def test_an_output_that_cannot_be_written_leaves_nothing(tmp_path: Path) -> None:
    shutil.copytree(ORCHARD, tmp_path / "in" / "orchard")
    shutil.copytree(PAGES / "lost" / "orchard", tmp_path / "in" / "garden")
    (tmp_path / "specs").mkdir()
    (tmp_path / "specs" / "orchard").write_text("a file where a folder should be")
    with pytest.raises(UnwritableOutput) as caught:
        derived(tmp_path / "in", "-o", tmp_path / "specs")
    assert "orchard" in str(caught.value)
    assert not list((tmp_path / "specs").glob("garden/*"))


def test_differences_and_recoveries_are_told(tmp_path: Path) -> None:
    told = derived(PAGES / "lost" / "orchard", "-o", tmp_path / "o.yaml")
    assert "error FrostException 409: only in api-prunetree.md" in told
    assert "response id minLength: only in api-prunetree.md (1)" in told
    assert "recovered: PruneTree (PruneTree.txt): URI parameter tree_Id" in told
    document = yaml.safe_load((tmp_path / "o.yaml").read_bytes())
    assert document["info"] == {"title": "Amazon Orchard", "version": "2019-04-01"}
    assert "x-recovered" not in document["paths"]["/trees/{tree_Id}"]["patch"]


def test_the_founding_page_alone(tmp_path: Path) -> None:
    derived(PAGES / "lost" / "orchard" / "PruneTree.txt", "-o", tmp_path / "o.yaml")
    document = yaml.safe_load((tmp_path / "o.yaml").read_bytes())
    validate(document)
    operation = document["paths"]["/trees/{tree_Id}"]["patch"]
    assert len(operation["x-recovered"]) == 4
    assert operation["responses"]["429"]["x-unnamed-errors"][0]["x-source"]["line"] > 0
    assert "x-errors" not in operation["responses"]["429"]
    cut = document["components"]["schemas"]["Cut"]["properties"]
    assert {name: member["type"] for name, member in cut.items()} == {
        "at": "string",
        "deep": "number",
    }


def test_no_sentence_of_a_page_gets_into_the_output(tmp_path: Path) -> None:
    derived(ORCHARD, "-o", tmp_path / "o.yaml")
    text = (tmp_path / "o.yaml").read_text()
    for sentence in ("Puts scions", "How deep to cut", "The grades wanted", "It rains"):
        assert sentence not in text


def test_hostile_text_stays_text(tmp_path: Path) -> None:
    folder = tmp_path / "orchard"
    shutil.copytree(ORCHARD, folder)
    page = (folder / "GraftTree.md").read_text()
    hostile = "FINE | !!python/object:os.system | &a *a | {{7*7}} | \x1b[2J | # no | yes"
    (folder / "GraftTree.md").write_text(page.replace("FINE | PLAIN", hostile))
    derived(folder, "-o", tmp_path / "o.yaml")
    document = yaml.safe_load((tmp_path / "o.yaml").read_bytes())
    grades = document["components"]["schemas"]["GraftTreeRequest"]["properties"]["Grades"]
    assert grades["items"]["enum"] == hostile.split(" | ")


@pytest.fixture
def site() -> Iterator[str]:
    handler = partial(QuietFiles, directory=str(PAGES / "pages"))
    with running(ThreadingHTTPServer(("127.0.0.1", 0), handler)) as url:
        yield url


def test_addresses(site: str, tmp_path: Path) -> None:
    polite = ("--delay", "0", "--cache", tmp_path / "cache")
    derived(f"{site}/orchard/API_Branch.md", "-o", tmp_path / "o.yaml", *polite)
    document = yaml.safe_load((tmp_path / "o.yaml").read_bytes())
    assert document["x-service"] == "orchard"
    assert document["x-documents"]["API_Branch.md"]["url"] == f"{site}/orchard/API_Branch.md"
    with pytest.raises(UnreadableDocument):
        derived(f"{site}/orchard/none.md", "-o", tmp_path / "p.yaml", *polite)


def test_many_pages_take_seconds(tmp_path: Path) -> None:
    folder = tmp_path / "orchard"
    folder.mkdir()
    page = (ORCHARD / "GraftTree.md").read_text()
    for number in range(60):
        text = page.replace("GraftTree", f"GraftTree{number}").replace("/trees/", f"/t{number}/")
        (folder / f"GraftTree{number}.md").write_text(text)
    started = time.process_time()
    told = derived(folder, "-o", tmp_path / "o.yaml")
    assert "60 documents, 60 operations" in told
    # About 0.03 s a page, half of it PyYAML: linear in the pages (python -m benchmarks.references).
    assert time.process_time() - started < 200
