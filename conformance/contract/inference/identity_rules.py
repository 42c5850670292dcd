"""What a model says of identifiers: of those that nothing has.

For services without an overlay. An error that an operation declares for something that is not
there is provoked with an unknown identifier. That reads and updates end with it is sure,
and so do descriptions of several that may name some of them, and declare that one of just these is
not there (``TargetGroupNotFound`` of ``DescribeTargetGroups``). So do deletions of what the service
itself makes, where the error can be of nothing else and the model's prose leaves no doubt; others
may succeed without effect, and other lists may be empty: those are reported as information. So is
what declares it only of another thing that it names: ``NoSuchDomain`` says nothing of the item in a
domain. Where AWS is known to accept what nothing has, nothing is demanded. ``taken_rules`` has what
is there already.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from conformance.contract.inference.naming import ID, NAME, NAMING, noun_forms, part, plain, split
from conformance.contract.inference.taken_rules import ANYTHING, taken_rules
from conformance.contract.levels import Level
from conformance.contract.member_roles import TOKENS
from conformance.contract.model import Contract, DeclaredError, Kind, Location, Operation, Shape
from conformance.contract.observed import empty_for_unknown
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.contract.vocabulary.overlay_rules import AnyRule, UnknownIdentifierRule
from conformance.documents.sdk.prose import ABSENT_IS_FINE
from conformance.error_identity import is_missing

GIVEN = re.compile(r"account|region|version|type$|date|locale|language|stage", re.IGNORECASE)
CREATES = ("Create", "Put", "Register", "Add", "Start", "Import")
READS, UPDATES = ("Get", "Describe"), ("Update", "Modify")
_NEARLY_ALL = 0.9


def missing_errors(operation: Operation) -> list[DeclaredError]:
    """The errors that say that the resource does not exist."""
    return [one for one in operation.errors.values() if is_missing(one.status, one.name)]


def identity_rules(contract: Contract) -> dict[str, AnyRule]:
    """The rules about identifiers, by their addresses."""
    kinds = (contract.overlay.main, *contract.overlay.resources.values())
    return {**dict(_unknown(contract, kinds)), **dict(taken_rules(contract, kinds))}


def _unknown(contract: Contract, kinds: tuple[Resource, ...]) -> Iterator[tuple[str, AnyRule]]:
    provoked = {name for one in kinds for name in one.not_found_by or ()}
    labels = {one.label for one in kinds if one.label is not None}
    left_out = provoked | empty_for_unknown(contract.service)
    for operation in contract.operations.values():
        errors = missing_errors(operation)
        if not errors or operation.name in left_out:
            continue
        if not _is_about_one(operation, labels) and asked_for(operation) is None:
            continue
        yield (
            f"{operation.name}/behavior/unknown-identifier",
            UnknownIdentifierRule(
                level=_level(contract, operation),
                statement=f"{operation.name} refuses an unknown identifier",
                source=errors[0].source,
            ),
        )


def naming_members(operation: Operation) -> list[str]:
    """The members that say which thing is meant: labels, or what must be given and is so called.

    Of a creation only the labels: what else it is given is a name for what is made.
    """
    labels = [name for name, one in operation.input.items() if one.location is Location.PATH]
    if labels or operation.name.startswith(CREATES):
        return [name for name in labels if _is_of_a_thing(operation, name)]
    return [
        name
        for name, one in operation.input.items()
        if one.required and one.shape.kind is Kind.STRING and NAMING.search(name)
    ]


def asked_for(operation: Operation) -> str | None:
    """The member of a description of several that names some of them: ``Names`` of target groups.

    It may be left out. None where no error of the operation says that one of just these is not
    there.
    """
    said = split(operation.name, READS)
    kinds = noun_forms(said[1]) if said is not None else frozenset()
    missing = [plain(error.name).removeprefix("nosuch") for error in missing_errors(operation)]
    if not any(text.startswith(kind) for text in missing for kind in kinds):
        return None
    for name, member in operation.input.items():
        own = part(name).kind in {ID, NAME} and part(name).of in {"", *kinds}
        if own and not member.required and _is_text(member.shape.element or member.shape):
            return name
    return None


def _is_text(shape: Shape) -> bool:
    return shape.kind is Kind.STRING and shape.limit("enum") is None


def _is_of_a_thing(operation: Operation, name: str) -> bool:
    """Not of what is there for everybody, and not one of a few words."""
    return _is_text(operation.input[name].shape) and not GIVEN.search(name)


def _is_about_one(operation: Operation, labels: set[str]) -> bool:
    return bool(naming_members(operation)) or any(name in labels for name in operation.input)


def _level(contract: Contract, operation: Operation) -> Level:
    sure = _is_sure(operation) and _is_made_here(contract, operation)
    sure = sure or (asked_for(operation) is not None and _makes(contract, operation))
    sure = sure or _ends_what_is_there(contract, operation)
    return Level.EXPECTED if sure else Level.INFORMATIONAL


def _ends_what_is_there(contract: Contract, operation: Operation) -> bool:
    """Whether a deletion can declare its one error for nothing but the one thing that it names.

    That is so where it names nothing else, and no prose says that it may be gone already. What
    nearly every operation of a service declares says nothing.
    """
    errors, named = missing_errors(operation), naming_members(operation)
    others = [name for name in operation.input if NAMING.search(name) and name not in named]
    if not operation.name.startswith("Delete") or len(named) != 1 or others or len(errors) != 1:
        return False
    if operation.said is None or ABSENT_IS_FINE in operation.said or _is_of_others(operation):
        return False
    every = contract.operations.values()
    declared = sum(errors[0].name in one.errors for one in every)
    return declared < _NEARLY_ALL * len(every) and _is_made_here(contract, operation)


def _is_made_here(contract: Contract, operation: Operation) -> bool:
    """Whether the service makes what is named: what another one has, it may take on trust."""
    labels = [f"{{{name}}}" for name in naming_members(operation)]
    named = [label for label in labels if label in operation.path]
    if named:
        last = max(named, key=operation.path.find)
        parent = operation.path.partition(last)[0].rstrip("/")
        places = {parent, f"{parent}/{last}"}
        return any(
            one.method in {"POST", "PUT"} and one.path.rstrip("/") in places
            for one in contract.operations.values()
            if one.name.startswith(CREATES)
        )
    noun = re.sub("^[A-Z][a-z]+", "", operation.name)
    return any(f"{verb}{noun}" in contract.operations for verb in CREATES)


def _makes(contract: Contract, operation: Operation) -> bool:
    """Whether the service makes what a description of several is of."""
    made = {plain(name) for name in contract.operations}
    said = split(operation.name, READS)
    kinds = noun_forms(said[1]) if said is not None else ()
    return any(f"{plain(verb)}{kind}" in made for verb in CREATES for kind in kinds)


def _is_sure(operation: Operation) -> bool:
    """A read or an update of one thing, which shows or changes nothing if the thing does not exist.

    A list may be empty, and what a path has in its query may be no more than a filter.
    """
    if not naming_members(operation):
        return False
    if any(name.lower() in TOKENS for name in operation.output) or _is_of_others(operation):
        return False
    return operation.name.startswith(READS + UPDATES)


def _is_of_others(operation: Operation) -> bool:
    """Whether each error says what is not there, and of something that is named none does."""
    named = {part(name).of for name in naming_members(operation)} - ANYTHING - {""}
    texts = [plain(error.name) for error in missing_errors(operation)]
    said = {of for of in named if any(of in text for text in texts)}
    return said != named and all(any(of in text for of in said) for text in texts)
