"""Which operation a request is, from the method, path and literal query of each operation."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from conformance.contract.model import Operation
from conformance.contract.routes import RouteMatcher
from conformance.reference.http.message import percent_decoded

Query = Mapping[str, list[str]]

GREEDY = frozenset({"resource_arn"})
"""Labels whose value may contain slashes that were not percent-encoded."""


@dataclass(frozen=True, slots=True)
class ReferenceRoute:
    """An operation and the labels of the path it was found by."""

    operation: Operation
    labels: Mapping[str, str]


class Router:
    """Finds operations and decodes their labels as this server does."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        self._matcher = RouteMatcher(operations, greedy=GREEDY)

    def find(self, method: str, path: str, query: Query) -> ReferenceRoute | None:
        """The operation of a raw (percent-encoded) path, or None."""
        found = self._matcher.find(method, path, query)
        if found is None:
            return None
        labels = {name: percent_decoded(value) for name, value in found.raw.items()}
        return ReferenceRoute(found.operation, labels)

    def knows(self, path: str) -> bool:
        """Whether any method has an operation at this path."""
        return self._matcher.knows(path)
