"""Which operation a request is, from the method, path and literal query of each operation."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from conformance.reference.http.message import percent_decoded

if TYPE_CHECKING:
    from conformance.contract.model import Operation

Query = Mapping[str, list[str]]

GREEDY = frozenset({"resource_arn"})
"""Labels whose value may contain slashes that were not percent-encoded."""


@dataclass(frozen=True, slots=True)
class ReferenceRoute:
    """An operation and the labels of the path it was found by."""

    operation: Operation
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _RouteEntry:
    pattern: re.Pattern[str]
    labels: tuple[str, ...]
    operation: Operation


class Router:
    """Finds operations; those selected by a literal query come before those without."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._entries: dict[str, list[_RouteEntry]] = {}
        for operation in sorted(operations, key=lambda operation: -len(operation.query)):
            self._entries.setdefault(operation.method, []).append(_entry(operation))

    def find(self, method: str, path: str, query: Query) -> ReferenceRoute | None:
        """The operation of a raw (percent-encoded) path, or None."""
        for entry in self._entries.get(method, ()):
            match = entry.pattern.fullmatch(path)
            if match is not None and _selected(entry.operation, query):
                values = (percent_decoded(value) for value in match.groups())
                return ReferenceRoute(entry.operation, dict(zip(entry.labels, values, strict=True)))
        return None

    def knows(self, path: str) -> bool:
        """Whether any method has an operation at this path."""
        return any(
            entry.pattern.fullmatch(path) for entries in self._entries.values() for entry in entries
        )


def _selected(operation: Operation, query: Query) -> bool:
    return all(query.get(name) == [value] for name, value in operation.query.items())


def _entry(operation: Operation) -> _RouteEntry:
    labels: list[str] = []
    parts = []
    for part in re.split(r"(\{[^}]+\})", operation.path):
        if part.startswith("{"):
            labels.append(part[1:-1].rstrip("+"))
            parts.append("(.+)" if labels[-1] in GREEDY else "([^/]+)")
        else:
            parts.append(re.escape(part))
    return _RouteEntry(re.compile("".join(parts)), tuple(labels), operation)
