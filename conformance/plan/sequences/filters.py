"""What narrows a list or turns it round: prefixes, filters, orders.

What a list has with a filter shows the value that was asked for; what shows it before and after is
there, too.
"""

from collections.abc import Generator
from collections.abc import Sequence as Several
from typing import Any

from conformance.contract.inference.naming import ARN, part
from conformance.contract.listing.requirements import rule_of
from conformance.contract.model import Kind
from conformance.contract.places import find, parse
from conformance.contract.vocabulary.overlay_list_rules import (
    FilteredRule,
    NamedFilterRule,
    PrefixRule,
    SortedRule,
)
from conformance.plan.sequences.assertions import quoted_value
from conformance.plan.sequences.change import PAUSES
from conformance.plan.sequences.listing import HOW_MANY, walk, whole
from conformance.plan.sequences.steps import (
    Make,
    NotShown,
    Pause,
    RuleBroken,
    Script,
    Send,
    Sequence,
    Step,
    answered,
)
from conformance.plan.valid_requests.lifecycle import Lifecycle
from conformance.transport.parsed_response import ParsedResponse

APART = 1.1
"""Seconds between resources that are sorted: moments may be of whole seconds."""
_LONG = 8
"""Letters from which on a part of a name is asked for, too."""
NOTHING = "qzxjvwk"
"""What no entry shows: no word of it, and no word that it is like."""


def filtered(script: Script) -> Sequence:
    """With each of ``values`` of ``filter`` entries show that value at ``shown``, if they show one.

    Of a text that nothing has, it has to be within what is shown, in whatever case: a filter may
    take a part.
    """
    life = Lifecycle.of(script.contract, script.requirement.operation)
    rule = rule_of(script.requirement, FilteredRule)
    listed = _listed_values(life, rule)
    yield Make()
    everything = (yield from walk(life)).entries
    shows = {
        one[rule.shown] for one in everything
        if isinstance(one, dict) and isinstance(one.get(rule.shown), str)
    }  # fmt: skip
    if len(shows) == 1 and not listed:
        yield Make(1)  # else nothing shows what is to be left out
    own = yield from _own_is_there(script, life, rule, everything)
    answered, why = int(own), f"no entry shows {rule.shown}"
    for template in rule.values if shows else ():
        value = script.fill(template, 0)
        try:
            listing = yield from walk(life, {rule.filter: value})
        except NotShown as refused:
            why = str(refused)
            continue
        answered += 1
        (text,) = value if isinstance(value, list) else (value,)
        _check_values(rule, listing.entries, text, listed)
    if not answered:
        raise NotShown(why)


def _listed_values(life: Lifecycle, rule: FilteredRule) -> Several[Any]:
    """The values that a filter can have, where they are listed."""
    shape = life.operation("list").input[rule.filter].shape
    found = (shape.element or shape).limit("enum")
    return found or life.listed()[rule.shown].shape.limit("enum") or ()


def _check_values(
    rule: FilteredRule, entries: Several[Any], text: str, listed: Several[Any]
) -> None:
    """Raise RuleBroken where an entry shows another value than was asked for."""
    for one in entries:
        found = one.get(rule.shown) if isinstance(one, dict) else None
        if not isinstance(found, str) or found == text:
            continue
        if found in listed if listed else text.lower() not in found.lower():
            raise RuleBroken(f"entries whose {rule.shown} is {text!r}", repr(found))


def _own_is_there(
    script: Script, life: Lifecycle, rule: FilteredRule, everything: Several[Any]
) -> Generator[Step, ParsedResponse, bool]:
    """Whether what shows a value is listed with it: raises RuleBroken where it is not.

    And where a part of the value is asked for, as the filter takes one; others are left out.
    """

    def mine(entries: Several[Any]) -> list[Any]:
        return [one.get(rule.shown) for one in _mine(script, life.listing.id, entries)]

    value = next(iter(mine(everything)), None)
    if not isinstance(value, str) or not value:
        return False
    if value.startswith("arn:") and part(rule.filter).kind != ARN:
        return False  # it may ask for a name
    several = life.operation("list").input[rule.filter].shape.kind is Kind.LIST
    answered = False
    for asked in dict.fromkeys((value, _part(rule, value))):
        try:
            found = yield from walk(life, {rule.filter: [asked] if several else asked})
        except NotShown:
            continue  # what it is shown as may be no value of the filter
        answered = True
        for pause in (*PAUSES, None):
            if mine(found.entries) or value not in mine((yield from walk(life)).entries):
                break
            if pause is None:
                raise RuleBroken(
                    f"what shows {rule.shown} {value!r} in the list for {asked!r}", "not there"
                )
            yield Pause(pause)  # an index may be behind the list of all
            found = yield from walk(life, {rule.filter: [asked] if several else asked})
        _check_values(rule, found.entries, asked, _listed_values(life, rule))
    return answered


def _part(rule: FilteredRule, value: str) -> str:
    """The part of a value that a filter takes, or all of it."""
    if rule.part is None or len(value) < _LONG:
        return value
    return value[:-1] if rule.part == "prefix" else value[1:-1]


