"""Lists that are asked for one thing, or for what is in one: two are made, and one is asked for."""

import re
from collections.abc import Generator
from dataclasses import dataclass
from functools import partial
from typing import Any

from conformance.contract.inference.naming import ARN, part
from conformance.contract.listing.named_kinds import NamedKinds
from conformance.contract.listing.requirements import rule_of
from conformance.contract.model import Operation
from conformance.contract.places import canonical, find, parse
from conformance.contract.vocabulary.overlay_list_rules import NarrowedRule
from conformance.plan.sequences.assertions import quoted_value
from conformance.plan.sequences.change import looked_again
from conformance.plan.sequences.listing import ListedEntries, whole
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
from conformance.transport.parsed_response import ParsedResponse

_NAMES = re.compile(r"\$\{(id|made)\b")
"""A placeholder of what a run has made."""
_TELLING = 6
"""Letters from which on an identifier is no number that each of several things may begin with."""


@dataclass(frozen=True, slots=True)
class _Narrowed:
    """A rule with the requests that it is made of; number 0 is listed, number 1 is another."""

    script: Script
    rule: NarrowedRule
    operation: Operation
    names: NamedKinds

    def request(self, key: int) -> dict[str, Any]:
        """The request of the list without the member, as number ``key`` has it.

        Nor has it what else a request may name, which may exclude the member.
        """
        found = {}
        for name, one in valid_request(self.script.contract, self.operation).items():
            needed = self.operation.input[name].required or _NAMES.search(str(one)) is None
            if needed and name != self.rule.member:
                found[name] = self._seen(one, key)
        return found

    def value(self, key: int) -> Any:
        """What the member is given, as number ``key`` has it."""
        return self._seen(self.rule.value, key)

    def _seen(self, value: Any, key: int) -> Any:
        kind = self.rule.named if key else self.rule.of
        return self.names.seen_from(kind, self.operation, value)

    def filled(self, key: int) -> str:
        """The text that the member has. Raises NotShown where it is not known."""
        value = self.script.fill(self.value(key), key)
        text = str(value[0] if isinstance(value, list) else value)
        no_arn = part(self.rule.member).kind == ARN and not text.startswith("arn:")
        if "${" in text or no_arn:
            raise NotShown(f"no answer shows what {self.rule.member} is to be")
        return text

    def entries(
        self, key: int, given: dict[str, Any]
    ) -> Generator[Step, ParsedResponse, list[Any]]:
        """The entries of number 0 in the list of a request."""
        send = Send(self.operation, {**self.request(key), **given}, key)
        answer = yield from answered(send, "the list")
        body = yield from whole(send, answer.members)
        listed, own = list(find(body, parse(self.rule.at))), self.script.fill("${id}", 0)
        if self.rule.id is not None:
            return ListedEntries(listed, []).of(own, self.rule.id)
        return [one for one in listed if isinstance(one, str) and _ends(one, own)]


def _ends(text: str, own: str) -> bool:
    return text == own or text.endswith((f"/{own}", f":{own}"))


def narrowed(script: Script) -> Sequence:
    """With the member of another one, the list lacks what it has with its own."""
    rule = rule_of(script.requirement, NarrowedRule)
    operation = script.contract.operations[script.requirement.operation or ""]
    about = _Narrowed(script, rule, operation, NamedKinds(script.contract))
    yield Make(kind=rule.of)
    mine = yield from about.entries(0, {rule.member: about.value(0)})
    value = about.filled(0)
    if not mine:
        yield from _is_lacking(about, value)
    if rule.shown is not None and mine[0].get(rule.shown, value) != value:
        raise NotShown(f"an entry shows another {rule.shown}")
    yield Make(1, kind=rule.named, apart=True)
    other = yield from about.entries(1, {rule.member: about.value(1)})
    if about.filled(1) == value:
        raise NotShown(f"two of them have the same {rule.member}")
    own = str(script.fill("${id}", 0))
    if len(own) >= _TELLING and canonical(mine[0]) in map(canonical, other):
        raise RuleBroken(
            f"nothing that is not of {rule.member} {quoted_value(about.filled(1))}",
            f"{quoted_value(own)}, which is of {quoted_value(value)}",
        )


def _is_lacking(about: _Narrowed, value: str) -> Sequence:
    """Raise RuleBroken where the list has what it lacks with the member; NotShown elsewhere."""
    rule, contract = about.rule, about.script.contract
    create = contract.overlay.kinds()[rule.of].create or ""
    given = [*map(str, contract.overlay.words_of(create).binds.values()), "${id}"]
    text = rule.value[0] if isinstance(rule.value, list) else rule.value
    if not about.operation.input[rule.member].required and text in given:
        for one in (yield from about.entries(0, {})):
            shown = one.get(rule.shown or "", value) if isinstance(one, dict) else value
            if shown == value and not (yield from _shows_late(about)):
                raise RuleBroken(
                    f"what is of {rule.member} {quoted_value(value)} in the list", "not there"
                )
    raise NotShown("the resource is not in the list")


def _shows_late(about: _Narrowed) -> Generator[Step, ParsedResponse, bool]:
    """Whether the list has it after a while: one by an index may be behind that of all."""
    look = partial(about.entries, 0, {about.rule.member: about.value(0)})
    return bool((yield from looked_again([], look, bool)))
