r"""A Java regular expression as flat tokens.

Flat, as a hostile pattern may nest as deep as it likes: groups are an opening and a closing token,
and only classes inside classes are a tree, of bounded depth.
"""

import re
from typing import NoReturn

from conformance.contract.regex.charsets import NAMED
from conformance.contract.regex.tokens import (
    CharClass,
    CharRange,
    ClassEscape,
    Item,
    Literal,
    RegexGroup,
    Token,
    UnsupportedPattern,
    Verbatim,
)

ESCAPED = {"t": "\t", "n": "\n", "r": "\r", "f": "\f", "a": "\a", "e": "\x1b"}
HEX = re.compile(r"x\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})")
PROPERTY = re.compile(r"([pP])(?:\{(\w+(?:=\w+)?)\}|([A-Z]))")
CATEGORY = re.compile(r"[A-Z][a-z]?|LD")
QUANTIFIER = re.compile(r"(?:[*+?]|\{\d{1,9}(?:,\d{0,9})?\})([?+]?)")
GROUP = re.compile(r"\((?:\?(?:[:=!>]|<[=!]|<([A-Za-z][A-Za-z0-9]*)>))?")
DOT_IS_ANY = "(?s)"
ANY_CASE = "(?i)"
FLAGS = re.compile(r"\(\?([a-zA-Z]*)(?:-[a-zA-Z]+)?\)")
MAX_CLASS_NESTING = 16
HIGH_SURROGATES = range(0xD800, 0xDC00)
LOW_SURROGATE = re.compile(r"\\u([dD][c-fC-F][0-9a-fA-F]{2})")
MAX_CODE = 0x10FFFF


def read_java(java: str) -> list[Token]:
    """The tokens of a Java pattern. Raises UnsupportedPattern, also for flags and intersections."""
    reader = _PatternReader(java)
    reader.read()
    return reader.tokens


