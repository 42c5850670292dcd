"""Tags: what is added is listed, what is removed is not, and what something is made with it has.

Read off the operations that add, list and remove them (``TagResource``, ``ListTagsForResource``),
where all name the same resource, and off the creation of what they name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from msgspec.structs import replace

from conformance.contract.levels import Level
from conformance.contract.member_roles import names_it
from conformance.contract.model import Contract, Kind, Member, Operation, Shape
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.contract.vocabulary.overlay_rules import AnyRule, StepsRule
from conformance.contract.vocabulary.overlay_steps import Step

_TAGS = re.compile(r"tags?(list|set)?", re.IGNORECASE)
_KEYS = re.compile(r"(resource)?tagkeys?(list)?|keys|tags(toremove)?", re.IGNORECASE)
_ADDS = re.compile(r"Tag[A-Z]|AddTags|CreateTags")
_REMOVES = re.compile(r"Untag[A-Z]|RemoveTags|DeleteTags")
_LISTS = re.compile(r"(List|Describe|Get)\w*Tags")
_ANY = re.compile(r"resource(arn|name|id)?s?", re.IGNORECASE)
_KEY, _VALUE = "one", "1"


class _Bound(Protocol):
    """What an operation is about, and the members that name it."""

    @property
    def about(self) -> str | None: ...
    @property
    def members(self) -> Mapping[str, Any]: ...


@dataclass(frozen=True, slots=True)
class _Tags:
    """How a member has tags: as a map, or as a list of keys and values."""

    place: str
    key: str = ""
    value: str = ""

    @property
    def one(self) -> Any:
        """One tag as a request has it."""
        return [{self.key: _KEY, self.value: _VALUE}] if self.key else {_KEY: _VALUE}

    def has_it(self) -> dict[str, Any]:
        """That the tag is shown, in the words of a step."""
        if self.key:
            return {"among": {f"{self.place}[]": self.one[0]}}
        return {"shows": {f"{self.place}.{_KEY}": _VALUE}}

    def lacks_it(self) -> dict[str, Any]:
        """That it is not."""
        if self.key:
            return {"differs": {f"{self.place}[].{self.key}": _KEY}}
        return {"hides": (f"{self.place}.{_KEY}",)}


def tag_rules(
    contract: Contract,
    bound: Mapping[str, _Bound],
    kinds: Mapping[str, Resource],
    token_of: Callable[[str, Member], str | None],
) -> Iterator[tuple[str, AnyRule]]:
    """The rules of every kind whose tags are listed.

    ``token_of`` is what a member has that names whatever may have tags, for one of a kind.
    """
    for name, listing in contract.operations.items():
        about, named = bound[name].about, bound[name].members
        shown = next(_within(listing.output), None) if _LISTS.match(name) else None
        if about is None or about not in kinds or not names_it(listing, named):
            continue
        if not named or shown is None:
            continue
        looks = Step(send=name, **shown.has_it())
        alike = [
            one for other, one in contract.operations.items()
            if bound[other].about == about and _named(bound[other]) == _named(bound[name])
            and names_it(one, bound[other].members)
        ]  # fmt: skip
        for adds in alike:
            given = next(_within(adds.input), None) if _ADDS.match(adds.name) else None
            if given is None:
                continue
            start = (Step(make={}), Step(send=adds.name, with_={given.place: given.one}))
            yield f"{adds.name}/behavior/adds", _rule(adds, "tags that are added", (*start, looks))
            gone = Step(send=name, **shown.lacks_it())
            for removes in alike:
                keys = _keys(removes) if _REMOVES.match(removes.name) else None
                if keys is not None:
                    takes = Step(send=removes.name, with_=keys)
                    what = "tags that are not removed, and no others"
                    yield (
                        f"{removes.name}/behavior/removes",
                        _rule(removes, what, (*start, looks, takes, gone)),
                    )
        for kind, token in _tagged(listing, bound[name], kinds, token_of):
            create = contract.operations[kinds[kind].create or ""]
            made = next(_within(create.input), None)
            if made is not None and "." not in made.place:
                steps = (Step(make={made.place: made.one}), replace(looks, with_=token))
                statement = f"the {made.place} that something is made with"
                address = f"{create.name}/behavior/{made.place}-are-listed"
                yield address, _rule(create, statement, steps)


def _tagged(
    listing: Operation,
    bound: _Bound,
    kinds: Mapping[str, Resource],
    token_of: Callable[[str, Member], str | None],
) -> Iterator[tuple[str, dict[str, Any]]]:
    """The kinds whose tags an operation lists, each with the members that name one of it.

    What names anything by its ARN names all that have one.
    """
    if bound.about is not None:
        yield bound.about, {}
    for name, value in bound.members.items():
        member = listing.input.get(name)
        if member is None or not _ANY.fullmatch(name):
            continue
        for kind in kinds:
            token = token_of(kind, member) if kind != bound.about else None
            if token is not None and "${made." in token and "arn" in token.lower():
                yield kind, {name: [token] if isinstance(value, list) else token}


def _named(bound: _Bound) -> list[str]:
    return sorted(str(value) for value in bound.members.values())


def _within(members: Mapping[str, Member], before: str = "") -> Iterator[_Tags]:
    """Where members have tags: outermost, or in the entries of a list."""
    for name, one in members.items():
        found = _tags(f"{before}{name}", one.shape) if _TAGS.fullmatch(name) else None
        if found is not None:
            yield found
    for name, one in members.items() if not before else ():
        inner = one.shape.element if one.shape.kind is Kind.LIST else one.shape
        if inner is not None and inner.members:
            item = "[]" if one.shape.kind is Kind.LIST else ""
            yield from _within(inner.members, f"{name}{item}.")


def _tags(place: str, shape: Shape) -> _Tags | None:
    inner = shape.element
    if inner is None:
        return None
    if shape.kind is Kind.MAP:
        return _Tags(place) if inner.kind is Kind.STRING else None
    texts = [name for name, one in inner.members.items() if one.shape.kind is Kind.STRING]
    key = [name for name in texts if name.lower().endswith("key")]
    value = [name for name in texts if name.lower().endswith("value")]
    return _Tags(place, key[0], value[0]) if len(key) == len(value) == 1 else None


def _keys(operation: Operation) -> dict[str, Any] | None:
    """The members of a request that removes the tag."""
    for name, one in operation.input.items():
        inner = one.shape.element
        if one.shape.kind is not Kind.LIST or inner is None:
            continue
        if _KEYS.fullmatch(name) and inner.kind is Kind.STRING:
            return {name: [_KEY]}
        found = _tags(name, one.shape) if _TAGS.fullmatch(name) else None
        if found is not None:
            return {name: found.one}
    return None


def _rule(operation: Operation, what: str, steps: tuple[Step, ...]) -> StepsRule:
    return StepsRule(
        level=Level.EXPECTED, source=operation.source, steps=steps,
        statement=f"after {operation.name}, the list has {what}",
    )  # fmt: skip
