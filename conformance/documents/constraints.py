"""The lines of a member that state something: type, limits, default, required.

A labelled line is read strictly (an unknown form is an error, never skipped), except where a label
may also begin a sentence of the description (``Type:``, ``Default:``, ``Valid values:``).
"""

import math
import re
from collections.abc import Sequence

from conformance.documents.lines import DocumentLine, LineKind
from conformance.documents.model import (
    Document,
    DocumentedMember,
    Limit,
    LimitTarget,
    SourceLocation,
    TypeName,
)
from conformance.documents.problems import Contradiction, UnknownNotation
from conformance.documents.types import parse_type

LABELLED = re.compile(r"([A-Z][A-Za-z]*(?: [A-Za-z]+){0,3}):\s*(.*)", re.DOTALL)
NUMBER = r"(-?\d{1,3}(?:,\d{3})+|-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?)"
BOUND = re.compile(rf"(Minimum|Maximum|Fixed) (?:length|value|number) of {NUMBER}(?: items?)?\.?")
FROM_TO = re.compile(rf"{NUMBER}\s*(?:-|\u2013|to)\s*{NUMBER}(?: [A-Za-z/]+)?\.?")
UP_TO = re.compile(rf"Up to {NUMBER} (?:characters|items)\.?")
# A label of a limit whose number the page lost states nothing.
BOUND_WITHOUT_NUMBER = re.compile(
    r"(?:(?:Minimum|Maximum|Fixed) (?:length|value|number)(?: of)?(?: items?)?\.?\s*)+"
)
WRAPPED = re.compile(r"(?:Minimum|Maximum|Fixed)(?: (?:length|value|number)(?: of(?: [\d,]+)?)?)?$")
PROSE_VALUES = re.compile(r"[^\s,|]+(?:(?:\s*,\s*(?:or\s+|and\s+)?|\s*\|\s*|\s+or\s+)[^\s,|]+)*")
RANGE = re.compile(r"\d+\s*(?:-|to)\s*\d+")
WORDS = re.compile(r"\w")
PLAIN_VALUE = re.compile(r"[A-Za-z0-9_][\w.:/+*-]*")
SEPARATOR = re.compile(r"\s*,\s*(?:or\s+|and\s+)?|\s*\|\s*|\s+or\s+")

RANGES = {
    "Length Constraints": ("minLength", "maxLength", LimitTarget.LEAF),
    "Valid Range": ("minimum", "maximum", LimitTarget.LEAF),
    "Array Members": ("minItems", "maxItems", LimitTarget.LIST),
    "Map Entries": ("minProperties", "maxProperties", LimitTarget.MAP),
    "Key Length Constraints": ("minLength", "maxLength", LimitTarget.KEY),
    "Value Length Constraints": ("minLength", "maxLength", LimitTarget.LEAF),
    "Value Valid Range": ("minimum", "maximum", LimitTarget.LEAF),
}
BOUNDS = {name for low, high, _ in RANGES.values() for name in (low, high)}
PATTERNS = {
    "Pattern": LimitTarget.LEAF,
    "Key Pattern": LimitTarget.KEY,
    "Value Pattern": LimitTarget.LEAF,
}
VALUES = {
    "Valid Values": LimitTarget.LEAF,
    "Valid Keys": LimitTarget.KEY,
    "Key Valid Values": LimitTarget.KEY,
    "Value Valid Values": LimitTarget.LEAF,
}
# What would be a limit if it were known: passing over it would lose a statement of the page.
LIKE_A_LIMIT = re.compile(
    r"(?:(?:Key|Value|Item|Entry|Map|Array) )*"
    r"(?:Length Constraints?|Valid Ranges?|Patterns?|Members|Entries|Map Entries)"
)
DEFAULTS = {"Default value", "Default"}


