"""Walks through lists page by page, and rules about pages: everything is visited once."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.contract.listing.requirements import rule_of
from conformance.contract.member_roles import FOLLOWING, TOKENS
from conformance.contract.model import Kind, Operation
from conformance.contract.places import ITEM, find, parse, texts
from conformance.contract.vocabulary.overlay_list_rules import (
    DefaultPageRule,
    PagingAfterDeletionRule,
    PagingRule,
)
from conformance.plan.sequences.steps import (
    Make,
    NotShown,
    RuleBroken,
    Script,
    Send,
    Sequence,
    Step,
    answered,
)
from conformance.plan.valid_requests.lifecycle import Lifecycle
from conformance.transport.parsed_response import ParsedResponse

MOST_PAGES = 200
Walk = Generator[Step, ParsedResponse, "ListedEntries"]


@dataclass(frozen=True, slots=True)
class ListedEntries:
    """What a walk has seen: the entries in order, and how many each page had."""

    entries: list[Any]
    sizes: list[int]
    elsewhere: frozenset[str] = frozenset()
    """The texts of the answers that lack that list: another one may have what it should have."""

    def of(self, identifier: str, member: str) -> list[Any]:
        """The entries of one resource."""
        every = (one for one in self.entries if isinstance(one, dict))
        return [one for one in every if _is_named(one.get(member), identifier)]


def _is_named(shown: Any, identifier: str) -> bool:
    """Whether an entry shows an identifier: as it is, or at the end of a path, as SDKs read one."""
    path = isinstance(shown, str) and shown.startswith("/")
    return shown == identifier or (path and shown.rpartition("/")[2] == identifier)


def walk(life: Lifecycle, members: Mapping[str, Any] | None = None) -> Walk:
    """Follow the list to its end.

    Raises NotShown when a page is refused and RuleBroken when the same position comes twice.
    """
    page, items = life.listing.page, parse(life.listing.items)
    size = {} if page is None else {page.page_size: page.most}
    request = life.request("list", **{**size, **(members or {})})
    token, following = _tokens(life)
    entries: list[Any] = []
    sizes: list[int] = []
    others: list[str] = []
    positions: set[str] = set()
    for _ in range(MOST_PAGES):
        answer = yield from answered(Send(life.operation("list"), request), "the list")
        here = list(find(answer.body, items))
        entries += here
        sizes.append(len(here))
        has_list = next(find(answer.body, items[: items.index(ITEM)]), None) is not None
        others += () if has_list else texts(answer.body)
        position = next(find(answer.body, parse(following)), None) if following else None
        if not position:
            return ListedEntries(entries, sizes, frozenset(others))
        _check_is_value(position)
        if str(position) in positions:
            raise RuleBroken("a new position", f"the position {position!r} again")
        positions.add(str(position))
        request = {**request, token: position}
    raise NotShown(f"the list has more than {MOST_PAGES} pages")


def whole(send: Send, first: Any) -> Generator[Step, ParsedResponse, Any]:
    """The answer to a list with the entries of its other pages: one may have few, or none at all.

    Raises NotShown when a page is refused, and when they do not end.
    """
    operation, body, answer = send.operation, first, first
    given, shown = _asked(operation, TOKENS), _answered(operation, FOLLOWING)
    lists = [name for name, one in operation.output.items() if one.shape.kind is Kind.LIST]
    positions: list[Any] = []
    while len(positions) < MOST_PAGES:
        position = answer.get(shown) if isinstance(answer, dict) else None
        if not given or not position:
            return body
        _check_is_value(position)
        if position in positions:
            raise NotShown(f"the list leads to the position {position!r} again")
        positions.append(position)
        page = yield replace(send, values={**send.values, given: position})
        if not page.ok or not isinstance(page.body, dict):
            raise NotShown(f"the answer to the next page of the list was {page.told()}")
        answer = page.body
        more = {name: [*_entries(body, name), *_entries(answer, name)] for name in lists}
        body = {**body, **{name: entries for name, entries in more.items() if entries}}
    raise NotShown(f"the list has more than {MOST_PAGES} pages")


def _check_is_value(position: Any) -> None:
    """Raise NotShown for a position that no request can have: its type is a requirement's own."""
    if not isinstance(position, str | int):
        raise NotShown(f"the position {position!r} is not a string")


def _entries(page: Mapping[str, Any], name: str) -> list[Any]:
    found = page.get(name)
    return found if isinstance(found, list) else []


def _asked(operation: Operation, names: tuple[str, ...]) -> str:
    return next((name for name in operation.input if name.lower() in names), "")


def _answered(operation: Operation, names: tuple[str, ...]) -> str:
    found = {name.lower(): name for name in operation.output}
    return next((found[name] for name in names if name in found), "")


