"""Walks through a list operation page by page."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.contract.member_roles import TOKENS, page_member
from conformance.contract.model import Kind, Operation
from conformance.contract.places import find, parse
from conformance.plan.sequences.steps import NotShown, RuleBroken, Send, Step, answered
from conformance.plan.valid_requests.lifecycle import Lifecycle
from conformance.transport.parsed_response import ParsedResponse

MOST_PAGES = 200

Walk = Generator[Step, ParsedResponse, "ListedEntries"]


@dataclass(frozen=True, slots=True)
class ListedEntries:
    """What a walk has seen: the entries in order, and how many each page had."""

    entries: list[Any]
    sizes: list[int]

    def of(self, identifier: str, member: str) -> list[Any]:
        """The entries of one resource."""
        return [
            one for one in self.entries if isinstance(one, dict) and one.get(member) == identifier
        ]


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
    positions: set[str] = set()
    for _ in range(MOST_PAGES):
        answer = yield from answered(Send(life.operation("list"), request), "the list")
        here = list(find(answer.body, items))
        entries += here
        sizes.append(len(here))
        position = next(find(answer.body, parse(following)), None) if following else None
        if not position:
            return ListedEntries(entries, sizes)
        _check_is_value(position)
        if str(position) in positions:
            raise RuleBroken("a position that leads on", f"the position {position!r} once more")
        positions.add(str(position))
        request = {**request, token: position}
    raise NotShown(f"the list has more than {MOST_PAGES} pages")


def whole(send: Send, first: Any) -> Generator[Step, ParsedResponse, Any]:
    """The answer to a list with the entries of its other pages: one may have few, or none at all.

    Raises NotShown when a page is refused, and when they do not end.
    """
    operation, body, answer = send.operation, first, first
    given, shown = page_member(operation, TOKENS), _answered(operation, TOKENS)
    lists = [name for name, one in operation.output.items() if one.shape.kind is Kind.LIST]
    positions: list[Any] = []
    while len(positions) < MOST_PAGES:
        position = answer.get(shown) if isinstance(answer, dict) else None
        if not given or not position:
            return body
        _check_is_value(position)
        if position in positions:
            raise NotShown(f"the list leads to the position {position!r} once more")
        positions.append(position)
        page = yield replace(send, values={**send.values, given: position})
        if not page.ok or not isinstance(page.body, dict):
            raise NotShown(f"the next page of the list was answered {page.told()}")
        answer = page.body
        more = {name: [*_entries(body, name), *_entries(answer, name)] for name in lists}
        body = {**body, **{name: entries for name, entries in more.items() if entries}}
    raise NotShown(f"the list has more than {MOST_PAGES} pages")


def _check_is_value(position: Any) -> None:
    """Raise NotShown for a position that no request can have: its type is a requirement's own."""
    if not isinstance(position, str | int):
        raise NotShown(f"the position {position!r} is no text")


def _entries(page: Mapping[str, Any], name: str) -> list[Any]:
    found = page.get(name)
    return found if isinstance(found, list) else []


def _answered(operation: Operation, names: tuple[str, ...]) -> str:
    return next((name for name in operation.output if name.lower() in names), "")


def _tokens(life: Lifecycle) -> tuple[str, str]:
    """The members for positions of the request and of the answer.

    Where the overlay states none, so no page size can be requested, their names tell.
    """
    page = life.listing.page
    if page is not None:
        return page.input_token, page.output_token
    operation = life.operation("list")
    given = next((name for name in operation.input if name.lower() in TOKENS), "")
    return given, _answered(operation, TOKENS) if given else ""
