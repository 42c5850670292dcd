"""A difference between two runs as Markdown, for a pull request, and as plain text."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.record import VerdictLine
from conformance.reports import facts
from conformance.reports.compare.diff import Diff, VerdictChange
from conformance.reports.markdown import code, escaped, fenced
from conformance.reports.reproduce import curl_script
from conformance.reports.text import one_line, plural

_NAMES = {
    "broken": "broken",
    "fixed": "fixed",
    "covered": "newly covered",
    "lost": "no longer covered",
    "changed": "failing otherwise",
}
_MOST = 60_000
"""Characters; a comment on GitHub holds 65,536."""
_SHOWN = 50


def render_diff_markdown(found: Diff) -> str:
    """The difference as Markdown that says only what changed."""
    lines = list(_head(found))
    room = _MOST - sum(map(len, lines))
    for kind, changes in found.kinds.items():
        part = list(_part(kind, changes, room))
        room -= sum(map(len, part))
        lines += part
    return "\n".join(lines) + "\n"


def render_diff_text(found: Diff) -> str:
    """The difference as plain text, one line a change."""
    lines = [
        f"{facts.target_name(found.before)} -> {facts.target_name(found.after)}: {summary(found)}"
    ]
    lines += [f"not comparable: {one_line(why)}" for why in found.incomparable]
    for kind, changes in found.kinds.items():
        lines += [f"{_NAMES[kind]}"] * bool(changes)
        lines += [line for change in changes for line in _plain(kind, change)]
    return "\n".join(lines) + "\n"


def summary(found: Diff) -> str:
    """``1 broken, 2 fixed``; ``nothing changed``."""
    parts = (f"{len(changes):,} {_NAMES[kind]}" for kind, changes in found.kinds.items() if changes)
    return ", ".join(parts) or "nothing changed"


def _head(found: Diff) -> Iterator[str]:
    name = escaped(facts.target_name(found.after))
    yield f"### Conformance of {name}: {summary(found)}"
    yield ""
    if found.incomparable:
        reasons = "; ".join(escaped(why) for why in found.incomparable)
        yield f"> The runs are not comparable: {reasons}. What follows may come from that."
        yield ""


def _part(kind: str, changes: tuple[VerdictChange, ...], room: int) -> Iterator[str]:
    if not changes:
        return
    yield f"**{len(changes):,} {_NAMES[kind]}**"
    yield ""
    for number, change in enumerate(changes):
        text = "\n".join(_item(kind, change))
        room -= len(text)
        if number >= _SHOWN or room < 0:
            yield f"- and {len(changes) - number:,} more"
            break
        yield text
    yield ""


def _item(kind: str, change: VerdictChange) -> Iterator[str]:
    line = change.line
    said = "" if kind in {"broken", "fixed"} else f", {change.told()}"
    accepted = ", accepted by the baseline" if line.baseline is not None else ""
    yield f"- {code(line.requirement)} ({line.level}{said}{accepted}): {escaped(line.statement)}"
    if kind == "changed" and change.before is not None:
        yield f"  - seen before: {code(_seen(change.before))}"
        yield f"  - seen after: {code(_seen(line))}"
    elif kind == "broken":
        yield from _proof(line)


def _proof(line: VerdictLine) -> Iterator[str]:
    exchange = facts.deciding(line)
    if exchange is None:
        return
    yield f"  <details><summary>{escaped(facts.source_text(line.source))}</summary>"
    yield ""
    yield f"  - expected: {code(exchange.expected)}"
    yield f"  - seen: {code(exchange.seen)}"
    yield ""
    yield from fenced(curl_script(line.evidence))
    yield ""
    yield "  </details>"


def _plain(kind: str, change: VerdictChange) -> Iterator[str]:
    line = change.line
    said = "" if kind in {"broken", "fixed"} else f"  {change.told()}"
    yield f"  {line.level:13}  {one_line(line.requirement)}{said}"
    if kind == "changed" and change.before is not None:
        yield f"      before  {one_line(_seen(change.before))}"
    if kind in {"broken", "changed"}:
        yield f"      seen    {one_line(_seen(line))}"


def _seen(line: VerdictLine) -> str:
    exchange = facts.deciding(line)
    return exchange.seen if exchange else line.reason


def said_of_gate(found: Diff) -> str:
    """Why ``--fail-on-broken`` fails."""
    return f"{plural(len(found.gating), 'requirement')} broke that fail the gate"
