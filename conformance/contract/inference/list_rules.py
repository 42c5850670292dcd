"""What the documents say of a list by the names of its members: its pages, and what narrows it.

A page has at most as many entries as were asked for, and what it leaves out is on those that
follow. Where an entry shows what a member asks for, under that name or as the same listed values,
the list has what shows it and nothing else. That something new is in a list is certain where
nothing but pages and what it is part of can be asked of it: other lists may leave out by default.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from conformance.contract.inference.identities import template
from conformance.contract.inference.naming import STATE, plain, words
from conformance.contract.levels import Level
from conformance.contract.member_roles import LIMITS, TOKENS
from conformance.contract.model import Contract, Kind, Member, Operation, Shape
from conformance.contract.places import parse
from conformance.contract.validate import is_valid
from conformance.contract.vocabulary.overlay_list_rules import FilteredRule, PagingRule, SortedRule
from conformance.contract.vocabulary.overlay_model import Page, Resource
from conformance.contract.vocabulary.overlay_rules import AnyRule, StepsRule
from conformance.contract.vocabulary.overlay_steps import Step

LARGEST = 2
"""The largest page that three resources do not fit on."""
_MOST_VALUES, _WAYS = 3, 2
_OTHERWISE = re.compile(
    r"not|exclu\w*|order\w*|sort\w*|min|minimum|max\w*|starts?|ends?|after|before|accounts?|regions?"
    r"|catalog\w*|owner\w*|version\w*"
)
"""Words of members that ask for something else than to be like the value, or say whose it is."""
_ASKS = re.compile(
    r"(?:filterby|searchby)?(.+?)(prefix|beginswith|startswith|contains|substring|filter|equals)?"
)
"""The name of a filter without gaps: that of what it looks at, and how it does."""
_PARTS: Mapping[str, Literal["prefix", "contains"]] = {
    "prefix": "prefix", "beginswith": "prefix", "startswith": "prefix",
    "contains": "contains", "substring": "contains",
}  # fmt: skip
_NAMES = re.compile(r"(name|arn|id|identifier)$", re.IGNORECASE)
_WHOLE = re.compile(r"all|any|both|none|every.*|default", re.IGNORECASE)
"""Values that ask for several, or for none."""
_PATH = "/conformance/"
_LASTS = re.compile(r"days|window|retain|recover|skip|schedule|hours|keep", re.IGNORECASE)
"""Words of the members of a deletion that leaves something for a while."""
_SORTS = re.compile(r"(sort|order|scan)?_?(order|sort|direction|by)|reverse_?order|descending",
                    re.IGNORECASE)  # fmt: skip
_KEYS = re.compile(
    r"(sort|order|list|group)_?by\w*|sort_?(key|field|column|criteria)", re.IGNORECASE
)
_RISES = re.compile(r"asc(ending)?|\w*ascending", re.IGNORECASE)
_FALLS = re.compile(r"desc(ending)?|\w*descending", re.IGNORECASE)
_TELLS = re.compile(r"stat(e|us)|progress|phase|processing|delet(ed|ing|ion)", re.IGNORECASE)
"""Names of members that tell of what goes on by itself."""
_NO_TOKEN = re.compile(
    r"Invalid(Next|Pagination|Page|Continuation|NextPage)?Token(Exception|Error|Fault)?"
)
_MADE_UP = ("bm8tYW5zd2VyLWdhdmUtdGhpcw==", "bm8tYW5zd2VyLWdhdmUtdGhpcw")
"""Tokens that nobody gave."""
_FOLLOWS = ("exclusivestart", "startafter")
"""How members begin that lead on in a list, beside its tokens."""


def list_rules(
    operation: Operation, about: Resource, bound: Mapping[str, Any]
) -> Iterator[tuple[str, AnyRule]]:
    """The rules of the list of one kind; ``bound`` are the members that name what there is."""
    prefix = _prefix(operation, about.name or "")
    address = f"{operation.name}/behavior"
    if prefix is not None:
        steps = (Step(make={}), Step(send="list", with_={prefix.name: "${name}"}, entry=False))
        statement = (
            f"with {prefix.name}, the list has no {about.name} whose name begins differently"
        )
        yield f"{address}/{prefix.name}", _steps(Level.EXPECTED, statement, prefix, steps)
    if about.listing is None:
        return
    yield from _paging(operation, about.page, address)
    yield from _sorting(operation, address)
    yield from _tokens(operation, about.page, address)
    yield from _filters(operation, about, address, {*bound})


def lists_all(operation: Operation, bound: Mapping[str, Any]) -> bool:
    """Whether nothing but its pages can be asked of a list, beside what its entries are part of."""
    pages = {*LIMITS, *TOKENS}
    return all(
        name in bound or name.lower() in pages or name.lower().startswith(_FOLLOWS)
        for name in operation.input
    )


def is_final(delete: Operation) -> bool:
    """Whether a deletion leaves nothing for a while, by its name and its members."""
    return delete.name.startswith("Delete") and not any(map(_LASTS.search, delete.input))


def ends_shown(contract: Contract, about: Resource, delete: Operation) -> bool:
    """Whether the list shows at once that something ends: by its state, or that it is gone.

    What shows a state elsewhere alone may be in the list until it has ended.
    """
    if not is_final(delete) or about.listing is None:
        return False
    read = contract.operations.get(about.read or "")
    shown = [delete.output, *([] if read is None else [read.output])]
    listing = contract.operations[about.list or ""]
    entry = listing.output[parse(about.listing.items)[0]].shape.element
    within = {} if entry is None else entry.members
    return any(map(STATE.search, within)) or not any(map(_has_state, shown))


def _has_state(members: Mapping[str, Member]) -> bool:
    """Whether an answer has members that tell of a state."""
    inner = [(one.shape.element or one.shape).members for one in members.values()]
    return any(_TELLS.search(name) for every in (members, *inner) for name in every)


def _steps(level: Level, statement: str, member: Member, steps: tuple[Step, ...]) -> StepsRule:
    return StepsRule(level=level, statement=statement, source=member.source, steps=steps)


def _prefix(listing: Operation, of: str) -> Member | None:
    """The member of a list that takes the beginning of names of its own kind."""
    own = plain(of)
    for name, member in listing.input.items():
        rest = plain(name).removesuffix("nameprefix")
        if rest != plain(name) and rest in {"", own} and member.shape.kind is Kind.STRING:
            return member
    return None


def _paging(operation: Operation, page: Page | None, address: str) -> Iterator[tuple[str, AnyRule]]:
    if page is None or any(name.lower().startswith("hasmore") for name in operation.output):
        return  # it may tell of more without a token
    size = operation.input[page.page_size]
    least = max(1, size.shape.limit("minimum") or 1)
    if size.shape.kind is Kind.INTEGER and least <= LARGEST:
        yield (
            f"{address}/pages",
            PagingRule(
                level=Level.EXPECTED, size=least, source=size.source,
                statement=f"pages have at most {page.page_size} entries, and together they list"
                    f" everything",
            ),
        )  # fmt: skip


def _tokens(operation: Operation, page: Page | None, address: str) -> Iterator[tuple[str, AnyRule]]:
    """That a token which nobody gave is refused, where an error says just that."""
    declared = any(map(_NO_TOKEN.fullmatch, operation.errors))
    taken = [name for name in operation.input if "token" in name.lower()]
    if page is None or not declared or taken != [page.input_token]:
        return
    token = operation.input[page.input_token]
    made_up = next((one for one in _MADE_UP if is_valid(token.shape, one)), None)
    if made_up is not None:
        asks = Step(send="list", with_={token.name: made_up}, gives="refused", must=True)
        yield (
            f"{address}/refuses-made-up-tokens",
            StepsRule(
                level=Level.EXPECTED, source=token.source, steps=(Step(make={}), asks),
                statement=f"a {token.name} that no answer gave is refused",
            ),
        )  # fmt: skip


def _sorting(operation: Operation, address: str) -> Iterator[tuple[str, AnyRule]]:
    """That a list has another order where it is asked for; its entries are made one by one."""
    for name, member in operation.input.items():
        if not _SORTS.fullmatch(name):
            continue
        listed = [str(one) for one in member.shape.limit("enum") or ()]
        ways = [one for way in (_RISES, _FALLS) for one in filter(way.fullmatch, listed)]
        values = (False, True) if member.shape.kind is Kind.BOOLEAN else tuple(ways)
        # The key may be one in which all new ones are alike, or none is there by default.
        keyed = any(map(_KEYS.fullmatch, operation.input.keys() - {name}))
        if len(values) == _WAYS:
            rule = SortedRule(
                level=Level.INFORMATIONAL if keyed else Level.EXPECTED,
                source=member.source, member=name, values=values,
                statement=f"with another {name}, the list has another order",
            )  # fmt: skip
            yield f"{address}/{name}", rule


def _filters(
    operation: Operation, about: Resource, address: str, bound: set[str]
) -> Iterator[tuple[str, AnyRule]]:
    items = about.listing.items if about.listing is not None else ""
    entry = operation.output[parse(items)[0]].shape.element
    if entry is None:
        return
    within = {
        name for name, one in operation.input.items()
        if name not in bound and one.shape.kind is Kind.STRING and _NAMES.search(name)
    }  # fmt: skip
    for name, member in operation.input.items():
        of, way = _asked(name)
        free = (
            not (member.required or member.shape.unkept)
            and name not in bound
            and not any(map(_OTHERWISE.fullmatch, words(name.removesuffix("StartsWith"))))
        )
        found = _shown(of, way, member.shape, entry, about.name or "") if free else None
        if found is not None and not member.shape.limit("enum") and within - {name}:
            continue  # it may count for nothing without another that says of what
        if found is not None:
            shown, values = found
            yield (
                f"{address}/{name}",
                FilteredRule(
                    level=Level.EXPECTED, filter=name, shown=shown, values=values,
                    part=_PARTS.get(way), source=member.source,
                    statement=f"with {name}, every listed entry has that {shown}",
                ),
            )  # fmt: skip


def _asked(name: str) -> tuple[str, str]:
    """What a filter looks at, by its name, and how it does."""
    found = _ASKS.fullmatch(plain(name))
    return (found[1], found[2] or "") if found else (plain(name), "")


def _shown(
    of: str, way: str, shape: Shape, entry: Shape, kind: str
) -> tuple[str, tuple[Any, ...]] | None:
    """The member of an entry that a filter asks for, and the values to ask for."""
    one = shape.element if shape.kind is Kind.LIST else shape
    if one is None or one.kind is not Kind.STRING:
        return None
    values = _listed_values(one) if one.limit("enum") else _free_values(one, way)
    for shown, member in entry.members.items():
        if member.shape.kind is Kind.STRING and values and _fits(of, shown, kind, one, member):
            return shown, tuple([value] if shape.kind is Kind.LIST else value for value in values)
    return None


def _fits(of: str, shown: str, kind: str, filtered: Shape, member: Member) -> bool:
    """Whether a filter, by its name and values, is of a member of an entry."""
    listed, values = {*(filtered.limit("enum") or ())}, {*(member.shape.limit("enum") or ())}
    name = plain(shown)
    own = f"{plain(kind)}name"
    same = of == name or {of, name} == {"name", own}
    if listed:
        related = listed == values and (name in of or of in name)
        return related or (same and len(listed & values) >= _WAYS)
    return same and not values


def _listed_values(shape: Shape) -> tuple[Any, ...]:
    listed = shape.limit("enum") or ()
    own = [value for value in listed if not _WHOLE.fullmatch(str(value))]
    return tuple(dict.fromkeys((*own[:_MOST_VALUES], *own[-1:])))


def _free_values(shape: Shape, way: str) -> tuple[Any, ...]:
    made = template(shape)
    if made is not None:
        return (f"${{{made}}}",)
    return (_PATH,) if way == "prefix" and is_valid(shape, _PATH) else ()
