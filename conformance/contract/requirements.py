"""The catalogue: every testable statement of a contract, each with its address.

Ids are stable: they are made of names on the wire and JSON Schema keywords only.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar

from conformance.contract import statements
from conformance.contract.arns import arns_rule
from conformance.contract.globs import NOT, matching, negative, positive
from conformance.contract.levels import Level, Source
from conformance.contract.model import Contract, Kind, Location, Member, Operation, PatchRule, Shape
from conformance.contract.overlay_model import AnyRule, Rule
from conformance.contract.places import KEY, Place, show
from conformance.contract.readback import ReadBack, read_backs
from conformance.contract.walk import element_step
from conformance.errors import BadInput

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


def rule_of(requirement: Requirement, kind: type[SomeRule]) -> SomeRule:
    """The rule of a requirement that is known to be of this kind. Raises TypeError."""
    if not isinstance(requirement.rule, kind):
        raise TypeError(f"{requirement.id} has no rule of the kind {kind.__name__}")
    return requirement.rule


class NothingSelected(BadInput):
    """A filter that matches no requirement."""

    hint = "`conformance requirements` lists the ids; quote globs so that the shell keeps them"

    def __init__(self, globs: Sequence[str]) -> None:
        self.globs = tuple(globs)
        super().__init__(f"no requirement matches {', '.join(globs)}")


class NothingLeft(BadInput):
    """Every requirement that is asked for is also excluded."""

    hint = "exclude less: a glob leaves out all that it matches"

    def __init__(self, excluded: Sequence[str]) -> None:
        self.excluded = tuple(excluded)
        super().__init__(f"nothing is left to test without {', '.join(excluded)}")


def catalogue(contract: Contract) -> tuple[Requirement, ...]:
    """Every requirement of a service, in the order of its operations; ids are unique."""
    found: dict[str, Requirement] = {}
    for operation in contract.operations.values():
        for requirement in _of_operation(operation):
            found.setdefault(requirement.id, _lowered(contract, requirement))
    for requirement in _of_read_backs(contract):
        found.setdefault(requirement.id, requirement)
    for requirement in _of_rules(contract):
        found[requirement.id] = requirement
    return tuple(found.values())


def _lowered(contract: Contract, requirement: Requirement) -> Requirement:
    """The requirement as far as it can be held against anybody without an overlay.

    Services hold requests to the limits of their model, not their own answers: these have values
    that are newer than its lists, empty ones, and lack members that it calls required.
    """
    of_answers = {Subject.OUTPUT_LIMIT, Subject.OUTPUT_REQUIRED}
    if not (requirement.subject in of_answers and contract.overlay.inferred):
        return requirement
    return replace(requirement, level=Level.INFORMATIONAL)


def select(requirements: Sequence[Requirement], globs: Sequence[str]) -> tuple[Requirement, ...]:
    """Those whose id matches one of the globs (all, when there are none), and none with a ``!``.

    ``*`` stands for any text, ``?`` for one character; every other character, ``[`` included,
    for itself, because ids contain ``[]``. Raises NothingSelected, NothingLeft.
    """
    wanted, unwanted = positive(globs), negative(globs)
    ids = [one.id for one in requirements]
    chosen = set(matching(ids, wanted) if wanted else ids)
    if wanted and not chosen:
        raise NothingSelected(wanted)
    left = chosen.difference(matching(ids, unwanted))
    if chosen and not left:
        raise NothingLeft(unwanted)
    return tuple(one for one in requirements if one.id in left)


def all_match(requirements: Iterable[Requirement], globs: Sequence[str]) -> None:
    """Hold every glob to matching something: a mistyped one would test other than was asked for.

    Raises NothingSelected.
    """
    ids = [one.id for one in requirements]
    for glob in globs:
        if not matching(ids, (glob.removeprefix(NOT),)):
            raise NothingSelected((glob.removeprefix(NOT),))


def left_out(requirements: Iterable[Requirement], globs: Sequence[str]) -> frozenset[str]:
    """The operations of which nothing may be tested: every requirement of theirs is excluded."""
    unwanted = negative(globs)
    if not unwanted:
        return frozenset()
    by_operation: dict[str, list[str]] = {}
    for one in requirements:
        if one.operation is not None:
            by_operation.setdefault(one.operation, []).append(one.id)
    return frozenset(
        name for name, ids in by_operation.items() if len(matching(ids, unwanted)) == len(ids)
    )


def _of_operation(operation: Operation) -> Iterator[Requirement]:
    prefix = f"{operation.service}/{operation.name}"
    yield _make(
        operation, f"{prefix}/status/{operation.status}", Level.REQUIRED,
        f"{operation.name} answers a valid request with {operation.status}",
        operation.status_source, Subject.STATUS,
    )  # fmt: skip
    yield _make(
        operation, f"{prefix}/status/no-5xx", Level.EXPECTED,
        f"{operation.name} answers every request, and never with a server error",
        Source(protocol="HTTP semantics: a 5xx or no answer is the server's own failure"),
        Subject.NO_SERVER_ERROR,
    )  # fmt: skip
    yield from _of_answer(operation, prefix)
    for error in operation.errors.values():
        yield _make(
            operation, f"{prefix}/error/{error.name}", Level.REQUIRED,
            f"{error.name} comes with status {error.status}",
            error.source, Subject.ERROR, keyword=error.name,
        )  # fmt: skip
    for member in operation.input.values():
        yield from _of_input(operation, member, (member.name,), f"{prefix}/request", Source())
    for member in operation.output.values():
        yield from _of_output(operation, member, (member.name,), f"{prefix}/response", Source())
    yield from _of_patch(operation, prefix)


def _of_answer(operation: Operation, prefix: str) -> Iterator[Requirement]:
    if operation.content_type and operation.content_type_given:
        return
    if operation.content_type:
        yield _make(
            operation, f"{prefix}/response/content-type", Level.REQUIRED,
            f"A successful answer is labelled {operation.content_type}",
            operation.content_type_source, Subject.CONTENT_TYPE,
        )  # fmt: skip
    else:
        yield _make(
            operation, f"{prefix}/response/body/empty", Level.REQUIRED,
            "A successful answer has no body", operation.status_source, Subject.EMPTY_BODY,
        )  # fmt: skip


def _of_input(
    operation: Operation, member: Member, place: Place, prefix: str, above: Source
) -> Iterator[Requirement]:
    # A path label cannot be left out, and labels and query parameters carry text only: such
    # statements cannot be tested.
    if member.required and member.location is not Location.PATH:
        yield _make(
            operation, f"{prefix}/{show(place)}/required", member.required_level,
            f"{show(place)} must be given", member.required_source, Subject.INPUT_REQUIRED, place,
            shape=member.shape,
        )  # fmt: skip
    shapes = _of_shape(
        operation, member.shape, place, prefix, above, Subject.INPUT_TYPE, Subject.INPUT_LIMIT
    )
    text_only = member.location in {Location.PATH, Location.QUERY, Location.HEADER}
    for requirement in shapes:
        if not (text_only and _is_text_type(requirement)):
            yield requirement
    for inner, inner_place, source in _inner_members(member.shape, place, above):
        yield from _of_input(operation, inner, inner_place, prefix, source)


def _is_text_type(requirement: Requirement) -> bool:
    """True for 'is a string' and the like, which text cannot break."""
    shape = requirement.shape
    numeric = shape is not None and shape.kind in {Kind.INTEGER, Kind.NUMBER, Kind.BOOLEAN}
    return requirement.subject is Subject.INPUT_TYPE and not numeric


def _of_output(
    operation: Operation, member: Member, place: Place, prefix: str, above: Source
) -> Iterator[Requirement]:
    if member.required:
        yield _make(
            operation, f"{prefix}/{show(place)}/required", member.required_level,
            f"{show(place)} is always in the answer", member.required_source,
            Subject.OUTPUT_REQUIRED, place, shape=member.shape,
        )  # fmt: skip
    yield from _of_shape(
        operation, member.shape, place, prefix, above, Subject.OUTPUT_TYPE, Subject.OUTPUT_LIMIT
    )
    for inner, inner_place, source in _inner_members(member.shape, place, above):
        yield from _of_output(operation, inner, inner_place, prefix, source)


def _inner_members(
    shape: Shape, place: Place, above: Source
) -> Iterator[tuple[Member, Place, Source]]:
    """The members of the structures inside a shape, through lists and maps."""
    source = shape.source if shape.source != Source() else above
    for name, member in shape.members.items():
        yield member, (*place, name), source
    if shape.element is not None:
        step = element_step(shape)
        yield from _inner_members(shape.element, (*place, step), source)


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


def _of_read_backs(contract: Contract) -> Iterator[Requirement]:
    for one in read_backs(contract):
        yield Requirement(
            id=f"{contract.service}/{one.address}",
            service=contract.service,
            operation=one.operation.name,
            level=one.level,
            statement=one.statement,
            source=one.source,
            subject=Subject.RULE,
            place=(one.member.name,),
            keyword=one.rule,
            read_back=one,
            shape=one.shape,
        )


def _of_rules(contract: Contract) -> Iterator[Requirement]:
    for address, rule in {**arns_rule(contract), **contract.overlay.rules}.items():
        name = address.split("/", 1)[0]
        operation = name if name in contract.operations else None
        yield Requirement(
            id=f"{contract.service}/{address}",
            service=contract.service,
            operation=operation,
            level=rule.level,
            statement=rule.statement,
            source=rule.source.as_source(contract.documents),
            subject=Subject.RULE,
            keyword=rule.kind,
            rule=rule,
        )


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
