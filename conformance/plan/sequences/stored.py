"""What is shown of a resource, and whether a deletion, a switch or a repetition shows there."""

from __future__ import annotations

import re
from collections.abc import Callable, Generator
from typing import Any

from conformance.contract.listing.changes import ends_later
from conformance.contract.listing.readback import ReadBack
from conformance.contract.listing.requirements import rule_of
from conformance.contract.listing.switches import FAILED
from conformance.contract.member_roles import names_it
from conformance.contract.model import Contract
from conformance.contract.places import ABSENT, ITEM, Place, find, parse, texts
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.contract.vocabulary.overlay_rules import HeldRule, SameTokenRule, SwitchedRule
from conformance.plan.sequences.assertions import quoted_value
from conformance.plan.sequences.change import looked_again
from conformance.plan.sequences.listing import walk
from conformance.plan.sequences.steps import (
    Make,
    NotShown,
    RuleBroken,
    Script,
    Send,
    Sequence,
    Step,
    answered,
)
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.lifecycle import Lifecycle
from conformance.plan.valid_requests.other_values import tagged
from conformance.transport.parsed_response import ParsedResponse

STATE = re.compile(r"(status|state|enabled)$", re.IGNORECASE)
_UNDER_WAY = re.compile(r"ing$|pending|progress|queued|submitted|requested", re.IGNORECASE)
"""Words of states in which something has not all that it was given, or has not got it yet."""
_FORCES = re.compile(r"force|recursive|cascade", re.IGNORECASE)


_LISTED = re.compile(r"[A-Z][A-Za-z0-9]*|[A-Z0-9_.:-]*|aws:\w+")
"""What may be one of a few values: ``AES256``, ``aws:kms``, ``Enabled``."""


def read_back_of(script: Script) -> tuple[ReadBack, Lifecycle]:
    """The member that a rule is about, and the lifecycle of its resource, as it is read."""
    about = script.requirement.read_back
    if about is None:
        raise ValueError(f"{script.requirement.id} is about no member that is read back")
    life = Lifecycle.of(script.contract, script.requirement.operation)
    return about, life.as_listed_by(about.by)


def value_at(body: Any, place: Place) -> Any:
    """What an answer has at a place, of the one thing that it is about."""
    if ITEM in place and len(list(find(body, place[: place.index(ITEM) + 1]))) != 1:
        raise NotShown("the read does not show exactly one")
    return next(find(body, place), ABSENT)


def gone(script: Script) -> Sequence:
    """What was deleted is not shown just as before: what is on its way shows anything new."""
    life = Lifecycle.of(script.contract, script.requirement.operation)
    listed = script.requirement.operation == life.resource.list
    yield Make()
    before = yield from (entry if listed else current)(script, life, 0)
    yield from answered(Send(life.operation("delete"), life.request("delete")), "the deletion")
    if listed or life.resource.read is None:
        after = (yield from walk(life)).of(script.fill("${id}", 0), life.listing.id)
        known = bool(states(before)) or not any(map(STATE.search, life.listed()))
        still = known and before in after and not is_under_way(states(before))
        told = f"{len(after)} entries"
    else:
        answer = yield Send(life.operation("read"), life.request("read"))
        still, told = answer.ok and answer.body == before, answer.told()
        still = still and not is_under_way(states(before))
        if still and _is_setting(life) and not _says_own(before, [*texts(life.request("read"))]):
            raise NotShown("what is shown after the deletion may be the default")
        after = [] if answer.is_missing else [answer]
    if still and ends_later(life.operation("delete")) and not states(before):
        raise NotShown("the deletion goes on after its answer, and no state is shown")
    if still:
        raise RuleBroken("not found after the deletion", "the same as before the deletion")
    if after:
        raise NotShown(f"after the deletion, the answer was {told}")


def _is_setting(life: Lifecycle) -> bool:
    """Whether it is known by what it belongs to, as the encryption of a bucket is."""
    given = None if life.resource.identifier is None else life.resource.identifier.given
    words = life.contract.overlay.words_of(life.operation("create").name)
    return str(words.binds.get(given or "")).startswith("${id.")


def _says_own(value: Any, named: list[str]) -> bool:
    """Whether a text is shown that no default is: neither a listed value nor a name.

    A number or a flag may be the default, too.
    """
    if isinstance(value, dict | list):
        inner = value.values() if isinstance(value, dict) else value
        return any(_says_own(one, named) for one in inner)
    return isinstance(value, str) and value not in named and not _LISTED.fullmatch(value)


def switched(script: Script) -> Sequence:
    """What is switched off is not shown just as it was while it was on, nor what is on again.

    Where a state is shown at all.
    """
    life = Lifecycle.of(script.contract, script.requirement.operation)
    rule = rule_of(script.requirement, SwitchedRule)
    yield Make()
    seen = []
    for name in (rule.on, rule.off, rule.on):
        yield from answered(Send(life.operation(name), life.request(name)), name)
        seen.append((yield from current(script, life, 0)))
    if not states(seen[0]) or any(is_under_way(states(one)) for one in seen):
        raise NotShown("the answer shows no state, or that of what goes on")
    if seen[1] in (seen[0], seen[2]):
        raise RuleBroken(f"a different state after {rule.off} than after {rule.on}", "the same")


