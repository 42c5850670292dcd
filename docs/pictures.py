"""Makes the two pictures of the README anew: the terminal and the HTML report of a run on moto.

Needs the extras ``dev`` and ``moto``, and Chromium. Run it from the root of the repository:
``.venv/bin/python docs/pictures.py``.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

IMAGES = Path(__file__).parent / "images"
COMMAND = ["run", "moto", "--service", "apigateway", "--profile", "quick", "--seed", "7"]
WIDTH, HEIGHT = 80, 24


def main() -> None:
    """Run on moto once, and make both pictures of it."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "conformance", *COMMAND, "--quiet"],
            cwd=folder,
            env={**os.environ, "FORCE_COLOR": "1", "COLUMNS": f"{WIDTH}", "LINES": f"{HEIGHT}"},
            capture_output=True,
            text=True,
            check=False,
        )
        (IMAGES / "terminal.svg").write_text(terminal(done.stdout), encoding="utf-8")
        screenshot(Path(folder) / "reports/moto/report.html", IMAGES / "report.png")


def terminal(output: str) -> str:
    """The summary that the run printed, which fits on a screen, as SVG."""
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text("$ conformance " + " ".join(COMMAND), "bold"))
    for line in Text.from_ansi(output).split("\n"):
        console.print(line, overflow="ellipsis", no_wrap=True)
    svg = console.export_svg(title="conformance")
    # The picture loads nothing from elsewhere: the reader's own monospaced font will do.
    return re.sub(r"@font-face \{.*?\}\n", "", svg, flags=re.DOTALL)


def screenshot(report: Path, picture: Path) -> None:
    """The top of an HTML report, as a browser paints it."""
    from playwright.sync_api import sync_playwright

    names = ("chromium", "chromium-browser", "google-chrome")
    browser_path = next(path for name in names if (path := shutil.which(name)))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1100, "height": 780})
        page.goto(report.as_uri())
        page.screenshot(path=picture)
        browser.close()


if __name__ == "__main__":
    main()
