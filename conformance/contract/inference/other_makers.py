"""Which operations make one of a kind besides its creation: by their names or by what they show."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from conformance.contract.inference.identifier_sources import source
from conformance.contract.inference.identities import Identity
from conformance.contract.inference.naming import (
    DELETE,
    is_within,
    noun_forms,
    part,
    plain,
    same,
    split,
    words,
)
from conformance.contract.inference.nouns import Noun
from conformance.contract.inference.owners import Owners
from conformance.contract.model import Contract, Kind, Operation

_MAKES = ("Create", "Register", "Import", "Request", "Allocate")
_PUT = ("Put",)
_BRINGS = ("Connect", "Restore", "Copy", "Clone", "Launch")
"""What makes one of something else, or of what is elsewhere."""
_REPEATS = ("replica", "copy", "clone")
"""The last word of what is made from another one of its kind."""


def other_makers(
    contract: Contract, nouns: Mapping[str, Noun], kind: str, about: Identity, owners: Owners
) -> Iterator[tuple[str, str]]:
    """Further operations that make a kind, each with the place of the identifier."""
    noun = nouns[kind]
    roles = {one.name for one in noun.roles().values()}
    created = {one.create.name for one in nouns.values()}
    for one in contract.operations.values():
        if one.name in roles or about.of_parent:
            continue
        said = split(one.name, (*_MAKES, *_puts(noun)))
        if said is not None and _is_kind_of(said[1], noun, nouns):
            known = source(replace(noun, create=one), about.known.name)
            if known is not None:
                yield one.name, f"request:{known.place}" if known.given else known.place
        elif one.name not in created and _shows_new(one, noun, about, owners, nouns.values()):
            yield one.name, about.known.place
        elif one.name not in created:
            brought = _shows_brought(one, noun, about, nouns.values())
            yield from () if brought is None else ((one.name, brought),)


def _puts(noun: Noun) -> tuple[str, ...]:
    """The verb of what puts other sorts of a noun, where one sort is put."""
    said = split(noun.create.name, _PUT)
    return _PUT if said is not None and not same(said[1], noun.name) else ()


def _is_kind_of(name: str, noun: Noun, nouns: Mapping[str, Noun]) -> bool:
    """Whether a name is another one of a noun, or that of a special sort of it."""
    if same(name, noun.name):
        return True
    if split(name, DELETE) is not None:
        return False  # that something is requested to end makes none
    special = plain(name).endswith(plain(noun.name)) and not is_within(name, noun.name)
    return special and not any(same(name, one.name) for one in nouns.values())


def _shows_new(
    operation: Operation, noun: Noun, about: Identity, owners: Owners, nouns: Iterable[Noun]
) -> bool:
    """Whether an operation that is given none of a noun answers with the identifier of one.

    ``CreateMicrosoftAD`` shows the ``DirectoryId`` of a directory, whatever it is called. What is
    called after another noun makes one of that.
    """
    shown = operation.output.get(about.known.place)
    own = part(about.known.place).of in noun_forms(noun.name) and not about.known.given
    said = split(operation.name, (*_MAKES, *_BRINGS))
    if shown is None or not own or said is None:
        return False
    if any(plain(said[1]).endswith(plain(one.name)) for one in nouns if one is not noun):
        return False
    return shown.shape.kind is Kind.STRING and not any(
        part(one.name).of and owners.owner(operation, one) is noun
        for one in operation.input.values()
    )


def _shows_brought(
    operation: Operation, noun: Noun, about: Identity, nouns: Iterable[Noun]
) -> str | None:
    """Where an answer shows what was copied or restored under a name that the request gives.

    ``RestoreDBInstanceFromDBSnapshot`` answers with a ``DBInstance``, whose identifier it chose.
    """
    verbs = _BRINGS if words(operation.name)[-1] not in _REPEATS else (*_BRINGS, *_MAKES)
    said = split(operation.name, verbs)
    if said is None or not about.known.given or "." in about.known.place:
        return None
    called = [one for one in nouns if plain(said[1]).startswith(plain(one.name))]
    if max(called, key=lambda one: len(one.name), default=None) is not noun:
        return None
    for name, member in operation.output.items():
        if same(name, noun.name) and about.known.place in member.shape.members:
            return f"{name}.{about.known.place}"
    return None
