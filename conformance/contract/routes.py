"""Path templates and the one matcher of requests to operations.

A label is whatever stands between braces: its name may have hyphens, dots and underscores. A
greedy label takes slashes too; in a template it is written with a plus, or an operation names it.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from conformance.contract.model import Operation

LABEL = re.compile(r"\{([^{}]+?)(\+?)\}")
_TRAILING = re.compile(r"/?\{([^{}]+?)\+?\}$")
_LITERAL, _MIXED, _LABEL, _GREEDY, _END = range(5)
"""How special a segment is: of two templates that fit, the one that says more comes first."""

Query = Mapping[str, Collection[str]]
"""The decoded query of a request: every value of each parameter."""


def above_label(path: str) -> str | None:
    """A path template without the label at its end, None where it ends in a literal."""
    match = _TRAILING.search(path)
    return path[: match.start()].rstrip("/") if match else None


def with_labels(path: str, value: str) -> str:
    """A path template with one value in place of every label."""
    return LABEL.sub(lambda _: value, path)


class PathTemplate:
    """A path template, compiled once.

    ``greedy`` names labels that take slashes though the template has no plus. With ``empty`` a
    label may be an empty text, with ``arns`` an ARN whose slashes are not percent-encoded.
    """

    def __init__(
        self, path: str, greedy: Collection[str] = (), *, empty: bool = False, arns: bool = False
    ) -> None:
        usual = "[^/]*" if empty else "[^/]+"
        parts, names, at = [], [], 0
        for label in LABEL.finditer(path):
            takes_slashes = bool(label[2]) or label[1] in greedy
            one = (".*" if empty else ".+") if takes_slashes else usual
            parts += [
                re.escape(path[at : label.start()]),
                f"({one}|arn:.+)" if arns else f"({one})",
            ]
            names.append(label[1])
            at = label.end()
        text = "".join(parts) + re.escape(path[at:])
        self.labels: tuple[str, ...] = tuple(names)
        self._whole = re.compile(text, re.DOTALL)
        self._end = re.compile(f"{text}\\Z", re.DOTALL)
        self.rank = (*(_rank(segment, greedy) for segment in path.split("/")[1:]), _END)

    def match(self, path: str) -> dict[str, str] | None:
        """The labels of a raw path, as they stand in it; None for another path."""
        found = self._whole.fullmatch(path)
        return dict(zip(self.labels, found.groups(), strict=True)) if found else None

    def match_end(self, path: str) -> dict[str, str] | None:
        """The same for a path that may have the path of a target's URL before it."""
        found = self._end.search(path)
        return dict(zip(self.labels, found.groups(), strict=True)) if found else None


def _rank(segment: str, greedy: Collection[str]) -> int:
    labels = list(LABEL.finditer(segment))
    if not labels:
        return _LITERAL
    if any(label[2] or label[1] in greedy for label in labels):
        return _GREEDY
    return _LABEL if labels[0][0] == segment else _MIXED


@dataclass(frozen=True, slots=True)
class MatchedRoute:
    """An operation and the labels of the path that it was found by; ``raw`` is percent-encoded."""

    operation: Operation
    raw: Mapping[str, str]

    @property
    def labels(self) -> dict[str, str]:
        return {name: unquote(value) for name, value in self.raw.items()}


class RouteMatcher:
    """Finds the operation of a request; the keywords are those of ``PathTemplate``."""

    def __init__(
        self,
        operations: Iterable[Operation],
        *,
        greedy: Collection[str] = (),
        empty: bool = False,
        arns: bool = False,
    ) -> None:
        routes = [
            (one, PathTemplate(one.path, {*one.greedy, *greedy}, empty=empty, arns=arns))
            for one in operations
        ]
        # A literal before a label; and without its literal query, an operation would be another.
        routes.sort(key=lambda route: (route[1].rank, -len(route[0].query) - len(route[0].present)))
        self._routes: dict[str, list[tuple[Operation, PathTemplate]]] = {}
        for operation, template in routes:
            self._routes.setdefault(operation.method, []).append((operation, template))

    def all(self, method: str, path: str, query: Query) -> Iterator[MatchedRoute]:
        """Every operation that a raw (percent-encoded) path may be of, the most special first."""
        for operation, template in self._routes.get(method, ()):
            raw = template.match(path)
            if raw is not None and is_selected(operation, query):
                yield MatchedRoute(operation, raw)

    def find(self, method: str, path: str, query: Query) -> MatchedRoute | None:
        return next(self.all(method, path, query), None)

    def knows(self, path: str) -> bool:
        """Whether any method has an operation at this path."""
        return any(
            template.match(path) is not None
            for routes in self._routes.values()
            for _, template in routes
        )


def is_selected(operation: Operation, query: Query) -> bool:
    """Whether a query has all parameters that select an operation, and its protocol's selectors."""
    for literal in (operation.query, operation.selectors):
        for name, value in literal.items():
            if value not in query.get(name, ()):
                return False
    return operation.present <= query.keys()


def query_of(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found
