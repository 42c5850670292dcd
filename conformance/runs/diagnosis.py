"""What can be said of a target with a few requests that change nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import StrEnum

from conformance.contract.globs import excluding
from conformance.contract.model import Contract, Operation
from conformance.contract.places import texts
from conformance.engine.judge.authentication import (
    is_denied,
    is_refused_signature,
    looks_at_signatures,
    says_nothing,
)
from conformance.engine.sending.channel import SignedChannel
from conformance.engine.support import lacks
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.runs.access import Access
from conformance.runs.jobs import placed, select_jobs
from conformance.transport.exchange import Exchange
from conformance.transport.parsed_response import ParsedResponse
from conformance.transport.protocols.registry import of, read, wire
from conformance.transport.protocols.seam import WireRequest
from conformance.transport.signing import Signer, unsigned
from conformance.transport.targets import known

SKEW = 300.0
"""Seconds that AWS lets the time of a signature be off."""
_NONCE = "0doctor0"
_UNSIGNED, _MISSIGNED = "unsigned", ("unknown-key", "wrong-secret")


class Presence(StrEnum):
    """Whether a target has a service."""

    THERE = "there"
    LACKING = "lacking"
    REFUSED = "credentials refused"
    UNSURE = "unsure"
    UNTRIED = "not tried"


@dataclass(frozen=True, slots=True)
class ServiceFinding:
    """A service, whether it is there, and what one request of it was answered."""

    service: str
    presence: Presence
    operation: str = ""
    answer: str = ""


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything that was found."""

    server: str
    product: str
    services: tuple[ServiceFinding, ...]
    skew: float | None
    """Seconds that the clock of the target is ahead of ours; None where no answer has a date."""
    enforced: tuple[bool, bool] | None
    """Whether unsigned requests are refused, and wrongly signed ones; None where unknown."""

    @property
    def accepted(self) -> bool | None:
        """Whether our credentials are; None where nothing shows it."""
        kinds = {one.presence for one in self.services}
        if Presence.REFUSED in kinds:
            return False
        return True if Presence.THERE in kinds else None

    @property
    def usable(self) -> bool:
        """Whether there is anything to test, and the credentials for it."""
        return self.accepted is True


def examine(access: Access, services: tuple[str, ...]) -> Diagnosis:
    """Examine a target. Raises UnknownService, SpecProblem."""
    first = _get(access, "/")
    skew = _skew(_header([first], "Date"))
    pages = [(path, _get(access, path)) for path in known.paths()]
    contracts = [
        placed(job, access.region).contract for job in select_jobs(services, excluding((), ()))
    ]
    found = [_service(access, contract) for contract in contracts]
    answered = [one for one in (first, *(page for _, page in pages)) if one.response is not None]
    there = [
        contract
        for contract, one in zip(contracts, found, strict=True)
        if one.presence is Presence.THERE
    ]
    return Diagnosis(
        server=_header(answered, "Server"),
        product=known.guessed(
            (path, page.response.status, page.response.body)
            for path, page in pages
            if page.response is not None
        ),
        services=tuple(found),
        skew=skew,
        enforced=_enforced(access, there[0]) if there else None,
    )


def _get(access: Access, path: str) -> Exchange:
    return access.transport.send(unsigned("GET", access.url + path))


def _header(exchanges: Sequence[Exchange], name: str) -> str:
    found = (one.response.header(name) for one in exchanges if one.response is not None)
    return next(filter(None, found), "")


def _skew(date: str) -> float | None:
    try:
        time = parsedate_to_datetime(date)
    except ValueError:
        return None
    return (time.replace(tzinfo=time.tzinfo or UTC) - datetime.now(UTC)).total_seconds()


def _channel(access: Access, contract: Contract) -> SignedChannel:
    signer = Signer(access.credentials, access.region, contract.signing_name)
    return SignedChannel(access.url, signer, access.transport)


def _harmless(contract: Contract) -> tuple[Operation, WireRequest] | None:
    """A read-only request that needs no resource: the list, else any such GET."""
    listed = contract.operations.get(contract.overlay.main.list or "")
    reading = [one for one in contract.operations.values() if one.method == "GET"]
    for operation in ([listed] if listed is not None else []) + reading:
        values = valid_request(contract, operation)
        needs_something = any("${" in one for one in texts(values))  # that a run makes
        if not needs_something and "{" not in wire(operation, values).target:
            return operation, wire(operation, values)
    return None


def _service(access: Access, contract: Contract) -> ServiceFinding:
    chosen = _harmless(contract)
    if chosen is None:
        why = "every request needs a resource"
        return ServiceFinding(contract.service, Presence.UNTRIED, answer=why)
    operation, request = chosen
    channel = _channel(access, contract)
    answer = read(channel.send(request), operation)
    nowhere = read(channel.send(of(operation.protocol).nowhere(request, _NONCE)), operation)
    presence = _presence(answer, nowhere)
    return ServiceFinding(contract.service, presence, operation.name, answer.told())


def _presence(answer: ParsedResponse, nowhere: ParsedResponse) -> Presence:
    """The presence that an answer shows, compared with the answer on a route that nothing has."""
    alike = (nowhere.status, nowhere.code) == (answer.status, answer.code)
    if answer.ok:
        return Presence.LACKING if alike and nowhere.body == answer.body else Presence.THERE
    if is_refused_signature(answer):
        return Presence.REFUSED
    if is_denied(answer):
        return Presence.THERE
    if says_nothing(answer) or answer.status is None:
        return Presence.UNSURE
    no_route = answer.status in {404, 405} and answer.code is None
    return Presence.LACKING if lacks(answer) or no_route or alike else Presence.UNSURE


def _enforced(access: Access, contract: Contract) -> tuple[bool, bool] | None:
    chosen = _harmless(contract)
    if chosen is None:
        return None
    operation, request = chosen
    channel = _channel(access, contract)
    plain, *wrong = (
        read(channel.sign_incorrectly(kind).send(request), operation)
        for kind in (_UNSIGNED, *_MISSIGNED)
    )
    if any(map(says_nothing, (plain, *wrong))):
        return None
    # Where the name of the service is taken from the signature, one without it finds nothing.
    return looks_at_signatures(_UNSIGNED, plain), all(
        looks_at_signatures(kind, one) for kind, one in zip(_MISSIGNED, wrong, strict=True)
    )
