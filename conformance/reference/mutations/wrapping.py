"""Small pieces that faults are made of: in what operations do, and in what they answer."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import partial
from typing import Any, NamedTuple

from conformance.reference.faults import Around, Handler, InjectedFault, Rewrite, ServiceState
from conformance.reference.outcome import OperationOutcome, ReferenceAnswer, Refused

Members = Mapping[str, Any]
Rows = Mapping[str, tuple[str, Around]]
"""Faults by name: a sentence about each, and what it makes of the operation."""


class StoredKeys(NamedTuple):
    """The keys of one service, and the member by which requests name one."""

    member: str
    of: Callable[[ServiceState], dict[str, Any]]


API_KEYS = StoredKeys("api_Key", lambda world: world.gateway.keys)
LOCATION_KEYS = StoredKeys("KeyName", lambda world: world.location.keys)


def faults(operation: str, kind: str, rows: Rows, prefix: str = "") -> Iterator[InjectedFault]:
    """Faults of one kind in one operation, whose name their ids begin with by default."""
    for name, (summary, around) in rows.items():
        fault = f"{prefix or operation}:{name}"
        yield InjectedFault(fault, kind, summary, around={operation: around})


def hidden(operation: str, *members: str) -> Iterator[InjectedFault]:
    """For each member a fault: the operation does not show it."""
    for member in members:
        yield InjectedFault(
            f"show:{operation}:{member}:missing", "visibility",
            f"{operation} does not show {member}.", answer=successes(without(member), operation),
        )  # fmt: skip


def wrapping(step: Callable[[ServiceState, Handler, Members], OperationOutcome]) -> Around:
    """An operation that does this, given the state, the honest operation and the members."""
    return lambda world, handler: partial(step, world, handler)


def compared(keys: StoredKeys, change: Callable[[Any, Any, Members], Any]) -> Around:
    """After success another version of the key is stored than was answered.

    ``change`` takes the key before (None where there was none), the key after and the members.
    """

    @wrapping
    def around(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
        stored, name = keys.of(world), members.get(keys.member, "")
        before = stored.get(name)
        outcome = handler(members)
        name = name or (outcome.body or {}).get("id", "")
        if name in stored:
            stored[name] = change(before, stored[name], members)
        return outcome

    return around


def storing(keys: StoredKeys, change: Callable[[Any], Any]) -> Around:
    """The key is stored otherwise than it is answered."""
    return compared(keys, lambda _before, after, _members: change(after))


def though_refused(keys: StoredKeys, change: Callable[[Any, Members], Any]) -> Around:
    """A refused request changes the key all the same."""

    @wrapping
    def around(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
        try:
            return handler(members)
        except Refused:
            stored, name = keys.of(world), members[keys.member]
            if name in stored:
                stored[name] = change(stored[name], members)
            raise

    return around


def unchanged(keys: StoredKeys) -> Around:
    """The operation answers as ever, and every key stays as it was."""

    @wrapping
    def around(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
        before = dict(keys.of(world))
        outcome = handler(members)
        keys.of(world).update(before)
        return outcome

    return around


def upserting(keys: StoredKeys, made: Callable[[ServiceState, str], Any]) -> Around:
    """An unknown key is made, not refused."""

    @wrapping
    def around(world: ServiceState, handler: Handler, members: Members) -> OperationOutcome:
        stored, name = keys.of(world), members[keys.member]
        if name not in stored:
            stored[name] = made(world, name)
        return handler(members)

    return around


def on_input(change: Callable[[dict[str, Any]], Members]) -> Around:
    """The operation gets other members than were sent."""
    return wrapping(lambda _world, handler, members: handler(change(dict(members))))


def ignoring(*names: str) -> Around:
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


def answering(change: Callable[[dict[str, Any]], Members]) -> Around:
    """As ``on_body``, whatever was sent."""
    return on_body(lambda _members, body: change(body))


def repeated(keys: StoredKeys) -> Around:
    """Repeats the answer that a key got the first time."""

    def around(_world: ServiceState, handler: Handler) -> Handler:
        done: dict[str, OperationOutcome] = {}

        def handle(members: Members) -> OperationOutcome:
            name = members[keys.member]
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
    return every(lambda one: change(one) if one.status < FIRST_ERROR else one, *operations)


def failures(change: Change) -> Rewrite:
    return every(lambda one: change(one) if one.status >= FIRST_ERROR else one)


def every(change: Change, *operations: str) -> Rewrite:
    def rewrite(_world: ServiceState, name: str, answer: ReferenceAnswer) -> ReferenceAnswer:
        return answer if operations and name not in operations else change(answer)

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


def without(name: str) -> Change:
    return members(lambda known, value: None if known == name else (known, value))
