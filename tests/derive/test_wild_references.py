"""Whole references as they are found: unions, pages of prose, and sites that are asked politely."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from http.server import ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.cli.derive import NothingToDerive
from conformance.contract.building import build_contract
from conformance.contract.validate import shape_violations, violations
from conformance.plan.generation.values import entries, sample
from conformance.plan.valid_requests.base_requests import valid_request, with_parents
from tests.derived import derive, loaded
from tests.serving import Quiet, running

if TYPE_CHECKING:
    from collections.abc import Iterator

    from click.testing import Result

    from conformance.contract.model import Contract

ORCHARD = Path(__file__).parent.parent / "documents" / "pages" / "orchard"
SHARED = Path(__file__).parents[3] / "shared" / "cases"
TOOL = """\
# Tool

What to cut with.

## Contents

###### Important

This data type is a UNION, so only one of the following members can be specified when used.

**knife**

A knife.

Type: String

Length Constraints: Minimum length of 3. Maximum length of 9.

Required: No

**saws**

Saws.

Type: Array of strings

Required: No

## See Also
"""


def orchard(tmp_path: Path, **more: str) -> Path:
    """The orchard's pages, whose tools are a union that is only named; and more pages."""
    folder = tmp_path / "orchard"
    folder.mkdir()
    for file in ORCHARD.iterdir():
        (folder / file.name).write_text(file.read_text())
    page = (folder / "GraftTree.md").read_text()
    start, end = page.index('"Tools": ['), page.index('   "Weight": {{number}}')
    changed = f'{page[:start]}"Tools": [ {{ ... }} ],\n{page[end:]}'
    (folder / "GraftTree.md").write_text(changed)
    for name, text in more.items():
        (folder / f"{name}.md").write_text(text)
    return folder


def contract_of(path: Path) -> Contract:
    return build_contract("orchard", loaded(path), {})


def test_a_union_has_the_members_of_its_own_page(tmp_path: Path) -> None:
    folder = orchard(tmp_path, API_Tool=TOOL)
    result = derive(folder, "-o", tmp_path / "orchard.yaml")
    assert result.exit_code == 0, result.output
    tool = loaded(tmp_path / "orchard.yaml")["components"]["schemas"]["Tool"]
    assert tool["x-union"] is True
    assert list(tool["properties"]) == ["knife", "saws"]


def test_requests_hold_one_member_of_a_union(tmp_path: Path) -> None:
    derive(orchard(tmp_path, API_Tool=TOOL), "-o", tmp_path / "orchard.yaml")
    contract = contract_of(tmp_path / "orchard.yaml")
    operation = contract.operations["GraftTree"]
    tools = operation.input["Tools"].shape
    assert len(sample(tools)[0]) == 1
    usual = valid_request(contract, operation)
    for member in ("knife", "saws"):
        request = with_parents(operation, dict(usual), ("Tools", "[]", member))
        assert [list(tool) for tool in request["Tools"]] == [[member]]
        assert list(violations(dict(operation.input), request)) == []
    given = {**usual, "Tools": [{"knife": "sharp"}]}
    switched = with_parents(operation, given, ("Tools", "[]", "saws"))
    assert [list(tool) for tool in switched["Tools"]] == [["saws"]]
    assert given["Tools"] == [{"knife": "sharp"}]
    wrong: list[dict[str, Any]] = [{}, {"knife": "sharp", "saws": ["x"]}]
    for tool in wrong:
        found = list(violations(dict(operation.input), {**usual, "Tools": [tool]}))
        assert [one.keyword for one in found] == ["union"]
    twice = {**usual, "Tools": [{"knife": "sharp", "saws": None}]}
    assert list(violations(dict(operation.input), twice)) == []


def test_a_union_without_a_page_stays_open(tmp_path: Path) -> None:
    result = derive(orchard(tmp_path), "-o", tmp_path / "orchard.yaml")
    assert result.exit_code == 0
    assert "note: Tool: no page or syntax block shows its members" in result.output
    contract = contract_of(tmp_path / "orchard.yaml")
    operation = contract.operations["GraftTree"]
    usual = valid_request(contract, operation)
    given: list[dict[str, Any]] = [{}, {"knife": "sharp"}, {"knife": "sharp", "saws": []}]
    for tool in given:
        assert list(violations(dict(operation.input), {**usual, "Tools": [tool]})) == []


