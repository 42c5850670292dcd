"""The exchanges of the services under judgement, and what is known of the resources in them."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from conformance.contract.model import Location
from conformance.contract.places import parse
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.engine.judge.authentication import CODES
from conformance.engine.judge.redacted import Redacted
from conformance.engine.recording.verdicts import CaseCounts
from conformance.engine.sending.exchange_log import SentProbe
from conformance.engine.support import lacks
from conformance.plan.probes import Probe, Side
from conformance.plan.valid_requests.resources import creators, identifiers, kind_of, lifecycle_of
from conformance.traffic.entries import TrafficEntry
from conformance.traffic.evidence import Sign, is_page, sign_of
from conformance.traffic.members import RequestMembers, parsed_answer, request_members
from conformance.traffic.routes import Routes, TrafficRoute
from conformance.traffic.secrets import scrubbed
from conformance.transport.parsed_response import ParsedResponse

WHOLE = 3
"""Headers that any server sends with an answer: with fewer some were left out."""

Owner = tuple[str, str, str | None]

OF_STATE = {401, 402, 403, 404, 409, 412, 423, 429}
"""Statuses that what happened before, or who asks, may be the reason for."""


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A recorded exchange of an operation."""

    entry: TrafficEntry
    route: TrafficRoute
    members: RequestMembers
    answer: ParsedResponse
    sent: SentProbe

    @property
    def group(self) -> tuple[str, str, str]:
        """Whose operation answered: address, service, operation."""
        return self.route.origin, self.route.contract.service, self.route.operation.name

    @property
    def owner(self) -> Owner:
        """Whose resources: address, service and their kind."""
        contract = self.route.contract
        kind = kind_of(contract, self.route.operation.name)
        return self.route.origin, contract.service, kind

    @property
    def is_whole(self) -> bool:
        """Whether an error's name that is not there was really not there.

        Headers may have been filtered out, and pages that are no JSON are those of proxies.
        """
        response = self.entry.exchange.response
        if response is None or not self.entry.response_known:
            return False
        return len(response.headers) >= WHOLE and isinstance(self.answer.body, dict)

    @property
    def refused(self) -> bool:
        """A refusal for which the request itself is to blame, and that was recorded whole."""
        answer = self.answer
        if not answer.is_refusal or answer.throttled:
            return False
        if answer.code is None and not self.is_whole:
            return False
        return answer.status not in OF_STATE and answer.code not in CODES and not lacks(answer)


@dataclass(slots=True)
class ClassifiedTraffic:
    """Recorded exchanges by whether they can be judged."""

    items: list[RecordedCall] = field(default_factory=list)
    others: int = 0
    foreign: int = 0
    """Of the others: those on a path of an operation, but with nothing that shows AWS there."""
    silent: int = 0
    hosts: list[str] = field(default_factory=list)

    @property
    def seen(self) -> int:
        return len(self.items) + self.others + self.silent


def classify(entries: Iterable[TrafficEntry], routes: Routes) -> ClassifiedTraffic:
    """The entries that are of the services, as items, and how many are not or have no response."""
    found = ClassifiedTraffic()
    possible: list[tuple[TrafficEntry, TrafficRoute]] = []
    best: dict[str, Sign] = {}  # the best sign of AWS that was seen at each address
    for entry in entries:
        if entry.exchange.response is None:
            found.silent += 1
            continue
        route = routes.find(entry)
        if route is None:
            found.others += 1
            found.foreign += routes.is_alike(entry)
            continue
        possible.append((entry, route))
        sign = Sign.STRONG if route.certain else sign_of(entry, route.operation)
        best[route.address] = max(sign, best.get(route.address, Sign.NONE))
    for entry, route in possible:
        if not route.certain and (is_page(entry) or best[route.address] < route.needs):
            found.others += 1
            found.foreign += 1
            continue
        found.items.append(_item(entry, route))
        if route.origin and route.origin not in found.hosts:
            found.hosts.append(route.origin)
    return found


