"""Defects that people reported, each told by its own name; what AWS does, blamed on nobody.

Here is what no other file beside this one has.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cases.conftest import QUICK, SHARED
from tests.command import in_process
from tests.sampling import narrowed


@pytest.fixture
def on_reference(reference_port, proxied, case, run):
    """Runs one service of the reference with a published case in front of it."""

    def go(name, service, *arguments):
        url = proxied(case(name), reference_port)
        return run(url, "--service", service, *QUICK, *arguments)

    return go


@pytest.fixture
def derived(tmp_path):
    """Derives the pages of a published case; gives the text of its spec, which must be whole."""

    def go(name):
        pages = SHARED / name / "page"
        if not pages.is_dir():
            pytest.skip("the published cases are not beside the project")
        ended = in_process("derive", pages, "-o", tmp_path)
        assert ended.code == 0, ended.out + ended.err
        assert "left out" not in ended.out + ended.err
        return (tmp_path / "page" / "openapi.yaml").read_text()

    return go


@pytest.mark.parametrize("asked", narrowed("*/UpdateApiKey/*"))
def test_an_error_without_a_code_is_told_wherever_it_comes(on_reference, asked):
    found = on_reference("run-404-xml", "apigateway", *asked)

    assert found.code == 1
    assert "apigateway/UpdateApiKey/error/NotFoundException" in found.failed()


@pytest.mark.parametrize("asked", narrowed("*/UpdateApiKey/response/*", "*/status/*", "*/error/*"))
def test_an_update_that_is_never_answered_fails_by_its_name(on_reference, asked):
    found = on_reference("run-hang-on-update", "apigateway", "--timeout", "2", *asked)

    assert found.code == 1
    own = {"apigateway/UpdateApiKey/status/200", "apigateway/UpdateApiKey/status/no-5xx"}
    assert found.failed() == own
    assert "conforms" not in found.out


@pytest.mark.parametrize("asked", narrowed("*/status/*", "*/protocol/m*"))
def test_one_operation_is_left_out_of_a_run(reference_port, run, asked):
    if not (SHARED / "cli-exclude").is_dir():
        pytest.skip("the published cases are not beside the project")
    url = f"http://127.0.0.1:{reference_port}"
    for options in (("--exclude", "*/CreateApiKey/*"), ("--requirement", "!*/CreateApiKey/*")):
        found = run(url, "--service", "apigateway", *QUICK, *options, *asked)

        assert found.code == 0, found.out + found.err
        assert found.verdict("apigateway/UpdateApiKey/status/200") == "passed"
        assert not [name for name in found.verdicts if "/CreateApiKey/" in name]


def test_the_page_of_common_parameters_is_known(derived):
    spec = derived("derive-common-parameters")

    assert "operationId: DeleteBox" in spec
    assert "X-Amz-Algorithm" not in spec


def test_a_page_that_shows_a_union_is_read(derived):
    spec = derived("derive-union")

    assert "operationId: CreateSpot" in spec
    assert "$ref: '#/components/schemas/Kind'" in spec


def test_every_published_case_is_a_test():
    """A case that is published and that no test names is noticed here."""
    if not SHARED.is_dir():
        pytest.skip("the published cases are not beside the project")
    published = {path.name for path in SHARED.iterdir() if not path.name.startswith("_")}
    tests = "".join(path.read_text() for path in sorted(Path(__file__).parent.glob("test_*.py")))

    assert len(published) > 0
    assert {name for name in published if f'"{name}"' not in tests} == set()
