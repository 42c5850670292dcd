"""What identifies one thing of a noun: which member of which request or answer has it."""

from dataclasses import dataclass

from conformance.contract.inference.identifier_sources import (
    ORDER,
    KnownFrom,
    chosen,
    is_needed,
    ranked,
    source,
)
from conformance.contract.inference.naming import NAME, part, plain
from conformance.contract.inference.nouns import Noun
from conformance.contract.inference.owners import Owners
from conformance.contract.model import Kind, Member, Operation, Shape
from conformance.contract.vocabulary.overlay_model import Resource

_TELLS_NOTHING = frozenset({"description", "comment", "status", "state"})
"""What many may have alike."""
_TEMPLATES = (
    ("name", ("conformance-a0b1c2d3-00001", "conformance-00b1c2d3-00001")),
    ("name:20", ("a0b1c2d3-00001xxxxxx", "00b1c2d3-00001xxxxxx")),
    ("word", ("c0a0b1c2d300001xxxxxxxxxxx", "c000b1c2d300001xxxxxxxxxxx")),
    ("word:16", ("c0a0b1c2d300001x", "c000b1c2d300001x")),
    ("alnum", ("a0b1c2d3e4", "0a1b2c3d4e")),
    ("word:8", ("c0a0b1c2", "c000b1c2")),
)
"""Names of placeholders, each with what it may make: the most readable first."""


@dataclass(frozen=True, slots=True)
class Identity:
    """What identifies a noun: ``label`` carries it in the requests that are about one."""

    label: str
    known: KnownFrom
    template: str | None = None
    """The placeholder that makes new ones, where the request of its creation chooses it."""
    of_parent: bool = False
    """It is the identifier of what it is part of: there is one at most."""


def template(shape: Shape) -> str | None:
    """What makes new names of this shape; None where its limits allow none that is known."""
    from conformance.contract.validate import shape_violations

    if shape.limit("enum") or shape.kind is not Kind.STRING:
        return None
    for name, examples in _TEMPLATES:
        if not any(list(shape_violations(shape, example)) for example in examples):
            return name
    return None


def identity(noun: Noun, owners: Owners) -> Identity | None:
    """What identifies one of a noun; None where that is not known for certain."""
    for find in (_own, _shared, _of_parent, _leading, _listed):
        for operation in noun.about_one():
            found = find(noun, operation, owners)
            if found is not None:
                return found
    return None


def _own(noun: Noun, operation: Operation, owners: Owners) -> Identity | None:
    own = [
        one
        for one in operation.input.values()
        if one.shape.kind is Kind.STRING and owners.owner(operation, one) is noun
    ]

    def rank(one: Member) -> tuple[bool, bool, int]:
        last = operation.path.rstrip("/").endswith(f"{{{one.name}}}")
        return not is_needed(one), not last, ORDER[part(one.name).kind]

    for member in sorted(own, key=rank):
        known = source(noun, member.name)
        if known is not None:
            return _identity(noun, member.name, known)
    return None


def _listed(noun: Noun, operation: Operation, owners: Owners) -> Identity | None:
    """A list of identifiers, where nothing takes a single one: instances are ended together."""
    for one in operation.input.values():
        text = one.shape.element if one.shape.kind is Kind.LIST else None
        needed = one.required and text is not None and text.kind is Kind.STRING
        if needed and owners.owner(operation, one) is noun:
            known = source(noun, one.name)
            if known is not None:
                return _identity(noun, one.name, known)
    return None


def _shared(noun: Noun, operation: Operation, owners: Owners) -> Identity | None:
    """A member that nobody owns, and that the creation gives or shows under the same name."""
    for member in operation.input.values():
        text = member.shape.kind is Kind.STRING and not member.shape.limit("enum")
        if (
            not text
            or not is_needed(member)
            or plain(member.name) in _TELLS_NOTHING
            or _leads_on(noun, member.name)
            or owners.owner(operation, member) is not None
        ):
            continue
        known = next((one for rank, one in ranked(noun, member.name) if rank == 0), None)
        if known is not None:
            found = _identity(noun, member.name, known)
            if found is not None:
                return found
    return None


def _leads_on(noun: Noun, name: str) -> bool:
    """Whether a label stands within the path of the creation: it says where, not which."""
    path = noun.create.path.rstrip("/")
    return f"{{{name}}}" in path and not path.endswith(f"{{{name}}}")


def _of_parent(noun: Noun, operation: Operation, owners: Owners) -> Identity | None:
    """The identifier of what it is part of: a policy of a function, a setting of a cluster."""
    found = []
    for member in operation.input.values():
        given = noun.create.input.get(member.name)
        owner = owners.owner(operation, member)
        if given is None or owner is None or owner is noun or member.shape.kind is not Kind.STRING:
            continue
        needed = is_needed(member) or is_needed(given)
        if needed or plain(noun.name).startswith(plain(owner.name)):
            found.append((not needed, ORDER[part(member.name).kind], member.name))
    if not found:
        return None
    name = min(found)[2] if all(free for free, *_ in found) else _last_needed(found)
    return Identity(name, KnownFrom(name, given=True), of_parent=True)


def _leading(noun: Noun, operation: Operation, owners: Owners) -> Identity | None:
    """The name of what nothing else makes: a version of a layer is made with the layer."""
    for member in operation.input.values():
        said = part(member.name)
        if (
            said.kind == NAME
            and member.shape.kind is Kind.STRING
            and member.name in noun.create.input
            and _leads_on(noun, member.name)
            and plain(noun.name).startswith(said.of)
            and owners.owner(operation, member) is None
        ):
            return _identity(noun, member.name, KnownFrom(member.name, given=True))
    return None


def _last_needed(found: list[tuple[bool, int, str]]) -> str:
    """What stands last is the most special: a permission of a function of an account."""
    return next(name for free, _, name in reversed(found) if not free)


def _identity(noun: Noun, label: str, known: KnownFrom) -> Identity | None:
    if not known.given:
        return Identity(label, known)
    made = template(chosen(noun)[known.place].shape)
    return None if made is None else Identity(label, known, made)


def is_described_beside(operation: Operation, resource: Resource) -> bool:
    """Whether the new one has a name of its own in a structure (``TableInput`` of a table), too.

    Which of the two names is what must not be taken is not stated.
    """
    named = resource.unique_member
    noun = plain(operation.name.removeprefix("Create"))
    return any(
        plain(name).startswith(noun) and named in one.shape.members and name != named
        for name, one in operation.input.items()
    )
