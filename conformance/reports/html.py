"""The HTML report: one self-contained file that loads nothing from the network.

Whatever a target sent is text here: Jinja2 escapes it, ``visible`` shows control and bidi
characters, and the content security policy runs no script but the page's own, named by its hash.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from conformance.record import Record, count
from conformance.reports import facts, page
from conformance.reports.causes import causes
from conformance.reports.text import difference, plural, visible

if TYPE_CHECKING:
    from jinja2 import Environment

_LARGEST = 4_800_000
"""Bytes that a page should not exceed; a browser should have it at once."""
_TELLING = 10
"""How many causes are open at first; the others are folded."""


def render_html(record: Record) -> str:
    values, text = _values(record), ""
    for budget in page.BUDGETS:
        groups, left_out = page.groups(record, budget), page.without_requests(record, budget)
        text = render_template("report", **values, groups=groups, left_out=left_out)
        if len(text.encode("utf-8", "replace")) <= _LARGEST:
            break
    return text


def render_template(name: str, **values: Any) -> str:
    """A page from its template, with the style and the script of the same name."""
    from markupsafe import Markup

    style, script = _asset("base.css") + _asset(f"{name}.css"), _asset(f"{name}.js")
    # Files of this package are not escaped; everything else is.
    assets = {"style": Markup(style), "script": Markup(script)}  # noqa: S704
    policy = {"style_hash": _hash(style), "script_hash": _hash(script)}
    return _own().get_template(f"{name}.html.j2").render(**assets, **policy, **values)


def _values(record: Record) -> dict[str, Any]:
    found = causes(record)
    return {
        "record": record,
        "run": record.run,
        "summary": record.summary,
        "target": facts.target_name(record),
        "headline": facts.headline(record),
        "gate": facts.gate_sentence(record),
        "score": facts.whole_score(record),
        "scores": facts.scores(record),
        "exit_meaning": facts.exit_meaning(record),
        "known": {line.requirement for line in record.verdicts},
        "baseline_news": tuple(facts.baseline_news(record)),
        "counts": count(record.verdicts),
        "levels": facts.LEVEL_MEANING,
        "verdicts": facts.VERDICT_MEANING,
        "causes": found[:_TELLING],
        "more_causes": found[_TELLING:],
        "undecided": tuple(facts.undecided(record)),
        "failed": len(facts.failures(record)),
    }


def environment(package: str) -> Environment:
    """Jinja for the templates of a package: it escapes whatever is written and makes it visible."""
    # Imported here: a run that writes no HTML should not wait for it.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    made = Environment(
        loader=PackageLoader(package, "templates"),
        autoescape=True,
        auto_reload=False,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_shown,
    )
    made.filters["plural"] = plural
    made.globals.update(share_text=facts.share_text, share_cell=facts.share_cell)
    return made


@cache
def _own() -> Environment:
    made = environment("conformance.reports")
    made.filters["anchor"] = page.anchor
    made.filters["fragment"] = lambda anchor: "#" + quote(anchor, safe="/.:~-_[]")
    made.globals.update(
        anchor=page.anchor,
        deciding=facts.deciding,
        difference=difference,
        score_sentence=facts.score_sentence,
        source_text=facts.source_text,
    )
    return made


def _shown(value: Any) -> Any:
    """Show hidden characters in every value of a template, except in Markup, which was checked."""
    if type(value) is not str or (value.isascii() and value.isprintable()):
        return value
    return visible(value)


def _asset(name: str) -> str:
    return resources.files("conformance.reports").joinpath("templates", name).read_text("utf-8")


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return "sha256-" + base64.b64encode(digest).decode("ascii")
