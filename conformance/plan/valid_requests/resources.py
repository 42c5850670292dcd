"""The kinds of resources of a service, and which operation is about which.

The overlay's ``resource`` is the main kind, called ``called`` (default ``main``) by the others;
``resources`` are further ones by name. A kind may have ``needs``: other kinds whose identifiers its
requests speak of as ``${id.KIND}``. A kind with ``service`` is the main one of another contract.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.inference.identifier_sources import IF_MATCH
from conformance.contract.inference.naming import ARN, part, plain
from conformance.contract.inference.nouns import Noun, arns
from conformance.contract.model import Contract, Location, Operation
from conformance.contract.places import OTHERS, find, named_kinds, parse
from conformance.contract.vocabulary.overlay_model import Resource

FRESH = "fresh"
"""Of a need: a new one for each creation, as what is made of it may exist once only."""
GIVEN = "request:"
MADE = re.compile(r"\$\{made\.[\w-]+\}")


def kind_of(contract: Contract, operation: str) -> str | None:
    """The kind that an operation is about.

    As the overlay says, else the one in whose lifecycle it plays a role, else the one whose label
    is the last in its path, else the main one. None without any lifecycle.
    """
    stated = contract.overlay.words_of(operation).resource
    if stated is not None:
        return stated
    known = contract.overlay.kinds()
    if len(known) > 1:
        for name, one in known.items():
            if one.is_of(operation):
                return name
        by_label = _by_label(contract, known, operation)
        if by_label is not None:
            return by_label
    return next(iter(known), None)


def _by_label(contract: Contract, known: Mapping[str, Resource], operation: str) -> str | None:
    about = contract.operations.get(operation)
    if about is None:
        return None
    labels = path_labels(about)
    labels.sort(key=lambda name: about.path.rfind(f"{{{name}}}"), reverse=True)
    for label in labels:
        for name, one in known.items():
            if one.label == label:
                return name
    return None


def path_labels(operation: Operation) -> list[str]:
    """The members that its path carries."""
    return [one.name for one in operation.input.values() if one.location is Location.PATH]


def lifecycle_of(contract: Contract, operation: str) -> Resource:
    """The lifecycle that an operation is part of; without any role where there is none.

    Of several lists its list is the one that the operation is.
    """
    known = contract.overlay.kinds()
    if len(known) < 2:
        return contract.overlay.main.as_listed_by(operation)
    found = known[kind_of(contract, operation) or next(iter(known))]
    return found.as_listed_by(operation)


def creators(resource: Resource) -> dict[str, str]:
    """The operations that create this kind, each with the place of the identifier.

    That is a place of the answer; after GIVEN it is the member of the request that chose it.
    """
    found: dict[str, str] = {}
    identifier = resource.identifier
    if resource.create is not None and identifier is not None:
        found[resource.create] = identifier.created or f"{GIVEN}{identifier.given}"
    return {**found, **resource.also_created_by}


def identifiers(
    place: str, asked: Mapping[str, Any], answer: Any, *, inferred: bool = False
) -> Iterator[str]:
    """The identifiers of what a creation made, by the place that ``creators`` gives.

    ``asked`` holds the members of the request, ``answer`` is the body of what came back. Where the
    contract is ``inferred``, a path that is answered counts as its last part, as SDKs have it.
    """
    chosen = place.removeprefix(GIVEN)
    is_given = chosen != place
    for one in find(asked if is_given else answer, parse(chosen)):
        is_path = inferred and not is_given and isinstance(one, str) and one.startswith("/")
        name = one.rpartition("/")[2] if is_path else one
        if isinstance(name, str) and name:
            yield name


def all_creators(contract: Contract) -> dict[str, tuple[str, str]]:
    """Every operation that creates: the kind that it makes and the place of the identifier.

    Of several kinds with one creation it is the first.
    """
    return {
        operation: (name, place)
        for name, one in reversed(contract.overlay.kinds().items())
        for operation, place in creators(one).items()
    }


def arn_of(contract: Contract, kind: str) -> str | None:
    """The placeholder for the ARN of one of a kind, for others; None where nothing shows it."""
    one = contract.overlay.kinds()[kind]
    create = contract.operations.get(one.create or "")
    if create is None:
        return None
    noun = Noun(kind, create, contract.operations.get(one.read or ""))
    place = next(arns(noun), None)
    if place is None:
        return f"${{id.{kind}}}" if part(one.label or "").kind == ARN else None
    known = one.identifier is not None and one.identifier.created == place
    return f"${{id.{kind}}}" if known else f"${{made.{kind}.{place.rpartition('.')[2]}}}"


def nameable(contract: Contract, operation: str) -> dict[str, str | None]:
    """The kinds that a request may name, with their ARNs: none that is made of what it makes."""
    made = all_creators(contract).get(operation, ("", ""))[0]
    known = contract.overlay.kinds()
    return {kind: arn_of(contract, kind) for kind in known
            if kind != made and not _is_made_of(contract, kind, made)}  # fmt: skip


def _is_made_of(contract: Contract, kind: str, other: str) -> bool:
    """Whether a kind is made of another, or of what is made of that, as far as the run knows."""
    known = contract.overlay.kinds()
    seen, waiting = {kind}, [kind]
    while waiting:
        about = known[waiting.pop()]
        found = [contract.found.by_operation.get(name) for name in creators(about)]
        needs = {
            *about.needs,
            *(one for given in found if given for one in referenced_kinds(given.members)),
        }
        if other in needs:
            return True
        new = [one for one in needs if one in known and one not in seen]
        seen.update(new)
        waiting += new
    return False


def referenced_kinds(value: Any) -> Iterator[str]:
    """The kinds that a template speaks of by name, in order."""
    yield from named_kinds(value)


def is_about_own(text: str) -> bool:
    """Whether a template, as text, speaks of a resource of its operation's own kind."""
    return "${id}" in text or "${taken}" in text or MADE.search(text) is not None


def is_named_twice(contract: Contract, operation: Operation, request: Mapping[str, Any]) -> bool:
    """Whether several members of a request name its resource: an unknown one beside says little.

    The version of it that is meant is no name.
    """
    kind = kind_of(contract, operation.name)
    own = (f"${{id.{kind}}}", f"${{made.{kind}.")
    texts = [str(value) for name, value in request.items() if plain(name) != IF_MATCH]
    return sum(is_about_own(text) or any(one in text for one in own) for text in texts) > 1


def foreign_kinds(contract: Contract) -> dict[str, str]:
    """The kinds that are another contract's main one, with the name of its service."""
    known = contract.overlay.kinds().items()
    return {name: one.service for name, one in known if one.service is not None}


def with_unknown_ids(
    contract: Contract, operation: Operation, values: Mapping[str, Any]
) -> dict[str, Any]:
    """The members of a request with identifiers that nothing has, in place of placeholders."""
    known = contract.overlay.kinds()
    own = kind_of(contract, operation.name) or ""

    def unknown(kind: str) -> str:
        identifier = known[kind].identifier if kind in known else None
        return "${name}" if identifier is None else identifier.unknown

    def replaced(value: Any) -> Any:
        if isinstance(value, list):
            return [replaced(one) for one in value]
        if not isinstance(value, str):
            return value
        text = MADE.sub(lambda _: unknown(own), value.replace("${id}", unknown(own)))
        return OTHERS.sub(lambda match: unknown(match[1] or match[2]), text)

    return {name: replaced(value) for name, value in values.items()}
