"""Which operations the target has, found out by a valid request of each, on first use."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any

from conformance.contract.inference.naming import ARN, identifies, part, plain
from conformance.contract.inference.owners import RESOURCE
from conformance.contract.model import Contract, Kind, Location
from conformance.engine import support
from conformance.engine.attempt import send_and_judge
from conformance.engine.judge.authentication import is_refused_signature
from conformance.engine.probe_result import UNSURE
from conformance.engine.sending.channel import SignedChannel
from conformance.engine.sending.delivery import confirm, connection_broke, repeats_of
from conformance.engine.sending.exchange_log import SentProbe, SetupFailed
from conformance.engine.session import Session
from conformance.engine.stops import WrongCredentials
from conformance.engine.support import Support, SupportStatus, excluded, obstacle_to
from conformance.plan.generation.values import sample
from conformance.plan.probes import Probe, Side
from conformance.plan.valid_requests.base_requests import valid_request, without_answers
from conformance.plan.valid_requests.optional_members import with_optional_members
from conformance.plan.valid_requests.resources import (
    arn_of,
    path_labels,
    referenced_kinds,
    with_unknown_ids,
)
from conformance.transport.exchange import FailureKind

TYPE_OF_ANYTHING = "resourcetype"
UNPROVED = "a valid request for the operation needs the answer of another, which is not known"
ALWAYS_FAILS = "the target answers every request alike, as if it had no code for the operation"


class SupportRegistry:
    """What is known of each operation of one service."""

    def __init__(self, contract: Contract, session: Session, channel: SignedChannel) -> None:
        self._contract, self._session, self._channel = contract, session, channel
        self._known: dict[str, Support] = {}
        self._aside: set[str] = set()

    def of(self, name: str) -> Support:
        """Whether the target has an operation. Raises WrongCredentials."""
        if name in self._session.left_out:
            why = self._session.why_left_out.get(name) or excluded(name)
            return Support(SupportStatus.EXCLUDED, why)
        if name not in self._known:
            self._known[name] = self._establish(name)
        return self._known[name]

    def works(self, name: str) -> bool:
        """True when a valid request of the operation succeeds. Raises WrongCredentials."""
        return self.of(name).standing is SupportStatus.WORKS

    def known(self, name: str) -> Support | None:
        """What is known of an operation; sends nothing."""
        return self._known.get(name)

    def lacks(self, name: str) -> bool:
        """True when the target is known to lack an operation; sends nothing."""
        return name in self._known and self._known[name].standing is SupportStatus.LACKING

    def set_aside(self, name: str, why: str) -> None:
        """Say nothing more of an operation that this run itself has spoilt."""
        self._known[name] = Support(SupportStatus.UNKNOWN, why)
        self._aside.add(name)

    def is_aside(self, name: str) -> bool:
        """True of an operation of which nothing more is said."""
        return name in self._aside

    def silent(self, name: str) -> Support | None:
        """What is known of an operation that does not answer a valid request; sends nothing."""
        known = self._known.get(name)
        return known if known is not None and known.standing is SupportStatus.SILENT else None

    def best(self) -> Support | None:
        """What a statement about the whole service rests on: any operation that works."""
        known = list(self._known.values())
        works = (one for one in known if one.standing is SupportStatus.WORKS)
        return next(works, known[0] if known else None)

    def _establish(self, name: str) -> Support:
        """Send a valid request of the operation and see whether the target has it."""
        operation = self._contract.operations[name]
        values = valid_request(self._contract, operation)
        probe = Probe("", operation, Side.ACCEPT, values, "a valid request")
        try:
            sent = send_and_judge(self._session, probe, fresh=True).sent
        except SetupFailed as failed:
            ways = (self._works_unbound, self._works_of_another, self._works_of_what_is_not_made)
            if any(way(probe, failed) for way in ways):
                return Support(SupportStatus.WORKS)
            return self._establish_without(probe, failed)
        self._check_credentials(sent)
        if sent.answer.failure is FailureKind.WITHHELD:
            sent = self._asked_of_nothing(probe) or sent
        other = support.answering_for(self._contract, sent)
        if other is not None and self._contract.overlay.inferred:
            body = sent.answer.body
            shown = ", ".join(body) if isinstance(body, dict) else support.TAGGED
            return Support(SupportStatus.LACKING, f"{other} answers at its path: {shown}")
        again = partial(self._broken, probe)
        if connection_broke(sent.exchange) and confirm(again, repeats_of(sent.answer)) is not None:
            return support.silent_of(sent)
        return self._judged(sent)

    def _judged(self, sent: SentProbe) -> Support:
        """What the answer to a valid request says, with what a few more requests say of it."""
        found = support.standing_of(sent, self._channel, self._session.names.nonce)
        if found.standing is SupportStatus.LACKING and self._breaks_down(sent):
            return Support(SupportStatus.WORKS)
        if found.standing is SupportStatus.LACKING and self._is_answered_otherwise(sent):
            found = replace(found, standing=SupportStatus.REFUSED)
        elif found.standing is SupportStatus.REFUSED and self._always_fails(sent):
            return Support(SupportStatus.LACKING, f"{ALWAYS_FAILS}: {sent.answer.told()}")
        if found.standing is SupportStatus.REFUSED and self._contract.overlay.inferred:
            if self._session.search.improve(sent) is not None:
                return Support(SupportStatus.WORKS)
            return Support(SupportStatus.UNKNOWN, f"{sent.answer.told()}: {UNSURE}")
        words = self._contract.overlay.words_of(sent.probe.operation.name)
        if found.standing is SupportStatus.REFUSED and words.unproved:
            # A right target refuses it too: nothing was meant to be tested beyond what rules send.
            return replace(found, why=f"{sent.answer.told()}: {UNPROVED}", obstacle=None)
        return found

    def _broken(self, probe: Probe) -> SentProbe | None:
        """The same request on a fresh resource, where its connection breaks each time, too."""
        with suppress(SetupFailed):
            sent = send_and_judge(self._session, probe, fresh=True).sent
            return sent if connection_broke(sent.exchange) else None
        return None

    def _breaks_down(self, sent: SentProbe) -> bool:
        """Whether an operation answers its published example: only made-up requests break it."""
        inferred = self._contract.overlay.inferred and bool(sent.probe.operation.usual)
        broken = sent.answer.server_error and sent.answer.code is None
        return inferred and broken and self._session.search.improve(sent) is not None

    def _works_unbound(self, probe: Probe, failed: SetupFailed) -> bool:
        """Whether the operation works, from now on, without resources that it need not name."""
        operation = probe.operation
        bound = self._contract.overlay.words_of(operation.name).binds
        free = {
            name
            for name, one in operation.input.items()
            if name in bound and not one.required and one.location is not Location.PATH
        }
        request = {name: value for name, value in probe.values.items() if name not in free}
        if not free or not self._contract.overlay.inferred:
            return False
        return self._takes(probe, request, failed, fresh=True, improved=True)

    def _takes(
        self, probe: Probe, request: dict[str, Any], failed: SetupFailed, *,
        fresh: bool, improved: bool = False,
    ) -> bool:  # fmt: skip
        """Whether another request, also ``improved``, is accepted: then that is the valid one."""
        try:
            sent = send_and_judge(self._session, replace(probe, values=request), fresh=fresh).sent
        except SetupFailed:
            return False
        if sent.answer.ok:
            self._contract.found.keep(probe.operation.name, request, failed.sent.answer.told())
        improved = improved and sent.answer.code is not None
        return sent.answer.ok or (improved and self._session.search.improve(sent) is not None)

    def _works_of_another(self, probe: Probe, failed: SetupFailed) -> bool:
        """Whether the operation works, from now on, with a kind that can be made."""
        contract, operation = self._contract, probe.operation
        bound = contract.overlay.words_of(operation.name).binds
        anything = [name for name in bound if part(name).of == RESOURCE]
        if not anything or not contract.overlay.inferred:
            return False
        by_arn = part(anything[0]).kind == ARN
        types = {name: one.shape.limit("enum") for name, one in operation.input.items()
                 if plain(name) == TYPE_OF_ANYTHING and one.shape.limit("enum")}  # fmt: skip
        for kind in contract.overlay.kinds():
            named = arn_of(contract, kind) if by_arn else f"${{id.{kind}}}"
            typed = {name: word for name, words in types.items()
                     for word in words if plain(word) == plain(kind)}  # fmt: skip
            if named is None or self._cannot_be_made(kind) or typed.keys() != types.keys():
                continue
            given = [named] if isinstance(bound[anything[0]], list) else named
            request = {**probe.values, **typed, anything[0]: given}
            if self._takes(probe, request, failed, fresh=True):
                return True
        return False

    def _works_of_what_is_not_made(self, probe: Probe, failed: SetupFailed) -> bool:
        """Whether the operation takes the form of an identifier where none can be had."""
        contract, operation = self._contract, probe.operation
        bound = contract.overlay.words_of(operation.name).binds
        answer = failed.sent.answer
        lacking = answer.code is None and (answer.server_error or answer.status in {404, 405})
        request = without_answers(operation, probe.values)
        anew = request != probe.values
        request |= {
            name: sample(operation.input[name].shape)
            for name in bound if lacking
            if name in probe.values
            and name in operation.input
            and any(referenced_kinds(bound[name]))
        }  # fmt: skip
        if request == probe.values or not contract.overlay.inferred:
            return False
        return self._takes(probe, request, failed, fresh=anew, improved=anew)

    def _cannot_be_made(self, kind: str) -> bool:
        """Whether it is known already that none of a kind can be made."""
        known = self._known.get(self._contract.overlay.kinds()[kind].create or "")
        return known is not None and known.standing is not SupportStatus.WORKS

    def _asked_of_nothing(self, probe: Probe) -> SentProbe | None:
        """The answer to the request about nothing, which shows a route; None if it says nothing."""
        named = [
            name for name, one in probe.operation.input.items()
            if one.shape.kind is Kind.STRING
            and (one.location is Location.PATH or (one.required and identifies(name)))
        ]  # fmt: skip
        if not named:
            return None
        values = {**probe.values, **dict.fromkeys(named, "${name}")}
        try:
            sent = self._session.call(probe.operation, values)
        except SetupFailed:  # it speaks of something else, too, that cannot be made
            return None
        return None if sent.answer.ok or sent.answer.failure is not None else sent

    def _always_fails(self, sent: SentProbe) -> bool:
        """Where an overlay says what is valid, that this fails is the operation's own failure."""
        inferred = self._contract.overlay.inferred
        return inferred and support.always_fails(sent, self._others(sent))

    def _is_answered_otherwise(self, sent: SentProbe) -> bool:
        """Whether other requests are answered otherwise, so that the failure is this one's."""
        unclear = self._contract.overlay.inferred and sent.answer.server_error
        rest = self._others(sent, most=1) if unclear and sent.answer.code is None else ()
        return any(not support.is_alike(sent, other) for other in rest)

    def _others(self, sent: SentProbe, most: int = 2) -> Iterator[SentProbe]:
        """Other requests of an operation: with every member, and for nothing; cleaned up after."""
        operation, values = sent.probe.operation, dict(sent.probe.values)
        unknown = with_unknown_ids(self._contract, operation, values)
        unknown.update(dict.fromkeys(path_labels(operation), "${name}"))
        *_, whole = with_optional_members(operation, values)
        for request in (whole, unknown)[:most]:
            try:
                other = self._session.call(operation, request)
            except SetupFailed:
                continue
            self._session.disposal.take_away(other)
            yield other

    def _establish_without(self, probe: Probe, failed: SetupFailed) -> Support:
        """No resource can be made: only whether the route exists can still be seen."""
        self._check_credentials(failed.sent)
        sent = self._sent_without(probe)
        found = support.standing_of(sent, self._channel, self._session.names.nonce)
        if found.standing is SupportStatus.LACKING:
            return found
        if found.standing is SupportStatus.REFUSED and self._always_fails(sent):
            return Support(SupportStatus.LACKING, f"{ALWAYS_FAILS}: {sent.answer.told()}")
        why = f"the tool could not create a resource for it: {failed}"
        obstacle = obstacle_to(self._contract, failed.sent)
        return Support(SupportStatus.UNKNOWN, why, obstacle=obstacle)

    def _sent_without(self, probe: Probe) -> SentProbe:
        """A request of what can be made where only an answer is lacking; else of nothing."""
        request = replace(probe, values=without_answers(probe.operation, probe.values))
        if request != probe:
            with suppress(SetupFailed):
                return send_and_judge(self._session, request, fresh=True).sent
        try:
            unknown = with_unknown_ids(self._contract, probe.operation, request.values)
            return self._session.call(probe.operation, unknown)
        except SetupFailed as again:  # it speaks of more than identifiers, which nothing has
            return again.sent

    def _check_credentials(self, sent: SentProbe) -> None:
        if is_refused_signature(sent.answer):
            raise WrongCredentials(self._session.masker.mask(sent.answer.told()))