def by_name(script: Script) -> Sequence:
    """A filter with a name has what shows the value, and nothing else that shows another one."""
    rule = rule_of(script.requirement, NamedFilterRule)
    yield Make()
    entry = yield from _entry(script, rule, (yield from _listed(script, rule)))
    value = entry.get(rule.shown)
    if not isinstance(value, str | int) or value == "" or {*"*?"} & {*str(value)}:
        raise NotShown(f"{rule.shown} is not shown")
    found = yield from _listed(script, rule, value)
    for pause in (*PAUSES, None):
        if _mine(script, rule.id, found):
            break
        again = yield from _entry(script, rule, (yield from _listed(script, rule)))
        if again.get(rule.shown) != value:
            raise NotShown(f"{rule.shown} does not stay {quoted_value(value)}")
        if pause is None:
            raise RuleBroken(
                f"what shows {rule.shown} {quoted_value(value)} in the list", "not there"
            )
        yield Pause(pause)  # an index may be behind the list of all
        found = yield from _listed(script, rule, value)
    for one in found:
        other = one.get(rule.shown)
        if isinstance(other, str | int) and _text(value) not in _text(other):
            raise RuleBroken(
                f"entries whose {rule.shown} is {quoted_value(value)}", quoted_value(other)
            )
    nothing = not value if isinstance(value, bool) else NOTHING if isinstance(value, str) else 0
    answer = yield _send(script, rule, nothing)
    if answer.ok and _mine(script, rule.id, list(find(answer.members, parse(rule.at)))):
        raise RuleBroken(
            f"nothing whose {rule.shown} is not {quoted_value(nothing)}", quoted_value(value)
        )


def _send(script: Script, rule: NamedFilterRule, value: Any = None) -> Send:
    operation = script.contract.operations[script.requirement.operation or ""]
    name, values = rule.keys
    asked = {} if value is None else {rule.filter: [{name: rule.name, values: [_text(value)]}]}
    return Send(operation, asked)


def _listed(
    script: Script, rule: NamedFilterRule, value: Any = None
) -> Generator[Step, ParsedResponse, list[dict[str, Any]]]:
    """The entries of all pages of a list, with the value of the filter or without one."""
    send = _send(script, rule, value)
    answer = yield from answered(send, "the list")
    body = yield from whole(send, answer.members)
    return [one for one in find(body, parse(rule.at)) if isinstance(one, dict)]


def _mine(script: Script, member: str, entries: Several[Any]) -> list[dict[str, Any]]:
    """The entries of the resource, which ``member`` names."""
    own = script.fill("${id}", 0)
    return [one for one in entries if isinstance(one, dict) and one.get(member) == own]


def _entry(
    script: Script, rule: NamedFilterRule, entries: Several[Any]
) -> Generator[Step, ParsedResponse, dict[str, Any]]:
    """The entry of the resource. Raises NotShown where there is none."""
    yield from ()
    found = _mine(script, rule.id, entries)
    if len(found) != 1:
        raise NotShown("the resource is not in the list just once")
    return found[0]


def _text(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def turned(script: Script) -> Sequence:
    """What was made one after the other has another order the other way round."""
    life = Lifecycle.of(script.contract, script.requirement.operation)
    rule = rule_of(script.requirement, SortedRule)
    for key in range(HOW_MANY):
        yield Make(key)
        yield Pause(APART)
    own = [script.fill("${id}", key) for key in range(HOW_MANY)]
    seen = []
    for value in rule.values:
        listing = yield from walk(life, {rule.member: value})
        shown_as = (one.get(life.listing.id) for one in listing.entries if isinstance(one, dict))
        seen.append([str(one) for one in shown_as if one in own])
    if any(sorted(one) != sorted(own) for one in seen) or len({*own}) < HOW_MANY:
        raise NotShown("what was made is not in the list just once")
    if seen[0] == seen[1]:
        raise RuleBroken(
            f"another order with {rule.member} {quoted_value(rule.values[1])}", "the same"
        )


def prefix(script: Script) -> Sequence:
    """``filter`` keeps names that begin with it, in the same case, and no others."""
    life = Lifecycle.of(script.contract, script.requirement.operation)
    rule = rule_of(script.requirement, PrefixRule)
    name = script.fill("${name.listed}", 0)
    yield Make(0, {**life.request("create"), rule.named: f"{name}-one"})
    yield Make(1, {**life.request("create"), rule.named: f"{name}-two"})
    wanted = {name: {0, 1}, f"{name}-one": {0}, f"{name}-t": {1}}
    unwanted = {name[3:]: set[int](), name.upper(): set[int](), f"{name}-two-more": set[int]()}
    for text, keys in {**wanted, **unwanted}.items():
        listing = yield from walk(life, {rule.filter: text})
        for key in (0, 1):
            times = len(listing.of(script.fill("${id}", key), life.listing.id))
            if times != (key in keys):
                expected = f"{'once' if key in keys else 'not'} in the list for {text!r}"
                raise RuleBroken(f"the key named {name}-{'one' if key == 0 else 'two'} {expected}",
                             f"{times} times")  # fmt: skip
