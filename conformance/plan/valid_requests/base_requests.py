"""The valid base request of each operation: the overlay's, or one made from the shapes."""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.aws_values import example
from conformance.contract.inference.naming import identifies, words
from conformance.contract.model import Contract, Kind, Location, Member, Operation, Shape
from conformance.contract.places import ABSENT, Place, find, parse, put, texts
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.contract.walk import step_into
from conformance.plan.generation import values
from conformance.plan.generation.suggestions import suggestions
from conformance.plan.valid_requests.resources import creators, lifecycle_of

RIVALS = 2
"""Words at the end of the names of members that exclude each other."""


def valid_request(contract: Contract, operation: Operation, place: Place = ()) -> dict[str, Any]:
    """A valid request for an operation, as members by wire name.

    The overlay may give another one for probes of a member (by its name), where the usual one
    could not hold that member.
    """
    words = contract.overlay.words_of(operation.name)
    for length in range(len(place), 0, -1):
        found = words.bases.get(".".join(place[:length]))
        if found is not None:
            return dict(found)
    if words.base is not None:
        return dict(words.base)
    accepted = contract.found.by_operation.get(operation.name)
    if accepted is not None:
        return dict(_without_rivals(operation, accepted.members, place))
    return request_from_schema(contract, operation)


def _without_rivals(
    operation: Operation, members: Mapping[str, Any], place: Place
) -> Iterator[tuple[str, Any]]:
    """The members of an accepted request without those that a member excludes, by their names.

    Of several ``DestinationConfiguration`` there is one: what was found by trial is one of them.
    """
    name = str(place[0]) if place else ""
    ending = words(name)[-RIVALS:]
    for one, value in members.items():
        free = one in operation.input and not operation.input[one].required
        alike = words(one)[-RIVALS:] == ending and len(words(one)) > RIVALS < len(words(name))
        if name in members or not (free and alike):
            yield one, value


def request_from_schema(contract: Contract, operation: Operation) -> dict[str, Any]:
    """A base from the required members alone; identifiers of resources as placeholders.

    An operation that creates the resource chooses what the label holds, where it has one. What the
    overlay binds is always there.
    """
    binds = contract.overlay.words_of(operation.name).binds
    resource = lifecycle_of(contract, operation.name)
    placeholders: dict[str, Any] = dict(_needed(contract, resource))
    if resource.label is not None:
        chosen = "${" + ("name" if resource.unique is None else resource.unique.template) + "}"
        creates = operation.name in creators(resource)
        chosen = chosen if creates else "${id}"
        placeholders[resource.label] = as_label(operation, resource.label, chosen)
    placeholders |= binds
    made = {
        name: placeholders[name] if name in placeholders else _sample(member)
        for name, member in operation.input.items()
        if member.required or member.location is Location.PATH or name in binds
    }
    for place, value in binds.items():
        if place not in operation.input:
            made = with_value(made, parse(place), value)
    return made


def without_answers(operation: Operation, request: Mapping[str, Any]) -> dict[str, Any]:
    """A request with made-up values in the place of those that only answers give."""
    found = dict(request)
    for name, value in request.items():
        if name in operation.input and "${answer." in str(value):
            found[name] = values.sample(operation.input[name].shape)
    return found


def as_label(operation: Operation, label: str, identifier: str) -> str | list[str]:
    """An identifier as an operation takes it: alone, or as the only one of several."""
    member = operation.input.get(label)
    listed = member is not None and member.shape.kind is Kind.LIST
    return [identifier] if listed else identifier


def names_another(contract: Contract, operation: Operation, values: Mapping[str, Any]) -> bool:
    """Whether a request names what was there when it was found by trial.

    It is to name a resource of the run, which the target may have shown too late.
    """
    found = contract.found.by_operation.get(operation.name)
    binds = contract.overlay.words_of(operation.name).binds
    if found is None or not any(_is_own(one) for one in binds.values()) or _is_own(values):
        return False
    names = (*binds, *(name for name in found.members if identifies(name)))
    return any(
        "${" not in str(one) and one in find(values, parse(name))
        for name in names
        for one in find(found.members, parse(name))
        if one and isinstance(one, str | list)
    )


def _is_own(value: Any) -> bool:
    return any(text.startswith(("${id", "${made.")) for text in texts(value))


def naming(
    contract: Contract, operation: Operation, label: str, identifier: str
) -> dict[str, str | list[str]]:
    """The members that name a resource: its label, or what the operation has in its place."""
    binds = contract.overlay.words_of(operation.name).binds
    named = [name for name, one in binds.items() if "${id}" in texts(one)]
    here = label in operation.input or not named
    return {one: as_label(operation, one, identifier) for one in ([label] if here else named)}


def _sample(member: Member) -> Any:
    """A value of a member; in a path one without slashes, as they may lead to another route."""
    if member.location is Location.PATH:
        plain = (one for one in suggestions(member.shape) if "/" not in str(example(one)))
        found = next(plain, None)
        if found is not None:
            return found
    return values.sample(member.shape)


def _needed(contract: Contract, resource: Resource) -> Iterator[tuple[str, str]]:
    """The labels of the kinds that a kind needs, each with the placeholder for it."""
    known = contract.overlay.kinds()
    for name in resource.needs:
        label = known[name].label
        if label is not None:
            yield label, f"${{id.{name}}}"


LEFT_OUT = "${absent}"
"""In an overlay: this member of the base is not sent."""


def without_absent(request: dict[str, Any]) -> dict[str, Any]:
    """The request without the members that an overlay leaves out."""
    return {name: value for name, value in request.items() if value != LEFT_OUT}


def with_value(request: Mapping[str, Any], place: Place, value: Any) -> dict[str, Any]:
    """The request with one value put in (or taken out, with ABSENT)."""
    changed: dict[str, Any] = put(request, place, value)
    return {name: item for name, item in changed.items() if item is not ABSENT}


def with_parents(operation: Operation, request: dict[str, Any], place: Place) -> dict[str, Any]:
    """The request with whatever a nested place lies in, whole enough to be valid.

    What the request has already is left as it is: only what is missing on the way is put in.
    """
    if len(place) < 2 or place[0] not in operation.input:
        return request
    shape: Shape | None = operation.input[place[0]].shape
    for depth in range(1, len(place)):
        if shape is None:
            return request
        if not list(find(request, place[:depth])):
            request = with_value(request, place[:depth], values.sample(shape))
        if shape.union:
            request = _switched(request, shape, place, depth)
        shape = step_into(shape, place[depth])
    return request


def _switched(request: dict[str, Any], union: Shape, place: Place, depth: int) -> dict[str, Any]:
    """The request with a union that holds the member a place leads to, and no other."""
    name = place[depth]
    given = next(find(request, place[:depth]), None)
    if name not in union.members or (isinstance(given, dict) and name in given):
        return request
    return with_value(request, place[:depth], {name: values.sample(union.members[name].shape)})
