"""Operations that undo each other, by the verbs in their names."""

import re
from collections.abc import Mapping

from conformance.contract.model import Operation

Pairs = tuple[tuple[str, str], ...]
PAIRS: Pairs = (
    ("Attach", "Detach"), ("Add", "Remove"), ("Associate", "Disassociate"), ("Enable", "Disable"),
    ("Start", "Stop"), ("Register", "Deregister"), ("Put", "Delete"), ("Put", "Remove"),
    ("Set", "Delete"), ("Set", "Remove"), ("Authorize", "Revoke"), ("Activate", "Deactivate"),
)  # fmt: skip
"""Verbs of a change, each with that of what undoes it."""
_RELATION = re.compile(r"(?<=[a-z])(To|From|With)(?=[A-Z])")


def undone_by(
    operations: Mapping[str, Operation], do: Operation, pairs: Pairs = PAIRS
) -> Operation | None:
    """The operation that undoes another one."""
    for on, off in pairs:
        rest = do.name.removeprefix(on)
        if rest == do.name or not rest[:1].isupper():
            continue
        wanted = off + _RELATION.sub("", rest)
        for name, one in operations.items():
            if name.startswith(off) and _RELATION.sub("", name) == wanted:
                return one
    return None
