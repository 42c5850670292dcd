"""One page is enough: what it lacks comes from the SDK model, for setup only.

The pages in ``one_page`` have the facts of the two founding texts, in words of our own; the texts
themselves are read, too, where they lie beside the project.
"""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from click.testing import CliRunner

import conformance
from conformance.cli.derive import command
from conformance.contract import locate
from conformance.contract.building import build_contract
from conformance.contract.inference.model_match import matching_model
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.load import load_contract
from tests.derived import derived

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.contract.model import Contract

ROOT = Path(__file__).parents[2]
OWN = Path(__file__).parent / "one_page"
SHARED = ROOT.parent / "shared" / "documents"
PAGES = {"location": "UpdateKey", "apigateway": "UpdateApiKey"}
SETUP = {
    "location": {"CreateKey", "DeleteKey", "DescribeKey", "ListKeys"},
    "apigateway": {"CreateApiKey", "DeleteApiKey", "GetApiKey", "GetApiKeys"},
}
ENOUGH = 0.9
LONGEST = 120
"""Seconds until a server that was started is given up: a bound, not an expectation."""
TAG_PAGE = """TagResource - {title}

TagResource

Adds tags.

Request Syntax

POST /tags/ResourceArn HTTP/1.1
Content-type: application/json {{ "tags": {{ "string": "string" }} }}

URI Request Parameters

These parameters stand in the URI.

ResourceArn

What gets the tags.

Required: Yes

Request Body

The body is JSON with these members.

tags

The tags.

Type: String to string map

Required: Yes

Response Syntax

HTTP/1.1 200

Response Elements

If the action is successful, the service sends back an HTTP 200 response with an empty HTTP body.

Errors

For information about the errors that are common to all actions, see Common Errors.

InternalServerException

It failed.

HTTP Status Code: 500

See Also
"""


def loaded(folder: Path, service: str) -> Contract:
    with locate.using(folder):
        return load_contract(service)


@pytest.fixture(params=["own words", "founding text"])
def page(request: pytest.FixtureRequest, service: str) -> Path:
    folder = OWN if request.param == "own words" else SHARED
    found = folder / service / f"{PAGES[service]}.txt"
    if not found.exists():
        pytest.skip("needs ../shared/documents: the founding texts are not beside the project")
    return found


@pytest.mark.parametrize("service", PAGES)
def test_a_founding_page_alone_is_tested(service: str, page: Path, tmp_path: Path) -> None:
    told = derived(page, "-o", tmp_path)
    assert told.count("for setup only") == 1
    result = conformance.run("reference", specs=tmp_path, profile="quick", seed=1)
    lines = result.record.verdicts
    found = Counter(str(line.verdict) for line in lines)
    assert found["failed"] == found["error"] == found["inconclusive"] == 0, found
    assert found["passed"] >= ENOUGH * len(lines), found
    assert {line.operation for line in lines} == {PAGES[service], None}
    notes = [note for note in result.summary.notes if "for setup only" in note]
    assert len(notes) == 1
    assert all(name in notes[0] for name in SETUP[service])
    hashes = result.record.run.specs[service]
    assert any(name.startswith(f"{service}-20") for name in hashes), hashes


@pytest.fixture
def other_reading() -> Iterator[str]:
    """A right server that reads every question that nothing decides the other way."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    parts = [sys.executable, "-m", "conformance", "serve", "--reading", "b", "--port", str(port)]
    child = subprocess.Popen(parts, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + LONGEST
        while time.monotonic() < until and child.poll() is None:
            with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}"
    finally:
        child.kill()
        child.wait()


@pytest.mark.parametrize("service", PAGES)
def test_a_stricter_right_server_is_right(service: str, other_reading: str, tmp_path: Path) -> None:
    derived(OWN / service, "-o", tmp_path / "specs")
    result = conformance.run(
        other_reading, specs=tmp_path / "specs", profile="quick", seed=2, strict=True,
        journal_folder=tmp_path / "journals",
    )  # fmt: skip
    found = Counter(str(line.verdict) for line in result.record.verdicts)
    assert found["failed"] == found["error"] == found["inconclusive"] == 0, found
    assert found["passed"] >= ENOUGH * sum(found.values()), found


@pytest.mark.parametrize("service", PAGES)
def test_the_other_operations_give_no_requirement(service: str, tmp_path: Path) -> None:
    derived(OWN / service, "-o", tmp_path)
    contract = loaded(tmp_path, service)
    assert contract.setup == SETUP[service]
    assert {one.operation for one in catalogue(contract)} == {PAGES[service], None}
    for one in catalogue(contract):
        named = getattr(one.rule, "operations", ())
        assert not contract.setup.intersection(named), one.id
    assert {"location": "geo", "apigateway": "apigateway"}[service] == contract.signing_name


def test_a_folder_that_is_named_as_no_service_takes_the_name_of_the_model(tmp_path: Path) -> None:
    folder = tmp_path / "saved-pages"
    shutil.copytree(OWN / "location", folder)
    told = derived(folder / "UpdateKey.txt", "-o", tmp_path / "specs")
    assert "saved-pages: named location" in told
    assert (tmp_path / "specs" / "location" / "openapi.yaml").is_file()


def test_the_title_tells_operations_apart_that_many_services_have(tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "TagResource.txt").write_text(TAG_PAGE.format(title="AWS AppConfig"))
    told = derived(folder, "-o", tmp_path / "specs")
    assert "pages: named appconfig" in told


def test_what_fits_several_models_takes_nothing_until_one_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "tags"
    folder.mkdir()
    (folder / "TagResource.txt").write_text(TAG_PAGE.format(title="Some Service"))
    told = derived(folder, "-o", tmp_path / "specs")
    assert "--model NAME" in told
    assert "SDK models" in told
    assert loaded(tmp_path / "specs", "tags").setup == frozenset()
    told = derived(folder, "-o", tmp_path / "named", "--model", "appconfig", "--service", "tags")
    assert "signed for appconfig" in told
    document = yaml.safe_load((tmp_path / "named" / "tags" / "openapi.yaml").read_bytes())
    assert document["x-model"] == "appconfig"
    assert loaded(tmp_path / "named", "tags").signing_name == "appconfig"


def test_a_model_that_there_is_not_is_refused(tmp_path: Path) -> None:
    page = str(OWN / "location" / "UpdateKey.txt")
    for model in ("no-such-service", "no such service"):
        result = CliRunner().invoke(command, [page, "-o", str(tmp_path / "o"), "--model", model])
        assert result.exit_code != 0
        assert not (tmp_path / "o").exists()


def test_pages_of_a_service_without_a_model_take_nothing() -> None:
    spec = {
        "info": {"title": "Nobody's", "version": "1"},
        "paths": {
            "/plums/{plum}": {"patch": {"operationId": "UpdatePlum", "responses": {"200": {}}}}
        },
    }
    assert matching_model(build_contract("plums", spec, {})).names == ()


def test_what_the_model_adds_to_a_shape_is_not_tested(tmp_path: Path) -> None:
    derived(OWN / "location", "-o", tmp_path)
    contract = loaded(tmp_path, "location")
    actions = contract.operations["UpdateKey"].input["Restrictions"].shape.members["AllowActions"]
    assert actions.required
    assert actions.shape.element is not None
    assert actions.shape.element.limit("pattern")
    ids = {one.id for one in catalogue(contract)}
    about = "location/UpdateKey/request/Restrictions.AllowActions"
    assert {one for one in ids if one.startswith(about)} == {f"{about}/type", f"{about}[]/type"}
