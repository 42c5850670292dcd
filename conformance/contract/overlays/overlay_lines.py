"""Where each part of an overlay stands in its file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import yaml

Steps = tuple[str | int, ...]
"""The way to a part: keys of mappings and numbers of items, from the root of the file."""

_DEEPEST = 60


class Lines:
    """The lines of an overlay's parts; anchors and merges are followed."""

    def __init__(self, path: Path) -> None:
        self._lines: dict[Steps, int] = {}
        import yaml

        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        with path.open("rb") as stream:
            root = yaml.compose(stream, Loader=loader)
        if root is not None:
            self._take(root, ())

    def of(self, way: Sequence[str | int]) -> int:
        """The line of a part, or of the smallest part around it that is written down."""
        steps = tuple(way)
        while steps and steps not in self._lines:
            steps = steps[:-1]
        return self._lines.get(steps, 1)

    def has(self, way: Steps) -> bool:
        """Whether a part is written down."""
        return way in self._lines

    def ending_in(self, *last: str | int) -> int | None:
        """The line of the first part whose way ends so."""
        ways = (way for way in self._lines if way[-len(last) :] == last)
        return next((self._lines[way] for way in ways), None)

    def under(self, *inner: str) -> Iterator[Steps]:
        """The ways to the parts that an action puts at a place of the document's root."""
        for way in self._lines:
            if len(way) == 3 + len(inner) and way[0] == "actions" and way[3:] == inner:
                yield way

    def _take(self, node: yaml.Node, at: Steps) -> None:
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
