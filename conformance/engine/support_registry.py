"""Which operations the target has, found out by a valid request of each when it is first asked."""

from __future__ import annotations

from conformance.contract.model import Contract
from conformance.engine import support
from conformance.engine.channel import SignedChannel
from conformance.engine.errors import WrongCredentials
from conformance.engine.exchange_log import SentProbe, SetupFailed
from conformance.engine.probe_result import UNSURE, attempt
from conformance.engine.session import Session
from conformance.engine.support import Support, SupportStatus, excluded, obstacle_to
from conformance.plan.base_requests import base
from conformance.plan.probes import Probe, Side
from conformance.plan.resources import with_unknown_ids


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

    def lacks(self, name: str) -> bool:
        """True when the target is known to lack an operation; sends nothing."""
        known = self._known.get(name)
        return known is not None and known.standing is SupportStatus.LACKING

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
        probe = Probe(
            "", operation, Side.ACCEPT, base(self._contract, operation), "a valid request"
        )
        try:
            sent = attempt(self._session, probe, fresh=True).sent
        except SetupFailed as failed:
            return self._establish_without(probe, failed)
        self._check_credentials(sent)
        found = support.standing_of(sent, self._channel, self._session.names.nonce)
        if found.standing is SupportStatus.REFUSED and self._contract.overlay.inferred:
            if self._session.search.improve(sent) is not None:
                return Support(SupportStatus.WORKS)
            return Support(SupportStatus.UNKNOWN, f"{sent.answer.told()}: {UNSURE}")
        return found

    def _establish_without(self, probe: Probe, failed: SetupFailed) -> Support:
        """No resource can be made: only whether the route exists can still be seen."""
        self._check_credentials(failed.sent)
        values = with_unknown_ids(self._contract, probe.operation, probe.values)
        try:
            sent = self._session.call(probe.operation, values)
        except SetupFailed as again:  # it speaks of more than identifiers, which nothing has
            sent = again.sent
        found = support.standing_of(sent, self._channel, self._session.names.nonce)
        if found.standing is SupportStatus.LACKING:
            return found
        obstacle = obstacle_to(self._contract, failed.sent)
        why = f"no resource could be made for it: {failed}"
        return Support(SupportStatus.UNKNOWN, why, obstacle=obstacle)

    def _check_credentials(self, sent: SentProbe) -> None:
        if support.wrong_credentials(sent.answer):
            raise WrongCredentials(self._session.masker.mask(sent.answer.told()))
