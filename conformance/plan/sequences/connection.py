"""Whether one connection serves the next request rightly after one that it may have choked on.

After each request that goes first the resource is read over the same connection. The target may end
the connection in between; while it stays open, the answer to the second request must be that
request's own. With ``pipelined`` both are sent at once.
"""

from dataclasses import replace

from conformance.contract.listing.requirements import rule_of
from conformance.contract.places import find, parse
from conformance.contract.vocabulary.overlay_model import ROLES
from conformance.contract.vocabulary.overlay_rules import OneConnectionRule
from conformance.contract.vocabulary.overlay_steps import FirstRequest, WireForm
from conformance.plan.sequences.steps import (
    Connected,
    Make,
    NotShown,
    RuleBroken,
    Script,
    Send,
    Sequence,
)
from conformance.plan.spelling import spelled_form
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.lifecycle import Lifecycle
from conformance.plan.valid_requests.resources import GIVEN, creators, with_unknown_ids
from conformance.transport.parsed_response import ParsedResponse
from conformance.transport.protocols.seam import WireVariant


def one_connection(script: Script) -> Sequence:
    """Each of the first requests, and the resource read after it."""
    life = Lifecycle.of(script.contract)
    rule = rule_of(script.requirement, OneConnectionRule)
    roles = life.resource.roles()
    possible = [one for one in rule.first if one.send not in ROLES or one.send in roles]
    if not possible:
        raise NotShown("the resource has none of the operations that would go first")
    for number, words in enumerate(possible, 1):
        yield Make()
        shared = WireVariant(connection=number, pipelined=rule.pipelined)
        first = _first(script, life, words, shared)
        read = Send(life.operation("read"), life.request("read"), form=shared)
        answer = yield Connected((first, read), shared.pipelined)
        _judge(answer.parts, life, script.fill("${id}", 0))


def _first(script: Script, life: Lifecycle, words: FirstRequest, shared: WireVariant) -> Send:
    operation = life.operation(words.send)
    members = {**valid_request(script.contract, operation), **words.with_}
    if words.unknown:
        named = {life.label: members[life.label]} if life.label in members else {}
        members |= with_unknown_ids(script.contract, operation, named)
    stated = words.form or WireForm()
    written = spelled_form(script.contract, operation, stated) or WireVariant()
    written = replace(written, connection=shared.connection, pipelined=shared.pipelined)
    body = None if words.body is None else words.body.encode()
    return Send(operation, members, raw=body, form=written)


def _judge(parts: tuple[ParsedResponse, ...], life: Lifecycle, identifier: str) -> None:
    if not parts:
        raise NotShown("the tool cannot open a separate connection to the target")
    for order, part in zip(("first", "second"), parts, strict=False):
        if part.throttled or part.passing:
            raise NotShown(part.told())
        if part.status is None:
            raise RuleBroken(f"an answer to the {order} request on the connection", part.told())
    if parts[-1].server_error:
        raise NotShown(parts[-1].told())  # of that another requirement tells
    if len(parts) == 1:
        return
    place = parse(creators(life.resource)[life.operation("create").name].removeprefix(GIVEN))
    shown = next(find(parts[1].body, place), None)
    # What the request chose comes back in a member of the same name, if at all.
    told = place[0] in life.operation("read").output
    if parts[1].ok and not told:
        raise NotShown("the answer does not say which resource it is about")
    if not parts[1].ok or shown != identifier:
        seen = parts[1].told() if not parts[1].ok else f"the answer to another one ({shown})"
        raise RuleBroken("the second request's own answer: the resource", seen)
