"""Looks for a valid request where the one that was made up is refused: a few, led by the answers.

Only where no overlay of a person states what a valid request is. What is accepted is kept with the
contract, so that everything that is planned after it starts from it.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from itertools import islice
from typing import Any

from conformance.contract.model import Contract, Location, Operation
from conformance.contract.places import ABSENT, Place, canonical, texts
from conformance.engine.judge.authentication import is_denied
from conformance.engine.resources.listed import (
    SendRequest,
    lists_of,
    lists_of_all,
    of_a_pattern,
    shown_first,
    shown_fitting,
)
from conformance.engine.resources.prerequisites import (
    first_operations,
    into_listed,
    lacks_something,
    naming,
    shared,
    within,
)
from conformance.engine.sending.exchange_log import SentProbe, SetupFailed
from conformance.plan.probes import Probe, Side
from conformance.plan.valid_requests.base_requests import valid_request, with_value
from conformance.plan.valid_requests.named_places import SHORTEST
from conformance.plan.valid_requests.request_repair import RefusalText, repaired
from conformance.plan.valid_requests.resources import all_creators, kind_of, nameable
from conformance.transport.parsed_response import ParsedResponse

MOST = 10
"""Requests of one operation, with the one that was refused first."""
FEW = 6
"""So many where no answer says anything: it may lack the operation."""
LONGEST = 16
"""Where each answer says something new: one leads to the next."""
LISTS = 8
"""Lists that are asked for what an identifier of a certain pattern may be."""
PRUNINGS = 24
"""Requests that find out what of an accepted request need not be there."""

FIRST = 3
"""Operations that are tried before one that is refused for want of what they make."""


class RequestSearch:
    """Finds valid requests of one service; ``may_send`` knows what no guess may lead to."""

    def __init__(
        self,
        contract: Contract,
        send: SendRequest,
        may_send: Callable[[str], bool] = lambda _: True,
    ) -> None:
        self._contract, self._send, self._may_send = contract, send, may_send
        self._tried: set[str] = set()
        self._lacking: dict[str, SentProbe] = {}
        self._lists: dict[str, Any] = {}

    @cached_property
    def _whole_lists(self) -> tuple[Operation, ...]:
        return tuple(islice(lists_of_all(self._contract), LISTS))

    def improve(self, sent: SentProbe) -> SentProbe | None:
        """An accepted request of the same operation; None where none is found, or was before."""
        name = sent.probe.operation.name
        if not self._contract.overlay.inferred or name in self._tried:
            return None
        self._tried.add(name)
        if not _is_worth_asking(sent.answer):
            return None
        self._lacking.pop(name, None)
        for way in (self._search, self._listed, self._prepared):
            try:
                found = way(sent)
            except SetupFailed:
                continue
            if found is not None:
                return found
            # What is right but for what is not there is worth more than what was refused first.
            sent = self._lacking.get(name, sent)
        return None

    def _search(self, sent: SentProbe) -> SentProbe | None:
        """Go on from the newest answer that says something new; back where one says nothing."""
        answers = {_told(sent): sent.answer.told()}
        seen = {canonical(sent.probe.values)}
        trails, count = [self._amended(sent)], 1
        most = FEW if sent.answer.code is None else MOST
        while count < min(LONGEST, most + len(answers) - 1):
            candidate = _next(trails, seen)
            if candidate is None:
                return None
            probe = Probe("", sent.probe.operation, Side.ACCEPT, candidate, "a valid request")
            try:
                again = self._send(probe)
            except SetupFailed:
                continue  # it speaks of what cannot be made: the next one need not
            count += 1
            if again.answer.ok:
                again = self._pruned(again, sent.probe.values)
                name, members = probe.operation.name, dict(again.probe.values)
                self._contract.found.keep(name, members, *answers.values())
                return again
            if not _is_worth_asking(again.answer):
                return None
            if lacks_something(again.answer) and not lacks_something(sent.answer):
                self._lacking.setdefault(probe.operation.name, again)
            if _told(again) not in answers:
                answers[_told(again)] = again.answer.told()
                most = most if again.answer.code is None else MOST
                trails.append(self._amended(again))
        return None

    def _pruned(self, accepted: SentProbe, start: Mapping[str, Any]) -> SentProbe:
        """The least of an accepted request that is still accepted, as additions may cost."""
        left = PRUNINGS
        for depth in (1, 2):
            values = accepted.probe.values
            places = [one for one in _added(accepted.probe.operation, values, start)
                      if len(one) == depth]  # fmt: skip
            waiting = [places] if depth == 2 else _halves(places)
            while any(waiting) and left:
                some, left = waiting.pop(0), left - 1
                values = dict(accepted.probe.values)
                for place in some:
                    values = with_value(values, place, ABSENT)
                try:
                    without = self._send(replace(accepted.probe, values=values))
                except SetupFailed:
                    continue  # what was accepted is found all the same
                if without.answer.ok and not without.is_faulty:
                    accepted = without
                elif len(some) > 1:
                    waiting[:0] = _halves(some)
        return accepted

    def _listed(self, sent: SentProbe) -> SentProbe | None:
        """The same request about what is there: what a list of such things shows first."""
        if not lacks_something(sent.answer):
            return None
        request = dict(sent.probe.values)
        for name, listing in lists_of(self._contract, sent.probe):
            asked = Probe("", listing, Side.OBSERVE, valid_request(self._contract, listing), "")
            shown = self._send(asked, resource=shared(self._contract, listing, sent))
            if not shown.answer.ok:
                shown = self.improve(shown) or shown
            value = shown_first(listing, shown.answer.body, name) if shown.answer.ok else None
            request.update({} if value is None else {name: value})
        for name in of_a_pattern(replace(sent.probe, values=request)):
            shape = sent.probe.operation.input[name].shape
            found = (shown_fitting(one, body, shape) for one, body in self._all_lists())
            request[name] = next(filter(None, found), request[name])
        if request == sent.probe.values:
            return None
        again = self._send(replace(sent.probe, values=request))
        if again.answer.ok:
            self._contract.found.keep(sent.probe.operation.name, request, sent.answer.told())
            return again
        return self._search(again) if _told(again) != _told(sent) else None

    def _all_lists(self) -> Iterator[tuple[Operation, Any]]:
        """What each list shows that nothing has to be named for; it is asked for once."""
        for one in self._whole_lists:
            if one.name not in self._lists and self._may_send(one.name):
                self._lists[one.name] = self._send(Probe("", one, Side.OBSERVE, {}, "")).answer.body
            yield one, self._lists.get(one.name)

    def _accepted(self, probe: Probe, told: str) -> SentProbe | None:
        """The answer to a request, which is kept where it is accepted."""
        again = self._send(probe)
        if not again.answer.ok:
            return None
        self._contract.found.keep(probe.operation.name, probe.values, told)
        return again

    def _prepared(self, sent: SentProbe) -> SentProbe | None:
        """The same request once what it needs is there, or what is in its way is gone."""
        name, refused = sent.probe.operation.name, sent
        tried: set[str] = set()
        waiting = self._first(sent, tried)
        while waiting:
            one = waiting.pop(0)
            tried.add(one.name)
            state = into_listed(one, sent.answer)
            values = {**valid_request(self._contract, one), **state}
            first = Probe("", one, Side.ACCEPT, values, "what is needed first")
            try:
                made = self._send(first, resource=shared(self._contract, one, sent))
                if not made.answer.ok:
                    continue
            except SetupFailed:
                continue
            again = self._send(sent.probe, resource=sent.resource)
            if again.answer.ok:
                self._contract.found.before[name] = one.name
                self._contract.found.before_with[name] = state
                return again
            for values in naming(sent.probe.operation, sent.probe.values, made, again):
                about = replace(sent.probe, values=values)
                found = self._accepted(about, sent.answer.told())
                if found is not None:
                    return found
            if _told(again) != _told(refused) and len(tried) < FIRST:
                # It did something: what the answer says now may lead on.
                refused = again
                waiting = self._first(again, tried)
        return None

    def _first(self, refused: SentProbe, tried: set[str]) -> list[Operation]:
        """The operations that may have to be called before one that is refused."""
        found = first_operations(self._contract, refused.probe.operation.name, refused.answer)
        untried = (one for one in found if one.name not in tried and self._may_send(one.name))
        return list(islice(untried, FIRST))

    def _amended(self, sent: SentProbe) -> Iterator[dict[str, Any]]:
        answer, name = sent.answer, sent.probe.operation.name
        made = name in all_creators(self._contract)
        known = nameable(self._contract, name)
        about = kind_of(self._contract, name)
        arn = None if about is None or made else known.get(about)
        own = None if arn is None else arn.replace(f".{about}", "")
        if about is not None and own is not None:
            known = {**known, about: own}  # not just any of its kind
        refusal = RefusalText(
            answer.status or 0, answer.code or "", answer.message, known, own, name,
            kind=None if made else about,
        )  # fmt: skip
        yield from within(sent)
        yield from repaired(sent.probe.operation, sent.probe.values, sent.values, refusal)


def _halves(places: list[Place]) -> list[list[Place]]:
    middle = (len(places) + 1) // 2
    return [half for half in (places[:middle], places[middle:]) if half]


def _added(
    operation: Operation, values: Mapping[str, Any], start: Mapping[str, Any]
) -> Iterator[Place]:
    """The places at the top and right below it that a request has besides, and need not have."""
    for name, value in values.items():
        member = operation.input.get(name)
        if member is None or member.location is Location.PATH:
            continue
        if name not in start and not member.required:
            yield (name,)
        before = start.get(name)
        if isinstance(value, dict) and isinstance(before, dict | None):
            inner = member.shape.members
            yield from (
                (name, one)
                for one in value
                if one in inner and not inner[one].required and one not in (before or {})
            )


def _next(trails: list[Iterator[dict[str, Any]]], seen: set[str]) -> dict[str, Any] | None:
    """The next request that was not tried yet, from the newest trail that has one."""
    while trails:
        for candidate in trails[-1]:
            text = canonical(candidate)
            if text not in seen:
                seen.add(text)
                return candidate
        trails.pop()
    return None


def _is_worth_asking(answer: ParsedResponse) -> bool:
    """Whether another request of the operation may be answered otherwise."""
    if answer.ok or answer.status is None or answer.throttled or answer.status in {405, 501}:
        return False
    return not is_denied(answer)


def _told(sent: SentProbe) -> str:
    """What an answer says, without what differs from one request to the next."""
    answer, message = sent.answer, sent.answer.message
    for value in sorted({*texts(sent.values)}, key=len, reverse=True):
        if len(value) >= SHORTEST:
            message = message.replace(value, "#")
    return f"{answer.status} {answer.code} {re.sub(r'[0-9a-f-]{8,}|[0-9]+', '#', message)}"
