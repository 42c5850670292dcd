"""What a regular expression of Java consists of: flat tokens, and classes as trees."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from conformance.errors import BadInput


class UnsupportedPattern(BadInput):
    """A pattern that cannot be translated: ``java`` as documented, ``offset`` and the reason."""

    hint = "the pattern stays in x-pattern; an overlay can give valid examples instead"

    def __init__(self, java: str, offset: int, reason: str) -> None:
        self.java, self.offset, self.reason = java, offset, reason
        super().__init__(f"the pattern {java[:80]!r} cannot be translated at {offset}: {reason}")


@dataclass(frozen=True, slots=True)
class Literal:
    """One character."""

    character: str


@dataclass(frozen=True, slots=True)
class CharRange:
    """A character or a range of a class."""

    low: str
    high: str


@dataclass(frozen=True, slots=True)
class ClassEscape:
    """A predefined class inside a class: its name as charsets has it."""

    name: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class CharClass:
    """A character class."""

    items: tuple[Item, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class RegexGroup:
    """The opening of a group, as written."""

    text: str
    named: bool = False


@dataclass(frozen=True, slots=True)
class Verbatim:
    """What is written alike everywhere; ``name`` is set for a reference to a named group."""

    text: str
    possessive: bool = False
    name: str = ""


Item: TypeAlias = CharRange | ClassEscape | CharClass
Token: TypeAlias = Literal | CharClass | RegexGroup | Verbatim
