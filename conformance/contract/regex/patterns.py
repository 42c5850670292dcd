r"""Java regular expressions, translated: to Python's ``re`` and to portable ECMA-262.

The documents give patterns in Java's syntax and mean the whole value. Java's ``\w``, ``\d`` and
``\s`` are ASCII, ``.`` stops at five line terminators, ``\x{60}`` and ``\p{L}`` exist: none of this
is so in Python's ``re``, so no pattern is handed to it as it stands.

A pattern is read into flat tokens (``javaregex``); each target writes them in
its own syntax. Unicode categories are those of Python's ``unicodedata``, which may be newer than
those of the Java a service runs on.
"""

import re
from functools import lru_cache
from typing import NoReturn

from conformance.contract.regex.charsets import Ranges, complement, ranges_of
from conformance.contract.regex.javaregex import read_java
from conformance.contract.regex.tokens import (
    CharClass,
    CharRange,
    ClassEscape,
    Item,
    Literal,
    RegexGroup,
    Token,
    UnsupportedPattern,
)

LINE_TERMINATORS = r"\n\r\u0085\u2028\u2029"
SYNTAX_CHARACTERS = frozenset("^$\\.*+?()[]{}|/")
CLASS_CHARACTERS = frozenset("\\]^-[")
DOUBLED = frozenset("&|~-")
"""Characters that some engines read as an operator when they stand twice in a class."""
CACHE = 1024


def matches(java: str, value: str) -> bool:
    """Whether the whole value matches, by Java's rules. Raises UnsupportedPattern."""
    return _compiled(java).fullmatch(value) is not None


@lru_cache(maxsize=CACHE)
def can_match(java: str) -> bool:
    """Whether a pattern can be translated, so that values can be checked."""
    try:
        _compiled(java)
    except UnsupportedPattern:
        return False
    return True


@lru_cache(maxsize=CACHE)
def to_python(java: str) -> str:
    """A ``re`` expression with that meaning, for ``re.fullmatch``. Raises UnsupportedPattern."""
    return "".join(_python_token(java, token) for token in read_java(java))


@lru_cache(maxsize=CACHE)
def to_ecma(java: str) -> str:
    r"""A portable expression for JSON Schema's ``pattern``: anchored, ASCII classes written out.

    ECMA-262 with the ``u`` flag; also Python's ``re`` unless the pattern has ``\p``, which is kept.
    Raises UnsupportedPattern for possessive quantifiers and other things ECMA-262 lacks.
    """
    body = "".join(_ecma_token(java, token) for token in read_java(java))
    return f"^(?:{body})$"


@lru_cache(maxsize=CACHE)
def _compiled(java: str) -> re.Pattern[str]:
    try:
        return re.compile(to_python(java))
    except (re.error, OverflowError, RecursionError) as error:
        raise UnsupportedPattern(java, 0, str(error)) from error


def _python_token(java: str, token: Token) -> str:
    if isinstance(token, Literal):
        return re.escape(token.character)
    if isinstance(token, CharClass):
        return _python_class(class_ranges(java, token))
    if isinstance(token, RegexGroup):
        return token.text.replace("(?<", "(?P<") if token.named else token.text
    # Java's boundary is a place between word characters of ASCII.
    special = {
        "\\b": r"(?a:\b)",
        "\\B": r"(?a:\B)",
        "\\z": r"\Z",
        "\\Z": rf"(?=(?:\r\n|[{LINE_TERMINATORS}])?\Z)",
        ".": f"[^{LINE_TERMINATORS}]",
    }
    if token.name:
        return f"(?P={token.name})"
    return special.get(token.text, token.text)


def class_ranges(java: str, token: CharClass) -> Ranges:
    """The code points of a character class; nested classes are united, as Java does."""
    pairs: list[tuple[int, int]] = []
    for item in token.items:
        if isinstance(item, CharClass):
            pairs.extend(class_ranges(java, item))
        elif isinstance(item, CharRange):
            pairs.append((ord(item.low), ord(item.high)))
        else:
            try:
                found = ranges_of(item.name)
            except LookupError as error:
                raise UnsupportedPattern(java, 0, f"unknown class {item.name}") from error
            pairs.extend(complement(found) if item.negated else found)
    merged = complement(complement(tuple(pairs)))
    return complement(merged) if token.negated else merged


def _python_class(ranges: Ranges) -> str:
    spans = ("-".join(map(_code_point, dict.fromkeys(span))) for span in ranges)
    return f"[{''.join(spans)}]" if ranges else r"(?!)"


def _code_point(code: int) -> str:
    if chr(code).isascii() and chr(code).isalnum():
        return chr(code)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def _ecma_token(java: str, token: Token) -> str:
    if isinstance(token, Literal):
        return _ecma_character(token.character, SYNTAX_CHARACTERS)
    if isinstance(token, CharClass):
        return _ecma_class(java, token)
    if isinstance(token, RegexGroup):
        if token.text.startswith("(?>"):
            _no_ecma(java, token.text)
        return token.text
    if token.name:
        return f"\\k<{token.name}>"
    special = {".": f"[^{LINE_TERMINATORS}]", "\\A": "^", "\\z": "$"}
    if token.text == "\\Z" or token.possessive:
        _no_ecma(java, token.text)
    return special.get(token.text, token.text)


def _no_ecma(java: str, text: str) -> NoReturn:
    raise UnsupportedPattern(java, java.find(text), f"{text} has no portable form")


def _ecma_class(java: str, token: CharClass) -> str:
    parts: list[str] = []
    for item in token.items:
        text = _ecma_item(java, item)
        if parts and text[0] in DOUBLED and parts[-1][-1] == text[0]:
            text = f"\\u{ord(text[0]):04x}{text[1:]}"
        parts.append(text)
    single = token.items[0] if len(token.items) == 1 else None
    if isinstance(single, ClassEscape) and single.name and single.name.startswith("p:"):
        letter = "P" if single.negated != token.negated else "p"
        return f"\\{letter}{{{single.name[2:]}}}"
    if isinstance(single, ClassEscape) and single.negated:
        inner = _ecma_item(java, ClassEscape(single.name))
        return f"[{'' if token.negated else '^'}{inner}]"
    return f"[{'^' if token.negated else ''}{''.join(parts)}]"


def _ecma_item(java: str, item: Item) -> str:
    if isinstance(item, CharClass):
        if item.negated:
            raise UnsupportedPattern(java, 0, "a negated class inside a class has no portable form")
        return "".join(_ecma_item(java, inner) for inner in item.items)
    if isinstance(item, CharRange):
        low = _ecma_character(item.low, CLASS_CHARACTERS)
        high = _ecma_character(item.high, CLASS_CHARACTERS)
        return low if item.low == item.high else f"{low}-{high}"
    if item.name.startswith("p:"):
        return f"\\{'P' if item.negated else 'p'}{{{item.name[2:]}}}"
    found = ranges_of(item.name)
    if item.negated:
        found = tuple((low, min(high, 0xFFFF)) for low, high in complement(found))
    return "".join(_ecma_range(low, high) for low, high in found)


def _ecma_range(low: int, high: int) -> str:
    first = _ecma_character(chr(low), CLASS_CHARACTERS)
    return first if low == high else f"{first}-{_ecma_character(chr(high), CLASS_CHARACTERS)}"


def _ecma_character(character: str, special: frozenset[str]) -> str:
    if character in special:
        return f"\\{character}"
    code = ord(character)
    if character.isascii() and character.isprintable():
        return character
    # Astral characters stand for themselves: \u{...} is not Python's, \U is not ECMA's.
    return f"\\u{code:04x}" if code <= 0xFFFF else character
