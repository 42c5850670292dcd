"""Values that only an answer gives: what a message is deleted by, where reading goes on.

A request must have such a member, no resource of the run is called by it, and another operation
shows it under the same name and takes it nowhere. So that is called first, for the same resource.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.contract.aws_values import suggested
from conformance.contract.inference.binding import Bound
from conformance.contract.inference.identifier_sources import is_needed
from conformance.contract.inference.naming import (
    CREATE,
    DELETE,
    ID,
    LIST,
    UPDATE,
    hyphenated,
    looks_only,
    part,
    plain,
    same,
    split,
    thing,
    words,
)
from conformance.contract.model import Contract, Kind, Member, Operation, Shape
from conformance.contract.places import texts
from conformance.contract.vocabulary.overlay_model import Answered

_NAMED = re.compile(r"\$\{answer\.([\w-]+)[.}]")
"""A placeholder of what the answer to another request gives."""
_TEXTS = frozenset({Kind.STRING, Kind.BLOB})
_MADE = frozenset({"handle", "iterator", "blob", "mac", "signature"})
"""The last words of names of what nobody but the service makes: a request means it that may leave
it out."""
_HANDED = _MADE | {"cursor", "ticket", "challenge", "token"}
"""Those of what a service makes up, besides what identifies something."""
_TAKES = ("Receive", "Poll", "Claim", "Dequeue")
"""What shows a thing only where something put it there."""
_FOR_GOOD = (*DELETE, "Accept", "Purchase", "BatchDelete", "Unassign")
"""Nothing of that kind is done for the sake of its answer."""
_PASSING = frozenset({"Start", "Run", "Submit", "Initiate"})
"""The verbs of what makes something that ends by itself."""
_KNOWN = ("${aws.", "${account", "${region")
"""Values of members that stand for what a run knows of itself."""
_AMISS = ("fail", "error", "unprocessed", "unsuccessful", "invalid")
"""How words begin that members are called by which tell what did not work."""
_CHOSEN = ("client", "idempoten", "creation", "request", "next", "page", "pagination")
"""What names of identifiers and tokens begin with that whoever asks makes up, or that may lack."""


@dataclass(frozen=True, slots=True)
class _Shown:
    """One place where an operation shows a value."""

    by: Operation
    place: str
    member: Member


def named_answers(value: Any) -> dict[str, None]:
    """The answers to other requests that a template speaks of, in order."""
    return dict.fromkeys(name for text in texts(value) for name in _NAMED.findall(text))


def is_handed(member: str) -> bool:
    """Whether a member is called as what a service makes up, and hands to whom it answers."""
    last = {*words(member)[-1:]}
    handed = part(member).kind == ID or not last.isdisjoint(_HANDED)
    return handed and not plain(member).startswith(_CHOSEN)


class AnsweredMembers:
    """Which members of which requests answers fill.

    ``bound`` is what names resources, ``made`` are the operations whose results are deleted again.
    """

    def __init__(
        self, contract: Contract, bound: Mapping[str, Bound], made: Collection[str]
    ) -> None:
        self._contract, self._bound, self._made = contract, bound, made
        self._shown: dict[str, list[_Shown]] = {}
        for one in contract.operations.values():
            for place, member in _places(one.output) if self._may_be_called(one) else ():
                self._shown.setdefault(plain(member.name), []).append(_Shown(one, place, member))
        self.answers: dict[str, Answered] = {}
        self.binds: dict[str, dict[str, str]] = {}
        self._wants: dict[str, set[str]] = {}
        for one in contract.operations.values():
            self._fill(one)

    def _fill(self, operation: Operation) -> None:
        for member in operation.input.values():
            if not self._is_open(operation, member):
                continue
            found = min(self._sources(operation, member), key=lambda one: one[:2], default=None)
            if found is not None:
                self._bind(operation, member, found[2])

    def _bind(self, operation: Operation, member: Member, shown: _Shown) -> None:
        wanted = Answered(operation=shown.by.name, at=shown.place, first=self._first(shown))
        name = hyphenated(member.name)
        if self.answers.get(name, wanted) != wanted:
            name = f"{name}-of-{hyphenated(shown.by.name)}"
        self.answers[name] = wanted
        self._wants.setdefault(operation.name, set()).add(shown.by.name)
        binds = self.binds.setdefault(operation.name, {})
        binds[member.name] = f"${{answer.{name}}}"
        for other, given in operation.input.items():
            asked = shown.by.input.get(other)
            if asked is not None and asked.required and self._is_free(operation, given):
                # What is verified is what was signed, and in the same way.
                binds.setdefault(other, f"${{answer.{name}.{other}}}")

    def _may_be_called(self, operation: Operation) -> bool:
        """Whether an operation leaves nothing behind that lasts."""
        makes = split(operation.name, CREATE)
        lasts = makes is not None and makes[0] not in _PASSING and operation.name not in self._made
        return not (lasts or split(operation.name, _FOR_GOOD))

    def _is_free(self, operation: Operation, member: Member) -> bool:
        """Whether a request must have a text that names no resource."""
        needed = is_needed(member) or not _MADE.isdisjoint(words(member.name)[-1:])
        bound = self._bound[operation.name].members
        return needed and member.shape.kind in _TEXTS and member.name not in bound

    def _is_open(self, operation: Operation, member: Member) -> bool:
        """Whether nothing but an answer says what a member may be."""
        if not self._is_free(operation, member) or member.shape.limit("enum"):
            return False
        pattern = member.shape.limit("pattern")
        usual = suggested(member.name, "", "string", pattern, self._contract.signing_name)
        return is_handed(member.name) and not any(str(one).startswith(_KNOWN) for one in usual)

    def _sources(
        self, operation: Operation, member: Member
    ) -> Iterator[tuple[tuple[bool, int, bool, int], int, _Shown]]:
        """Where a member may come from, each with its rank; the least is the likeliest."""
        named, about = self._kinds(operation), thing(operation.name)
        makes = self._bound[operation.name].about if operation.name in self._made else None
        for number, shown in enumerate(self._shown.get(plain(member.name), ())):
            one, kinds = shown.by, self._kinds(shown.by)
            takes = any(plain(name) == plain(member.name) for name in one.input)
            if takes or shown.member.shape.kind is not member.shape.kind:
                continue
            if (named and named.isdisjoint(kinds)) or makes in kinds:
                continue  # it would be that of something else, or of what is only now made
            lists = looks_only(one.name) and split(one.name, LIST) is not None
            if lists and not kinds and not looks_only(operation.name):
                continue  # it may be somebody else's
            inside = words(shown.place.partition(".")[0])
            if not part(member.name).of and {*inside}.isdisjoint(words(operation.name)):
                continue  # an `Id` is that of what it stands in
            if self._leads_to(one.name, operation.name):
                continue
            if split(operation.name, (*CREATE, *UPDATE)) and same(thing(one.name), about):
                continue  # it shows what this one was given
            open_ = sum(self._is_open(one, other) for other in one.input.values())
            alike = len({*words(one.name)} & {*words(operation.name)})
            yield (not kinds, -alike, "." in shown.place, open_), number, shown

    def _leads_to(self, name: str, other: str) -> bool:
        """Whether an operation needs what another one answers, or what that needs in turn."""
        wants = self._wants.get(name, set())
        return name == other or any(self._leads_to(one, other) for one in wants)

    def _kinds(self, operation: Operation) -> frozenset[str]:
        """The kinds of resources that a request names."""
        bound = self._bound[operation.name]
        own = [bound.about] if bound.about is not None and bound.members else []
        return frozenset((*own, *bound.needs))

    def _first(self, shown: _Shown) -> str | None:
        """What puts something there, where an answer may show none: a message is sent first."""
        if split(shown.by.name, _TAKES) is None:
            return None
        about, kinds = thing(shown.by.name), self._kinds(shown.by)
        for one in self._contract.operations.values():
            if one is shown.by or not about or not same(thing(one.name), about):
                continue
            if (
                looks_only(one.name)
                or split(one.name, DELETE)
                or kinds.isdisjoint(self._kinds(one))
            ):
                continue
            if not any(self._is_open(one, member) for member in one.input.values()):
                return one.name
        return None


def _places(members: Mapping[str, Member]) -> Iterator[tuple[str, Member]]:
    """The texts of an answer: at its top, in a structure there, or in the entries of a list."""
    for name, member in members.items():
        shape: Shape | None = member.shape
        if member.shape.kind in _TEXTS:
            yield name, member
        if any(word.startswith(_AMISS) for word in words(name)):
            continue
        before = f"{name}."
        if member.shape.kind is Kind.LIST:
            before, shape = f"{name}[].", member.shape.element
        if shape is not None and shape.kind is Kind.STRUCTURE:
            for inner, text in shape.members.items():
                if text.shape.kind in _TEXTS:
                    yield f"{before}{inner}", text
