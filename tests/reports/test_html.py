"""The HTML report: safe, whole, small."""

from __future__ import annotations

import base64
import hashlib
import re
import time
from typing import Any
from urllib.parse import unquote

import pytest
from bs4 import BeautifulSoup

from conformance.contract.levels import Source
from conformance.record import RecordedExchange, RecordedRequest, RecordedResponse, Verdict
from conformance.reports.html import render_html
from conformance.reports.text import has_hidden
from tests.reports.fakes import BASE, HOSTILE, fake_record, one_failure


@pytest.fixture(scope="module")
def page() -> str:
    return render_html(fake_record())


@pytest.fixture(scope="module")
def soup(page: str) -> BeautifulSoup:
    return BeautifulSoup(page, "html.parser")


def test_every_requirement_is_shown_once_under_its_id(soup: BeautifulSoup) -> None:
    ids = [str(found["id"]) for found in soup.select("[id]")]
    assert len(ids) == len(set(ids))
    assert {line.requirement for line in fake_record().verdicts} <= set(ids)


def test_every_internal_link_leads_somewhere(soup: BeautifulSoup) -> None:
    ids = {str(found["id"]) for found in soup.select("[id]")}
    related = {other for line in fake_record().verdicts for other in line.related}
    links = {unquote(str(link["href"])[1:]) for link in soup.select('a[href^="#"]')}
    assert links - ids <= related


def test_the_policy_allows_the_pages_own_script_and_style_alone(soup: BeautifulSoup) -> None:
    policy = str(soup.select_one("meta[http-equiv]")["content"])  # type: ignore[index]
    for tag in ("script", "style"):
        (found,) = soup.select(tag)
        digest = hashlib.sha256(str(found.string).encode()).digest()
        assert f"{tag}-src 'sha256-{base64.b64encode(digest).decode()}'" in policy
    assert policy.startswith("default-src 'none'")


def test_the_page_asks_nothing_of_the_network(soup: BeautifulSoup) -> None:
    assert not soup.select("[src], link, iframe, object, embed, base, [srcset], [style]")
    assert not [tag for tag in soup.find_all(True) if any(a.startswith("on") for a in tag.attrs)]
    style = str(soup.style)
    assert "url(" not in style
    assert "@import" not in style


def test_what_a_target_sends_is_text() -> None:
    parts = [
        RecordedExchange(RecordedRequest("GET", BASE), RecordedResponse(200, {h[:9]: h}, h), h, h)
        for h in HOSTILE
    ]
    fields = {
        "requirement": HOSTILE[0],
        "statement": HOSTILE[2],
        "reason": HOSTILE[4],
        "service": HOSTILE[1],
        "operation": HOSTILE[0],
    }
    page = render_html(one_failure(*parts, **fields))
    soup = BeautifulSoup(page, "html.parser")
    assert len(soup.select("script")) == 1
    assert not soup.select("img")
    assert HOSTILE[0] in soup.get_text()
    assert HOSTILE[4] in soup.get_text()
    assert "[U+202E]gpj.exe[U+2066]" in soup.get_text()
    assert "\u241b[31mred" in soup.get_text()


def test_no_hidden_character_reaches_the_page(page: str) -> None:
    assert not has_hidden(page.replace("\n", "").replace("\t", ""))


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "//x", " https://x"])
def test_only_web_addresses_become_links(url: str) -> None:
    record = one_failure(source=Source(document="a.md", url=url))
    soup = BeautifulSoup(render_html(record), "html.parser")
    assert not [a for a in soup.select("a") if not str(a["href"]).startswith("#")]


def test_a_huge_body_is_cut_and_its_length_told() -> None:
    huge = "".join(chr(33 + (i * i) % 90) for i in range(2_000_000))
    record = one_failure(
        RecordedExchange(RecordedRequest("GET", BASE), RecordedResponse(200, {}, huge), "a", "b")
    )
    page = render_html(record)
    assert "2,000,000 characters in all" in page
    assert len(page) < 100_000


@pytest.mark.parametrize("failed", [300, pytest.param(5000, marks=pytest.mark.exhaustive)])
def test_five_thousand_requirements_stay_small_and_fast(failed: int) -> None:
    record = fake_record(5000, failed)
    start = time.process_time()
    page = render_html(record)
    assert time.process_time() - start < 120
    assert len(page.encode()) < 5_000_000


def test_the_verdict_and_what_to_do_come_first(soup: BeautifulSoup) -> None:
    assert soup.h1 is not None
    assert soup.h1.get_text() == "moto 5.1.18 does not conform"
    assert soup.h2 is not None
    assert soup.h2.get_text() == "Fix these first"
    assert "conformance run moto --seed 7" in soup.header.get_text()  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"verdict": Verdict.PASSED}, "nothing failed so far (interrupted run)"),
        ({"verdict": Verdict.SKIPPED}, "could not be tested so far (interrupted run)"),
        (
            {"verdict": Verdict.FAILED, "baseline": "known"},
            "nothing failed except for 1 accepted failure",
        ),
    ],
)
def test_the_headline(changes: dict[str, Any], said: str) -> None:
    heading = BeautifulSoup(render_html(one_failure(**changes)), "html.parser").h1
    assert said in str(heading and heading.get_text())


def test_an_empty_record_has_a_page() -> None:
    record = fake_record(0 + 1, 0)
    assert "Nothing failed" in render_html(record)


def test_the_page_is_readable_without_javascript(soup: BeautifulSoup) -> None:
    hidden = [str(tag.get("id")) for tag in soup.select("[hidden]")]
    assert sorted(hidden) == ["filter", "keys", "none"]
    assert not soup.select("button")


def test_labels_and_landmarks(soup: BeautifulSoup) -> None:
    for landmark in ("header", "main", "footer"):
        assert len(soup.select(landmark)) == 1
    assert all(field.find_parent("label") for field in soup.select("input, select"))
    assert re.match("<!doctype html>", str(soup).strip(), re.IGNORECASE)


def test_what_is_left_out_of_a_large_page_is_told() -> None:
    page = render_html(fake_record(1000, 900))
    assert "without requests and scripts" in page
    assert "without requests and scripts" not in render_html(fake_record())