def _item(entry: TrafficEntry, route: TrafficRoute) -> RecordedCall:
    request, answer = request_members(route, entry), parsed_answer(route, entry)
    probe = Probe("", route.operation, Side.OBSERVE, request.values, entry.place)
    sent = SentProbe(probe, request.values, scrubbed(entry.exchange), answer)
    return RecordedCall(entry, route, request, answer, sent)


class Resources:
    """What the traffic made, took away and spoilt, in its order, by whose they are."""

    def __init__(self) -> None:
        self._made: dict[Owner, set[str]] = {}
        self._spoilt: dict[Owner, set[str]] = {}
        self._unclear: set[Owner] = set()

    def notice(self, item: RecordedCall, *, faulty: bool) -> None:
        """Learn from an exchange that succeeded."""
        if not item.answer.ok:
            return
        resource = lifecycle_of(item.route.contract, item.route.operation.name)
        made = _created(resource, item)
        name = item.route.operation.name
        if name == resource.delete:
            self._made.get(item.owner, set()).difference_update(_labels(item))
        elif made is not None:
            self._made.setdefault(item.owner, set()).update(made)
        if faulty and name not in {resource.read, resource.list, resource.delete}:
            spoilt = made if made is not None else _labels(item)
            self._spoilt.setdefault(item.owner, set()).update(spoilt)
            if not spoilt:
                self._unclear.add(item.owner)

    def is_fresh(self, item: RecordedCall) -> bool:
        """True where no state explains a refusal: none is needed, or it was made in the traffic."""
        labels = _labels(item)
        ours = self._made.get(item.owner, set()) - self._spoilt.get(item.owner, set())
        return all(
            any(label == one or label.endswith(f"/{one}") for one in ours) for label in labels
        )

    def is_spoilt(self, item: RecordedCall) -> bool:
        """True where the answer is about a resource that a faulty request had made or changed."""
        spoilt = self._spoilt.get(item.owner, set())
        return item.owner in self._unclear or bool(spoilt & set(_labels(item)))

    def judged(self, item: RecordedCall) -> Any:
        """The body; of a list without the entries that faulty requests may have made or changed.

        What an emulator lists besides may be left from such requests before the recording.
        """
        resource = lifecycle_of(item.route.contract, item.route.operation.name)
        listing, body = resource.listing, item.answer.body
        if listing is None or item.route.operation.name != resource.list:
            return body
        name = parse(listing.items)[0]
        if not isinstance(body, dict) or not isinstance(body.get(name), list):
            return body
        spoilt = self._spoilt.get(item.owner, set())
        ours = None if item.route.is_trusted else self._made.get(item.owner, set())

        def counts(one: Any) -> bool:
            named = one.get(listing.id) if isinstance(one, dict) else None
            if not isinstance(named, str) or isinstance(named, Redacted):
                return True
            return named not in spoilt and (ours is None or named in ours)

        return {**body, name: [one for one in body[name] if counts(one)]}


@dataclass(slots=True)
class Seen:
    """Of one operation at one address: whether it ever succeeded, whether it is lacking."""

    succeeded: bool = False
    lacking: bool = True
    crashes: dict[tuple[object, str], list[RecordedCall]] = field(default_factory=dict)
    answered: set[tuple[object, str]] = field(default_factory=set)


@dataclass(slots=True)
class ServiceKnowledge:
    """What the traffic has shown of one service, whatever protocol it was spoken to in."""

    resources: Resources = field(default_factory=Resources)
    seen: dict[tuple[str, str, str], Seen] = field(default_factory=dict)
    tallies: dict[str, CaseCounts] = field(default_factory=dict)
    crashed_once: set[str] = field(default_factory=set)


def _labels(item: RecordedCall) -> list[str]:
    members = item.route.operation.input.values()
    names = [member.name for member in members if member.location is Location.PATH]
    return [str(item.members.values[name]) for name in names if name in item.members.values]


def _created(resource: Resource, item: RecordedCall) -> list[str] | None:
    """The identifiers of what an exchange made; None for what makes nothing."""
    place = creators(resource).get(item.route.operation.name)
    if place is None:
        return None
    return list(identifiers(place, item.members.values, item.answer.members))
