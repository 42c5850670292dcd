"""Requests with several entries, whose answers tell what became of each.

Three forms are published: a list of successes and one of failures that name entries by their ``Id``
(SQS, SNS); a list with one answer for each entry, in their order, and the number of failures
(EventBridge, Kinesis, Firehose); a list of the failures alone, and their number.

A question about several by their names has a fourth: a list of what there is, and one of the names
that nothing has (``projectsNotFound`` of CodeBuild, ``failures`` of ECS).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from conformance.contract.aws_values import EXAMPLES
from conformance.contract.inference.naming import BARE, NAME, looks_only, noun_forms, part
from conformance.contract.levels import Level
from conformance.contract.model import Contract, Kind, Member, Operation
from conformance.contract.validate import is_valid
from conformance.contract.vocabulary.overlay_rules import AnswersEachRule, AnyRule, StepsRule
from conformance.contract.vocabulary.overlay_steps import Step

ADDRESS = "behavior/answers-for-each"
MISSING_ADDRESS = "behavior/tells-what-is-not-there"
BESIDE_ADDRESS = "behavior/tells-what-is-there"
NOT_THERE = re.compile(r"\w+(NotFound|_not_found)|[Mm]issing[A-Z]\w*|failures")
COUNT = re.compile(r"[Ff]ailed\w*Count")
FAILED, SUCCESSFUL = re.compile("[Ff]ailed"), re.compile("[Ss]uccessful")
ID, ERROR = "Id", "ErrorCode"


@dataclass(frozen=True, slots=True)
class Batch:
    """The members of a request with entries and of its answer; a member that is not there is ""."""

    entries: str
    answers: str = ""
    """One answer for each entry, in their order."""
    successful: str = ""
    failed: str = ""
    count: str = ""

    @property
    def by_id(self) -> bool:
        return bool(self.successful)


def batch_of(operation: Operation) -> Batch | None:
    """How an operation answers for a batch; None for no batch, or for an unknown form."""
    given = [name for name, one in operation.input.items() if one.required and _entries(one)]
    if len(given) != 1:
        return None
    (entries,) = given
    named = ID in _entries(operation.input[entries])
    shown = {name: _entries(one) for name, one in operation.output.items() if _entries(one)}
    failed = next((name for name in shown if FAILED.match(name)), "")
    successful = next((name for name in shown if SUCCESSFUL.fullmatch(name)), "")
    if named and failed and successful and all(ID in one for one in shown.values()):
        return Batch(entries, successful=successful, failed=failed)
    count = next((name for name in operation.output if COUNT.fullmatch(name)), "")
    if not count or len(shown) != 1 or not all(ERROR in one for one in shown.values()):
        return None
    (only,) = shown
    return Batch(entries, answers="" if failed else only, failed=failed, count=count)


def _entries(member: Member) -> Mapping[str, Member]:
    """The members of the structures in a list."""
    element = member.shape.element if member.shape.kind is Kind.LIST else None
    return element.members if element is not None and element.kind is Kind.STRUCTURE else {}


def asked_and_missing(operation: Operation) -> tuple[str, str, str] | None:
    """The members with the names requested, found and unknown; None for any other operation."""
    lists = {name: one for name, one in operation.output.items() if one.shape.kind is Kind.LIST}
    missing = [name for name in lists if NOT_THERE.fullmatch(name)]
    found = [name for name in lists if name not in missing and _entries(lists[name])]
    if not looks_only(operation.name) or not len(missing) == len(found) == 1:
        return None
    kinds = {"", *noun_forms(found[0])}
    asked = [
        name
        for name, one in operation.input.items()
        if _is_named(one) and not kinds.isdisjoint(noun_forms(part(name).of))
    ]
    return (asked[0], found[0], missing[0]) if len(asked) == 1 else None


def _is_named(member: Member) -> bool:
    """Whether it is a list of free names, rather than of enumerated words."""
    element = member.shape.element if member.shape.kind is Kind.LIST else None
    if element is None or element.kind is not Kind.STRING or element.limit("enum") is not None:
        return False
    return is_valid(element, EXAMPLES["name"])


def _may_be_unknown(contract: Contract, operation: Operation, asked: str) -> bool:
    """Whether any name is one that a thing might have.

    Identifiers that the service makes up, and ARNs, have a form of their own: another text may
    be refused.
    """
    kind = part(asked).kind
    life = contract.overlay.kinds().get(contract.overlay.words_of(operation.name).resource or "")
    chosen = life is not None and life.identifier is not None and life.identifier.given is not None
    return kind == NAME or (kind == BARE and chosen)


def _told(
    operation: Operation,
    named: tuple[str, str, str],
    names: list[str],
    there: int,
    statement: str,
    *first: Step,
) -> StepsRule:
    """That so many of the names are there, and the others are listed as missing."""
    asked, found, missing = named
    counts = {f"{found}[]": there, f"{missing}[]": len(names) - there}
    send = Step(send=operation.name, with_={asked: names}, counts=counts)
    return StepsRule(
        level=Level.EXPECTED, statement=statement, source=operation.output[missing].source,
        steps=(*first, send),
    )  # fmt: skip


def batch_rules(contract: Contract) -> Mapping[str, AnyRule]:
    """The rule of each operation that answers for a batch or for several names."""
    rules: dict[str, AnyRule] = {}
    for operation in contract.tested:
        if (batch := batch_of(operation)) is not None:
            rules[f"{operation.name}/{ADDRESS}"] = AnswersEachRule(
                level=Level.EXPECTED,
                statement=f"{operation.name} answers exactly once for each of its entries",
                source=operation.output[batch.answers or batch.failed].source,
            )
    for operation in contract.tested:
        named = asked_and_missing(operation)
        if named is not None and _may_be_unknown(contract, operation, named[0]):
            asked, found, missing = named
            rules[f"{operation.name}/{MISSING_ADDRESS}"] = _told(
                operation, named, ["${name.one}", "${name.two}"], 0,
                f"{missing} lists each of {asked} that does not exist",
            )  # fmt: skip
            words = contract.overlay.words_of(operation.name)
            if words.binds.get(asked) == ["${id}"] and words.resource in contract.overlay.kinds():
                rules[f"{operation.name}/{BESIDE_ADDRESS}"] = _told(
                    operation, named, ["${id}", "${name.two}"], 1,
                    f"{found} has what exists, and {missing} what does not", Step(make={}),
                )  # fmt: skip
    return rules