def _tokens(life: Lifecycle) -> tuple[str, str]:
    """The members for positions of the request and of the answer.

    Where the overlay states none, so no page size can be requested, their names tell.
    """
    page = life.listing.page
    if page is not None:
        return page.input_token, page.output_token
    operation = life.operation("list")
    given = _asked(operation, TOKENS)
    return given, _answered(operation, FOLLOWING) if given else ""


HOW_MANY = 3


def paging(script: Script) -> Sequence:
    """With pages of ``size`` every one of several resources is met exactly once.

    ``filter`` (a request member) narrows the walk to the names of this sequence where the list
    offers that; a page may then be short, but never longer than the limit. Where the names are not
    known to matter, what a list without a size lacks is not looked for.
    """
    life = Lifecycle.of(script.contract, script.requirement.operation)
    rule = rule_of(script.requirement, PagingRule)
    name = script.fill("${name.page}", 0)
    for key in range(HOW_MANY):
        own = {} if rule.named is None else {rule.named: f"{name}{key}"}
        yield Make(key, {**life.request("create"), **own})
    if len({script.fill("${id}", key) for key in range(HOW_MANY)}) < HOW_MANY:
        raise NotShown("two new resources have the same identifier")
    known = {*range(HOW_MANY)}
    if rule.named is None:
        everything = yield from walk(life)
        known = {key for key in known if len(_own(script, life, everything, key)) == 1}
        if not known:
            raise NotShown("the list contains none of them")
    size = rule.size
    members: dict[str, Any] = {life.page.page_size: size}
    if rule.filter is not None:
        members[rule.filter] = name
    listing = yield from walk(life, members)
    if max(listing.sizes) > size:
        raise RuleBroken(f"pages of at most {size}", f"a page of {max(listing.sizes)}")
    for key in sorted(known):
        times = len(_own(script, life, listing, key))
        if times != 1:
            raise RuleBroken(
                "each resource once over all pages", f"one of them appears {times} times"
            )


def _own(script: Script, life: Lifecycle, listing: ListedEntries, key: int) -> list[Any]:
    return listing.of(script.fill("${id}", key), life.listing.id)


def paging_after_deletion(script: Script) -> Sequence:
    """What was on a page that was read may be deleted: the pages after it leave out none.

    Pages of one entry, so that each of our own is alone on its page; ``named`` and ``filter`` as
    of ``paging``.
    """
    rule = rule_of(script.requirement, PagingAfterDeletionRule)
    life = Lifecycle.of(script.contract, script.requirement.operation)
    page = life.page
    name = script.fill("${name.page}", 0)
    for key in range(HOW_MANY):
        yield Make(key, {**life.request("create"), rule.named: f"{name}{key}"})
    ids = {script.fill("${id}", key): key for key in range(HOW_MANY)}
    narrowed = {} if rule.filter is None else {rule.filter: name}
    request = life.request("list", **{page.page_size: 1, **narrowed})
    met: list[int] = []
    for _ in range(MOST_PAGES):
        answer = yield from answered(Send(life.operation("list"), request), "the list")
        position = next(find(answer.body, parse(page.output_token)), None)
        entries = find(answer.body, parse(life.listing.items))
        listed = [one.get(life.listing.id) for one in entries if isinstance(one, dict)]
        new = [ids[one] for one in listed if isinstance(one, str) and one in ids]
        if new and not met:
            deletion = Send(life.operation("delete"), life.request("delete"), new[0])
            yield from answered(deletion, "the deletion")
        met += new
        if not position:
            break
        request = {**request, page.input_token: position}
    else:
        raise NotShown(f"the list has more than {MOST_PAGES} pages")
    if not met:
        raise NotShown("the list has none of them")
    missed = len({*range(HOW_MANY)} - {*met})
    if missed:
        raise RuleBroken("every remaining key on some page", f"{missed} of them on no page")


def default_page(script: Script) -> Sequence:
    """A page without a requested size has at most ``size`` of more resources than that.

    It may have fewer: a default is the most that a page may hold.
    """
    life = Lifecycle.of(script.contract)
    rule = rule_of(script.requirement, DefaultPageRule)
    for key in range(rule.size + 1):
        yield Make(key, life.request("create"))
    answer = yield from answered(Send(life.operation("list"), life.request("list")), "the list")
    shown = len(list(find(answer.body, parse(life.listing.items))))
    if shown > rule.size:
        raise RuleBroken(f"a page of at most {rule.size}", f"a page of {shown}")


def last_page(script: Script) -> Sequence:
    """No page but the first is empty: what leads to it says that there is more."""
    life = Lifecycle.of(script.contract)
    yield Make(0, life.request("create"))
    listing = yield from walk(life)
    if len(listing.sizes) > 1 and not listing.sizes[-1]:
        raise RuleBroken("no position on the last page", "a position that leads to an empty page")
