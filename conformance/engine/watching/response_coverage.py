"""Has answers show what none showed: resources are made and changed with all that they may have.

Only where nothing states what is valid, and only for operations whose answers have members that
were not seen. Where a request with everything is refused, halves of it are tried, and what is
accepted goes on together.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from conformance.contract.inference.naming import changes, looks_only
from conformance.contract.listing.requirements import Requirement
from conformance.contract.model import Kind, Member, Operation
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.engine.sending.exchange_log import RunResource, SentProbe, SetupFailed
from conformance.engine.service_run import ServiceRun
from conformance.engine.watching.passive_checks import PassiveChecker
from conformance.plan.planner import ONLY_OBSERVED
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.optional_members import is_structured
from conformance.plan.valid_requests.resources import all_creators, creators, kind_of
from conformance.plan.valid_requests.variants import Variants

STALLED = 4
"""Variants in a row that show nothing new, after which no more are tried."""
TRIES = 30
"""Requests that find out which members are accepted where all together are refused."""
SHOWING, SHOWN_BY, LOOKING = 0.4, 0.85, 1.1
"""Of the time of a quick run: what may be spent on showing, when that must be over, and when a last
look must be."""
MOST = 1500
"""Requests of one service."""
ALIKE = 3
"""Members at least that a request and a structure in an answer have in common, and half of them."""
SLOW = 1.0
"""Seconds of an answer after which a read is not asked again to be shown more."""
ENDS = re.compile(r"(Batch)?(Delete|Remove|Terminate|Cancel|Deregister|Disassociate|Purge|Reset)")
RESETS = re.compile(r"(Batch)?(Update|Modify|Put|Set|Replace|Patch)")
"""What makes something of a resource by the request alone: the rest of it may be gone. So it comes
last."""

WIDER = re.compile(r"(include|with|show|return)[A-Z].*")
"""Flags of a read for more in its answer."""

Try = Callable[[dict[str, Any]], bool]


class ResponseCoverage:
    """Makes what answers of one service show."""

    def __init__(self, run: ServiceRun, watch: PassiveChecker) -> None:
        self._run, self._watch = run, watch
        self._contract, self._session = run.contract, run.session
        self._watched: dict[str, list[Requirement]] = defaultdict(list)
        for one in run.decisions.requirements:
            if one.subject in ONLY_OBSERVED and one.place and one.operation:
                self._watched[one.operation].append(one)
        self._makes = all_creators(self._contract)
        self._end, self._until = 0, SHOWING
        self._slow: set[str] = set()
        self.was_called = False

    def show(self) -> None:
        """Make, read and change resources of each kind as long as that shows something new."""
        self.was_called = True
        if not self._contract.overlay.inferred or not any(map(self._unseen, self._watched)):
            return
        self._end = self._session.sent + MOST
        self._until = min(SHOWN_BY, self._run.savings.spent + SHOWING)
        for kind, about in self._contract.overlay.kinds().items():
            for name in creators(about):
                if about.service is None and not self._is_over():
                    self._of_kind(kind, about, name)
        for operation in self._contract.tested:
            name = operation.name
            if self._is_over():
                break
            if name in self._makes or ENDS.match(name):
                continue
            shown_by = [one for one in self._shown_by(operation) if self._is_open(one.name)]
            names = [name, *(one.name for one in shown_by)]
            if self._is_open(name) or (shown_by and self._may_send(name)):
                self._vary(operation, self._sender(operation, shown_by), self._all_unseen(names))
        self.look()

    def look(self) -> None:
        """Ask once more for what was not seen yet: by now there is more to be shown."""
        if not self._contract.overlay.inferred:
            return
        for operation in self._contract.tested:
            if self._run.savings.is_late(LOOKING):
                break
            if looks_only(operation.name) and self._is_open(operation.name):
                self._call(operation, valid_request(self._contract, operation), None)
        self._watch.confirm()

    def _is_over(self) -> bool:
        return self._run.savings.is_late(self._until)

    def _of_kind(self, kind: str, about: Resource, by: str) -> None:
        operation = self._contract.operations.get(by)
        if operation is None:
            return
        shown = [one for one in self._contract.tested if kind_of(self._contract, one.name) == kind]
        # What is made of a parent may be listed of that.
        above = [one for one in self._contract.tested if looks_only(one.name)
                 and kind_of(self._contract, one.name) in about.needs]  # fmt: skip
        names = [one.name for one in (*shown, *above)]
        # What is left to be shown comes first: whether a request works is found out by sending it.
        if not any(map(self._is_open, names)) or not self._may_send(by):
            return
        reads = [one for one in shown if looks_only(one.name) or one.name == about.read]
        wider = [(one, _wider(one)) for one in reads]
        acts = [one for one in shown
                if one not in reads and one.name not in self._makes
                if not ENDS.match(one.name) and not RESETS.match(one.name)]  # fmt: skip

        def create(values: dict[str, Any]) -> bool:
            try:
                resource = self._session.inventory.create(values, kind, by=by)
            except SetupFailed:
                return False
            for one, more in wider:
                usual = valid_request(self._contract, one)
                if not (more and self._call(one, {**usual, **more}, resource)):
                    self._call(one, usual, resource)
            for one in above:
                parent = resource.parents.get(kind_of(self._contract, one.name) or "")
                self._call(one, valid_request(self._contract, one), parent)
            for one in acts:
                self._call(one, valid_request(self._contract, one), resource)
            self._watch.confirm()
            if not resource.gone:
                self._session.disposal.delete(resource)
            return True

        self._vary(operation, create, self._all_unseen(names))

    def _shown_by(self, operation: Operation) -> list[Operation]:
        """The reads that show a request of no named resource: a structure with its members."""
        if not changes(operation.name):
            return []
        given = {*operation.input}
        least = max(ALIKE, len(given) // 2)
        return [
            one
            for one in self._contract.tested
            if looks_only(one.name)
            and any(len(given & inner.keys()) >= least for inner in _structures(one))
        ]

    def _sender(self, operation: Operation, shown_by: Sequence[Operation]) -> Try:
        def send(values: dict[str, Any]) -> bool:
            sent = self._sent(operation, values, None)
            said = {} if sent is None else sent.values
            for one in shown_by if sent is not None and sent.answer.ok else ():
                needed = {name: said[name] for name, member in one.input.items()
                          if member.required and name in said}  # fmt: skip
                self._call(one, {**valid_request(self._contract, one), **needed}, None)
            self._watch.confirm()
            return sent is not None and sent.answer.ok

        return send

    def _call(
        self, operation: Operation, values: Mapping[str, Any], resource: RunResource | None
    ) -> bool:
        if operation.name in self._slow or not self._is_open(operation.name):
            return False
        sent = self._sent(operation, values, resource)
        if sent is None:
            return False
        if sent.exchange.seconds > SLOW and looks_only(operation.name):
            self._slow.add(operation.name)
        return sent.answer.ok

    def _sent(
        self, operation: Operation, values: Mapping[str, Any], resource: RunResource | None
    ) -> SentProbe | None:
        try:
            return self._session.call(operation, values, resource)
        except SetupFailed:
            return None

    def _vary(self, operation: Operation, send: Try, unseen: Callable[[], int]) -> None:
        """Send variants until all is seen, or they show nothing new."""
        variants = Variants.of(self._contract, operation, valid_request(self._contract, operation))
        names = self._accepted(variants, send) if variants.count else []
        stalled, before = 0, unseen()
        for index in range(1, variants.most):
            self._run.stops.check()
            stale = not before or stalled == STALLED
            if stale or self._session.sent > self._end or self._is_over():
                return
            several = [name for name in names if variants.count[name] > index]
            if not several:
                return
            if not send(variants.request(several, index)) and len(several) > 1:
                for name in several:
                    send(variants.request([name], index))
            now = unseen()
            stalled = stalled + 1 if now == before else 0
            before = now

    def _accepted(self, variants: Variants, send: Try) -> list[str]:
        """The members that are accepted with all that they may hold, and those with choices."""
        taken: list[str] = []
        waiting, left = [list(variants.count)], TRIES
        while waiting and left and not self._is_over():
            names = waiting.pop(0)
            left -= 1
            if send(variants.request(names, 0)):
                taken += names
            elif len(names) > 1:
                middle = len(names) // 2
                waiting += [names[:middle], names[middle:]]
            elif is_structured(variants.operation.input[names[0]].shape):
                variants.lean.add(names[0])
                if send(variants.request(names, 0)):
                    taken += names
                else:
                    variants.lean.remove(names[0])
        if 1 < len(taken) < len(variants.count):
            send(variants.request(taken, 0))
        # What is refused in one variant may be accepted in another.
        return [name for name in variants.count if name in taken or variants.count[name] > 1]

    def _may_send(self, name: str) -> bool:
        return name not in self._session.left_out and self._run.standings.works(name)

    def _is_open(self, name: str) -> bool:
        return self._unseen(name) > 0 and self._may_send(name)

    def _all_unseen(self, names: Sequence[str]) -> Callable[[], int]:
        return lambda: sum(map(self._unseen, names))

    def _unseen(self, name: str) -> int:
        """How many statements about members of its answers no answer has shown."""
        decisions = self._run.decisions
        return sum(
            decisions.open(one.id) and not decisions.tally(one).accept
            for one in self._watched[name]
        )


def _structures(operation: Operation) -> Iterator[Mapping[str, Member]]:
    """The structures right in an answer, and those of its lists."""
    for member in operation.output.values():
        yield (member.shape.element or member.shape).members


def _wider(operation: Operation) -> dict[str, Any]:
    """What has a read show more: all that may be included, where that is listed or has a flag."""
    found: dict[str, Any] = {}
    for name, member in operation.input.items() if looks_only(operation.name) else ():
        element = member.shape.element
        parts = element.limit("enum") if element is not None else None
        if parts and not member.required and member.shape.kind is Kind.LIST:
            found[name] = list(parts)[: member.shape.limit("maxItems")]
        elif member.shape.kind is Kind.BOOLEAN and WIDER.match(name[:1].lower() + name[1:]):
            found[name] = True
    return found
