"""The catalogue: every testable statement of a contract with its address, and choosing from it."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from conformance.contract.batches import batch_rules
from conformance.contract.globs import NOT, matching, negative, positive
from conformance.contract.inference.contents import held_rules
from conformance.contract.levels import Level, Source
from conformance.contract.listing.agreement import agreements
from conformance.contract.listing.effects import effect_rules
from conformance.contract.listing.nested import of_several
from conformance.contract.listing.readback import read_backs
from conformance.contract.listing.relations import relations
from conformance.contract.listing.requirements import PRESENCE, Requirement, Subject, of_operation
from conformance.contract.listing.sharing import Sharing, sharing_of
from conformance.contract.listing.switches import switches
from conformance.contract.model import Contract, Kind, Member, Shape
from conformance.contract.observed import disproved
from conformance.contract.protocols import protocol_facts
from conformance.contract.vocabulary.overlay_rules import AnyRule, ArnsRule, SwitchedRule
from conformance.errors import BadInput
from conformance.identity_cache import identity_cache

ANY_BYTES = "application/octet-stream"
ADDRESS = "protocol/arns"
NAMED = re.compile(r"arn|.*(_arn|Arn|ARN)")
"""The names of members that hold an ARN."""


@identity_cache(2, by=Contract.stated)
def catalogue(contract: Contract) -> tuple[Requirement, ...]:
    """Every requirement of a service, in the order of its operations; ids are unique.

    What is said of a structure in many places is listed once, where the service is a large one.
    """
    return listed(contract, sharing_of(contract))


def listed(contract: Contract, sharing: Sharing) -> tuple[Requirement, ...]:
    """The requirements of a service without those that others cover."""
    found: dict[str, Requirement] = {}
    covers = dict(sharing.covers)
    for operation in contract.tested:
        for requirement in of_operation(operation, sharing):
            one = _lowered(contract, requirement)
            if covers and one.place and one.subject not in PRESENCE:
                one = _standing_for(one, covers)
            found.setdefault(requirement.id, one)
    for requirement in _of_read_backs(contract):
        found.setdefault(requirement.id, requirement)
    told = {one.id.partition("/")[2] for one in found.values()
            if one.read_back is not None and one.level is Level.EXPECTED}  # fmt: skip
    for requirement in _of_rules(contract, _changing(contract, told)):
        found[requirement.id] = requirement
    for known in disproved(contract.service) & found.keys():
        found[known] = replace(found[known], level=Level.INFORMATIONAL)
    return tuple(found.values())


def _changing(contract: Contract, told: Collection[str]) -> dict[str, AnyRule]:
    """The rules of changes, without an overlay; the surest of each operation."""
    if not contract.overlay.inferred:
        return {}
    switched = {name for rule in contract.overlay.rules.values()
                if isinstance(rule, SwitchedRule) for name in (rule.on, rule.off)}  # fmt: skip
    rest = {address: rule for address, rule in (*relations(contract), *switches(contract))
            if address.partition("/")[0] not in switched}  # fmt: skip
    return {**rest, **effect_rules(contract, told), **dict(held_rules(contract))}


def _standing_for(requirement: Requirement, covers: dict[str, tuple[str, ...]]) -> Requirement:
    """The first requirement of a place, with the places that it stands for, which are taken out."""
    _, address = requirement.id.split("/", 1)
    places = covers.pop(address.rsplit("/", 1)[0], ())
    return replace(requirement, covers=places) if places else requirement


def _lowered(contract: Contract, requirement: Requirement) -> Requirement:
    """The requirement at the level that its evidence allows.

    Services hold requests to the limits of their model, not their own answers: these have values
    that are newer than its lists, empty ones, and lack members that it calls required. Only a page
    or an observation says otherwise.
    """
    of_answers = {Subject.OUTPUT_LIMIT, Subject.OUTPUT_REQUIRED}
    weak = contract.overlay.inferred or requirement.source.model is not None
    if weak and requirement.subject in of_answers:
        return replace(requirement, level=Level.INFORMATIONAL)
    if contract.overlay.inferred and _is_label_of_bytes(contract, requirement):
        return replace(requirement, level=Level.INFORMATIONAL)
    level = _protocols_level(contract, requirement)
    if requirement.subject is Subject.STATUS and requirement.operation is not None:
        unproved = contract.overlay.words_of(requirement.operation).unproved
        level = Level.INFORMATIONAL if unproved else level
    return requirement if level is None else replace(requirement, level=level)


def _is_label_of_bytes(contract: Contract, requirement: Requirement) -> bool:
    """Whether it is how a body of any bytes is labelled: services label them as what they are."""
    name = requirement.operation
    if requirement.subject is not Subject.CONTENT_TYPE or name is None:
        return False
    return contract.operations[name].content_type == ANY_BYTES


def _protocols_level(contract: Contract, requirement: Requirement) -> Level | None:
    """The level that the protocol has for what a model alone states, where it has one."""
    levels = protocol_facts(contract.protocol).levels
    stated = {Level.REQUIRED, Level.EXPECTED}
    if not levels or requirement.level not in stated or requirement.operation is None:
        return None
    operation = contract.operations[requirement.operation]
    member = operation.input.get(requirement.place[0]) if requirement.place else None
    words = ["", f"/{requirement.keyword}", f"/{member.location if member else ''}"]
    shape = requirement.shape
    if shape is not None and not shape.limit("minItems"):
        words.append(f"/{shape.kind}")  # an empty one is right
    found = (levels.get(f"{requirement.subject}{word}") for word in words)
    return next((level for level in found if level is not None), None)


def _of_read_backs(contract: Contract) -> Iterator[Requirement]:
    for one in (*read_backs(contract), *of_several(contract), *agreements(contract)):
        if one.operation.name in contract.setup:
            continue
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


def _of_rules(contract: Contract, effects: Mapping[str, AnyRule]) -> Iterator[Requirement]:
    inferred: dict[str, AnyRule] = {**arns_rule(contract), **batch_rules(contract), **effects}
    for address, rule in {**inferred, **contract.overlay.rules}.items():
        name = address.split("/", 1)[0]
        if name in contract.setup:
            continue
        operation = name if name in contract.operations else None
        yield Requirement(
            id=f"{contract.service}/{address}",
            service=contract.service,
            operation=operation,
            level=rule.level,
            statement=rule.statement,
            source=rule.source.in_documents(contract.documents),
            subject=Subject.RULE,
            keyword=rule.kind,
            rule=rule,
        )


def arns_rule(contract: Contract) -> Mapping[str, ArnsRule]:
    """The rule of a service whose answers name something by its ARN; nothing for any other."""
    outputs = (operation.output for operation in contract.tested)
    if not any(_among(members) for members in outputs):
        return {}
    return {
        ADDRESS: ArnsRule(
            level=Level.EXPECTED,
            statement="the ARN of a resource that a request created has the region that the"
            " request was signed for, that region's partition, and always the same account",
            source=Source(
                protocol="Amazon Resource Names, as the General Reference has them:"
                " arn:partition:service:region:account:resource"
            ),
        )
    }


def _among(members: Mapping[str, Member]) -> bool:
    return any(
        _holds(member.shape) or (NAMED.fullmatch(name) and member.shape.kind is Kind.STRING)
        for name, member in members.items()
    )


def _holds(shape: Shape) -> bool:
    if shape.element is not None:
        return _holds(shape.element)
    return shape.kind is Kind.STRUCTURE and _among(shape.members)


class NothingSelected(BadInput):
    """A filter that matches no requirement."""

    hint = "`conformance requirements` lists the ids; quote globs to protect them from the shell"

    def __init__(self, globs: Sequence[str]) -> None:
        super().__init__(f"no requirement matches {', '.join(globs)}")


class NothingLeft(BadInput):
    """Every requested requirement is also excluded."""

    hint = "exclude less; a glob leaves out everything that it matches"

    def __init__(self, excluded: Sequence[str]) -> None:
        super().__init__(f"nothing is left to test if {', '.join(excluded)} is excluded")


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
    """Hold every glob to matching something: a mistyped one would silently test something else.

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
