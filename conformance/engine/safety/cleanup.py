"""Deletes what a journal says that a run left behind, and finds what it does not know to be there.

An identifier in the journal is the run's own. A creation without a known outcome is looked for in
the target's list: what bears a name with the run's nonce, or the run's tag, is the run's own.
Anything else with the same name may belong to somebody else: it is reported and left alone.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from conformance.contract.model import Contract, Operation
from conformance.contract.places import find, parse
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.engine.journal import Creation, Journal
from conformance.engine.resources.deletable import PATIENCE, delete_anyway
from conformance.engine.resources.names import fill
from conformance.engine.resources.run_tag import is_tagged
from conformance.engine.sending.channel import Channel
from conformance.engine.support import lacks
from conformance.plan.valid_requests.base_requests import naming, valid_request
from conformance.plan.valid_requests.resources import all_creators
from conformance.transport.parsed_response import ParsedResponse
from conformance.transport.protocols.registry import read, wire

PAGES = 1000
"""Pages of a list that are looked through, in case a target's never end."""
SILENT = "the target does not answer"


@dataclass(slots=True)
class CleanupResult:
    """What a sweep came to, as identifiers; ``left`` with the reason why."""

    deleted: list[str] = field(default_factory=list)
    left: dict[str, str] = field(default_factory=dict)
    doubtful: list[str] = field(default_factory=list)
    """Entries that may be the run's, without proof: not deleted."""
    unknown: list[str] = field(default_factory=list)
    """Creations whose outcome cannot be determined, and ``why``."""
    why: str = ""


@dataclass(frozen=True, slots=True)
class _ListedResource:
    """One entry of a target's list."""

    id: str
    name: str | None

    def bears(self, nonce: str) -> bool:
        """Whether its name has a run's nonce, or its identifier, where that was chosen."""
        return nonce in (self.name or "") or nonce in self.id


class Unlisted(Exception):
    """The list is not available: ``answer`` is what came instead, where it was requested."""

    def __init__(self, why: str, answer: ParsedResponse | None = None) -> None:
        super().__init__(f"the answer to {why} is {answer.told()}" if answer else why)
        self.answer = answer


