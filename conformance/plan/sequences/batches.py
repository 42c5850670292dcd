"""Batches: each entry of a request is answered for, and once."""

from collections import Counter
from typing import Any

from conformance.contract.batches import ERROR, ID, Batch, batch_of
from conformance.contract.places import ITEM, find
from conformance.plan.sequences.steps import (
    Make,
    NotShown,
    RuleBroken,
    Script,
    Send,
    Sequence,
    answered,
)
from conformance.plan.valid_requests.base_requests import valid_request

IDS = ("one", "two")


def answers_each(script: Script) -> Sequence:
    """A valid request with one entry, then with two that differ in nothing but their ids."""
    operation = script.contract.operations[script.requirement.operation or ""]
    batch = batch_of(operation)
    request = valid_request(script.contract, operation)
    entries = None if batch is None else request.get(batch.entries)
    if batch is None or not isinstance(entries, list) or not entries:
        raise NotShown("its valid request has no entries")
    if "${id}" in str(request):
        yield Make()
    for sent in (entries[:1], _twice(entries[0])):
        send = Send(operation, {**request, batch.entries: sent})
        answer = yield from answered(send, operation.name)
        look(batch, sent, answer.body if isinstance(answer.body, dict) else {})


def _twice(entry: Any) -> list[Any]:
    if isinstance(entry, dict) and ID in entry:
        return [{**entry, ID: one} for one in IDS]
    return [entry, entry]


def look(batch: Batch, sent: list[Any], body: dict[str, Any]) -> None:
    """Raise RuleBroken where an entry is answered for not at all, or more than once."""
    listed = {
        name: [one for one in find(body, (name, ITEM)) if isinstance(one, dict)]
        for name in (batch.answers, batch.successful, batch.failed)
        if name
    }
    if batch.by_id:
        wanted = Counter(str(one.get(ID)) for one in sent)
        seen = Counter(str(one.get(ID)) for part in listed.values() for one in part)
        if seen != wanted:
            raise RuleBroken(
                f"{_told(wanted)} in {batch.successful} or {batch.failed}", _told(seen)
            )
        return
    answers = listed.get(batch.answers)
    if answers is not None and len(answers) != len(sent):
        raise RuleBroken(f"{len(sent)} entries in {batch.answers}", f"{len(answers)}")
    (told,) = listed.values()
    failures = sum(1 for one in told if one.get(ERROR))
    count = body.get(batch.count)
    if isinstance(count, int) and count != failures:
        where = batch.answers or batch.failed
        raise RuleBroken(f"{batch.count} {failures}, as {where} has it", f"{count}")


def _told(ids: Counter[str]) -> str:
    return ", ".join(sorted(ids.elements())) or "none"