def same_token(script: Script) -> Sequence:
    """A creation with the same token and content shows the identifier of the first."""
    life = Lifecycle.of(script.contract, script.requirement.operation)
    rule = rule_of(script.requirement, SameTokenRule)
    request = tagged({**life.request("create"), rule.token: "${uuid}"})
    yield Make(0, request)
    again = yield from answered(Send(life.operation("create"), request), "the second request")
    seen, own = next(find(again.members, parse(rule.at)), None), script.fill("${id}", 0)
    if seen is not None and own not in str(seen):
        raise RuleBroken(f"{rule.at} is {quoted_value(own)} again", quoted_value(seen))


def held(script: Script) -> Sequence:
    """What has one of another kind in it is not deleted; what is in it goes last."""
    contract = script.contract
    life = Lifecycle.of(contract, script.requirement.operation)
    kind = rule_of(script.requirement, HeldRule).by
    inner = contract.overlay.kinds()[kind]
    yield Make()
    made = yield Make(1, kind=kind)
    own = script.requirement.operation or ""
    whole = [name for name, one in contract.overlay.kinds().items() if one == life.resource]
    if script.fill(f"${{id.{whole[0]}}}", 1) != script.fill("${id}", 0):
        raise NotShown(f"the {inner.name} is in another one")
    yield from _wait_for(contract, inner, made)
    request = life.request("delete")
    if any(_FORCES.search(name) and value for name, value in request.items()):
        raise NotShown("the deletion is forced")
    answer = yield Send(life.operation("delete"), request)
    gone = answer.ok and (yield from _is_gone(life, answer))
    delete = contract.operations[inner.delete or ""]
    yield Send(delete, valid_request(contract, delete), 1, tidies=True)
    if gone:
        raise RuleBroken(f"{own} refused: one {inner.name} depends on it", answer.told())
    if answer.ok:
        raise NotShown("the deletion is accepted, and may still fail")


def _is_gone(life: Lifecycle, answer: ParsedResponse) -> Generator[Step, ParsedResponse, bool]:
    """Whether an accepted deletion is done: one that goes on after its answer may fail then."""
    if not ends_later(life.operation("delete")) and not is_under_way(states(answer.body)):
        return True
    if life.resource.read is None:
        return False
    read = Send(life.operation("read"), life.request("read"))
    return (yield from _becomes(read, lambda shown: shown.is_missing))


def _wait_for(contract: Contract, inner: Resource, made: ParsedResponse) -> Sequence:
    """Wait until what is made only after its request was answered is there. Raises NotShown.

    What could not be made may hold nothing.
    """
    create, read = (contract.operations.get(name or "") for name in (inner.create, inner.read))
    if read is not None and is_under_way(states(made.members)):
        shown = yield Send(read, valid_request(contract, read), 1)
        if any(FAILED.search(str(one)) for one in states(shown.body)):
            raise NotShown(f"the {inner.name} could not be made")
    if create is None or not ends_later(create):
        return
    if read is not None:
        send = Send(read, valid_request(contract, read), 1)
        if (yield from _becomes(send, lambda shown: shown.ok)):
            return
    raise NotShown(f"whether the {inner.name} is there is not shown")


def _becomes(
    read: Send, is_so: Callable[[ParsedResponse], bool]
) -> Generator[Step, ParsedResponse, bool]:
    """Whether a read shows something within a few looks."""

    def look() -> Generator[Step, ParsedResponse, ParsedResponse]:
        return (yield read)

    return is_so((yield from looked_again((yield read), look, is_so)))


def states(body: Any, depth: int = 3) -> list[Any]:
    """What an answer shows of states, in order: an update that goes on changes one."""
    found: list[Any] = []
    inner = (
        body.items()
        if isinstance(body, dict)
        else enumerate(body if isinstance(body, list) else ())
    )
    for name, value in inner if depth else ():
        if STATE.search(str(name)):
            found += value.values() if isinstance(value, dict) else [value]  # with a code, a time
        else:
            found += states(value, depth - 1)
    return found


def is_under_way(told: list[Any]) -> bool:
    """Whether one of the states is that of what is being made or changed."""
    return any(isinstance(one, str) and _UNDER_WAY.search(one) for one in told)


def current(script: Script, life: Lifecycle, key: int) -> Generator[Step, ParsedResponse, Any]:
    """What is shown of a resource: by its own read, or as its entry of the list.

    A request that was found by trial may name another one: unless it names this one, what is shown
    has to tell which it is.
    """
    own = script.fill("${id}", key)
    if life.resource.read is not None:
        send = Send(life.operation("read"), life.request("read"), key)
        body = (yield from answered(send, "the read")).body
        told = (text.lower() for text in texts(body))
        shown = _is_named(script, send) or any(str(own).lower() in one for one in told)
        if script.contract.overlay.inferred and not shown:
            raise NotShown("the read does not show which resource it is about")
        return body
    return (yield from entry(script, life, key))


def _is_named(script: Script, send: Send) -> bool:
    """Whether a request has the identifier in a member that it must have, and nothing open."""
    binds = script.contract.overlay.words_of(send.operation.name).binds
    return names_it(send.operation, binds) and any(
        one.required and send.values.get(name) == binds.get(name) == "${id}"
        for name, one in send.operation.input.items()
    )


def entry(script: Script, life: Lifecycle, key: int) -> Generator[Step, ParsedResponse, Any]:
    """The one entry of a resource in the list."""
    own = script.fill("${id}", key)
    entries = (yield from walk(life)).of(own, life.listing.id)
    if len(entries) != 1:
        raise NotShown("the resource is not exactly once in the list")
    return entries[0]