class Cleanup:
    """Cleans up after one run on one service; ``channel`` sends through the run's guard."""

    def __init__(self, contract: Contract, channel: Channel, journal: Journal) -> None:
        self._contract, self._channel, self._journal = contract, channel, journal
        self._main = contract.overlay.main
        self._service = contract.service
        self._swept = CleanupResult()

    def run(self) -> CleanupResult:
        self._delete_known()
        doubtful = self._journal.state.doubtful(self._service)
        if doubtful and SILENT not in self._swept.left.values():
            try:
                self._search(doubtful)
            except Unlisted as why:
                self._give_up(doubtful, why)
        return self._swept

    def _give_up(self, doubtful: list[Creation], why: Unlisted) -> None:
        """Without a list nothing can be found, and where nothing was ever made nothing is there."""
        answer = why.answer
        heard = answer is not None and answer.status is not None and not answer.throttled
        made = any(service == self._service for service, _ in self._journal.state.made)
        if heard and not made:
            for one in doubtful:
                self._journal.settled(one.number)
            return
        self._swept.unknown += [one.named or f"{one.operation} {one.number}" for one in doubtful]
        self._swept.why = str(why)

    def _delete_known(self) -> None:
        unanswered = 0
        for identifier in reversed(self._journal.state.alive(self._service)):
            if unanswered == PATIENCE:
                self._swept.left[identifier] = SILENT
                continue
            one = self._lifecycle(identifier)
            if one.needs or one.delete is None or one.label is None:
                continue
            deletion = self._contract.operations[one.delete]
            named = naming(self._contract, deletion, one.label, identifier)
            request, send = {**named, **one.delete_with}, partial(self._send, deletion)
            answer = delete_anyway(
                self._contract, one, identifier, send(request), request, send, self._send
            )
            unanswered = unanswered + 1 if answer.status is None else 0
            if answer.is_gone and not lacks(answer):
                self._swept.deleted.append(identifier)
            else:
                self._swept.left[identifier] = answer.told()
        self._settle_parts()

    def _lifecycle(self, identifier: str) -> Resource:
        """The lifecycle of what the journal has, by the operation that made it."""
        maker = self._journal.state.makers.get((self._service, identifier), "")
        kind, _ = all_creators(self._contract).get(maker, (None, ""))
        return self._main if kind is None else self._contract.overlay.kinds()[kind]

    def _settle_parts(self) -> None:
        """What is made of other resources goes with them: where they stayed, it may be there."""
        state = self._journal.state
        for identifier in state.alive(self._service):
            if not self._lifecycle(identifier).needs or identifier in self._swept.left:
                continue
            if self._swept.left:
                self._swept.left[identifier] = "could not delete the resource that contains it"
            else:
                self._journal.gone(self._service, identifier)
                self._swept.deleted.append(identifier)

    def _search(self, doubtful: list[Creation]) -> None:
        entries = list(self._entries())
        for creation in doubtful:
            found = [one for one in entries if self._fits(one, creation)]
            ours = [one.id for one in found if self._is_proven(one, creation)]
            if not creation.tagged:
                # What was to be tagged, and is not, is surely somebody else's.
                self._swept.doubtful += [one.id for one in found if one.id not in ours]
            if ours:
                self._journal.made(creation.number, self._service, ours)
            else:
                self._journal.settled(creation.number)
        self._delete_known()

    def _fits(self, entry: _ListedResource, creation: Creation) -> bool:
        if self._journal.state.is_ours(self._service, entry.id):
            return False
        named = creation.named or None
        return entry.bears(self._journal.header.nonce) or entry.name == named

    def _is_proven(self, entry: _ListedResource, creation: Creation) -> bool:
        nonce = self._journal.header.nonce
        if entry.bears(nonce):
            return True
        return creation.tagged and is_tagged(self._tags(entry.id), nonce)

    def _tags(self, identifier: str) -> Any:
        tags = None if self._main.ownership is None else self._main.ownership.tags_of
        if tags is None:
            return None
        region = self._channel.region
        lookup = {"id": lambda _: identifier, "region": lambda _: region}
        values: dict[str, Any] = fill(tags.with_, lookup)
        answer = self._send(self._contract.operations[tags.operation], values)
        return next(find(answer.body, parse(tags.at)), None) if answer.ok else None

    def _entries(self) -> Iterator[_ListedResource]:
        """Every entry of the list, page by page. Raises Unlisted."""
        listing = self._main.listing
        if listing is None or self._main.list is None:
            raise Unlisted("the contract has no list operation for them")
        page = listing.page
        operation, token = self._contract.operations[self._main.list], None
        start = valid_request(self._contract, operation)
        for _ in range(PAGES):
            asked: dict[str, Any] = {} if page is None else {page.page_size: page.most}
            if page is not None and token is not None:
                asked[page.input_token] = token
            answer = self._send(operation, {**start, **asked})
            if not answer.ok or not isinstance(answer.body, dict):
                raise Unlisted(operation.name, answer)
            for entry in find(answer.body, parse(listing.items)):
                yield from self._entry(entry, listing.id)
            token = None if page is None else answer.body.get(page.output_token)
            if not token:
                return

    def _entry(self, entry: Any, member: str) -> Iterator[_ListedResource]:
        if isinstance(entry, dict) and isinstance(entry.get(member), str):
            name = entry.get(self._main.mark_name or "")
            yield _ListedResource(entry[member], name if isinstance(name, str) and name else None)

    def _send(self, operation: Operation, values: dict[str, Any]) -> ParsedResponse:
        return read(self._channel.send(wire(operation, values)), operation)