PARAMETERS = """\
# Common Parameters

What every request may have.

**X-Amz-Date**

When it was signed.

Type: string

Required: Conditional
"""
LIST = "# Orchard Data\n\nThese are there:\n\n- [Graft](API_GraftTree.md)\n"
SIGNING = (
    "# How requests are signed\n\n" + "Each request has a signature that the date is part of.\n" * 9
)
KNOWN = {
    "commonparameters": PARAMETERS,
    "CommonParameters": PARAMETERS.replace("# Common P", "# Common p"),
    "welcome": "# Welcome\n\nto the orchard\n",
    "toc": "# Orchard\n\n- One\n- Two\n",
    "doc-history": "# Document history for the orchard\n\nNothing yet.\n",
    "API_Operations_Orchard_Data": LIST,
    "making-requests": SIGNING,
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_pages_without_operations_are_passed_over(name: str, tmp_path: Path) -> None:
    folder = orchard(tmp_path, **{name: KNOWN[name]})
    result = derive(folder, "-o", tmp_path / "o.yaml")
    assert result.exit_code == 0, result.output
    assert "skipped" not in result.stderr


def test_known_pages_that_are_named_are_passed_over_too(tmp_path: Path) -> None:
    folder = orchard(tmp_path, CommonParameters=PARAMETERS, welcome=KNOWN["welcome"])
    result = derive(*sorted(folder.iterdir()), "-o", tmp_path / "o.yaml")
    assert result.exit_code == 0, result.output
    with pytest.raises(NothingToDerive):
        derive(folder / "welcome.md", "-o", tmp_path / "p.yaml")


UNREADABLE = {
    "API_PruneTree": "# PruneTree\n\nTakes branches off.\n",
    "API_Mow": "# Mow - Amazon Orchard\n\n" + "It mows the grass below the trees once a day. " * 9,
    "signin": "# Sign in to continue\n\n" + "You have to sign in before you see this page. " * 9,
    "missing": "# 404 Not Found\n\n" + "The page that you asked for is not here, or no more. " * 9,
    "rows-row": (
        "# Rows of an orchard\n\n## URI\n\n`/rows/row`\n\n## HTTP methods\n\n### GET\n\n"
        "**Operation ID:** `GetRow`\n\n" + "Gets a row of trees by its name. " * 9
    ),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_pages_that_could_not_be_read_are_not_passed_over(name: str, tmp_path: Path) -> None:
    folder = orchard(tmp_path, **{name: UNREADABLE[name]})
    result = derive(folder, "-o", tmp_path / "o.yaml")
    assert result.exit_code == 2
    assert f"{name}.md" in result.stderr


def test_a_folder_of_prose_alone(tmp_path: Path) -> None:
    folder = tmp_path / "orchard"
    folder.mkdir()
    (folder / "welcome.md").write_text(KNOWN["welcome"])
    with pytest.raises(NothingToDerive, match="no page describes an operation"):
        derive(folder, "-o", tmp_path / "o.yaml")


@pytest.mark.parametrize("case", ["derive-union", "derive-common-parameters"])
def test_published_cases(case: str, tmp_path: Path) -> None:
    folder = SHARED / case / "page"
    if not folder.is_dir():
        pytest.skip("needs ../shared/cases: the published cases are not beside the project")
    result = derive(folder, "-o", tmp_path / "o.yaml", "--service", "spots")
    assert result.exit_code == 0, result.output
    operations = {
        one["operationId"] for item in loaded(tmp_path / "o.yaml")["paths"].values()
        for one in item.values()
    }  # fmt: skip
    assert operations in ({"CreateSpot"}, {"DeleteBox"})


Pages = dict[str, tuple[int, str]]


@pytest.fixture
def site() -> Iterator[Callable[[Pages], tuple[str, list[str]]]]:
    """Serves pages by path (a 3xx leads to its text); gives the origin and what was asked for."""
    with ExitStack() as servers:

        def serve(pages: Pages) -> tuple[str, list[str]]:
            asked: list[str] = []

            class Handler(Quiet):
                def answer(self) -> None:
                    asked.append(self.path)
                    status, text = pages.get(self.path, (404, ""))
                    self.reply(
                        status, {"Location": text} if 300 <= status < 400 else {}, text.encode()
                    )

            server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
            return servers.enter_context(running(server)), asked

        yield serve


Serve = Callable[[Pages], tuple[str, list[str]]]
GRAFT = (ORCHARD / "GraftTree.md").read_text()
INDEX = (
    "# Welcome\n\n[a](API_GraftTree.md 'a') [b](API_Branch.md) [c](Moved.md) [d](CommonErrors.md)\n"
)
SITE: Pages = {
    "/orchard/index.md": (200, INDEX),
    "/orchard/API_GraftTree.md": (200, GRAFT),
    "/orchard/API_Branch.md": (200, (ORCHARD / "API_Branch.md").read_text()),
    "/orchard/CommonErrors.md": (200, (ORCHARD / "CommonErrors.md").read_text()),
    "/orchard/Moved.md": (302, "/orchard/API_Branch.md"),
}


def crawl(origin: str, tmp_path: Path, *more: str, page: str = "index.md") -> Result:
    return derive(
        f"{origin}/orchard/{page}", "-o", tmp_path / "o.yaml",
        "--delay", "0", "--cache", tmp_path / "cache", *more,
    )  # fmt: skip


@pytest.mark.parametrize("more", [(), ("--refresh",)])
def test_robots_first_and_nothing_twice(more: tuple[str, ...], site: Serve, tmp_path: Path) -> None:
    origin, asked = site(SITE)
    result = crawl(origin, tmp_path, *more)
    assert result.exit_code == 0, result.output
    assert asked[:2] == ["/robots.txt", "/orchard/index.md"]
    assert len(asked) == len(set(asked)) == 6


def test_a_second_run_asks_for_nothing(site: Serve, tmp_path: Path) -> None:
    origin, asked = site(SITE)
    crawl(origin, tmp_path)
    asked.clear()
    assert crawl(origin, tmp_path).exit_code == 0
    assert asked == []


@pytest.mark.parametrize(
    "robots",
    [
        (200, "User-agent: *\nDisallow: /orchard/\n"),
        (200, "\ufeffUser-agent: conformance\r\nDisallow: /\r\n"),
        (500, "broken"),
    ],
)
@pytest.mark.parametrize("page", ["index.md", "API_GraftTree.md"])
def test_an_excluded_page_is_not_asked_for(
    robots: tuple[int, str], page: str, site: Serve, tmp_path: Path
) -> None:
    origin, asked = site({**SITE, "/robots.txt": robots})
    with pytest.raises(Exception, match="robots"):
        crawl(origin, tmp_path, page=page)
    assert asked == ["/robots.txt"]


def test_a_redirection_to_an_excluded_page_is_not_followed(site: Serve, tmp_path: Path) -> None:
    rules = "User-agent: *\nDisallow: /orchard/hidden\n"
    origin, asked = site(
        {**SITE, "/robots.txt": (200, rules), "/orchard/Moved.md": (302, "/orchard/hidden.md")}
    )
    result = crawl(origin, tmp_path)
    assert result.exit_code == 2
    assert "Moved.md" in result.stderr
    assert "/orchard/hidden.md" not in asked


def test_redirections_without_end(site: Serve, tmp_path: Path) -> None:
    origin, _ = site({**SITE, "/orchard/Moved.md": (302, "/orchard/Moved.md?again")})
    pages = {f"/orchard/Moved{n}.md": (302, f"/orchard/Moved{n + 1}.md") for n in range(9)}
    origin, _ = site({**SITE, **pages, "/orchard/Moved.md": (302, "/orchard/Moved0.md")})
    result = crawl(origin, tmp_path)
    assert result.exit_code == 2
    assert "expected status 200, found 302" in result.stderr


def test_keys_of_a_map_keep_what_the_page_says_of_them(tmp_path: Path) -> None:
    folder = orchard(tmp_path, API_Tool=TOOL)
    derive(folder, "-o", tmp_path / "o.yaml")
    labels = contract_of(tmp_path / "o.yaml").operations["GraftTree"].input["Labels"].shape
    for count in (1, 2, 50):
        made = entries(labels, count)
        assert len(made) == count
        assert list(shape_violations(labels, made)) == []
