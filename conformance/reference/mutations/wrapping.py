"""Small pieces that faults in what operations do are made of."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from conformance.reference.apigateway.state import ApiKey
from conformance.reference.faults import Around, Handler, InjectedFault
from conformance.reference.location.state import LocationKey
from conformance.reference.outcome import OperationOutcome, Refused
from conformance.reference.service_state import ServiceState

Members = Mapping[str, Any]


def listing_fault(operation: str, name: str, summary: str, around: Around) -> InjectedFault:
    """A fault in what an operation lists, imports or tags."""
    return InjectedFault(f"{operation}:{name}", "listing", summary, around={operation: around})


def on_input(change: Callable[[dict[str, Any]], Members]) -> Around:
    """The operation gets other members than were sent."""

    def around(_world: ServiceState, handler: Handler) -> Handler:
        return lambda members: handler(change(dict(members)))

    return around


def on_body(change: Callable[[Members, dict[str, Any]], Members]) -> Around:
    """The operation answers another body; the state is right."""

    def around(_world: ServiceState, handler: Handler) -> Handler:
        def handle(members: Members) -> OperationOutcome:
            outcome = handler(members)
            if outcome.body is None:
                return outcome
            return replace(outcome, body=change(members, dict(outcome.body)))

        return handle

    return around


def on_refusal(act: Callable[[ServiceState, Members], None]) -> Around:
    """The operation does something although it refuses."""

    def around(world: ServiceState, handler: Handler) -> Handler:
        def handle(members: Members) -> OperationOutcome:
            try:
                return handler(members)
            except Refused:
                act(world, members)
                raise

        return handle

    return around


def on_api_key(change: Callable[[ApiKey | None, ApiKey, Members], ApiKey]) -> Around:
    """After success another version of the API key is stored than was answered.

    ``change`` takes the key before (None where there was none), the key after and the members.
    """

    def around(world: ServiceState, handler: Handler) -> Handler:
        def handle(members: Members) -> OperationOutcome:
            keys = world.gateway.keys
            before = keys.get(members.get("api_Key", ""))
            outcome = handler(members)
            key_id = members.get("api_Key") or (outcome.body or {}).get("id", "")
            after = keys.get(key_id)
            if after is not None:
                keys.put(change(before, after, members))
            return outcome

        return handle

    return around


def on_location_key(
    change: Callable[[LocationKey | None, LocationKey, Members], LocationKey],
) -> Around:
    """After success another version of the Location key is stored than was answered."""

    def around(world: ServiceState, handler: Handler) -> Handler:
        def handle(members: Members) -> OperationOutcome:
            keys = world.location.keys
            before = keys.get(members["KeyName"])
            outcome = handler(members)
            after = keys.get(members["KeyName"])
            if after is not None:
                keys[after.name] = change(before, after, members)
            return outcome

        return handle

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
