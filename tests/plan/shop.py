"""What tests of rules share: the parts of a small service's spec, and how a rule ends there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from conformance.contract.listing.catalogue import catalogue
from conformance.plan.sequences import KINDS
from conformance.plan.sequences.steps import NotShown, RuleBroken, Script
from conformance.transport.parsed_response import ParsedResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from conformance.contract.model import Contract
    from conformance.plan.sequences.steps import Step

MODEL = {"model": "shop-2020-01-01", "path": "/shapes"}


def of(kind, **more):
    return {"type": kind, "x-sources": {"type": MODEL}, **more}


def structure(**members):
    return of("object", properties=members)


def operation(name, members, answer, *labels, code="200", **more):
    """An operation with these members in its body and in its answer."""

    def content(properties):
        schema = {"type": "object", "properties": properties or {}}
        return {"content": {"application/json": {"schema": schema}}}

    return {
        "operationId": name,
        "parameters": [{"name": one, "in": "path", "required": True, "schema": of("string")}
                       for one in labels],
        "requestBody": content(members), "responses": {code: content(answer)}, **more,
    }  # fmt: skip


def answered(status: int, body: Any) -> ParsedResponse:
    return ParsedResponse(status, body, None, "", "application/json", 2)


def played(
    script: Script, answer: Callable[[Step], ParsedResponse | None]
) -> RuleBroken | NotShown | None:
    """Play a rule to its end; gives what that raised. A step without an answer keeps the last."""
    play, last = KINDS[script.requirement.keyword](script), None
    try:
        while True:
            step = next(play) if last is None else play.send(last)
            last = answer(step) or last
    except StopIteration:
        return None
    except (RuleBroken, NotShown) as raised:
        return raised


def ending(
    contract: Contract,
    address: str,
    answer: Callable[[Step], ParsedResponse | None],
    fill: Callable[[Any, int], Any] = lambda value, _: value,
) -> RuleBroken | NotShown | None:
    """Play the rule of this address."""
    rule = next(one for one in catalogue(contract) if one.id == address)
    return played(Script(contract, rule, fill), answer)
