"""Rules that only several requests show, each a generator of steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from conformance.plan.sequences import connection, listing, members, parallel, times, written
from conformance.plan.sequences.steps import (
    Broken,
    Connected,
    Make,
    NotShown,
    Pause,
    Script,
    Send,
    Sequence,
    Step,
    Together,
)

KINDS: Mapping[str, Callable[[Script], Sequence]] = {
    "steps": written.steps,
    "advances": times.advances,
    "paging": listing.paging,
    "default-page": listing.default_page,
    "last-page": listing.last_page,
    "prefix": listing.prefix,
    "parallel-one": parallel.one_resource,
    "parallel-many": parallel.many_resources,
    "parallel-members": members.different_members,
    "one-connection": connection.one_connection,
}

__all__ = [
    "KINDS",
    "Broken",
    "Connected",
    "Make",
    "NotShown",
    "Pause",
    "Script",
    "Send",
    "Sequence",
    "Step",
    "Together",
]
