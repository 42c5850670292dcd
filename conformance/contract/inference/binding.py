"""Which members of a request name a resource that must be there, and by which of its identifiers.

The identifier of a member's noun is written as a placeholder: ``${id}`` and ``${made.MEMBER}`` of
the kind that the operation is about, ``${id.KIND}`` and ``${made.KIND.MEMBER}`` of others. What is
not certain is not bound; and a wrong guess makes a request that is refused, which without an
overlay counts against no target.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.contract.aws_values import suggested
from conformance.contract.inference.identities import (
    Identity,
    arn,
    chosen,
    identity,
    is_needed,
    shown_as,
    source,
    template,
    texts_of,
)
from conformance.contract.inference.naming import (
    ARN,
    BARE,
    DELETE,
    ID,
    NAME,
    URL,
    hyphenated,
    is_within,
    part,
    plain,
    same,
    split,
)
from conformance.contract.inference.nouns import Noun, nouns
from conformance.contract.inference.owners import RESOURCE, Owners, names_a_copy
from conformance.contract.model import Contract, Kind, Location, Member, Operation
from conformance.contract.places import texts
from conformance.contract.validate import shape_violations

OTHERS = re.compile(r"\$\{(?:id|ID|taken)\.([\w-]+)\}|\$\{made\.([\w-]+)\.[\w-]+\}")
"""A placeholder of another kind's."""
_PREFERRED = (NAME, ID, BARE, ARN, URL)
_ANYTHING = frozenset({BARE, ARN, NAME})
"""What members are called that name whatever may have tags: all of them by its ARN."""
PARENT = "parent"
_MAKES = ("Create", "Register", "Import", "Request", "Allocate")
_WRITTEN = frozenset({Location.PATH, Location.QUERY, Location.HEADER})
"""Where numbers travel as texts."""


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

    def leave_out(self, kind: str) -> None:
        """Bind nothing to a kind any more: it can never be made."""
        del self.nouns[kind], self.identities[kind]
        self._owners = Owners(self._contract, list(self.nouns.values()))
        self._kinds = {noun.name: kind for kind, noun in self.nouns.items()}
        self._needs.clear()

    def also_made_by(self, kind: str) -> dict[str, str]:
        """Further operations that make a kind, each with the place of the identifier."""
        noun, about = self.nouns[kind], self.identities[kind]
        roles = {one.name for one in noun.roles().values()}
        found = {}
        for one in self._contract.operations.values():
            said = split(one.name, _MAKES)
            if said is None or one.name in roles or not self._is_kind_of(said[1], noun):
                continue
            known = source(replace(noun, create=one), about.known.name)
            if known is not None and not about.of_parent:
                found[one.name] = f"request:{known.place}" if known.given else known.place
        return found

    def _is_kind_of(self, name: str, noun: Noun) -> bool:
        """Whether a name is another one of a noun, or that of a special sort of it."""
        if same(name, noun.name):
            return True
        if split(name, DELETE) is not None:
            return False  # that something is requested to end makes none
        special = plain(name).endswith(plain(noun.name)) and not is_within(name, noun.name)
        return special and not any(same(name, one.name) for one in self.nouns.values())

    def _makes(self, operation: Operation, kind: str) -> bool:
        return operation.name == self.nouns[kind].create.name or (
            operation.name in self.also_made_by(kind)
        )

    def of(self, operation: Operation) -> Bound:
        """What an operation's requests must name."""
        about = self._owners.about(operation)
        own = None if about is None else self._kinds.get(about.name)
        makes = own is not None and self._makes(operation, own)
        named = self._chosen(operation, own, makes=makes)
        if own is None and named:
            # Of all that it names, it is about what is part of the rest.
            own = max((kind for _, kind in named), key=lambda kind: len(self._parents(kind)))
            makes = self._makes(operation, own)
        members: dict[str, Any] = {}
        needs = []
        for member, kind in named:
            if kind == own and makes:
                text = self._listed_word(operation, member) or self._new(kind, member)
            else:
                text = self._token(kind, member, own=kind == own)
                needs += [kind] if text is not None and kind != own else []
            if text is not None:
                members[member.name] = [text] if member.shape.kind is Kind.LIST else text
        for place, kind, text in self._of_structures(operation, own, makes=makes):
            members[place] = text
            needs += [kind] if kind != own else []
        for member in operation.input.values():
            if is_needed(member) and names_a_copy(operation, part(member.name)):
                made = template(member.shape)
                members.update({} if made is None else {member.name: f"${{{made}}}"})
        if own is not None and not makes:
            members.update(self._shown(operation, own, members))
            members.update(self._inner(operation, own, members))
            members.update(self._where(operation, own, members))
        if own is not None and makes:
            members.update(self._inner_names(operation, own))
            members.update(self._root(operation, own, members, needs))
        return Bound(own, members, tuple(dict.fromkeys(needs)))

    def _inner(
        self, operation: Operation, own: str, members: Mapping[str, Any]
    ) -> Iterator[tuple[str, str]]:
        """The identifier within the one structure of a request that names nothing outside it."""
        label = self.identities[own].label
        update = self.nouns[own].update
        if members or update is None or update.name != operation.name:
            return
        for name, member in operation.input.items():
            inner = member.shape.members.get(label)
            if member.required and inner is not None and inner.shape.kind is Kind.STRING:
                yield f"{name}.{label}", "${id}"

    def _of_structures(
        self, operation: Operation, own: str | None, *, makes: bool
    ) -> Iterator[tuple[str, str, str]]:
        """What names one by several members in a structure that is called as its noun is.

        As place, kind and placeholder: a type by its name and version, an execution by two ids.
        """
        for name, member in operation.input.items():
            kind = self._structured(name, member)
            if kind is None or (makes and kind == own):
                continue
            noun, about = self.nouns[kind], self.identities[kind]
            of = "" if kind == own else f".{kind}"
            texts = []
            for inner, text in member.shape.members.items():
                known = source(noun, inner) if text.required else None
                if known is not None and plain(known.name) == plain(inner):
                    first = known == about.known and not about.of_parent
                    filled = f"${{id{of}}}" if first else f"${{made{of}.{known.name}}}"
                    texts.append((f"{name}.{inner}", kind, filled))
            if len(texts) == sum(one.required for one in member.shape.members.values()):
                yield from texts
        for name, member in operation.input.items():
            # A choice of what names a member of a group: a user by its id.
            shape = member.shape
            for inner, text in shape.members.items() if member.required and shape.union else ():
                said = part(inner)
                kind = self._exactly(said.of) if said.kind in {ID, NAME} else None
                token = None if kind is None else self._token(kind, text, own=kind == own)
                if token is not None and kind is not None and not (makes and kind == own):
                    yield f"{name}.{inner}", kind, token
                    break

    def _exactly(self, noun: str) -> str | None:
        """The kind that is called just so."""
        return next((kind for kind, one in self.nouns.items() if plain(one.name) == noun), None)

    def _structured(self, name: str, member: Member) -> str | None:
        """The kind that a structure is called as, where it has to have texts alone."""
        shape = member.shape
        inner = [one.shape for one in shape.members.values() if one.required]
        texts = all(one.kind is Kind.STRING and not one.limit("enum") for one in inner)
        if not (member.required and shape.kind is Kind.STRUCTURE and inner and texts):
            return None
        called = (name, shape.name or "")
        found = (kind for kind, one in self.nouns.items() if same(one.name, called[0]))
        named = (kind for kind, one in self.nouns.items() if same(one.name, called[1]))
        return next(found, None) or next(named, None)

    def _where(
        self, operation: Operation, own: str, members: Mapping[str, Any]
    ) -> Iterator[tuple[str, str]]:
        """The words that a creation must have, where a request is free to name what it is about.

        What was made in one scope is not found in another, nor without any.
        """
        named = [operation.input[name] for name in members if name in operation.input]
        if not named or any(is_needed(one) for one in named):
            return
        for name, given in self.nouns[own].create.input.items():
            member = operation.input.get(name)
            listed = given.shape.limit("enum")
            if member is not None and given.required and listed and not is_needed(member):
                yield name, listed[0]

    def _inner_names(self, operation: Operation, own: str) -> Iterator[tuple[str, str]]:
        """New names within the structure, or the list, that a creation names the new one by."""
        about = self.identities[own]
        for place, member in chosen(replace(self.nouns[own], create=operation)).items():
            if place in operation.input:
                continue
            if place == about.known.place and about.template is not None:
                yield place, f"${{{about.template}}}"
            elif part(member.name).kind == NAME and self._is_own(own, member):
                made = template(member.shape)
                if made is not None:
                    yield place, f"${{{made}}}"

    def _root(
        self, operation: Operation, own: str, members: Mapping[str, Any], parents: list[str]
    ) -> Iterator[tuple[str, str]]:
        """The one above the new one, of its own kind: the first is made with what they are part of.

        An API shows the resource at its root, an organization its root unit.
        """
        noun = plain(self.nouns[own].name)
        for member in operation.input.values():
            if member.name in members or not is_needed(member):
                continue
            if part(member.name).of not in {PARENT, f"{PARENT}{noun}"}:
                continue
            for kind in parents:
                shown = texts_of(self.nouns[kind])
                first = (one for one in shown if plain(one).endswith(f"{noun}id"))
                yield from ((member.name, f"${{made.{kind}.{one}}}") for one in first)

    def _is_own(self, kind: str, member: Member) -> bool:
        of = part(member.name).of
        return not of or plain(self.nouns[kind].name).endswith(of)

    def _shown(
        self, operation: Operation, own: str, members: Mapping[str, Any]
    ) -> Iterator[tuple[str, str]]:
        """What else a request must have that the creation's answer shows: a version, say."""
        for member in operation.input.values():
            shape = member.shape
            texts = shape.kind is Kind.STRING and not shape.limit("enum")
            numbers = shape.kind is Kind.INTEGER and member.location in _WRITTEN
            if member.name in members or not is_needed(member) or not (texts or numbers):
                continue
            known = shown_as(self.nouns[own], member.name)
            if known is not None:
                yield member.name, f"${{made.{known.name}}}"

    def _chosen(
        self, operation: Operation, own: str | None, *, makes: bool
    ) -> list[tuple[Member, str]]:
        """The members to bind, each with its kind: those that are needed, and one of several."""
        needed, free = [], dict[str, list[Member]]()
        for member in operation.input.values():
            noun = self._owner(operation, member, own, makes=makes)
            kind = None if noun is None else self._kinds.get(noun.name)
            if kind is None:
                continue
            if is_needed(member):
                needed.append((member, kind))
            else:
                free.setdefault(kind, []).append(member)
        bound = {kind for _, kind in needed}
        for kind, members in free.items():
            if kind not in bound and self._is_meant(operation, kind, members, own, makes=makes):
                members.sort(key=lambda one: _PREFERRED.index(part(one.name).kind))
                needed.append((members[0], kind))
                bound.add(kind)
        if own is not None and self.identities[own].of_parent:
            label = operation.input.get(self.identities[own].label)
            owner = None if label is None else self._owners.owner(operation, label)
            bound |= set() if owner is None else {self._kinds.get(owner.name, "")}
        parents = {one for kind in bound if kind for one in self._parents(kind)} - bound
        needed += [(free[kind][0], kind) for kind in free if kind in parents and not makes]
        return needed

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
        return self._owners.owner(operation, member)

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
            identified = self.identities[kind]
            if makes:
                return identified.known.given and any(
                    one.name == identified.known.place for one in members
                )
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
        fits = "${" not in first and not any(shape_violations(member.shape, first))
        return first if fits else None

    def _new(self, kind: str, member: Member) -> str | None:
        """What a creation calls the new one."""
        about = self.identities[kind]
        if about.template is not None and member.name == about.known.place:
            return f"${{{about.template}}}"
        said = part(member.name)
        chosen_by = said.kind == NAME or (said.kind == ID and is_needed(member))
        made = template(member.shape) if chosen_by and self._is_own(kind, member) else None
        return None if made is None else f"${{{made}}}"

    def _token(self, kind: str, member: Member, *, own: bool) -> str | None:
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


def named_kinds(value: Any) -> Iterator[str]:
    """The other kinds that a template speaks of, in order."""
    for text in texts(value):
        yield from (one or other for one, other in OTHERS.findall(text))


def ordered(needs: Mapping[str, tuple[str, ...]]) -> Iterator[str]:
    """The kinds, each after those that it needs; those in a circle are left out."""
    done: set[str] = set()
    while True:
        ready = [kind for kind in needs if kind not in done and {*needs[kind]} <= done]
        if not ready:
            return
        done.update(ready)
        yield from ready
