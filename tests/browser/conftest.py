"""Headless Chromium: Debian's, driven by Playwright. Without it tests skip and say why."""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

NAMES = ("chromium", "chromium-browser", "google-chrome")
AXE = "4.10.3"


def chromium() -> str | None:
    given = os.environ.get("CONFORMANCE_CHROMIUM")
    return given or next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One of each module: a browser that waits for the rest of the tests takes time from them."""
    api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    path = chromium()
    if path is None:
        pytest.skip("no Chromium: on Debian `apt-get install chromium`")
    with api.sync_playwright() as playwright:
        try:
            started = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        except api.Error as error:
            pytest.skip(f"{path} does not start: {str(error).splitlines()[0]}")
        yield started
        started.close()


@dataclass
class Shown:
    """A page in the browser and everything it complained of or asked for."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture
def show(browser: Browser, tmp_path: Path) -> Iterator[Any]:
    """Opens a page; no complaint and no request but the one for the page itself is allowed."""
    opened: list[Shown] = []
    contexts = []

    def open_page(text: str, hash_: str = "", **options: Any) -> Shown:
        file = tmp_path / f"page{len(opened)}.html"
        file.write_text(text, encoding="utf-8")
        context = browser.new_context(**options)
        contexts.append(context)
        shown = Shown(context.new_page())
        shown.page.set_default_timeout(20_000)
        shown.page.on("console", lambda message: shown.complaints.append(message.text))
        shown.page.on("pageerror", lambda error: shown.complaints.append(str(error)))
        shown.page.on("dialog", lambda dialog: shown.complaints.append(dialog.message))
        shown.page.on("request", lambda request: shown.requests.append(request.url))
        shown.page.goto(file.as_uri() + hash_)
        opened.append(shown)
        return shown

    yield open_page
    for shown in opened:
        assert shown.complaints == []
        assert len(shown.requests) == 1, shown.requests
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def axe(tmp_path_factory: Any) -> str:
    """The source of axe-core, fetched once from the npm registry into the user's cache."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "conformance-tests"
    kept = cache / f"axe-{AXE}.js"
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(_fetched(tmp_path_factory.mktemp("axe")), encoding="utf-8")
    return kept.read_text(encoding="utf-8")


def _fetched(folder: Path) -> str:
    npm = shutil.which("npm")
    if npm is None:
        pytest.skip("axe-core cannot be fetched: npm is not installed")
    done = subprocess.run(
        [npm, "pack", f"axe-core@{AXE}", "--silent"],
        cwd=folder, capture_output=True, text=True, check=False, timeout=600,
    )  # fmt: skip
    packs = list(folder.glob("*.tgz"))
    if done.returncode or not packs:
        pytest.skip(f"axe-core cannot be fetched: {done.stderr.strip()[-200:]}")
    with tarfile.open(packs[0]) as pack:
        source = pack.extractfile("package/axe.min.js")
        assert source is not None
        return source.read().decode("utf-8")
