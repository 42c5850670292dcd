"""Strings of an exact length that match a pattern, and strings that just miss it.

The pattern is the translated form (see contract.patterns); its parse tree tells how long each
part can be, so that a string of a wanted length is built directly instead of searched for.
"""

import importlib
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from conformance.contract.regex import patterns
from conformance.contract.regex.tokens import UnsupportedPattern

# The parse tree is the standard library's own; Hypothesis builds its regex strategies on it too.
op: Any = importlib.import_module("re._constants")
_parser: Any = importlib.import_module("re._parser")

FILL = "abcdefghijklmnopqrstuvwxyz"
UNBOUNDED = 1_000_000
LENGTHS = 64
"""So many lengths are tried before a pattern is taken for one that nothing here matches."""
KEPT = 256
"""Characters of a text that is kept."""
NEAR_MISSES = (" ", "\u00e9", "\u0663", "\u4e2d", "/", "%", "<", "{", "#", "~", "'", "@", "!", ":")


def filler(length: int) -> str:
    """Letters: what nearly every limit allows."""
    return (FILL * (length // len(FILL) + 1))[: max(0, length)]


@lru_cache(maxsize=256)
def _tree(java: str) -> Any:
    return _parser.parse(patterns.to_python(java))


def of_length(java: str | None, length: int) -> str | None:
    """A string of exactly ``length`` characters that matches; None where none is found."""
    if java is None:
        return filler(length)
    return _kept(java, length) if length <= KEPT else _matching(java, length)


@lru_cache(maxsize=4096)
def _kept(java: str, length: int) -> str | None:
    """Cached: every request with a short text needs the same characters."""
    return _matching(java, length)


def _matching(java: str, length: int) -> str | None:
    found = _sequence(list(_tree(java)), length)
    return found if found is not None and patterns.matches(java, found) else None


@lru_cache(maxsize=2048)
def shortest(java: str, least: int = 0) -> int:
    """The length of the shortest match that has at least ``least`` characters."""
    low, high = _span(list(_tree(java)))
    return next(
        (
            n
            for n in range(max(low, least), min(high, max(low, least) + LENGTHS) + 1)
            if of_length(java, n)
        ),
        low,
    )


def near_misses(java: str, valid: str) -> Iterator[tuple[str, str]]:
    """Strings that differ from a valid one in one thing and do not match, with what was done.

    Characters just outside the pattern's classes, letters and digits that are not ASCII, a
    trailing and a leading line feed, and the letters in the other case.
    """
    candidates = [
        (f"{valid}\n", "a line feed after it"),
        (f"\n{valid}", "a line feed before it"),
        (valid.swapcase(), "its letters in the opposite case"),
        *_other_letters(java, valid),
    ]
    position = len(valid) // 2
    for char in dict.fromkeys([*_neighbours(_tree(java)), *NEAR_MISSES]):
        text = valid[:position] + char + valid[position + 1 :]
        candidates.append((text, f"U+{ord(char):04X} inside it"))
    for char in ("\u00e9", "\u0663", " ", "!"):
        candidates.append((valid + char, f"U+{ord(char):04X} after it"))
        candidates.append((char + valid, f"U+{ord(char):04X} before it"))
    for text, note in candidates:
        if not patterns.matches(java, text):
            yield text, note


def _other_letters(java: str, valid: str) -> Iterator[tuple[str, str]]:
    """The valid string with the first letter that must be this one replaced by another."""
    for index, char in enumerate(valid):
        text = f"{valid[:index]}{'q' if char != 'q' else 'z'}{valid[index + 1 :]}"
        if char.isalpha() and not patterns.matches(java, text):
            yield text, "a different letter in it"
            return


def _neighbours(tree: Any) -> Iterator[str]:
    """Printable ASCII characters just outside each character class."""
    for code, argument in _walk(tree):
        if code is not op.IN:
            continue
        inside = {point for low, high in _ranges(argument) for point in range(low, high + 1)}
        edges = {edge for low, high in _ranges(argument) for edge in (low - 1, high + 1)}
        yield from (chr(edge) for edge in sorted(edges - inside) if 0x20 < edge < 0x7F)


def _walk(tree: Any) -> Iterator[tuple[Any, Any]]:
    for code, argument in tree:
        yield code, argument
        if code in {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}:
            yield from _walk(argument[2])
        elif code is op.SUBPATTERN:
            yield from _walk(argument[-1])
        elif code is op.BRANCH:
            for branch in argument[1]:
                yield from _walk(branch)


def _ranges(items: Sequence[tuple[Any, Any]]) -> list[tuple[int, int]]:
    """The code point ranges of a class, ASCII part only (the rest cannot be enumerated cheaply)."""
    found = []
    for code, argument in items:
        if code is op.LITERAL:
            found.append((argument, argument))
        elif code is op.RANGE and argument[0] < 0x80:
            found.append((argument[0], min(argument[1], 0x7F)))
    return found


def _char(items: Sequence[tuple[Any, Any]]) -> str:
    """A character of a class, a plain one where it has one."""
    if items[0][0] is op.NEGATE:
        taken = set("".join(chr(c) for low, high in _ranges(items) for c in range(low, high + 1)))
        return next(char for char in FILL + FILL.upper() if char not in taken)
    inside = {chr(point) for low, high in _ranges(items) for point in range(low, high + 1)}
    return next((char for char in FILL if char in inside), min(inside, default="\u0100"))


def _span(items: list[Any]) -> tuple[int, int]:
    """Fewest and most characters of a sequence."""
    pairs = [_span_of(code, argument) for code, argument in items]
    return sum(low for low, _ in pairs), min(UNBOUNDED, sum(high for _, high in pairs))


def _span_of(code: Any, argument: Any) -> tuple[int, int]:
    if code in {op.LITERAL, op.NOT_LITERAL, op.ANY, op.IN}:
        return 1, 1
    if code in {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}:
        least, most, inner = argument
        low, high = _span(list(inner))
        most = UNBOUNDED if most is _parser.MAXREPEAT else most
        return low * least, min(UNBOUNDED, high * most)
    if code is op.SUBPATTERN:
        return _span(list(argument[-1]))
    if code is op.BRANCH:
        spans = [_span(list(branch)) for branch in argument[1]]
        return min(low for low, _ in spans), max(high for _, high in spans)
    return 0, 0  # anchors and look-arounds take no characters


def _sequence(items: list[Any], length: int) -> str | None:
    """A sequence filled to a length: each part takes what the parts after it must leave."""
    low, high = _span(items)
    if not low <= length <= high:
        return None
    text, left = "", length
    for index, (code, argument) in enumerate(items):
        rest_low, rest_high = _span(items[index + 1 :])
        part_low, part_high = _span_of(code, argument)
        part = _fitting(
            code, argument, max(part_low, left - rest_high), min(part_high, left - rest_low)
        )
        if part is None:
            return None
        text, left = text + part, left - len(part)
    return text if left == 0 else None


def _fitting(code: Any, argument: Any, low: int, high: int) -> str | None:
    """A part as long as it may be (so that the last stretchable part need not)."""
    for length in range(high, low - 1, -1):
        found = _part(code, argument, length)
        if found is not None:
            return found
    return None


def _part(code: Any, argument: Any, length: int) -> str | None:
    if code is op.LITERAL:
        return chr(argument) if length == 1 else None
    if code is op.NOT_LITERAL:
        return ("a" if argument != ord("a") else "b") if length == 1 else None
    if code is op.ANY:
        return "a" if length == 1 else None
    if code is op.IN:
        return _char(argument) if length == 1 else None
    if code in {op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT}:
        return _repeat(argument, length)
    if code is op.SUBPATTERN:
        return _sequence(list(argument[-1]), length)
    if code is op.BRANCH:
        filled = (_sequence(list(branch), length) for branch in argument[1])
        return next((text for text in filled if text is not None), None)
    return "" if length == 0 else None


def _repeat(argument: Any, length: int) -> str | None:
    """As many copies as fill the length: one size, and one copy of another size if need be."""
    least, most, inner = argument
    items = list(inner)
    low, high = _span(items)
    most = UNBOUNDED if most is _parser.MAXREPEAT else most
    if length == 0 and least == 0:
        return ""
    for size in range(max(1, low), min(high, length) + 1):
        copies, odd = divmod(length, size)
        count = copies + (1 if odd else 0)
        if not least <= count <= most:
            continue
        unit = _sequence(items, size)
        if unit is None:
            continue
        last = _sequence(items, odd) if odd else ""
        if last is not None:
            return unit * copies + last
    return None


@lru_cache(maxsize=1024)
def pattern_error(java: str) -> str | None:
    """Why a pattern cannot be used for generation, or None."""
    try:
        _tree(java)
    except (re.error, OverflowError, UnsupportedPattern) as error:
        return str(error)
    return None
