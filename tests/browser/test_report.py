"""The HTML report and the matrix in a browser, as a person uses them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from conformance.record import RecordedExchange, RecordedRequest, RecordedResponse, Verdict
from conformance.reports.compare.matrix import matrix, render_matrix_html
from conformance.reports.html import render_html
from tests.reports.fakes import BASE, HOSTILE, fake_record, one_failure

RECORD = fake_record()
FAILED = [line for line in RECORD.verdicts if line.verdict is Verdict.FAILED]
PASSED = [line for line in RECORD.verdicts if line.verdict is Verdict.PASSED]
DARK = "getComputedStyle(document.body).backgroundColor"
READY = "performance.getEntriesByType('navigation')[0].domContentLoadedEventEnd"


@pytest.fixture(scope="module")
def report() -> str:
    return render_html(RECORD)


@pytest.fixture(scope="module")
def side_by_side() -> str:
    return render_matrix_html(matrix([RECORD, fake_record(400, 10)], Path()))


def visible(page: Any, selector: str) -> int:
    return int(page.locator(f"{selector}:visible").count())


def counted(page: Any, told: str) -> str:
    """The count, as soon as it begins so: the search waits for the typing to pause."""
    from playwright.sync_api import expect

    counts = page.locator("#n")
    expect(counts).to_have_text(re.compile(f"^{told}"))
    return str(counts.text_content())


def test_what_to_fix_first_is_on_the_first_screen(show, report):
    page = show(report, viewport={"width": 1280, "height": 900}).page
    assert page.title() == "moto 5.1.18 does not conform"
    for selector in ("h1", ".lead", "#fix", ".cause >> nth=0 >> h3"):
        box = page.locator(selector).first.bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= 900, selector


def test_search_finds_by_id_statement_and_message(show, report):
    page = show(report).page
    counted(page, "all 400")
    page.fill("#q", FAILED[0].requirement)
    counted(page, "1 of 400")
    assert visible(page, "[data-v]") == 1
    page.fill("#q", "no such thing anywhere")
    counted(page, "0 of 400")
    assert page.is_visible("#none")
    page.keyboard.press("Escape")
    counted(page, "all 400")


@pytest.mark.parametrize(
    ("select", "value", "matches"),
    [
        ("#fv", "failed", lambda line: line.verdict == "failed"),
        ("#fv", "skipped", lambda line: line.verdict == "skipped"),
        ("#fl", "strict", lambda line: line.level == "strict"),
        ("#fo", "location UpdateKey", lambda line: line.operation == "UpdateKey"),
    ],
)
def test_filters_keep_what_they_name(show, report, select, value, matches):
    page = show(report).page
    page.select_option(select, value)
    wanted = sum(map(matches, RECORD.verdicts))
    counted(page, f"{wanted} of 400")
    assert page.locator("[data-v]:not([hidden])").count() >= wanted


def test_filters_work_together(show, report):
    page = show(report).page
    page.select_option("#fv", "failed")
    page.select_option("#fl", "required")
    page.fill("#q", "location")
    wanted = sum(line.level == "required" and line.service == "location" for line in FAILED)
    counted(page, f"{wanted} of")


@pytest.mark.parametrize("line", [FAILED[3], PASSED[3]], ids=["failed", "passed"])
def test_an_anchor_opens_what_it_names(show, report, line):
    page = show(report, f"#{line.requirement}").page
    place = page.locator(f"[id='{line.requirement}']")
    assert place.is_visible()
    assert place.evaluate("node => node.getBoundingClientRect().top") < 700


def test_an_anchor_clears_a_filter_that_hides_it(show, report):
    page = show(report).page
    page.fill("#q", "nothing like it")
    counted(page, "0 of ")
    page.evaluate("id => { location.hash = id; }", FAILED[0].requirement)
    page.locator(f"[id='{FAILED[0].requirement}']").wait_for(state="visible")


def test_the_keyboard_is_enough(show, report):
    page = show(report).page
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "q"
    page.keyboard.type("failed")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    first = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.textContent") != first
    page.keyboard.press("k")
    assert page.evaluate("document.activeElement.textContent") == first
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.parentElement.open") is True


def test_dark_and_light_follow_the_system_and_the_button(show, report):
    page = show(report, color_scheme="dark").page
    dark = page.evaluate(DARK)
    page.click(".tools button")
    light = page.evaluate(DARK)
    assert dark != light
    assert show(report, color_scheme="light").page.evaluate(DARK) == light


def test_a_failure_shows_both_sides_and_scripts(show, report):
    page = show(report, f"#{FAILED[0].requirement}").page
    body = page.locator(f"[id='{FAILED[0].requirement}']")
    for text in ("Expected", "Seen", "Steps"):
        assert body.get_by_text(text, exact=True).first.is_visible(), text
    for text in ("Request as sent", "Response as received"):
        assert body.get_by_text(text, exact=True).last.is_visible(), text
    body.get_by_text("curl", exact=True).click()
    assert "curl -sS -i" in str(body.locator("pre.copy").first.text_content())
    assert body.locator(".cp").first.is_visible()


@pytest.mark.parametrize("kind", ["report", "side_by_side"])
def test_it_is_readable_without_scripts(show, request, kind):
    page = show(request.getfixturevalue(kind), java_script_enabled=False).page
    assert page.locator("h1").is_visible()
    assert not page.locator("#filter").is_visible()
    summary = page.locator("summary").nth(0)
    summary.click()
    assert page.locator("details[open]").count() == 1
    assert page.locator("[data-v=failed], tr.x").first.is_visible() is (kind == "report")
    assert page.locator("details >> nth=1").is_visible()


def hostile_record() -> Any:
    parts = [
        RecordedExchange(RecordedRequest("GET", BASE), RecordedResponse(200, {h[:9]: h}, h), h, h)
        for h in HOSTILE
    ]
    huge = RecordedExchange(
        RecordedRequest("GET", BASE), RecordedResponse(200, {}, "<b>" * 1_000_000), "a", "b"
    )
    names = {"requirement": f"a/b/{HOSTILE[0]}", "service": HOSTILE[1], "operation": HOSTILE[0]}
    return one_failure(huge, *parts, statement=HOSTILE[2], reason=HOSTILE[4], **names)


@pytest.mark.parametrize("make", ["report", "matrix"])
def test_what_a_target_sends_is_never_run(show, make):
    record = hostile_record()
    text = render_html(record)
    if make == "matrix":
        text = render_matrix_html(matrix([record, record], Path()))
    page = show(text).page
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.locator("script").count() == 1
    assert page.locator("img, b b, iframe").count() == 0
    for line in page.locator("a[href]").evaluate_all("all => all.map((a) => a.protocol)"):
        assert line in {"file:", "https:", "http:"}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("kind", ["report", "matrix"])
def test_axe_finds_nothing(show, axe, kind, scheme):
    few = fake_record(80, 20)
    pages = {
        "report": lambda: render_html(few),
        "matrix": lambda: render_matrix_html(matrix([few, fake_record(80, 10)], Path())),
    }
    page = show(pages[kind](), color_scheme=scheme).page
    page.evaluate(
        "[...document.querySelectorAll('details')].slice(0, 30).forEach((d) => { d.open = true; })"
    )
    page.evaluate(axe)
    found = page.evaluate("axe.run().then((result) => result.violations)")
    told = [(one["id"], one["help"], one["nodes"][0]["html"][:200]) for one in found]
    assert told == []


def test_it_prints_what_is_folded_away(show, report, browser):
    shown = show(report)
    shown.page.emulate_media(media="print")
    assert not shown.page.locator("#filter").is_visible()
    assert len(shown.page.pdf()) > 50_000


@pytest.mark.parametrize("name", ["report", "matrix"])
def test_five_thousand_requirements_are_there_at_once(show, name):
    record = fake_record(5000, 800)
    text = render_html(record)
    if name == "matrix":
        text = render_matrix_html(matrix([record] * 6, Path()))
    assert len(text.encode()) < 5_000_000
    page = show(text).page
    # A second on a machine with nothing else to do; this one may be busy.
    assert page.evaluate(READY) < 60_000
    took = page.evaluate(
        "() => { const start = performance.now(); const q = document.querySelector('#fl');"
        " q.value = 'strict'; q.dispatchEvent(new Event('change'));"
        " return performance.now() - start; }"
    )
    assert took < 30_000


def test_the_matrix_is_searched_and_narrowed(show, side_by_side):
    page = show(side_by_side).page
    counted(page, "all ")
    page.select_option("#fk", "differs")
    counted(page, r"\d+ of ")
    page.keyboard.press("Escape")
    counted(page, "all ")
    page.click("#toggle")
    assert page.locator("details.g:not([open])").count() == 0
    page.fill("#q", FAILED[0].requirement)
    counted(page, "1 of ")
    assert visible(page, "tbody tr[id]") == 1


def test_an_anchor_of_the_matrix_opens_its_operation(show, side_by_side):
    page = show(side_by_side, f"#{FAILED[0].requirement}").page
    assert page.locator(f"[id='{FAILED[0].requirement}']").is_visible()
