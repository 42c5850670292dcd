"""What a run owes to a target that outlives it: a journal, a guard, a tag and a clean-up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from conformance.contract.model import Contract
from conformance.engine.channel import SignedChannel
from conformance.engine.cleanup import Cleanup, CleanupResult
from conformance.engine.guard import GuardedTransport, Look
from conformance.engine.journal import Journal
from conformance.engine.names import Names
from conformance.engine.patience import Patience, faulty_kinds
from conformance.engine.request_classifier import ClassifiedRequest, RouteTable
from conformance.engine.run_tag import RunTag
from conformance.plan.probes import Fault
from conformance.plan.resources import lifecycle_of
from conformance.protocols.registry import read, wire
from conformance.transport.base import Transport
from conformance.transport.signing import Signer


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
        territory = RouteTable(contract, url)
        return GuardedTransport(transport, territory, self.journal, self.names, look)

    def mark(self, contract: Contract) -> RunTag | None:
        """The tag that goes on what is created, where this run tags."""
        return RunTag.of(contract, self.names.nonce) if self.journal.header.tag else None

    def sweep(
        self,
        contract: Contract,
        channel: SignedChannel,
        lacks: Callable[[str], bool] = lambda _: False,
    ) -> CleanupResult:
        """Clean up what the run itself could not, or does not know of.

        ``lacks`` says which operations the target does not have: those have created nothing.
        """
        if contract.overlay.resource is None:
            return CleanupResult()
        for creation in self.journal.state.doubtful(contract.service):
            if lacks(creation.operation):
                self.journal.settled(creation.number)
        return Cleanup(contract, channel, self.journal).run()


def _looking(
    contract: Contract, url: str, signer: Signer, transport: Transport, patience: Patience
) -> Look:
    """Asks the target itself whether it has something of that name."""
    channel = SignedChannel(url, signer, transport)

    def absent(identifier: str, visit: ClassifiedRequest) -> bool:
        resource = lifecycle_of(contract, visit.operation.name if visit.operation else "")
        operation = contract.operations.get(resource.read or "")
        if operation is None or resource.label is None:
            return False
        request = wire(operation, {**visit.labels, resource.label: identifier})
        # It asks for something that does not exist, as the probes of that fault do.
        kinds = faulty_kinds(contract.service, operation.name, Fault.NOT_FOUND)
        request = replace(request, body=None, content_type=None, within=patience.within(kinds))
        exchange = channel.send(request)
        patience.note(kinds, operation.name, exchange)
        answer = read(exchange, operation)
        return answer.is_refusal and not answer.throttled

    return absent


def told(swept: CleanupResult, name: str) -> list[str]:
    """What of a sweep somebody has to know, as sentences."""
    lines = []
    if swept.left:
        shown = "; ".join(f"{one} ({why})" for one, why in list(swept.left.items())[:5])
        lines.append(f"could not delete {len(swept.left)} {name}s of this run: {shown}")
    if swept.unknown:
        shown = ", ".join(swept.unknown[:5])
        lines.append(f"it is unknown whether these were made: {shown} ({swept.why})")
    if swept.doubtful:
        shown = ", ".join([*dict.fromkeys(swept.doubtful)][:5])
        lines.append(f"left alone, as nothing proves that this run made them: {shown}")
    return lines
