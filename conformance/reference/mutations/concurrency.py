"""Faults that show only where requests overlap: what is written back was read too early."""

import asyncio
import time
from typing import Any

from conformance.reference.faults import Around, Handler, ServiceState
from conformance.reference.mutations.wrapping import (
    API_KEYS,
    LOCATION_KEYS,
    Members,
    StoredKeys,
    faults,
)
from conformance.reference.outcome import OperationOutcome

WINDOW = 0.003
"""Seconds from reading to writing."""


def _racing(keys: StoredKeys) -> Around:
    def around(world: ServiceState, handler: Handler) -> Handler:
        early: dict[str, Any] = {}

        def handle(members: Members) -> OperationOutcome:
            stored, name = keys.of(world), members[keys.member]
            before = _read_early(early, name, stored.get(name))
            _let_others_in(world)
            if before is not None and name in stored:
                stored[name] = before
            return handler(members)

        return handle

    return around


def _read_early(early: dict[str, Any], known: str, now: Any) -> Any:
    """The resource as it was before the requests that arrived together."""
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return now
    if not early:
        loop.call_soon(early.clear)
    return early.setdefault(known, now)


def _let_others_in(world: ServiceState) -> None:
    held = world.turn.locked()
    if held:
        world.turn.release()
    time.sleep(WINDOW)
    if held:
        world.turn.acquire()


_SUMMARY = "Of updates at the same time the whole key is written back as it was before."
FAULTS = (
    *faults("UpdateApiKey", "concurrency", {
        "overlapping-lost": (_SUMMARY, _racing(API_KEYS)),
    }, "update"),
    *faults("UpdateKey", "concurrency", {"overlapping-lost": (_SUMMARY, _racing(LOCATION_KEYS))}),
)  # fmt: skip
