"""What SQS and SNS do alike with the entries of a batch."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from tests.servers.testbed.wire import Refusal

Body = dict[str, Any]


def check(entries: list[Body]) -> None:
    """Refuse a batch that is empty or too long, or whose ids are malformed or not unique."""
    ids = [entry.get("Id", "") for entry in entries]
    if not entries:
        raise Refusal(400, "EmptyBatchRequest", "There are no entries.")
    if len(entries) > 10:
        raise Refusal(400, "TooManyEntriesInBatchRequest", "Ten entries at most.")
    if not all(re.fullmatch(r"[A-Za-z0-9_-]{1,80}", one) for one in ids):
        raise Refusal(400, "InvalidBatchEntryId", "An entry has no such id.")
    if len(set(ids)) < len(ids):
        raise Refusal(400, "BatchEntryIdsNotDistinct", "An id is there twice.")


def each(entries: list[Body], act: Callable[[Body], Body]) -> Body:
    """What became of every entry: one that is refused fails alone."""
    good: list[Body] = []
    bad: list[Body] = []
    for entry in entries:
        try:
            good.append({**act(entry), "Id": entry["Id"]})
        except Refusal as refusal:
            failed = {"Id": entry["Id"], "Code": refusal.code, "SenderFault": True}
            bad.append({**failed, "Message": refusal.message})
    return {"Successful": good[::-1], "Failed": bad[::-1]}
