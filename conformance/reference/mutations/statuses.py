"""Faults in the status of successes."""

from __future__ import annotations

from dataclasses import replace

from conformance.reference.faults import InjectedFault
from conformance.reference.mutations.rewriting import successes

_WRONG = (
    ("CreateApiKey", 200),
    ("CreateApiKey", 202),
    ("GetApiKey", 203),
    ("GetApiKeys", 206),
    ("UpdateApiKey", 201),
    ("UpdateApiKey", 202),
    ("DeleteApiKey", 200),
    ("DeleteApiKey", 204),
    ("ImportApiKeys", 200),
    ("TagResource", 200),
    ("UntagResource", 200),
    ("GetTags", 201),
    ("CreateKey", 201),
    ("DescribeKey", 201),
    ("UpdateKey", 202),
    ("UpdateKey", 204),
    ("ListKeys", 206),
    ("DeleteKey", 202),
    ("DeleteKey", 204),
)


def _fault(operation: str, status: int) -> InjectedFault:
    return InjectedFault(
        id=f"status:{operation}:{status}",
        kind="status",
        summary=f"{operation} succeeds with {status}.",
        answer=successes(lambda answer: replace(answer, status=status), operation),
    )


FAULTS = tuple(_fault(operation, status) for operation, status in _WRONG)
