"""What lists show: what was made without showing its name, what was there before, what fits.

Of a kind only where nothing states the lifecycles: there a creation may not show what it made, or
the target may have no code for it. Of a request, what it names that nothing of the run makes.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from conformance.contract.inference.naming import (
    ARN,
    BARE,
    ID,
    part,
    plain,
    plurals,
    split,
    words,
)
from conformance.contract.model import Contract, Kind, Operation, Shape
from conformance.contract.places import find, parse, texts
from conformance.contract.validate import is_valid
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.engine.resources.names import OF_ANSWERS, mentions, token_texts
from conformance.engine.sending.exchange_log import RunResource, SentProbe
from conformance.plan.generation.values import sample
from conformance.plan.probes import Probe, Side
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.transport.parsed_response import ParsedResponse

_NO_ROUTE = frozenset({404, 405, 500, 501})
_ANYTHING = "conformance"
_SHORTEST = 4
_LISTS = ("List", "Describe", "Get")
TOKEN = re.compile(r"\$\{[^}]+\}")


class SendRequest(Protocol):
    """Sends a probe, for a resource where its template speaks of one."""

    def __call__(self, probe: Probe, *, resource: RunResource | None = None) -> SentProbe:
        """Send it. Raises SetupFailed."""
        ...


def name_in_list(contract: Contract, kind: str, sent: SentProbe, send: SendRequest) -> str | None:
    """The identifier of what a creation made that did not show it.

    That is in the entry with the ARN of the answer, or with the name of the request. An ARN that
    the request has, too, is that of what it is made with: a role, that many may have.
    """
    about = contract.overlay.kinds()[kind]
    known = {one for one in texts(sent.answer.body) if one.startswith("arn:")}
    known -= {*texts(sent.values)}
    known |= {str(one) for one in [about.unique_in(sent.values)] if one}
    for named, entry in _entries(contract, about, send):
        if not known.isdisjoint(map(str, entry.values())):
            return named
    return None


def has_no_route(answer: ParsedResponse) -> bool:
    """Whether an answer is as that of a target which lacks the operation."""
    return answer.status in _NO_ROUTE and answer.code is None


def stand_in(
    contract: Contract, kind: str, failed: SentProbe, send: SendRequest | None
) -> RunResource | None:
    """What stands for one of a kind that the target has no code to make.

    That is what its list shows first, unless nothing is to be sent; else the name that it was to
    have, or one of the right form: a target that lacks a kind does not look for one of it either.
    """
    answer, about = failed.answer, contract.overlay.kinds().get(kind, Resource())
    own = contract.overlay.inferred and failed.probe.operation.name == about.create
    if not (own and has_no_route(answer) and about.identifier is not None):
        return None
    first = None if send is None else next(_entries(contract, about, send), None)
    if first is not None:
        return RunResource(first[0], "", failed, kind, given=True)
    given, delete = about.identifier.given, contract.operations.get(about.delete or "")
    name = None if given is None else next(find(failed.values, parse(given)), None)
    if given is None and delete is not None and (about.label or "") in delete.input:
        name = sample(delete.input[about.label or ""].shape)
    is_name = isinstance(name, str) and "${" not in name
    return RunResource(str(name), "", failed, kind) if is_name else None


def _entries(
    contract: Contract, about: Resource, send: SendRequest
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The entries of the list of a kind by identifier; none where a person stated the lifecycle."""
    listing = contract.operations.get(about.list or "")
    if listing is None or about.listing is None or not contract.overlay.inferred:
        return
    sent = send(Probe("", listing, Side.OBSERVE, valid_request(contract, listing), ""))
    found = find(sent.answer.members, parse(about.listing.items)) if sent.answer.ok else ()
    for entry in found:
        named = entry.get(about.listing.id) if isinstance(entry, Mapping) else None
        if isinstance(named, str):
            yield named, entry


def lists_of(contract: Contract, probe: Probe) -> Iterator[tuple[str, Operation]]:
    """The texts of a request that name what nothing of the run makes, and what lists such things.

    Only what needs no resource itself is asked, or the one of the request: a root of the account,
    an image, the shards of a stream.
    """
    there = token_texts(probe.values)
    for name, value in probe.values.items():
        member = probe.operation.input.get(name)
        if member is None or member.shape.kind is not Kind.STRING or member.shape.limit("enum"):
            continue
        if mentions(value, *OF_ANSWERS):
            continue
        endings = tuple(f"{one}s" for one in _named(name) if len(one) >= _SHORTEST)
        for one in contract.operations.values() if endings else ():
            found = split(one.name, _LISTS)
            if found is None or not plain(found[1]).endswith(endings):
                continue
            if all(
                need in there for need in TOKEN.findall(token_texts(valid_request(contract, one)))
            ):
                yield name, one
                break


def _named(member: str) -> Iterator[str]:
    """What a member may name, in one form: a ``RootId``, a ``QuotaCode``, a ``ShardToMerge``."""
    said = part(member)
    for noun in (said.of, said.of.removesuffix("code")):
        yield from (noun, *(one.removesuffix("s") for one in plurals(noun)))
    yield from words(member)[:1] if said.kind == BARE and len(words(member)) > 1 else ()


def shown_first(listing: Operation, body: Any, name: str) -> str | None:
    """What the first entry of a list has for a member: its own, or its identifier of that sort."""
    wanted = part(name)
    for of, entry in _first_entries(listing, body):
        if isinstance(entry, str) and listing.output[of].shape.kind is Kind.LIST:
            return entry
        shown = _texts(entry)
        same_name = [one for key, one in shown.items() if plain(key) == plain(name)]
        alike = [one for key, one in shown.items() if part(key).kind == (wanted.kind or ID)]
        if same_name or alike:
            return (same_name or alike)[0]
    return None


def _first_entries(listing: Operation, body: Any) -> Iterator[tuple[str, Any]]:
    """The first entry of each list in an answer, with the member that it is in."""
    for of in listing.output:
        entries = body.get(of) if isinstance(body, dict) else None
        if isinstance(entries, list) and entries:
            yield of, entries[0]


def _texts(entry: Any) -> dict[str, str]:
    """The members of an entry that are texts."""
    members = entry.items() if isinstance(entry, dict) else ()
    return {key: one for key, one in members if isinstance(one, str)}


def of_a_pattern(probe: Probe) -> Iterator[str]:
    """The texts of a request whose pattern says what they identify, as ``^r-[0-9a-z]{4,32}$``."""
    for name, value in probe.values.items():
        member = probe.operation.input.get(name)
        if member is None or member.shape.kind is not Kind.STRING or mentions(value, "${"):
            continue
        told = part(name).kind in {ID, ARN} and member.shape.limit("pattern") is not None
        if told and not is_valid(member.shape, _ANYTHING):
            yield name


def lists_of_all(contract: Contract) -> Iterator[Operation]:
    """The lists that nothing has to be named for."""
    for one in contract.operations.values():
        if one.name.startswith("List") and not valid_request(contract, one):
            yield one


def shown_fitting(listing: Operation, body: Any, shape: Shape) -> str | None:
    """An identifier in the first entry of a list that keeps the limits of a member."""
    for _, entry in _first_entries(listing, body):
        for key, text in _texts(entry).items():
            if part(key).kind in {ID, ARN} and is_valid(shape, text):
                return text
    return None
