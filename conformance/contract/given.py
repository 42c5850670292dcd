"""Resources that a user names, as no run can make them: ``KeyName=my-key``, or ``Kind.member=...``.

What is given stands in every request of an operation that takes it. It is read, and changed only
where the user says so; it is never deleted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.contract.given_values import Given, GivenMember
from conformance.contract.inference.naming import looks_only, plain
from conformance.contract.walk import innermost
from conformance.errors import BadInput

if TYPE_CHECKING:
    from conformance.contract.model import Contract, Member, Operation, Shape
    from conformance.contract.vocabulary.overlay_model import Overlay

DEEPEST = 6
DELETING = re.compile(r"(Batch)?(Delete|Deregister|Terminate|Remove|Purge|Destroy)(?![a-z])")
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
OPTION = "--may-change"


class BadGiven(BadInput):
    """A given resource that no operation takes, or that is not written as it should be."""

    hint = "write MEMBER=VALUE or KIND.MEMBER=VALUE, for example --given KeyName=my-key"


def read_given(texts: Sequence[str], *, may_change: bool = False) -> Given:
    """Parse what the user wrote. Raises BadGiven."""
    found = []
    for text in texts:
        name, separator, value = text.partition("=")
        kind, _, member = name.strip().rpartition(".")
        if not (separator and member and value):
            raise BadGiven(f"{text!r} must be MEMBER=VALUE")
        found.append(GivenMember(member, value, kind))
    return Given(tuple(found), may_change)


def with_given(contract: Contract, given: Given) -> Contract:
    """The contract with the given resources in every request that takes one."""
    if not given:
        return contract
    operations = {
        name: _operation(contract, one, given) for name, one in contract.operations.items()
    }
    overlay = _without_unread(contract, given)
    return replace(contract, operations=operations, overlay=overlay, given=given)


def check_given(contracts: Sequence[Contract], given: Given) -> None:
    """Check that every given resource is of use. Raises BadGiven."""
    for one in given.members:
        if any(_takes(contract, one) for contract in contracts):
            continue
        import difflib

        known = {name for contract in contracts for op in contract.tested for name in op.input}
        near = difflib.get_close_matches(one.member, sorted(known), 3)
        meant = f"did you mean {' or '.join(near)}? " if near else ""
        raise BadGiven(
            f"no operation of the run takes {one}",
            f"{meant}write members as the documents do, in their letter case",
        )


def given_kinds(contract: Contract) -> dict[str, GivenMember]:
    return {
        name: member
        for name, one in contract.overlay.kinds().items()
        for member in contract.given.members
        if one.label == member.member and _fits_kind(member, name) and one.read is not None
    }


def not_to_be_sent(contract: Contract) -> dict[str, str]:
    """The operations that would change or delete a given resource against the rules, and why."""
    found: dict[str, str] = {}
    for operation in contract.operations.values():
        one = _changed_by(contract, operation)
        if one is None:
            continue
        if deletes(contract, operation):
            found[operation.name] = f"{one} is a given resource, which is never deleted"
        elif not contract.given.may_change:
            found[operation.name] = f"{one} is given; only {OPTION} allows changes to it"
    return found


def looks(contract: Contract, operation: Operation) -> bool:
    roles = {name for one in contract.overlay.kinds().values() for name in (one.read, one.list)}
    safe = operation.method in SAFE or operation.name in roles
    return safe or looks_only(operation.name)


def deletes(contract: Contract, operation: Operation) -> bool:
    """Whether an operation deletes the resource that it names last, not just a part of it."""
    if operation.name in {one.delete for one in contract.overlay.kinds().values()}:
        return True
    if operation.name.startswith("Untag"):
        return False
    last = operation.path.rstrip("/").rpartition("/")[2]
    whole = "{" in last or "{" not in operation.path
    named = DELETING.match(operation.name) is not None
    return whole and (operation.method == "DELETE" or named)


def makes_another(contract: Contract, operation: Operation) -> bool:
    """Whether an operation creates a resource of a kind of which none is given."""
    given = given_kinds(contract)
    for name, one in contract.overlay.kinds().items():
        if one.is_made_by(operation.name):
            return name not in given
    return False


def _changed_by(contract: Contract, operation: Operation) -> GivenMember | None:
    """The given resource that an operation would change: the last of its path, else of its body."""
    made = any(one.is_made_by(operation.name) for one in contract.overlay.kinds().values())
    if made or looks(contract, operation):
        return None
    labels = re.findall(r"\{([^}+]+)\+?\}", operation.path)
    names = labels[-1:] or [name for name, one in operation.input.items() if one.required]
    return next(
        (
            one
            for one in contract.given.members
            if one.member in names and _is_for(contract, operation, one)
        ),
        None,
    )


def _takes(contract: Contract, one: GivenMember) -> bool:
    return any(
        _is_for(contract, operation, one) and any(_named(operation.input, one, 0))
        for operation in contract.operations.values()
    )


def _named(members: Mapping[str, Member], one: GivenMember, depth: int) -> Iterator[bool]:
    for name, member in members.items():
        if name == one.member:
            yield True
        if depth < DEEPEST:
            yield from _named(innermost(member.shape).members, one, depth + 1)


def _operation(contract: Contract, operation: Operation, given: Given) -> Operation:
    kinds = contract.overlay.kinds().values()
    own = {kind.label for kind in kinds if kind.is_made_by(operation.name)}
    here = {
        one.member: one.value
        for one in given.members
        if _is_for(contract, operation, one) and one.member not in own
    }
    if not here:
        return operation
    return replace(operation, input=_members(operation.input, here, 0))


def _members(
    members: Mapping[str, Member], given: Mapping[str, str], depth: int
) -> dict[str, Member]:
    return {
        name: replace(one, shape=_shape(one.shape, given.get(name), given, depth))
        for name, one in members.items()
    }


def _shape(shape: Shape, value: str | None, given: Mapping[str, str], depth: int) -> Shape:
    if value is not None:
        example: Any = [value] if shape.element is not None else value
        return replace(shape, examples=(example,), closed=True)
    if depth >= DEEPEST:
        return shape
    if shape.element is not None:
        return replace(shape, element=_shape(shape.element, None, given, depth + 1))
    if shape.members:
        return replace(shape, members=_members(shape.members, given, depth + 1))
    return shape


def _without_unread(contract: Contract, given: Given) -> Overlay:
    """The overlay without kinds that are given and that nothing reads: their ids are plain text."""
    import msgspec

    unread = {
        name
        for name, one in contract.overlay.kinds().items()
        if one.read is None
        and any(one.label == m.member and _fits_kind(m, name) for m in given.members)
    }
    if not unread:
        return contract.overlay
    kept = {name: one for name, one in contract.overlay.kinds().items() if name not in unread}
    main, *others = kept or [""]
    return msgspec.structs.replace(
        contract.overlay,
        resource=msgspec.structs.replace(kept[main], alias=main) if kept else None,
        resources={name: kept[name] for name in others},
    )


def _is_for(contract: Contract, operation: Operation, one: GivenMember) -> bool:
    """Whether an operation takes a given resource of this kind."""
    if not one.kind:
        return True
    kinds = contract.overlay.kinds().items()
    about = any(_fits_kind(one, name) for name, kind in kinds if kind.is_of(operation.name))
    return about or plain(one.kind) in plain(operation.name)


def _fits_kind(one: GivenMember, kind: str) -> bool:
    return not one.kind or plain(one.kind) == plain(kind)
