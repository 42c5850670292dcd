"""The kinds of resources of a service, and which operation is about which.

The overlay's ``resource`` is the main kind, called ``called`` (default ``main``) by the others;
``resources`` are further ones by name. A kind may have ``needs``: other kinds whose identifiers its
requests speak of as ``${id.KIND}``. A kind with ``service`` is the main one of another contract.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.model import Contract, Location, Operation
from conformance.contract.places import find, parse, texts

Facts = Mapping[str, Any]

ROLES = ("create", "read", "update", "list", "delete")
MAIN = "main"
FRESH = "fresh"
"""Of a need: a new one for each creation, as what is made of it may exist once only."""
GIVEN = "request:"
OTHERS = re.compile(r"\$\{(?:id|ID|taken)\.([\w-]+)\}")


def kinds(contract: Contract) -> dict[str, Facts]:
    """Every kind's lifecycle by name, the main one first."""
    facts = contract.facts
    if "resource" not in facts:
        return {}
    main = facts["resource"]
    return {main.get("called", MAIN): main, **facts.get("resources", {})}


def kind_of(contract: Contract, operation: str) -> str | None:
    """The kind that an operation is about.

    As the overlay says, else the one in whose lifecycle it plays a role, else the one whose label
    is the last in its path, else the main one. None without any lifecycle.
    """
    stated = contract.facts.get("operations", {}).get(operation, {}).get("resource")
    if stated is not None:
        return str(stated)
    known = kinds(contract)
    if len(known) > 1:
        for name, facts in known.items():
            if operation in creators(facts) or operation in {facts.get(role) for role in ROLES}:
                return name
        by_label = _by_label(contract, known, operation)
        if by_label is not None:
            return by_label
    return next(iter(known), None)


def _by_label(contract: Contract, known: Mapping[str, Facts], operation: str) -> str | None:
    about = contract.operations.get(operation)
    if about is None:
        return None
    labels = [one.name for one in about.input.values() if one.location is Location.PATH]
    labels.sort(key=lambda name: about.path.rfind(f"{{{name}}}"), reverse=True)
    for label in labels:
        for name, facts in known.items():
            if facts.get("identifier", {}).get("label") == label:
                return name
    return None


def lifecycle_of(contract: Contract, operation: str) -> Facts:
    """The lifecycle that an operation is part of; empty without one."""
    known = kinds(contract)
    if len(known) < 2:
        main: Facts = contract.facts.get("resource", {})
        return main
    return known[kind_of(contract, operation) or next(iter(known))]


def creators(facts: Facts) -> dict[str, str]:
    """The operations that create this kind, each with the place of the identifier.

    That is a place of the answer; after GIVEN it is the member of the request that chose it.
    """
    found = {}
    if "create" in facts:
        identifier = facts["identifier"]
        found[facts["create"]] = identifier.get("created") or f"{GIVEN}{identifier['given']}"
    found.update(facts.get("also-created-by", {}))
    return found


def identifiers(place: str, asked: Mapping[str, Any], answer: Any) -> Iterator[str]:
    """The identifiers of what a creation made, by the place that ``creators`` gives.

    ``asked`` are the members of the request, ``answer`` is the body of what came back.
    """
    chosen = place.removeprefix(GIVEN)
    given = find(answer, parse(place)) if chosen == place else find(asked, (chosen,))
    yield from (one for one in given if isinstance(one, str) and one)


def all_creators(contract: Contract) -> dict[str, tuple[str, str]]:
    """Every operation that creates: the kind that it makes and the place of the identifier."""
    return {
        operation: (name, place)
        for name, facts in kinds(contract).items()
        for operation, place in creators(facts).items()
    }


def others(value: Any) -> Iterator[str]:
    """The kinds that a template speaks of by name, in order."""
    for text in texts(value):
        yield from OTHERS.findall(text)


def foreign_kinds(contract: Contract) -> dict[str, str]:
    """The kinds that are another contract's main one, with the name of its service."""
    return {name: facts["service"] for name, facts in kinds(contract).items() if "service" in facts}


def with_unknown_ids(contract: Contract, operation: Operation, values: Facts) -> dict[str, Any]:
    """The members of a request with identifiers that nothing has, in place of placeholders."""
    known = kinds(contract)
    own = kind_of(contract, operation.name) or ""

    def unknown(kind: str) -> str:
        return str(known.get(kind, {}).get("identifier", {}).get("unknown", "${name}"))

    def replaced(value: Any) -> Any:
        if not isinstance(value, str):
            return value
        return OTHERS.sub(lambda match: unknown(match[1]), value.replace("${id}", unknown(own)))

    return {name: replaced(value) for name, value in values.items()}
