"""What can be wrong with an overlay: file, line, mistake and suggestion; and where lines are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING

from conformance.errors import BadInput

if TYPE_CHECKING:
    import yaml

Way = tuple[str | int, ...]
"""The way to a part: keys of mappings and numbers of items, from the root of the file."""

_SHOWN = 8
_DEEPEST = 60


@dataclass(frozen=True, slots=True)
class OverlayFault:
    """One mistake: ``way`` leads to it in the merged document, ``hint`` says what belongs there."""

    way: Way
    what: str
    hint: str


@dataclass(frozen=True, slots=True)
class Mistake:
    """A fault with the line of the overlay that it stands on."""

    path: Path
    line: int
    what: str
    hint: str

    def __str__(self) -> str:
        return f"{self.path}, line {self.line}: {self.what}"


class WrongOverlay(BadInput):
    """An overlay with mistakes, the first of which is reported."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        self.mistakes = mistakes
        first, more = mistakes[0], len(mistakes) - 1
        rest = f" (and {more} more: conformance overlay check)" if more else ""
        super().__init__(f"{first}{rest}", first.hint)


def suggestion(word: str, known: Iterable[str]) -> str:
    """The word that was probably meant, else the words to choose from."""
    names = sorted({*known})
    close = get_close_matches(word, names, 1, 0.6 if len(word) > 3 else 0.5)
    if close:
        return f"did you mean `{close[0]}`?"
    shown = ", ".join(names[:_SHOWN])
    return f"known here: {shown}{' and others' if len(names) > _SHOWN else ''}" if names else (
        "there are none"
    )  # fmt: skip


class Lines:
    """The lines of an overlay's parts; anchors and merges are followed."""

    def __init__(self, path: Path) -> None:
        self._lines: dict[Way, int] = {}
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        with path.open("rb") as stream:
            root = yaml.compose(stream, Loader=loader)
        if root is not None:
            self._take(root, ())

    def of(self, way: Sequence[str | int]) -> int:
        """The line of a part, or of the smallest part around it that the file has."""
        steps = tuple(way)
        while steps and steps not in self._lines:
            steps = steps[:-1]
        return self._lines.get(steps, 1)

    def has(self, way: Way) -> bool:
        return way in self._lines

    def ending_in(self, *last: str | int) -> int | None:
        """The line of the first part whose way ends like this."""
        ways = (way for way in self._lines if way[-len(last) :] == last)
        return next((self._lines[way] for way in ways), None)

    def under(self, *inner: str) -> Iterator[Way]:
        """The ways to the parts that actions put below a key of the document's root."""
        for way in self._lines:
            if len(way) == 3 + len(inner) and way[0] == "actions" and way[3:] == inner:
                yield way

    def _take(self, node: yaml.Node, at: Way) -> None:
        import yaml

        self._lines.setdefault(at, node.start_mark.line + 1)
        if len(at) > _DEEPEST:
            return
        if isinstance(node, yaml.SequenceNode):
            for number, item in enumerate(node.value):
                self._take(item, (*at, number))
        elif isinstance(node, yaml.MappingNode):
            for key, value in node.value:
                if key.tag == "tag:yaml.org,2002:merge":
                    self._take(value, at)
                    continue
                self._lines[*at, str(key.value)] = key.start_mark.line + 1
                self._take(value, (*at, str(key.value)))
