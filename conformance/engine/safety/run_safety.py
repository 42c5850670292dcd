"""What a run owes to a target that outlives it: a journal, a guard, a tag and a clean-up."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from conformance.contract.model import Contract, Location, Shape
from conformance.contract.places import texts
from conformance.contract.validate import is_valid
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.engine.journal import Journal
from conformance.engine.resources.names import Names
from conformance.engine.resources.run_tag import RunTag
from conformance.engine.safety.cleanup import Cleanup, CleanupResult
from conformance.engine.safety.guard import GuardedTransport, Look
from conformance.engine.safety.request_classifier import ClassifiedRequest, RouteTable
from conformance.engine.sending.channel import SignedChannel
from conformance.engine.sending.patience import Patience, faulty_kinds
from conformance.engine.support import lacks
from conformance.error_identity import says_missing
from conformance.plan.probes import Fault
from conformance.plan.valid_requests.base_requests import as_label
from conformance.plan.valid_requests.resources import lifecycle_of, referenced_kinds
from conformance.transport.exchange import Transport
from conformance.transport.parsed_response import ParsedResponse
from conformance.transport.protocols.registry import read, wire
from conformance.transport.signing import Signer

_MORE = re.compile("next|more|marker|token|position|truncated|last_?evaluated", re.IGNORECASE)
"""What members are called that say that a list goes on; too many of them only hold a run back."""


@dataclass(frozen=True, slots=True)
class RunSafety:
    """One run's. ``strict``: nothing of others is touched even where it seems not to be there."""

    journal: Journal
    names: Names
    strict: bool

    def guarded(
        self,
        contract: Contract,
        url: str,
        signer: Signer,
        transport: Transport,
        patience: Patience | None = None,
    ) -> Transport:
        """The transport for requests of a service; services without a lifecycle have no other."""
        if contract.overlay.resource is None:
            return transport
        look = None
        if not self.strict:
            look = _looking(contract, url, signer, transport, patience or Patience())
        routes = RouteTable(contract, url)
        return GuardedTransport(transport, routes, self.journal, self.names, look)

    def mark(self, contract: Contract) -> RunTag | None:
        """The tag that goes on what is created, where this run tags."""
        return RunTag.of(contract, self.names.nonce) if self.journal.header.tag else None

    def sweep(
        self,
        contract: Contract,
        channel: SignedChannel,
        lacks: Callable[[str], bool] = lambda _: False,
    ) -> CleanupResult:
        """Clean up what the run could not, or does not know of; ``lacks`` knows operations."""
        if contract.overlay.resource is None:
            return CleanupResult()
        for creation in self.journal.state.doubtful(contract.service):
            if lacks(creation.operation):
                self.journal.settled(creation.number)
        return Cleanup(contract, channel, self.journal).run()


def _looking(
    contract: Contract, url: str, signer: Signer, transport: Transport, patience: Patience
) -> Look:
    """Asks the target itself whether it has something of that name.

    Only what says so counts: who may not look, or is to wait, has not learned that nothing is
    there. Then a list is asked. Of a name with slashes the whole counts, too: the end of an ARN, or
    of the key of an object, is in many a service the name of nothing.
    """
    channel = SignedChannel(url, signer, transport)

    def absent(identifier: str, visit: ClassifiedRequest) -> bool:
        resource = _named(contract, identifier, visit)
        named = (*visit.labels.values(), *visit.texts)
        whole = [text for text in named if text.endswith(f"/{identifier}")]
        return all(is_nothing(one, resource, visit) for one in dict.fromkeys([identifier, *whole]))

    def is_nothing(identifier: str, resource: Resource, visit: ClassifiedRequest) -> bool:
        operation = contract.operations.get(resource.read or "")
        if operation is None or resource.label is None:
            return _is_not_listed(contract, channel, resource, identifier, visit)
        named = as_label(operation, resource.label, identifier)
        request = wire(operation, {**visit.labels, resource.label: named})
        # It asks for something that does not exist, as the probes of that fault do.
        waited = faulty_kinds(contract.service, operation.name, Fault.NOT_FOUND)
        label = operation.input.get(resource.label)
        if label is None or label.location is not Location.BODY:
            request = replace(request, body=None, content_type=None)
        exchange = channel.send(replace(request, within=patience.within(waited)))
        patience.note(waited, operation.name, exchange)
        answer = read(exchange, operation)
        if answer.ok or answer.status is None:
            return False
        return (
            _says_missing(answer, identifier)
            or (label is not None and _is_no_name(answer, label.shape, named))
            or _is_not_listed(contract, channel, resource, identifier, visit)
        )

    return absent


def _says_missing(answer: ParsedResponse, identifier: str) -> bool:
    """Whether a refused read says that nothing of that name is there, and not that it cannot."""
    if answer.is_missing:
        return not lacks(answer)
    says_so = answer.status == 400 and identifier in answer.message
    return says_so and says_missing(answer.message)


def _is_no_name(answer: ParsedResponse, shape: Shape, named: str | list[str]) -> bool:
    """Whether a read refuses a name that the documents forbid: nothing is called that."""
    is_invalid = answer.status == 400 and not (answer.throttled or answer.passing)
    return is_invalid and not is_valid(shape, named)


def _named(contract: Contract, identifier: str, visit: ClassifiedRequest) -> Resource:
    """The kind of what a request names so: not always the one that its operation is about."""
    operation = visit.operation.name if visit.operation else ""
    binds = contract.overlay.words_of(operation).binds
    for member, text in visit.labels.items():
        kind = next(referenced_kinds(binds.get(member)), None)
        if kind is not None and text.rpartition("/")[2] == identifier:
            return contract.overlay.kinds()[kind]
    return lifecycle_of(contract, operation)


def _is_not_listed(
    contract: Contract,
    channel: SignedChannel,
    resource: Resource,
    identifier: str,
    visit: ClassifiedRequest,
) -> bool:
    """Whether a whole list of a kind that cannot be read has nothing of that name."""
    operation = contract.operations.get(resource.list or "")
    if operation is None:
        return False
    known = {name: text for name, text in visit.labels.items() if name in operation.input}
    known.pop(resource.label or "", None)
    answer = read(channel.send(wire(operation, known)))
    if not answer.ok or not isinstance(answer.body, dict):
        return False
    more = any(value and _MORE.search(name) for name, value in answer.body.items())
    return not more and not any(identifier in text for text in texts(answer.body))


def sweep_report(swept: CleanupResult, name: str) -> list[str]:
    """What of a sweep somebody has to know, as sentences."""
    lines = []
    if swept.left:
        shown = "; ".join(f"{one} ({why})" for one, why in list(swept.left.items())[:5])
        lines.append(f"could not delete {len(swept.left)} {name}s of this run: {shown}")
    if swept.unknown:
        shown = ", ".join(swept.unknown[:5])
        lines.append(f"unknown whether these were created: {shown} ({swept.why})")
    if swept.doubtful:
        shown = ", ".join([*dict.fromkeys(swept.doubtful)][:5])
        lines.append(f"not deleted, because nothing proves that this run created them: {shown}")
    return lines
