"""Rules about lists: paging visits everything once, a filter keeps what begins with a text."""

from __future__ import annotations

from typing import Any

from conformance.contract.listing.requirements import rule_of
from conformance.contract.places import find, parse
from conformance.contract.vocabulary.overlay_rules import (
    DefaultPageRule,
    PagingAfterDeletionRule,
    PagingRule,
    PrefixRule,
)
from conformance.plan.sequences.lists import MOST_PAGES, walk
from conformance.plan.sequences.steps import (
    Make,
    NotShown,
    RuleBroken,
    Script,
    Send,
    Sequence,
    answered,
)
from conformance.plan.valid_requests.lifecycle import Lifecycle

HOW_MANY = 3


def paging(script: Script) -> Sequence:
    """With pages of ``size`` every one of several resources is met exactly once.

    ``filter`` (a request member) narrows the walk to the names of this sequence where the list
    offers that; a page may then be short, but never longer than the limit.
    """
    life = Lifecycle.of(script.contract, script.requirement.operation)
    rule = rule_of(script.requirement, PagingRule)
    name = script.fill("${name.page}", 0)
    for key in range(HOW_MANY):
        yield Make(key, {**life.request("create"), rule.named: f"{name}{key}"})
    size = rule.size
    members: dict[str, Any] = {life.page.page_size: size}
    if rule.filter is not None:
        members[rule.filter] = name
    listing = yield from walk(life, members)
    if max(listing.sizes) > size:
        raise RuleBroken(f"pages of at most {size}", f"a page of {max(listing.sizes)}")
    for key in range(HOW_MANY):
        times = len(listing.of(script.fill("${id}", key), life.listing.id))
        if times != 1:
            raise RuleBroken("each resource once over all pages", f"one of them {times} times")


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
        raise RuleBroken("every key that is still there on a page", f"{missed} of them on none")


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


def prefix(script: Script) -> Sequence:
    """``filter`` keeps names that begin with it, in the same case, and no others."""
    life = Lifecycle.of(script.contract, script.requirement.operation)
    rule = rule_of(script.requirement, PrefixRule)
    name = script.fill("${name.listed}", 0)
    yield Make(0, {**life.request("create"), rule.named: f"{name}-one"})
    yield Make(1, {**life.request("create"), rule.named: f"{name}-two"})
    wanted = {name: {0, 1}, f"{name}-one": {0}, f"{name}-t": {1}}
    unwanted = {name[3:]: set[int](), name.upper(): set[int](), f"{name}-two-more": set[int]()}
    for text, keys in {**wanted, **unwanted}.items():
        listing = yield from walk(life, {rule.filter: text})
        for key in (0, 1):
            times = len(listing.of(script.fill("${id}", key), life.listing.id))
            if times != (key in keys):
                expected = f"{'once' if key in keys else 'not'} in the list for {text!r}"
                raise RuleBroken(f"the key named {name}-{'one' if key == 0 else 'two'} {expected}",
                             f"{times} times")  # fmt: skip
