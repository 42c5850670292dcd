"""The site of many records in a browser, opened from the file system."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from conformance.record import RecordedTarget
from conformance.reports.site.builder import build_site
from tests.reports.fakes import fake_record, write_record
from tests.sampling import one_in

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page

OPERATION = "services/location/UpdateKey.html"
PAGES = ("index.html", "targets/moto.html", "services/location.html", OPERATION)
ROWS = "[...document.querySelectorAll('.league tbody tr:not([hidden])')]"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("league")
    for number, name in enumerate(("moto", "ministack", "another")):
        record = fake_record(seed=number)
        run = replace(record.run, target=RecordedTarget(name, None, "1"))
        write_record(replace(record, run=run), folder / f"{name}.jsonl")
    build_site(folder, folder / "site", workers=1)
    return folder / "site"


@pytest.fixture
def opened(browser: Browser) -> Iterator[Any]:
    """Opens a page of the site; what the console says is a failure."""
    complaints: list[str] = []
    contexts = []

    def open_page(file: Path, **options: Any) -> Page:
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(file.as_uri())
        return page

    yield open_page
    assert complaints == []
    for context in contexts:
        context.close()


def of_requirement(site: Path) -> Path:
    return next(
        file
        for file in sorted((site / "services" / "location" / "UpdateKey").glob("*.html"))
        if "<h2>Evidence</h2>" in file.read_text("utf-8")
    )


@pytest.mark.parametrize(
    ("name", "scheme"), one_in(3, product([*PAGES, "requirement"], ["light", "dark"]))
)
def test_axe_finds_nothing_on_the_site(
    opened: Any, site: Path, axe: str, name: str, scheme: str
) -> None:
    file = of_requirement(site) if name == "requirement" else site / name
    page = opened(file, color_scheme=scheme, bypass_csp=True)
    page.evaluate(axe)
    found = page.evaluate("axe.run({preload: false}).then((result) => result.violations)")
    assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == []


def test_the_style_is_there_from_the_file_system(opened: Any, site: Path) -> None:
    page = opened(site / "services" / "location" / "UpdateKey.html")
    colour = page.evaluate("getComputedStyle(document.querySelector('td.failed')).color")
    plain = page.evaluate("getComputedStyle(document.querySelector('h1')).color")
    assert colour != plain


def test_the_league_is_sorted_and_filtered(opened: Any, site: Path) -> None:
    page = opened(site / "index.html")
    names = f"{ROWS}.map((row) => row.cells[0].innerText)"
    assert page.evaluate(names) == ["all services", "apigateway", "location"]
    page.fill("#q", "loc")
    assert page.evaluate(names) == ["all services", "location"]
    assert page.inner_text("#n") == "1 of 2"
    page.fill("#q", "")
    page.select_option("#sort", "3")
    values = page.evaluate(f"{ROWS}.slice(1).map((row) => Number(row.cells[3].dataset.v))")
    assert values == sorted(values, reverse=True)


def test_the_league_is_read_without_javascript(opened: Any, site: Path) -> None:
    page = opened(site / "index.html", java_script_enabled=False)
    assert page.is_visible("text=apigateway")
    assert not page.is_visible("#filter")
    page.click("text=location")
    page.click("text=UpdateKey")
    assert page.inner_text("h1") == "UpdateKey"
