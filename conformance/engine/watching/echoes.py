"""What a creation or an update was given, looked for in the answer to it.

An answer may come before what it tells of is done, and leave out what has not changed: what is not
there at all says less than another value, and both are informational.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from conformance.contract.listing.readback import ECHOED, ReadBack, read_backs
from conformance.contract.model import Contract
from conformance.contract.places import ABSENT, find, show
from conformance.engine.judge.findings import Finding
from conformance.engine.judge.redacted import Redacted
from conformance.engine.sending.exchange_log import SentProbe
from conformance.plan.sequences.mismatch import mismatch
from conformance.transport.parsed_response import ParsedResponse


class Echoes:
    """The members of a service's requests that the answers to them show, too."""

    def __init__(self, contract: Contract) -> None:
        self._service = contract.service
        self._known: dict[str, list[ReadBack]] = {}
        for one in read_backs(contract):
            if one.rule == ECHOED:
                self._known.setdefault(one.operation.name, []).append(one)

    def observe(self, sent: SentProbe, answer: ParsedResponse) -> Iterator[Finding]:
        """For each member that was sent, whether the answer has it."""
        known = self._known.get(sent.probe.operation.name, ())
        if not known or not answer.ok or sent.is_faulty or not isinstance(answer.body, dict):
            return
        for one in known:
            given = sent.values.get(one.member.name)
            if given is None:
                continue
            name = f"{self._service}/{one.address}"
            shown = next(find(answer.body, one.place), ABSENT)
            found = mismatch(given, shown, one.shape, one.place)
            if found is None:
                yield Finding(name, held=True)
                continue
            if isinstance(found.seen, Redacted):
                continue  # it may be what an odd request left there
            where = show(tuple(found.place))
            seen = "absent" if found.seen is ABSENT else f"{json.dumps(found.seen):.200}"
            yield Finding(name, False, f"{where} is {json.dumps(found.given):.200}", seen)
