"""Which members of a request name a resource that must be there, and by which of its identifiers.

The identifier of a member's noun is written as a placeholder: ``${id}`` and ``${made.MEMBER}`` of
the kind that the operation is about, ``${id.KIND}`` and ``${made.KIND.MEMBER}`` of others. What is
not certain is not bound; a request of a wrong guess is refused, and counts against no target.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.contract.aws_values import special, suggested
from conformance.contract.inference.generations import left_out
from conformance.contract.inference.identifier_sources import arn, is_needed, source
from conformance.contract.inference.identities import Identity, identity, template
from conformance.contract.inference.implied_members import is_own, of_existing, of_new
from conformance.contract.inference.named_structures import names_any, within_structures
from conformance.contract.inference.naming import (
    ARN,
    BARE,
    DELETE,
    ID,
    LIST,
    NAME,
    READ,
    UPDATE,
    URL,
    hyphenated,
    is_called_after,
    part,
    plain,
    split,
    thing,
)
from conformance.contract.inference.nouns import Noun, nouns
from conformance.contract.inference.other_makers import other_makers
from conformance.contract.inference.owners import RESOURCE, Owners, names_a_copy, names_a_source
from conformance.contract.model import Contract, Kind, Member, Operation
from conformance.contract.validate import is_valid

_PREFERRED = (NAME, ID, BARE, ARN, URL)
_ANYTHING = frozenset({BARE, ARN, NAME})
"""What members are called that name whatever may have tags: all of them by its ARN."""
_ABOUT_ONE = (*READ, *UPDATE[:2], *LIST, *DELETE)


@dataclass(frozen=True, slots=True)
class Bound:
    """The members of one operation that are bound, with their placeholders.

    ``about`` is the kind whose identifier is ``${id}``.
    """

    about: str | None
    members: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    """The other kinds that the placeholders speak of."""


class Binding:
    """The nouns of a service with their identities, and what each request must name."""

    def __init__(self, contract: Contract) -> None:
        self._contract = contract
        known = nouns(contract)
        self._others = left_out(contract)
        self.identities: dict[str, Identity] = {}
        self.nouns: dict[str, Noun] = {}
        while True:
            self._owners = Owners(contract, known)
            found = {one.name: identity(one, self._owners) for one in known}
            whole = [one for one in known if found[one.name] is not None]
            if len(whole) == len(known):
                break
            known = whole  # whose identity is not known owns nothing
        for one in known:
            about = found[one.name]
            if about is not None:
                self.nouns[hyphenated(one.name)] = one
                self.identities[hyphenated(one.name)] = about
        self._kinds = {noun.name: kind for kind, noun in self.nouns.items()}
        self._needs: dict[str, tuple[str, ...]] = {}
        self._also: dict[str, dict[str, str]] = {}

    def leave_out(self, kind: str) -> None:
        """Bind nothing to a kind any more: it can never be made."""
        del self.nouns[kind], self.identities[kind]
        self._owners = Owners(self._contract, list(self.nouns.values()))
        self._kinds = {noun.name: kind for kind, noun in self.nouns.items()}
        self._needs.clear()
        self._also.clear()

    def also_made_by(self, kind: str) -> dict[str, str]:
        """Further operations that make a kind, each with the place of the identifier."""
        if kind not in self._also:
            about = self.identities[kind]
            makers = other_makers(self._contract, self.nouns, kind, about, self._owners)
            self._also[kind] = dict(makers)
        return self._also[kind]

    def _makes(self, operation: Operation, kind: str) -> bool:
        return operation.name == self.nouns[kind].create.name or (
            operation.name in self.also_made_by(kind)
        )

    def of(self, operation: Operation) -> Bound:
        """What an operation's requests must name."""
        return Bound(None) if operation.name in self._others else self._of(operation)

    def _of(self, operation: Operation) -> Bound:
        about = self._owners.about(operation)
        own = self._kind_of(about)
        makes = own is not None and self._makes(operation, own)
        named = self._chosen(operation, own, makes=makes)
        if own is None:
            own = self._most_special(operation, [kind for _, kind in named])
            makes = own is not None and self._makes(operation, own)
        members: dict[str, Any] = {}
        needs = []
        for member, kind in named:
            if kind == own and makes and not names_a_source(operation, member.name):
                text = self._listed_word(operation, member) or self._new(kind, member)
            else:
                text = self.token(kind, member, own=kind == own and not makes)
                needs += [kind] if text is not None and kind != own else []
            if text is not None:
                members[member.name] = [text] if member.shape.kind is Kind.LIST else text
        for place, kind, text in self._inside(operation, own, makes=makes):
            members[place] = text
            needs += [kind] if kind != own else []
        for member in operation.input.values():
            if is_needed(member) and names_a_copy(operation, part(member.name)):
                made = template(member.shape)
                members.update({} if made is None else {member.name: f"${{{made}}}"})
        if own is not None:
            noun, identified = self.nouns[own], self.identities[own]
            if makes:
                parents = {kind: self.nouns[kind] for kind in needs}
                service = self._contract.signing_name
                members |= of_new(operation, noun, identified, members, parents, service)
            else:
                members |= of_existing(operation, noun, identified, members)
        return Bound(own, members, tuple(dict.fromkeys(needs)))

    def _most_special(self, operation: Operation, named: list[str]) -> str | None:
        """Of all that a request names, what is part of the rest; else what its structures name."""
        if named:
            return max(named, key=lambda kind: len(self._parents(kind)))
        inside = self._inside(operation, None, makes=False)
        return next((kind for place, kind, _ in inside if names_any(place)), None)

    def _inside(
        self, operation: Operation, own: str | None, *, makes: bool
    ) -> Iterator[tuple[str, str, str]]:
        """What the structures of a request name: each place with its kind and the placeholder."""
        there = {kind: one for kind, one in self.nouns.items() if not (makes and kind == own)}
        yield from within_structures(
            operation, there, self.identities, own,
            lambda kind, member: self.token(kind, member, own=kind == own),
            lambda member: self._kind_of(self._owners.owner(operation, member)),
        )  # fmt: skip

    def _chosen(
        self, operation: Operation, own: str | None, *, makes: bool
    ) -> list[tuple[Member, str]]:
        """The members to bind, each with its kind: those that are needed, and one of several."""
        needed, free = [], dict[str, list[Member]]()
        for member in operation.input.values():
            kind = self._kind_of(self._owner(operation, member, own, makes=makes))
            if kind is not None and is_needed(member):
                needed.append((member, kind))
            elif kind is not None:
                free.setdefault(kind, []).append(member)
        bound = {kind for _, kind in needed}
        create = self.nouns[own].create.input if own is not None and not makes else {}
        same = {name for name, one in create.items() if is_needed(one)}
        rank = _PREFERRED.index
        for kind, members in free.items():  # what one is made of is named as it was then
            members.sort(key=lambda one: (one.name not in same, rank(part(one.name).kind)))
            if kind not in bound and self._is_meant(operation, kind, members, own, makes=makes):
                needed.append((members[0], kind))
                bound.add(kind)
        if own is not None and self.identities[own].of_parent:
            label = operation.input.get(self.identities[own].label)
            owner = None if label is None else self._owners.owner(operation, label)
            bound |= set() if owner is None else {self._kinds.get(owner.name, "")}
        parents = {one for kind in bound if kind for one in self._parents(kind)} - bound
        needed += [(free[kind][0], kind) for kind in free if kind in parents and not makes]
        return needed

    def _kind_of(self, noun: Noun | None) -> str | None:
        return None if noun is None else self._kinds.get(noun.name)

    def _parents(self, kind: str) -> tuple[str, ...]:
        """The kinds that a creation must name: what is called by name is so within them."""
        if kind not in self._needs:
            self._needs[kind] = ()  # it may be made of its own kind
            create = self.nouns[kind].create
            named = self._chosen(create, kind, makes=True)
            self._needs[kind] = tuple(dict.fromkeys(of for _, of in named if of != kind))
        return self._needs[kind]

    def _owner(
        self, operation: Operation, member: Member, own: str | None, *, makes: bool
    ) -> Noun | None:
        if own is not None and not makes and member.name == self.identities[own].label:
            return self.nouns[own]
        new = own is not None and makes and not self.identities[own].of_parent
        if own is not None and new and member.name == self.identities[own].known.place:
            return self.nouns[own]
        return self._owners.owner(operation, member) or self._labelled(operation, member)

    def _labelled(self, operation: Operation, member: Member) -> Noun | None:
        """The noun that is known everywhere by what a needed member is called: a ``Username``.

        Only of what looks at one, changes it or ends it, or has it in its own name.
        """
        alike = [kind for kind, one in self.identities.items()
                 if one.label == member.name and not one.of_parent]  # fmt: skip
        if len(alike) != 1 or not is_needed(member) or member.shape.limit("enum"):
            return None
        noun = self.nouns[alike[0]]
        told = split(operation.name, _ABOUT_ONE) or plain(noun.name) in thing(operation.name)
        return noun if told and is_called_after(member.name, noun.name) else None

    def _is_meant(
        self,
        operation: Operation,
        kind: str,
        members: list[Member],
        own: str | None,
        *,
        makes: bool,
    ) -> bool:
        """Whether a request that leaves all of these out names too little."""
        several = len({part(one.name).kind for one in members}) > 1
        if several and makes and own is not None and kind != own:
            # What is made of the new one cannot be there before it: a snapshot of a cluster.
            create = self.nouns[kind].create
            made_of = (self._owners.owner(create, one) for one in create.input.values())
            several = self.nouns[own] not in made_of
        if kind == own:
            known = self.identities[kind].known
            if makes:
                return known.given and any(one.name == known.place for one in members)
            return operation in self.nouns[kind].about_one() or several
        return several

    def _listed_word(self, operation: Operation, member: Member) -> str | None:
        """A word that such members have everywhere, where putting the same one twice is no harm.

        A method of a path is called GET: a new name would be none.
        """
        if operation.method != "PUT" or member.shape.kind is not Kind.STRING:
            return None
        pattern = member.shape.limit("pattern")
        usual = suggested(member.name, "", "string", pattern, self._contract.signing_name)
        first = str(usual[0]) if usual else "${"
        fits = "${" not in first and is_valid(member.shape, first)
        return first if fits else None

    def _new(self, kind: str, member: Member) -> str | None:
        """What a creation calls the new one; what it is made for is there already."""
        about = self.identities[kind]
        usual = special(member.name, "", "string", self._contract.signing_name)
        if usual and str(usual[0]).startswith("${aws."):
            return str(usual[0])
        if about.template is not None and member.name == about.known.place:
            return f"${{{about.template}}}"
        said = part(member.name)
        chosen_by = said.kind == NAME or (said.kind == ID and is_needed(member))
        made = template(member.shape) if chosen_by and is_own(self.nouns[kind], member) else None
        return None if made is None else f"${{{made}}}"

    def token(self, kind: str, member: Member, *, own: bool) -> str | None:
        """The placeholder of a member that names one of a kind; None where nothing is known."""
        about = self.identities[kind]
        of = "" if own else f".{kind}"
        if own and member.name == about.label:
            return "${id}"
        if about.of_parent:
            return None
        said = part(member.name)
        known = source(self.nouns[kind], member.name)
        if said.of == RESOURCE and said.kind in _ANYTHING:
            known = arn(self.nouns[kind])
        if known is None:
            return None
        if said.kind == BARE and said.of != RESOURCE and known.name != member.name:
            return f"${{id{of}}}"
        if known.place == about.known.place and known.given == about.known.given:
            return f"${{id{of}}}"
        return f"${{made{of}.{known.name}}}"
