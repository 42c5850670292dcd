"""Of a list only the entries that this run made properly are judged.

What else a target lists is its own data, or was made by a faulty request that it accepted: that
acceptance is the failure, not what the list then shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from conformance.contract.model import Contract
from conformance.contract.places import parse
from conformance.engine.session import Resource, Sent
from conformance.engine.trial import is_faulty
from conformance.judge.answer import Answer
from conformance.judge.response import observe


def own_entries(contract: Contract, sent: Sent, made: Sequence[Resource]) -> Answer:
    """The answer; of the resource's list operation without the entries of others."""
    facts = contract.facts.get("resource", {})
    listing = facts.get("listing")
    body = sent.answer.body
    if listing is None or sent.probe.operation.name != facts.get("list"):
        return sent.answer
    name = parse(listing["items"])[0]
    if not isinstance(body, dict) or not isinstance(body.get(name), list):
        return sent.answer
    ours = {one.id for one in made if not one.gone and _is_clean(one)}
    kept = [
        one for one in body[name] if not isinstance(one, dict) or one.get(listing["id"]) in ours
    ]
    return replace(sent.answer, body={**body, name: kept})


def culprit(
    contract: Contract, sent: Sent, made: Sequence[Resource], requirement: str
) -> Resource | None:
    """The resource whose entry in a list breaks the requirement.

    None where the answer is no list, or breaks it whatever is listed.
    """
    if sent.probe.operation.name != contract.facts.get("resource", {}).get("list"):
        return None

    def is_broken(listed: Sequence[Resource]) -> bool:
        found = observe(contract, sent.probe.operation, own_entries(contract, sent, listed))
        return any(one.requirement == requirement and not one.held for one in found)

    if is_broken(()):
        return None
    return next((one for one in reversed(made) if is_broken((one,))), None)


def _is_clean(resource: Resource) -> bool:
    return not any(is_faulty(sent) for sent in (resource.created, *resource.history))
