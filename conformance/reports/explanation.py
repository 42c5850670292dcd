"""One verdict in plain text: what is stated, where, what was expected and what was seen."""

from __future__ import annotations

from conformance.record import VerdictLine
from conformance.reports import facts
from conformance.reports.reproduce import curl_script
from conformance.reports.text import shortened, visible

_LONGEST = 20_000


def explanation(line: VerdictLine) -> str:
    """The text that other tools show for a failure, with the ``curl`` lines that repeat it."""
    exchange = facts.deciding(line)
    said = [line.statement, facts.source_text(line.source), line.source.url or ""]
    if exchange is None or exchange.seen not in line.reason:
        said.append(line.reason)
    if exchange is not None:
        said += [f"expected: {exchange.expected}", f"seen: {exchange.seen}"]
        said += ["", curl_script(line.evidence)]
    return visible(shortened("\n".join(part for part in said if part), _LONGEST))
