"""Pages as text: Jinja templates, with what a target sent always escaped and made visible."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

from conformance.record import Verdict
from conformance.reports import facts
from conformance.reports.html import environment

if TYPE_CHECKING:
    from jinja2 import Environment

SHORT = {
    Verdict.PASSED: "holds",
    Verdict.FAILED: "fails",
    Verdict.UNSUPPORTED: "lacks it",
    Verdict.SKIPPED: "skipped",
    Verdict.INCONCLUSIVE: "open",
    Verdict.ERROR: "error",
}
"""What a cell says of a requirement."""


def render(name: str, **values: Any) -> str:
    return _environment().get_template(f"{name}.html.j2").render(**values)


def write(path: Path, text: str) -> None:
    """Write a file of the site, and make its folder if it is missing."""
    if not path.parent.is_dir():
        path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode("utf-8", "replace"))


def asset(name: str) -> str:
    """A file of the site; the style begins with that of the reports."""
    folder = resources.files("conformance.reports.site").joinpath("templates")
    text = folder.joinpath(name).read_text("utf-8")
    if name == "style.css":
        base = resources.files("conformance.reports").joinpath("templates", "base.css")
        return base.read_text("utf-8") + text
    return text


@cache
def _environment() -> Environment:
    made = environment("conformance.reports.site")
    made.globals.update(levels=facts.LEVEL_MEANING)
    return made