class _PatternReader:
    def __init__(self, java: str) -> None:
        self.java, self.at = java, 0
        self.tokens: list[Token] = []
        self.depth = 0
        # With the flag s at its start, a dot of the pattern is any character, line ends too.
        self.any: Token | None = None
        # In groups of this depth and deeper letters of ASCII stand for both of their cases.
        self.folded: int | None = None

    def read(self) -> None:
        if self.java.startswith(DOT_IS_ANY):
            self.at = len(DOT_IS_ANY)
            self.any = read_java(r"[\s\S]")[0]
        while self.at < len(self.java):
            before = len(self.tokens)
            self._token()
            if self.folded is not None:
                self.tokens[before:] = [_in_any_case(one) for one in self.tokens[before:]]
        if self.depth:
            self.fail("a group is not closed")

    def fail(self, reason: str) -> NoReturn:
        raise UnsupportedPattern(self.java, self.at, reason)

    def _peek(self, count: int = 1) -> str:
        return self.java[self.at : self.at + count]

    def _take(self) -> str:
        if self.at >= len(self.java):
            self.fail("the pattern ends too early")
        self.at += 1
        return self.java[self.at - 1]

    def _token(self) -> None:
        character = self._peek()
        if character == "(":
            self._group()
        elif character in "*+?{":
            self._quantifier()
        elif character == "\\":
            self._escape()
        elif character == "[":
            self.at += 1
            self.tokens.append(self._class(0))
        else:
            self.at += 1
            self._simple(character)

    def _simple(self, character: str) -> None:
        if character == ")":
            self.depth -= 1
            if self.depth < 0:
                self.fail("a group is closed that was never opened")
            if self.folded is not None and self.depth < self.folded:
                self.folded = None
        if character == "." and self.any is not None:
            self.tokens.append(self.any)
            return
        plain = character in ").|^$"
        self.tokens.append(Verbatim(character) if plain else Literal(character))

    def _group(self) -> None:
        if self.java.startswith(ANY_CASE, self.at):
            self.at += len(ANY_CASE)
            self.folded = self.depth if self.folded is None else self.folded
            return
        if FLAGS.match(self.java, self.at):
            self.fail("a flag that holds for the rest of a group is not supported")
        match = GROUP.match(self.java, self.at)
        if match is None or (match[0] == "(" and self._peek(2) == "(?"):
            self.fail("this kind of group is not supported")
        self.at = match.end()
        self.depth += 1
        self.tokens.append(RegexGroup(match[0], named=match[1] is not None))

    def _quantifier(self) -> None:
        match = QUANTIFIER.match(self.java, self.at)
        before = self.tokens[-1] if self.tokens else None
        nothing = before is None or isinstance(before, RegexGroup)
        if isinstance(before, Verbatim):
            nothing = before.text == "|" or before.text[0] in "*+?{"
        if match is None or nothing:
            self.fail("a quantifier that repeats nothing")
        self.at = match.end()
        self.tokens.append(Verbatim(match[0], possessive=match[1] == "+"))

    def _escape(self) -> None:
        self.at += 1
        character = self._peek()
        if character == "Q":
            self._quoted()
        elif (character and character in "bBAzZ") or (character and character in "123456789"):
            self.at += 1
            if character.isdigit() and self.folded is not None:
                self.fail("a reference back in any case is not supported")
            self.tokens.append(Verbatim(f"\\{character}"))
        elif character == "k":
            self._reference()
        else:
            item = self._escaped_item()
            self.tokens.append(
                Literal(item.low) if isinstance(item, CharRange) else CharClass((item,))
            )

    def _quoted(self) -> None:
        end = self.java.find("\\E", self.at)
        text = self.java[self.at + 1 : end if end >= 0 else None]
        self.tokens.extend(Literal(character) for character in text)
        self.at = end + 2 if end >= 0 else len(self.java)

    def _reference(self) -> None:
        match = re.compile(r"k<([A-Za-z][A-Za-z0-9]*)>").match(self.java, self.at)
        if match is None or self.folded is not None:
            self.fail("a reference to a group needs its name, and no flag i before it")
        self.at = match.end()
        self.tokens.append(Verbatim(match[0], name=match[1]))

    def _escaped_item(self) -> CharRange | ClassEscape:
        """What stands after a backslash: one character, or a class of characters."""
        coded = HEX.match(self.java, self.at)
        if coded:
            self.at = coded.end()
            code = int(next(filter(None, coded.groups())), 16)
            if code > MAX_CODE:
                self.fail("no such character")
            # Two escapes that are the halves of one character are that character, as in Java.
            pair = LOW_SURROGATE.match(self.java, self.at) if code in HIGH_SURROGATES else None
            if pair:
                self.at = pair.end()
                code = 0x10000 + ((code - 0xD800) << 10) + (int(pair[1], 16) - 0xDC00)
            return CharRange(chr(code), chr(code))
        named = PROPERTY.match(self.java, self.at)
        if named:
            self.at = named.end()
            return self._property(named[2] or named[3], negated=named[1] == "P")
        character = self._take()
        if character in "dDsSwWhHvV":
            return ClassEscape(character.lower(), negated=character.isupper())
        if character.isascii() and character.isalnum() and character not in ESCAPED:
            self.at -= 1
            self.fail(f"the escape \\{character} is not supported")
        plain = ESCAPED.get(character, character)
        return CharRange(plain, plain)

    def _property(self, name: str, *, negated: bool) -> ClassEscape:
        if name in NAMED and len(name) > 1:
            return ClassEscape(name, negated)
        short = name.removeprefix("Is").removeprefix("general_category=").removeprefix("gc=")
        if not CATEGORY.fullmatch(short):
            self.fail(f"the class {name} is not supported (general categories are)")
        return ClassEscape(f"p:{short}", negated)

    def _class(self, depth: int) -> CharClass:
        """A class, after its opening bracket."""
        if depth > MAX_CLASS_NESTING:
            self.fail("classes are nested too deep")
        negated = self._peek() == "^"
        self.at += negated
        items: list[Item] = []
        while self._peek() != "]" or not items:
            if self._peek(2) == "&&":
                self.fail("an intersection of classes (&&) is not supported")
            if self._peek() == "[":
                self.at += 1
                items.append(self._class(depth + 1))
            else:
                items.append(self._span())
        self.at += 1
        return CharClass(tuple(items), negated)

    def _span(self) -> CharRange | ClassEscape:
        low = self._class_character()
        if (
            isinstance(low, ClassEscape)
            or self._peek() != "-"
            or self._peek(2)[1:] in {"]", "[", ""}
        ):
            return low
        before = self.at
        self.at += 1
        high = self._class_character()
        if isinstance(high, ClassEscape):
            self.at = before
            return low
        if high.low < low.low:
            self.fail("a range that ends before it begins")
        return CharRange(low.low, high.low)

    def _class_character(self) -> CharRange | ClassEscape:
        character = self._take()
        return self._escaped_item() if character == "\\" else CharRange(character, character)


def _in_any_case(token: Token) -> Token:
    """A token with both cases of its letters, as Java's flag i has it: of ASCII alone."""
    if isinstance(token, Literal):
        character = token.character
        if not (character.isascii() and character.isalpha()):
            return token
        both = (character.lower(), character.upper())
        return CharClass(tuple(CharRange(one, one) for one in both))
    return _class_in_any_case(token) if isinstance(token, CharClass) else token


def _class_in_any_case(token: CharClass) -> CharClass:
    items: list[Item] = []
    for item in token.items:
        items.append(_class_in_any_case(item) if isinstance(item, CharClass) else item)
        if isinstance(item, CharRange):
            for first, last in (("a", "z"), ("A", "Z")):
                low, high = max(item.low, first), min(item.high, last)
                if low <= high:
                    items.append(CharRange(low.swapcase(), high.swapcase()))
    return CharClass(tuple(items), token.negated)
