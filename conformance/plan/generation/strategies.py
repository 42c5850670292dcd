"""Hypothesis strategies beyond the boundaries, compiled once for each shape and limit.

Only the one value under test is drawn: the rest of the request is the base, so that a failure
shrinks to the smallest value and generation stays cheap.
"""

import re
import string
from typing import Any

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument

from conformance.contract.model import Shape
from conformance.contract.regex import patterns
from conformance.contract.validate import is_valid
from conformance.plan.generation import strings, values
from conformance.plan.probes import Drawing, Side

# Whether limits count code points or UTF-16 units is not known (aws-behaviour, cautions, 9), and
# control characters are handled separately: drawn text is printable and inside the first plane.
# A written alphabet also spares Hypothesis its tables of all of Unicode, which take over a second.
ALPHABET = (
    "".join(map(chr, range(0x20, 0x7F)))
    + "".join(map(chr, range(0xA1, 0x180)))
    + "".join(map(chr, range(0x391, 0x3CA))).replace("\u03a2", "")
    + "".join(map(chr, range(0x410, 0x450)))
    + "\u05d0\u05d1\u05d2\u05e8\u0628\u0639\u0642\u0915\u093e\u0939\u0e01\u0e02\u0e04\u1112\u1161"
    + "\u200b\u2013\u2014\u2018\u2019\u201c\u201d\u2020\u2026\u2030\u20ac\u2192\u221e\u2260\u2605"
    + "\u3042\u30a2\u4e2d\u6587\u5b57\u65e5\u672c\u8a9e\ud55c\uad6d\uff21\uff11"
)
TEXT = st.sampled_from(ALPHABET)
# For a class of whole Unicode categories: prose beside such patterns often allows less, and what
# both allow is letters and digits. (Drawing from the whole class would also take a second to set
# up.)
PLAIN = st.sampled_from(string.ascii_letters + string.digits)

_compiled: dict[tuple[int, str, Side], st.SearchStrategy[Any]] = {}
_kept: list[Shape] = []


def strategy(drawing: Drawing) -> st.SearchStrategy[Any]:
    """The strategy of a drawing; the same one for the same shape, limit and side."""
    side = drawing.probe.side
    key = (id(drawing.shape), drawing.keyword, side)
    if key not in _compiled:
        _kept.append(drawing.shape)  # keeps the id of the shape from being used again
        make = inside if side is Side.ACCEPT else outside_pattern
        _compiled[key] = make(drawing.shape)
    return _compiled[key]


def inside(shape: Shape) -> st.SearchStrategy[Any]:
    """Texts that keep every limit of the shape."""
    pattern = shape.limit("pattern")
    # Where no minimum is stated, it is unknown whether an empty one is accepted.
    least, most = shape.limit("minLength"), shape.limit("maxLength")
    least = 1 if least is None else least
    if shape.examples:
        longest = most or 64
        lengths = st.integers(min(map(len, shape.examples)), longest)
        stretched = lengths.map(lambda length: values.text_of(shape, length))
        return stretched.filter(lambda text: text is not None)
    if pattern is None:
        return st.text(TEXT, min_size=least, max_size=min(most or 64, least + 64))
    if "\\p{" in pattern:
        drawn = st.text(PLAIN, min_size=least, max_size=min(most or 64, least + 64))
    else:
        drawn = _matching(pattern)
    return drawn.filter(lambda text: is_valid(shape, text) and bool(text))


def _matching(pattern: str) -> st.SearchStrategy[str]:
    """Matches of a pattern, in letters of the alphabet where the pattern allows."""
    python = patterns.to_python(pattern)
    try:
        # Hypothesis goes through the characters of a range one by one.
        compiled = re.compile(python.replace(r"-\U0010ffff", r"-\u30ff"))
        drawn = st.from_regex(compiled, fullmatch=True, alphabet=ALPHABET)
        drawn.validate()
    except (InvalidArgument, re.error):  # it names a character that the alphabet does not have
        return st.from_regex(re.compile(python), fullmatch=True)
    return drawn


def outside_pattern(shape: Shape) -> st.SearchStrategy[Any]:
    """Texts of an allowed length that do not match the pattern."""
    pattern = shape.limit("pattern")
    least, most = max(1, shape.limit("minLength") or 1), shape.limit("maxLength") or 64
    valid = strings.of_length(pattern, strings.shortest(pattern, least)) or "a" * least
    odd = TEXT.filter(lambda char: not patterns.matches(pattern, valid + char))
    position = st.integers(0, len(valid))
    spoilt = st.tuples(position, odd).map(lambda at: valid[: at[0]] + at[1] + valid[at[0] :])
    return spoilt.filter(
        lambda text: least <= len(text) <= most and not patterns.matches(pattern, text)
    )
