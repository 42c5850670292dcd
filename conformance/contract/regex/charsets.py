r"""Sets of code points as ranges: Java's predefined classes and Unicode's general categories."""

from collections import defaultdict
from functools import cache
from itertools import count, groupby

from conformance.cache_folder import cache_folder, cached_json

Ranges = tuple[tuple[int, int], ...]
MAX = 0x10FFFF
_LETTERS_AND_DIGITS = "p:LD"
"""No general category, but Java's own name for what ``Character.isLetterOrDigit`` holds of."""

_LOWER, _UPPER, _DIGIT = (0x61, 0x7A), (0x41, 0x5A), (0x30, 0x39)
_PUNCT = ((0x21, 0x2F), (0x3A, 0x40), (0x5B, 0x60), (0x7B, 0x7E))

# Java's own classes; all of them ASCII unless a flag says otherwise, and flags are refused.
NAMED: dict[str, Ranges] = {
    "d": (_DIGIT,),
    "w": (_DIGIT, _UPPER, _LOWER, (0x5F, 0x5F)),
    "s": ((0x09, 0x0D), (0x20, 0x20)),
    "h": (
        *((0x09, 0x09), (0x20, 0x20), (0xA0, 0xA0), (0x1680, 0x1680), (0x180E, 0x180E)),
        *((0x2000, 0x200A), (0x202F, 0x202F), (0x205F, 0x205F), (0x3000, 0x3000)),
    ),
    "v": ((0x0A, 0x0D), (0x85, 0x85), (0x2028, 0x2029)),
    "Lower": (_LOWER,),
    "Upper": (_UPPER,),
    "ASCII": ((0x00, 0x7F),),
    "Alpha": (_UPPER, _LOWER),
    "Digit": (_DIGIT,),
    "Alnum": (_DIGIT, _UPPER, _LOWER),
    "Punct": _PUNCT,
    "Graph": ((0x21, 0x7E),),
    "Print": ((0x20, 0x7E),),
    "Blank": ((0x09, 0x09), (0x20, 0x20)),
    "Cntrl": ((0x00, 0x1F), (0x7F, 0x7F)),
    "XDigit": (_DIGIT, (0x41, 0x46), (0x61, 0x66)),
    "Space": ((0x09, 0x0D), (0x20, 0x20)),
}


def ranges_of(name: str) -> Ranges:
    """The ranges of a class such as ``w`` or, by category, ``p:L``. Raises LookupError."""
    if not name.startswith("p:"):
        return NAMED[name]
    if name == _LETTERS_AND_DIGITS:
        return complement(complement((*_category("L"), *_category("Nd"))))
    return _category(name[2:])


@cache
def _category(name: str) -> Ranges:
    pairs = tuple(
        (low, high)
        for category, ranges in _categories().items()
        if category.startswith(name)
        for low, high in ranges
    )
    if not pairs:
        raise LookupError(name)
    return complement(complement(pairs))


_ALIKE = (range(0x40000, 0xE0000), range(0xE1000, 0xF0000), range(0xF0000, 0xFFFFE),
          range(0x100000, 0x10FFFE))  # fmt: skip
"""Code points that have one category, four fifths of all: unassigned, or for private use."""


@cache
def _categories() -> dict[str, list[list[int]]]:
    """Every general category's ranges; they are made once and kept in the user's cache."""
    from unicodedata import unidata_version

    return dict(cached_json(cache_folder("unicode", f"{unidata_version}.json"), _counted))


def _counted() -> dict[str, list[list[int]]]:
    """The same in one pass over Unicode."""
    from unicodedata import category

    # A byte for the category of each code point: both passes are made outside of Python.
    numbers: defaultdict[str, int] = defaultdict(count().__next__)
    row, start = bytearray(), 0
    for alike in (*_ALIKE, range(MAX + 1, MAX + 1)):
        row += bytes(map(numbers.__getitem__, map(category, map(chr, range(start, alike.start)))))
        row += bytes([numbers[category(chr(one))] for one in alike[:1]]) * len(alike)
        start = alike.stop
    names = list(numbers)
    found: dict[str, list[list[int]]] = {name: [] for name in names}
    start = 0
    for number, run in groupby(row):
        end = start + len(list(run))
        found[names[number]].append([start, end - 1])
        start = end
    return found


def complement(ranges: Ranges) -> Ranges:
    """All other code points, as sorted ranges that do not touch."""
    found = []
    free = 0
    for low, high in sorted(ranges):
        if low > free:
            found.append((free, low - 1))
        free = max(free, high + 1)
    if free <= MAX:
        found.append((free, MAX))
    return tuple(found)
