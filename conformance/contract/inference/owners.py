"""Whom the members of requests name: the noun that each identifies, by its place or its name."""

from collections.abc import Iterator, Mapping
from functools import cache

from conformance.contract.aws_values import example, suggested
from conformance.contract.inference.naming import (
    ARN,
    BARE,
    CREATE,
    ID,
    NamePart,
    is_within,
    noun_forms,
    part,
    plain,
    plurals,
    same,
    thing,
    words,
)
from conformance.contract.inference.nouns import Noun, arns
from conformance.contract.model import Contract, Kind, Location, Member, Operation, Shape
from conformance.contract.routes import LABEL, above_label
from conformance.contract.validate import is_valid

_RELATIONS = (
    "source", "target", "parent", "primary", "default", "destination", "existing", "original",
)  # fmt: skip
_COPIES = ("Copy", "Clone", "Restore")
_OF_COPIES = ("target", "destination", "new")
"""What a copy is to be called is not there yet."""
_SHORTEST = 3
"""Letters from which on the end of a noun stands for the noun."""
_FOR_OTHERS = ("Create", "Register", "Put", "Add", "Associate", "Attach")
_ON_OWN = {"tag", "tags", "policy", "policies", "permission", "permissions"}
RESOURCE = "resource"
"""What operations about tags and policies call whatever they are about."""


def names_a_copy(operation: Operation, said: NamePart) -> bool:
    """Whether a member of a copying operation says what the copy is to be called."""
    named = said.kind not in {BARE, ARN}
    return named and operation.name.startswith(_COPIES) and said.of.startswith(_OF_COPIES)


def names_a_source(operation: Operation, name: str) -> bool:
    """Whether a member of a copying operation says of what the copy is made."""
    return operation.name.startswith(_COPIES) and plain(name).startswith("source")


