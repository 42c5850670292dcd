"""Small pieces that faults are made of: in what operations do, and in what they answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.reference.apigateway.state import ApiKey
from conformance.reference.faults import Around, Handler, InjectedFault, Rewrite, ServiceState
from conformance.reference.location.state import LocationKey
from conformance.reference.outcome import OperationOutcome, ReferenceAnswer, Refused

Members = Mapping[str, Any]
Rows = Mapping[str, tuple[str, Around]]
"""Faults by name: what each is, in a sentence, and what it makes of the operation."""


def faults(operation: str, kind: str, rows: Rows, prefix: str = "") -> Iterator[InjectedFault]:
    """Faults of one kind in one operation, whose name their ids begin with by default."""
    for name, (summary, around) in rows.items():
        yield InjectedFault(
            f"{prefix or operation}:{name}", kind, summary, around={operation: around}
        )


def hidden(operation: str, *members: str) -> Iterator[InjectedFault]:
    """For each member a fault: the operation does not show it."""
    for member in members:
        yield InjectedFault(
            f"show:{operation}:{member}:missing",
            "visibility",
            f"{operation} does not show {member}.",
            answer=successes(without(member), operation),
        )


def wrapping(step: Callable[[ServiceState, Handler, Members], OperationOutcome]) -> Around:
    """An operation that does this, given the state, the honest operation and the members."""
    return lambda world, handler: partial(step, world, handler)


def on_input(change: Callable[[dict[str, Any]], Members]) -> Around:
    """The operation gets other members than were sent."""
    return wrapping(lambda _world, handler, members: handler(change(dict(members))))


def ignoring(*names: str) -> Around:
    """The operation does not get these members."""
    return on_input(lambda members: {n: v for n, v in members.items() if n not in names})


def on_body(change: Callable[[Members, dict[str, Any]], Members]) -> Around:
    """The operation answers another body; the state is right."""

    @wrapping
    def around(_world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
        outcome = handler(members)
        if outcome.body is None:
            return outcome
        return replace(outcome, body=change(members, dict(outcome.body)))

    return around


def on_refusal(act: Callable[[ServiceState, Members], None]) -> Around:
    """The operation does something although it refuses."""

    @wrapping
    def around(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
        try:
            return handler(members)
        except Refused:
            act(world, members)
            raise

    return around


def on_api_key(change: Callable[[ApiKey | None, ApiKey, Members], ApiKey]) -> Around:
    """After success another version of the API key is stored than was answered.

    ``change`` takes the key before (None where there was none), the key after and the members.
    """

    @wrapping
    def around(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
        keys = world.gateway.keys
        before = keys.get(members.get("api_Key", ""))
        outcome = handler(members)
        after = keys.get(members.get("api_Key") or (outcome.body or {}).get("id", ""))
        if after is not None:
            keys.put(change(before, after, members))
        return outcome

    return around


def on_location_key(
    change: Callable[[LocationKey | None, LocationKey, Members], LocationKey],
) -> Around:
    """After success another version of the Location key is stored than was answered."""

    @wrapping
    def around(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
        keys = world.location.keys
        before = keys.get(members["KeyName"])
        outcome = handler(members)
        after = keys.get(members["KeyName"])
        if after is not None:
            keys[after.name] = change(before, after, members)
        return outcome

    return around


def repeated(member: str) -> Around:
    """What an operation has done to a resource it answers once more as it did."""

    def around(_world: ServiceState, handler: Handler) -> Handler:
        done: dict[str, OperationOutcome] = {}

        def handle(members: Members) -> OperationOutcome:
            name = members[member]
            if name not in done:
                done[name] = handler(members)
            return done[name]

        return handle

    return around


# -- answers -------------------------------------------------------------------------------------

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


def members(change: Callable[[str, Any], tuple[str, Any] | None]) -> Change:
    """Change every named member of the body, at any depth, by its name and value; None drops it."""

    def changed(value: Any) -> Any:
        if isinstance(value, Mapping):
            return dict(filter(None, (change(name, changed(item)) for name, item in value.items())))
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
    return members(lambda name, value: None if name in names else (name, value))
