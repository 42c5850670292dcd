"""The catalogue: every testable statement of a contract, each with its address."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.contract.arns import arns_rule
from conformance.contract.levels import Level
from conformance.contract.model import Contract
from conformance.contract.readback import read_backs
from conformance.contract.requirements import Requirement, Subject, of_operation


def catalogue(contract: Contract) -> tuple[Requirement, ...]:
    """Every requirement of a service, in the order of its operations; ids are unique."""
    found: dict[str, Requirement] = {}
    for operation in contract.operations.values():
        for requirement in of_operation(operation):
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
            source=rule.source.in_documents(contract.documents),
            subject=Subject.RULE,
            keyword=rule.kind,
            rule=rule,
        )