class Owners:
    """Whom a member of a request names: by its place in the path, else by its name."""

    def __init__(self, contract: Contract, known: list[Noun]) -> None:
        self._contract, self._known = contract, known
        self._places = self._by_place()
        self._also_called = dict(self._other_names())
        self._about: dict[str, Noun | None] = {}
        # The first of those that have a role for an operation has it.
        self._by_role = {
            one.name: noun for noun in reversed(known) for one in noun.roles().values()
        }
        self._with_arns = [one for one in known if any(True for _ in arns(one))]
        self._uses = cache(self._count_uses)

    def _by_place(self) -> Mapping[str, Noun]:
        """The nouns by the path that leads to one of them."""
        found: dict[str, Noun] = {}
        elsewhere: dict[str, Noun] = {}
        for noun in self._known:
            for one in noun.about_one():
                above = above_label(one.path)
                if above is None:
                    continue
                at = _unnamed(one.path)
                created = _unnamed(noun.create.path)
                if created in {at, _unnamed(above)}:
                    found.setdefault(at, noun)
                elif one in (noun.delete, noun.read) and LABEL.search(noun.create.path) is None:
                    elsewhere.setdefault(at, noun)
        return {**elsewhere, **found}

    def _other_names(self) -> Iterator[tuple[str, Noun]]:
        """What nouns are called besides: a creation shows an identifier, and one ARN of this name.

        What makes a job flow shows its ``JobFlowId`` and its ``ClusterArn``. An ARN of what the
        request names, too, is that of something else.
        """
        known = {form for one in self._known for form in noun_forms(one.name)}
        for noun in self._known:
            given = {part(name).of for name in noun.create.input}
            shown = [part(name) for name in noun.create.output]
            arns_of = [one.of for one in shown if one.kind == ARN]
            own = any(one.kind == ID and one.of in noun_forms(noun.name) for one in shown)
            if own and len(arns_of) == 1 and arns_of[0] not in {"", *known, *given}:
                yield arns_of[0], noun

    def about(self, operation: Operation) -> Noun | None:
        """The noun that an operation is about; None where no one can tell."""
        if operation.name not in self._about:
            self._about[operation.name] = self._find_about(operation)
        return self._about[operation.name]

    def _find_about(self, operation: Operation) -> Noun | None:
        if operation.name in self._by_role:
            return self._by_role[operation.name]
        text = thing(operation.name)
        begins = [one for one in self._known if text.startswith(plurals(one.name))]
        ends = [one for one in self._known if text.endswith(plain(one.name))]
        if begins or ends:
            return max(begins or ends, key=lambda one: len(one.name))
        deepest: Noun | None = None
        for member in operation.input.values():
            if member.location is Location.PATH:
                deepest = self._at(operation, member) or deepest
        return deepest

    def owner(self, operation: Operation, member: Member) -> Noun | None:
        """The noun that a member identifies."""
        shape = member.shape.element if member.shape.kind is Kind.LIST else member.shape
        if shape is None or shape.kind is not Kind.STRING or shape.limit("enum"):
            return None
        said = part(member.name)
        own = self.about(operation)
        if self._is_any(said) and _is_of_others(operation, own):
            return None
        if self._is_any(said) or (said == ("", ARN) and own is None):
            return self._tagged(shape, said.kind)
        if member.location is Location.PATH:
            found = self._at(operation, member)
            if found is not None:
                return found
        if not said.of:
            return own
        return self._named(operation, said)

    def _is_any(self, said: NamePart) -> bool:
        """Whether a member speaks of whatever may have tags or policies."""
        return said.of == RESOURCE and not any(
            RESOURCE in noun_forms(one.name) for one in self._known
        )

    def _at(self, operation: Operation, member: Member) -> Noun | None:
        head, found, _ = operation.path.partition(f"{{{member.name}}}")
        if not found:
            head, found, _ = operation.path.partition(f"{{{member.name}+}}")
        return self._places.get(_unnamed(f"{head}{{x}}")) if found else None

    def _named(self, operation: Operation, said: NamePart) -> Noun | None:
        exact = [
            one for one in self._known if said.of in noun_forms(one.name) or same(one.name, said.of)
        ]
        if exact or said.of in self._also_called:
            return exact[0] if exact else self._also_called[said.of]
        own = self.about(operation)
        if said.kind == BARE or len(said.of) < _SHORTEST or names_a_copy(operation, said):
            return None
        ends = [one for one in self._known if plain(one.name).endswith(said.of)]
        if own is not None and own in ends:
            return next((one for one in ends if is_within(own.name, one.name)), own)
        if len(ends) == 1:
            return ends[0]
        for relation in _RELATIONS:
            rest = said.of.removeprefix(relation)
            if rest != said.of:
                return next((one for one in self._known if rest in noun_forms(one.name)), None)
        return None

    def _count_uses(self, noun: str) -> int:
        """In how many operations a member is called after the noun."""
        own = noun_forms(noun)
        every = self._contract.operations.values()
        return sum(any(part(name).of in own for name in one.input) for one in every)

    def _tagged(self, shape: Shape, by: str) -> Noun | None:
        """The noun with an ARN that most likely has tags: that which most operations name.

        A pattern that names some of them is of those. Where none has an ARN, any may have them
        that ``by`` its id is known: those first whose ids are as the pattern says.
        """
        named = self._with_arns
        text = plain(shape.limit("pattern") or "")
        fitting = [one for one in named if plain(one.name) in text] or named
        if not named and by == ID:
            others = [one for one in self._known if not {*words(one.name)} & _ON_OWN]
            fitting = [one for one in others if self._has_ids_of(one, shape)] or others

        def rank(noun: Noun) -> tuple[bool, bool, int, int, int]:
            given = noun.create.input
            tags = any("tag" in words(name) or "tags" in words(name) for name in given)
            labels = sum(one.location is Location.PATH for one in given.values())
            needed = sum(one.required for one in given.values())
            surely = noun.create.name.startswith(CREATE[:2])
            return not tags, not surely, labels, -self._uses(noun.name), needed

        return min(fitting, key=rank) if fitting else None

    def _has_ids_of(self, noun: Noun, shape: Shape) -> bool:
        """Whether what identifies one of a noun is such as a shape says by its pattern."""
        wanted, service = shape.limit("pattern"), self._contract.signing_name
        for member in (one for about in noun.about_one() for one in about.input.values()):
            said, own = part(member.name), member.shape.limit("pattern")
            if said.kind == ID and said.of and plain(noun.name).endswith(said.of):
                usual = suggested(member.name, "", "string", own, service)
                texts = [example(one) for one in usual]
                if own == wanted or any(is_valid(shape, one) for one in texts):
                    return wanted is not None
        return False


def _is_of_others(operation: Operation, own: Noun | None) -> bool:
    """Whether a resource that a creation names is that of another service: what is protected, say.

    Tags and policies are put on what the service itself has.
    """
    if own is None or own.create.name != operation.name:
        return False
    said = words(operation.name)
    return operation.name.startswith(_FOR_OTHERS) and not {*said} & _ON_OWN


def _unnamed(path: str) -> str:
    return LABEL.sub("{}", path.rstrip("/"))
