"""Single failures in a terminal: what was expected and seen, and the curl lines that show it."""

from collections.abc import Iterator, Sequence

from conformance.record import VerdictLine, fails_gate
from conformance.reports.facts import by_operation, deciding, operation_name, source_text
from conformance.reports.reproduce import curl_script
from conformance.reports.text import Piece, difference, one_line, plural, visible

_WHOLE = 150
"""How many failures appear complete; the others by id."""
_LONGEST_SCRIPT = 4000
_LONGEST, _SHORT = 300, 60

Span = str | tuple[str, str]
"""A text, or a text and its style."""
Spans = tuple[Span, ...]


def each_failure(failed: Sequence[VerdictLine], *, strict: bool) -> Iterator[Spans]:
    """Every failure by its operation, the first of them whole, with their curl lines."""
    if not failed:
        return
    yield ("",)
    yield ((f"Failures ({len(failed):,})", "bold"),)
    shown = {line.requirement for line in failed[:_WHOLE]}
    for key, lines in by_operation(failed).items():
        yield ("",)
        yield (operation_name(*key), "bold"), f"  {plural(len(lines), 'failure')}"
        for line in lines:
            gates = fails_gate(line, strict=strict)
            whole = line.requirement in shown
            yield from _failure(line, gates=gates) if whole else _brief(line, gates=gates)


def example(line: VerdictLine) -> Iterator[Spans]:
    """A failure in two lines: what, and what was seen instead of what."""
    yield ("         for example  ", "dim"), one_line(line.requirement, _LONGEST)
    exchange = deciding(line)
    if exchange is None:
        yield (f"         {_cut(line.reason)}",)
        return
    expected, seen = (_cut(text) for text in (exchange.expected, exchange.seen))
    yield ("         expected  ", "dim"), expected, ("  seen  ", "dim"), seen


def _cut(text: str) -> str:
    whole = one_line(text, _LONGEST)
    return whole if len(whole) <= _SHORT else f"{whole[:_SHORT].rstrip()}…"


def _brief(line: VerdictLine, *, gates: bool) -> Iterator[Spans]:
    level = (f"{line.level:13}", "red" if gates else "dim")
    yield "  ", level, " ", one_line(line.requirement, _LONGEST)


def _failure(line: VerdictLine, *, gates: bool) -> Iterator[Spans]:
    yield ("",)
    note = "" if gates else _why_not(line)
    name = (one_line(line.requirement, _LONGEST), "bold")
    yield "  ", (line.level, "red" if gates else "yellow"), " ", name, (note, "dim")
    yield f"    {one_line(line.statement)}", (f" [{source_text(line.source)}]", "dim")
    exchange = deciding(line)
    if line.reason and (exchange is None or exchange.seen not in line.reason):
        yield (f"    {one_line(line.reason)}",)
    if exchange is None:
        return
    expected, seen = difference(
        one_line(exchange.expected, _LONGEST), one_line(exchange.seen, _LONGEST)
    )
    yield ("    expected  ", "dim"), *_marked(expected, "bold green")
    yield ("    seen      ", "dim"), *_marked(seen, "bold red")
    for command in _script(line):
        # Without indentation it can be copied with nothing to take away.
        yield (visible(command, keep=""),)


def _why_not(line: VerdictLine) -> str:
    if line.baseline is not None:
        return f"  accepted by the baseline: {one_line(line.baseline)}"
    return "  does not fail the gate"


def _script(line: VerdictLine) -> list[str]:
    script = curl_script(line.evidence)
    if len(script) > _LONGEST_SCRIPT:
        name = one_line(line.requirement)
        return [f"(a long request; send it with: conformance replay RECORD '{name}')"]
    return script.splitlines()


def _marked(pieces: tuple[Piece, ...], style: str) -> Spans:
    return tuple((piece.text, style if piece.differs else "") for piece in pieces)
