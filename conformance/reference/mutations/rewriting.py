"""Small pieces that faults in answers are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from conformance.reference.faults import Rewrite
from conformance.reference.outcome import ReferenceAnswer
from conformance.reference.service_state import ServiceState

FIRST_ERROR = 400

Change = Callable[[ReferenceAnswer], ReferenceAnswer]


def successes(change: Change, *operations: str) -> Rewrite:
    """Change the successful answers, of some operations or of all."""
    return _when(lambda answer: answer.status < FIRST_ERROR, change, operations)


def failures(change: Change, *operations: str) -> Rewrite:
    """Change the error answers, of some operations or of all."""
    return _when(lambda answer: answer.status >= FIRST_ERROR, change, operations)


def every(change: Change, *operations: str) -> Rewrite:
    """Change all answers, of some operations or of all."""
    return _when(lambda _answer: True, change, operations)


def _when(
    condition: Callable[[ReferenceAnswer], bool], change: Change, operations: tuple[str, ...]
) -> Rewrite:
    def rewrite(_world: ServiceState, name: str, answer: ReferenceAnswer) -> ReferenceAnswer:
        if operations and name not in operations:
            return answer
        return change(answer) if condition(answer) else answer

    return rewrite


def members(change: Callable[[str, Any], tuple[str, Any]]) -> Change:
    """Change every named member of the body, at any depth, by its name and value."""

    def changed(value: Any) -> Any:
        if isinstance(value, Mapping):
            return dict(change(name, changed(item)) for name, item in value.items())
        if isinstance(value, list):
            return [changed(item) for item in value]
        return value

    return lambda answer: replace(answer, body=changed(answer.body))


def values(names: tuple[str, ...], change: Callable[[Any], Any]) -> Change:
    """Change the values of the members with these names, at any depth."""
    return members(lambda name, value: (name, change(value) if name in names else value))


def header(name: str, value: str | None) -> Change:
    """Set a header, or with None leave it out."""

    def change(answer: ReferenceAnswer) -> ReferenceAnswer:
        rest = {known: text for known, text in answer.headers.items() if known != name}
        return replace(answer, headers=rest if value is None else {**rest, name: value})

    return change


def body(change: Callable[[dict[str, Any]], Any]) -> Change:
    """Change the body where it is an object."""

    def changed(answer: ReferenceAnswer) -> ReferenceAnswer:
        if not isinstance(answer.body, dict):
            return answer
        return replace(answer, body=change(dict(answer.body)))

    return changed


def without(*names: str) -> Change:
    """Leave members of the body out, at any depth."""

    def pruned(value: Any) -> Any:
        if isinstance(value, Mapping):
            return {name: pruned(item) for name, item in value.items() if name not in names}
        if isinstance(value, list):
            return [pruned(item) for item in value]
        return value

    return lambda answer: replace(answer, body=pruned(answer.body))
