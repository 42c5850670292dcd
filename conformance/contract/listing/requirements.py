"""Requirements: the testable statements of an operation, each with its address.

Ids are stable: they are made of names on the wire and JSON Schema keywords only.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeVar

from conformance.contract.levels import Level, Source
from conformance.contract.listing import statements
from conformance.contract.listing.readback import ReadBack
from conformance.contract.listing.sharing import REQUEST, RESPONSE, Sharing, Spot
from conformance.contract.model import Kind, Location, Member, Operation, PatchRule, Shape
from conformance.contract.places import KEY, Place, show
from conformance.contract.protocols import protocol_facts
from conformance.contract.vocabulary.overlay_rules import AnyRule, Rule
from conformance.contract.walk import element_step

SomeRule = TypeVar("SomeRule", bound=Rule)


class Subject(StrEnum):
    """What a requirement is about; decides how it is probed and judged."""

    INPUT_TYPE = "input-type"
    INPUT_LIMIT = "input-limit"
    INPUT_REQUIRED = "input-required"
    STATUS = "status"
    NO_SERVER_ERROR = "no-server-error"
    CONTENT_TYPE = "content-type"
    EMPTY_BODY = "empty-body"
    OUTPUT_TYPE = "output-type"
    OUTPUT_FORMAT = "output-format"
    OUTPUT_LIMIT = "output-limit"
    OUTPUT_REQUIRED = "output-required"
    ERROR = "error"
    PATCH = "patch"
    RULE = "rule"


PRESENCE = frozenset({Subject.INPUT_REQUIRED, Subject.OUTPUT_REQUIRED})
"""That a member must be there is stated of each place for itself."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """One testable statement.

    ``place`` is the member it is about, ``keyword`` the limit, the patch operation or the kind of
    rule. One of ``rule``, ``read_back`` and ``patch`` is what it was made from, where it was made
    from a rule, from members that are read back or from a cell of the patch table.
    """

    id: str
    service: str
    operation: str | None
    level: Level
    statement: str
    source: Source
    subject: Subject
    place: Place = ()
    keyword: str = ""
    rule: AnyRule | None = field(default=None, repr=False)
    read_back: ReadBack | None = field(default=None, repr=False)
    patch: PatchRule | None = field(default=None, repr=False)
    shape: Shape | None = field(default=None, repr=False, compare=False)
    covers: tuple[str, ...] = field(default=(), repr=False)
    """The places that this one stands for, with all that is inside it, as ``Sharing`` has them."""


def rule_of(requirement: Requirement, kind: type[SomeRule]) -> SomeRule:
    """The rule of a requirement that is known to be of this kind. Raises TypeError."""
    if not isinstance(requirement.rule, kind):
        raise TypeError(f"{requirement.id} has no rule of the kind {kind.__name__}")
    return requirement.rule


def of_operation(operation: Operation, sharing: Sharing) -> Iterator[Requirement]:
    """What the spec states of one operation, as far as nothing else covers it."""
    prefix = f"{operation.service}/{operation.name}"
    yield _make(
        operation, f"{prefix}/status/{operation.status}", Level.REQUIRED,
        f"{operation.name} answers a valid request with {operation.status}",
        operation.status_source, Subject.STATUS,
    )  # fmt: skip
    yield _make(
        operation, f"{prefix}/status/no-5xx", Level.EXPECTED,
        f"{operation.name} answers every request, never with a server error",
        Source(protocol="HTTP semantics: a 5xx or a missing answer is the server's own failure"),
        Subject.NO_SERVER_ERROR,
    )  # fmt: skip
    yield from _of_answer(operation, prefix)
    for error in operation.errors.values():
        if error.untested:
            continue
        yield _make(
            operation, f"{prefix}/error/{error.name}", Level.REQUIRED,
            f"{error.name} has status {error.status}" if error.status
            else f"{operation.name} can fail with {error.name}",
            error.source, Subject.ERROR, keyword=error.name,
        )  # fmt: skip
    for member in operation.input.values():
        yield from _of_input(
            operation, member, (member.name,), f"{prefix}/{REQUEST}", Source(), sharing
        )
    for member in operation.output.values():
        yield from _of_output(
            operation, member, (member.name,), f"{prefix}/{RESPONSE}", Source(), sharing
        )
    yield from _of_patch(operation, prefix)


def _of_answer(operation: Operation, prefix: str) -> Iterator[Requirement]:
    if operation.content_type and operation.content_type_given:
        return
    if operation.content_type:
        yield _make(
            operation, f"{prefix}/response/content-type", Level.REQUIRED,
            f"A successful answer has the content type {operation.content_type}",
            operation.content_type_source, Subject.CONTENT_TYPE,
        )  # fmt: skip
    else:
        yield _make(
            operation, f"{prefix}/response/body/empty", Level.REQUIRED,
            "A successful answer has no body", operation.status_source, Subject.EMPTY_BODY,
        )  # fmt: skip


def _of_input(
    operation: Operation, member: Member, place: Place, prefix: str, above: Source, sharing: Sharing
) -> Iterator[Requirement]:
    # A path label cannot be left out, and labels and query parameters carry text only: such
    # statements cannot be tested.
    selects = member.name in operation.present
    stated = member.required and not member.untested and not selects
    if stated and member.location is not Location.PATH:
        yield _make(
            operation, f"{prefix}/{show(place)}/required", member.required_level,
            f"{show(place)} is required", member.required_source, Subject.INPUT_REQUIRED, place,
            shape=member.shape,
        )  # fmt: skip
    spot = Spot(operation.name, REQUEST, place)
    if spot in sharing.whole:
        return
    shapes = _of_shape(
        operation, member.shape, place, prefix, above, Subject.INPUT_TYPE, Subject.INPUT_LIMIT
    )
    located = member.location in {Location.PATH, Location.QUERY, Location.HEADER}
    text_only = located or protocol_facts(operation.protocol).textual
    for requirement in shapes:
        if not (text_only and _is_text_type(requirement)):
            yield requirement
    for inner, inner_place, source in _inner_members(member.shape, spot, above, sharing):
        yield from _of_input(operation, inner, inner_place, prefix, source, sharing)


def _is_text_type(requirement: Requirement) -> bool:
    """True for 'is a string' and the like, which text cannot break."""
    shape = requirement.shape
    numeric = shape is not None and shape.kind in {Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN}
    return requirement.subject is Subject.INPUT_TYPE and not numeric


def _of_output(
    operation: Operation, member: Member, place: Place, prefix: str, above: Source, sharing: Sharing
) -> Iterator[Requirement]:
    if member.required:
        yield _make(
            operation, f"{prefix}/{show(place)}/required", member.required_level,
            f"{show(place)} is always in the answer", member.required_source,
            Subject.OUTPUT_REQUIRED, place, shape=member.shape,
        )  # fmt: skip
    spot = Spot(operation.name, RESPONSE, place)
    if spot in sharing.whole:
        return
    yield from _of_shape(
        operation, member.shape, place, prefix, above, Subject.OUTPUT_TYPE, Subject.OUTPUT_LIMIT
    )
    for inner, inner_place, source in _inner_members(member.shape, spot, above, sharing):
        yield from _of_output(operation, inner, inner_place, prefix, source, sharing)


def _inner_members(
    shape: Shape, spot: Spot, above: Source, sharing: Sharing
) -> Iterator[tuple[Member, Place, Source]]:
    """The members of the structures inside a shape that are stated there.

    They are found through lists and maps.
    """
    if spot in sharing.inside:
        return
    source = shape.source if shape.source != Source() else above
    for name, member in () if shape.untested else shape.members.items():
        yield member, (*spot.place, name), source
    if shape.element is not None:
        inner = Spot(spot.operation, spot.direction, (*spot.place, element_step(shape)))
        yield from _inner_members(shape.element, inner, source, sharing)


def _of_shape(
    operation: Operation,
    shape: Shape,
    place: Place,
    prefix: str,
    above: Source,
    about_type: Subject,
    about_limit: Subject,
) -> Iterator[Requirement]:
    """Type and limits of a value and, through lists and maps, of what it is made of."""
    source = shape.source if shape.source != Source() else above
    where = show(place)
    if source != Source() and shape.kind not in {Kind.ANY, Kind.BLOB}:
        yield _make(
            operation, f"{prefix}/{where}/type", shape.level,
            f"{where} is {statements.noun(shape)}", source, about_type, place,
            shape=shape,
        )  # fmt: skip
        if shape.kind is Kind.TIMESTAMP and about_type is Subject.OUTPUT_TYPE:
            yield _format(operation, shape, place, prefix, source)
    for constraint in shape.constraints.values():
        if constraint.untested:
            continue
        yield _make(
            operation, f"{prefix}/{where}/{constraint.name}", constraint.level,
            statements.limit(where, constraint.name, constraint.value),
            constraint.source, about_limit, place, constraint.name,
            shape=shape,
        )  # fmt: skip
    if shape.element is not None:
        inner = (*place, element_step(shape))
        yield from _of_shape(
            operation, shape.element, inner, prefix, source, about_type, about_limit
        )
    if shape.key is not None and shape.key.constraints:
        # A JSON object's keys are always strings: only their limits can be broken.
        yield from _of_shape(
            operation, shape.key, (*place, KEY), prefix, Source(), about_type, about_limit
        )


def _format(
    operation: Operation, shape: Shape, place: Place, prefix: str, source: Source
) -> Requirement:
    """The wire format of a timestamp: the pages show it by example, recordings confirm it."""
    return _make(
        operation, f"{prefix}/{show(place)}/format", Level.EXPECTED,
        statements.timestamp_format(show(place), shape), source, Subject.OUTPUT_FORMAT, place,
        shape=shape,
    )  # fmt: skip


def _of_patch(operation: Operation, prefix: str) -> Iterator[Requirement]:
    for rule in operation.patch:
        yield _make(
            operation, f"{prefix}/patch/{rule.path.strip('/')}/{rule.op}", rule.level,
            statements.patch(rule.path, rule.op, supported=rule.supported), rule.source,
            Subject.PATCH, keyword=rule.op, patch=rule,
        )  # fmt: skip


def _make(
    operation: Operation,
    address: str,
    level: Level,
    statement: str,
    source: Source,
    subject: Subject,
    place: Place = (),
    keyword: str = "",
    *,
    patch: PatchRule | None = None,
    shape: Shape | None = None,
) -> Requirement:
    return Requirement(
        id=address,
        service=operation.service,
        operation=operation.name,
        level=level,
        statement=statement,
        source=source,
        subject=subject,
        place=place,
        keyword=keyword,
        patch=patch,
        shape=shape,
    )