def read_member(
    document: Document, section: str, name: str, start: DocumentLine, lines: Sequence[DocumentLine]
) -> DocumentedMember:
    """What the lines below a name state of it. Raises UnknownNotation, Contradiction."""
    reader = _MemberReader(document, section, name)
    for line, following in zip(lines, [*lines[1:], None], strict=True):
        match = LABELLED.fullmatch(line.text) if line.kind is LineKind.TEXT else None
        if match:
            label, rest = match[1], match[2].strip()
            wrapped = label in RANGES and WRAPPED.search(rest)
            if wrapped and following is not None and following.kind is LineKind.TEXT:
                rest = f"{rest} {following.text}"
            reader.take(label, rest, line)
    return reader.member(SourceLocation(document.name, section, start.number))


class _MemberReader:
    """The statements on one member, gathered line by line."""

    def __init__(self, document: Document, section: str, name: str) -> None:
        self.document, self.section, self.name = document, section, name
        self.types: list[tuple[TypeName, SourceLocation]] = []
        self.unread: DocumentLine | None = None
        self.limits: list[Limit] = []
        self.prose: list[Limit] = []
        self.required: tuple[bool, SourceLocation] | None = None
        self.differing: Contradiction | None = None
        self.default: tuple[str, SourceLocation] | None = None

    def take(self, label: str, rest: str, line: DocumentLine) -> None:
        """Read one labelled line; labels that state nothing are left alone."""
        if label == "Type":
            self._type(rest, line)
        elif label == "Required":
            self._required(rest, line)
        elif label in RANGES and rest and not BOUND_WITHOUT_NUMBER.fullmatch(rest):
            low, high, on = RANGES[label]
            self._add(self._bounds(low, high, on, rest, line))
        elif label in PATTERNS and not rest:
            raise self._unknown(line, "a regular expression after 'Pattern:'")
        elif label in PATTERNS:
            self._add([Limit("pattern", rest, PATTERNS[label], self._place(line))])
        elif label in VALUES and rest:
            self._values(VALUES[label], rest, line)
        elif label == "Valid values":
            self._prose_values(rest, line)
        elif label in DEFAULTS and rest:
            self.default = (rest.rstrip("."), self._place(line))
        elif label not in RANGES and LIKE_A_LIMIT.fullmatch(label):
            raise self._unknown(line, "a limit whose label is known")

    def member(self, place: SourceLocation) -> DocumentedMember:
        if self.unread is not None and not self.types:
            raise self._unknown(self.unread, "a type such as 'String' or 'Array of strings'")
        if self.differing is not None:
            raise self.differing
        stated = {limit.name for limit in self.limits if limit.on is LimitTarget.LEAF}
        limits = [*self.limits, *(one for one in self.prose if one.name not in stated)]
        type_name, type_place = self.types[0] if self.types else (None, None)
        required, required_place = self.required or (None, None)
        default, default_place = self.default or (None, None)
        return DocumentedMember(
            name=self.name,
            place=place,
            type=type_name,
            type_place=type_place,
            limits=tuple(limits),
            required=required,
            required_place=required_place,
            default=default,
            default_place=default_place,
        )

    def _place(self, line: DocumentLine, *, quote: bool = True) -> SourceLocation:
        return SourceLocation(
            self.document.name, self.section, line.number, line.raw if quote else None
        )

    def _unknown(self, line: DocumentLine, expected: str) -> UnknownNotation:
        return UnknownNotation(self.document.shown, line.number, expected, line.text)

    def _contradiction(self, number: int, expected: str, found: str) -> Contradiction:
        return Contradiction(self.document.shown, number, expected, found)

    def _type(self, rest: str, line: DocumentLine) -> None:
        found = parse_type(rest)
        if found is None:
            # A description may hold a sentence that begins like this; a real line must follow.
            self.unread = self.unread or line
        elif self.types and self.types[0][0] != found:
            raise self._contradiction(line.number, f"one type for {self.name!r}", line.text)
        elif not self.types:
            self.types.append((found, self._place(line, quote=False)))
            # The member's own line comes after its type: one before it is of a part of it.
            self.required = self.differing = None

    def _required(self, rest: str, line: DocumentLine) -> None:
        word = rest.rstrip(".")
        if word.startswith(("Conditional", "Yes, when", "No, when")):
            return
        if word not in {"Yes", "No"}:
            raise self._unknown(line, "'Required: Yes' or 'Required: No'")
        if self.required is not None and self.required[0] != (word == "Yes"):
            # Before the type, lines of parts of the member may differ.
            expected = f"one 'Required' line for {self.name!r}"
            self.differing = self._contradiction(line.number, expected, line.text)
            if self.types:
                raise self.differing
        self.required = (word == "Yes", self._place(line, quote=False))

    def _bounds(
        self, low: str, high: str, on: LimitTarget, rest: str, line: DocumentLine
    ) -> list[Limit]:
        rest = UP_TO.sub(r"Maximum length of \1.", rest)
        if between := FROM_TO.fullmatch(rest):
            rest = f"Minimum value of {between[1]}. Maximum value of {between[2]}."
        bounds = [(kind, text.replace(",", "")) for kind, text in BOUND.findall(rest)]
        if not bounds or BOUND.sub("", rest).strip():
            raise self._unknown(line, "'Minimum ... of N. Maximum ... of N.' or 'Fixed ... of N.'")
        found: list[Limit] = []
        seen = self._seen(on)
        for kind, text in bounds:
            value = _number(text, whole=low != "minimum")
            if value is None:
                raise self._unknown(line, "a whole number that is not negative")
            names = {"Minimum": [low], "Maximum": [high], "Fixed": [low, high]}[kind]
            found.extend(Limit(name, value, on, self._place(line), seen) for name in names)
        (first, least), (last, most) = bounds[0], bounds[-1]
        if (first, last) == ("Minimum", "Maximum") and float(least) > float(most):
            raise self._contradiction(line.number, "a minimum not above the maximum", line.text)
        return found

    def _seen(self, on: LimitTarget) -> int:
        """How many lines of one label came before: of lists and maps, from the outer one inwards.

        Of a map the keys have the same label as those of a map inside of it.
        """
        if on is LimitTarget.LEAF:
            return 0
        return len({one.place.line for one in self.limits if one.on is on and one.name in BOUNDS})

    def _values(self, on: LimitTarget, rest: str, line: DocumentLine) -> None:
        values = tuple(word.strip() for word in rest.split("|"))
        odd = any(" " in one or not WORDS.search(one) for one in values) and not self.types
        if odd or any(RANGE.fullmatch(one) for one in values):
            # What stands before the type belongs to the description.
            self._prose_values(rest, line)
            return
        if not all(values) or len(set(values)) != len(values):
            raise self._unknown(line, "distinct values separated by '|'")
        self._add([Limit("enum", values, on, self._place(line))])

    def _prose_values(self, rest: str, line: DocumentLine) -> None:
        text = rest.rstrip(".")
        values = tuple(dict.fromkeys(SEPARATOR.split(text)))
        plain = all(PLAIN_VALUE.fullmatch(one) and not RANGE.fullmatch(one) for one in values)
        if PROSE_VALUES.fullmatch(text) and plain:
            self.prose.append(Limit("enum", values, LimitTarget.LEAF, self._place(line)))

    def _add(self, limits: list[Limit]) -> None:
        for limit in limits:
            for other in self.limits:
                same = (other.name, other.on, other.depth) == (limit.name, limit.on, limit.depth)
                if same and other.value != limit.value:
                    expected = f"one {limit.name} for {self.name!r}"
                    found = limit.place.text or ""
                    raise self._contradiction(limit.place.line, expected, found)
            self.limits.append(limit)


def _number(text: str, *, whole: bool) -> int | float | None:
    """The value of a limit; None where it is not what such a limit can be."""
    if re.fullmatch(r"\d{1,18}" if whole else r"-?\d{1,30}", text):
        return int(text)
    return None if whole or math.isinf(float(text)) else float(text)
