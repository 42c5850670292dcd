"""What names a resource within a structure: by several members together, or by one of a choice."""

from collections.abc import Callable, Iterator, Mapping

from conformance.contract.inference.identifier_sources import source
from conformance.contract.inference.identities import Identity
from conformance.contract.inference.naming import ARN, ID, NAME, part, plain, same
from conformance.contract.inference.nouns import Noun
from conformance.contract.inference.owners import RESOURCE
from conformance.contract.model import Kind, Member, Operation, Shape

Named = tuple[str, str, str]
"""A place, the kind of what is named there, and the placeholder that names it."""
Token = Callable[[str, Member], str | None]
"""The placeholder for a member that names a resource of a kind; None where none is known."""


def within_structures(
    operation: Operation,
    nouns: Mapping[str, Noun],
    identities: Mapping[str, Identity],
    own: str | None,
    token: Token,
    owner: Callable[[Member], str | None],
) -> Iterator[Named]:
    """What the structures of a request name; ``own`` is the kind that it is about.

    ``owner`` gives the kind that a member names by whatever it is called.
    """
    for name, member in operation.input.items():
        kind = _called(name, member, nouns)
        if kind is not None:
            of = "" if kind == own else f".{kind}"
            texts = _together(name, member.shape, nouns[kind], identities[kind], of)
            yield from ((place, kind, text) for place, text in texts)
    for name, member in operation.input.items():
        if member.required and member.shape.union:
            yield from _choice(name, member.shape, nouns, token)
        elif member.required and member.shape.kind is Kind.STRUCTURE:
            yield from _protected(name, member.shape, token, owner)


def _called(name: str, member: Member, nouns: Mapping[str, Noun]) -> str | None:
    """The kind that a structure is called as, where it has to have texts alone."""
    shape = member.shape
    inner = [one.shape for one in shape.members.values() if one.required]
    texts = all(one.kind is Kind.STRING and not one.limit("enum") for one in inner)
    if not (member.required and shape.kind is Kind.STRUCTURE and inner and texts):
        return None
    for called in (name, shape.name or ""):
        for kind, one in nouns.items():
            if same(one.name, called):
                return kind
    return None


def _together(
    name: str, shape: Shape, noun: Noun, about: Identity, of: str
) -> list[tuple[str, str]]:
    """A type by its name and version, an execution by two ids; nothing where one is not known."""
    texts = []
    for inner in (one for one, member in shape.members.items() if member.required):
        known = source(noun, inner)
        if known is None or plain(known.name) != plain(inner):
            return []
        first = known == about.known and not about.of_parent
        texts.append(
            (f"{name}.{inner}", f"${{id{of}}}" if first else f"${{made{of}.{known.name}}}")
        )
    return texts


def _protected(
    name: str, shape: Shape, token: Token, owner: Callable[[Member], str | None]
) -> Iterator[Named]:
    """What a configuration is of, by the ARN that it has to have: whose requests are logged."""
    for inner, member in shape.members.items():
        needed = member.required and names_any(inner)
        kind = owner(member) if needed else None
        text = None if kind is None else token(kind, member)
        if kind is not None and text is not None:
            yield f"{name}.{inner}", kind, text


def names_any(place: str) -> bool:
    """Whether a member is called as the ARN of whatever it may be."""
    return part(place.rpartition(".")[2]) == (RESOURCE, ARN)


def _choice(name: str, shape: Shape, nouns: Mapping[str, Noun], token: Token) -> Iterator[Named]:
    """One of the members that may name something: the member of a group by the id of a user."""
    for inner, member in shape.members.items():
        said = part(inner)
        exact = (kind for kind, one in nouns.items() if plain(one.name) == said.of)
        kind = next(exact, None) if said.kind in {ID, NAME} else None
        text = None if kind is None else token(kind, member)
        if kind is not None and text is not None:
            yield f"{name}.{inner}", kind, text
            return
