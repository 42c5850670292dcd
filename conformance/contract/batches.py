"""Requests with several entries, whose answers tell what became of each.

Three forms are published: a list of successes and one of failures that name entries by their ``Id``
(SQS, SNS); a list with one answer for each entry, in their order, and the number of failures
(EventBridge, Kinesis, Firehose); a list of the failures alone, and their number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from conformance.contract.levels import Level
from conformance.contract.model import Contract, Kind, Member, Operation
from conformance.contract.vocabulary.overlay_rules import AnswersEachRule

ADDRESS = "behavior/answers-for-each"
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
        """Whether answers name the entries."""
        return bool(self.successful)


def batch_of(operation: Operation) -> Batch | None:
    """How an operation answers for its entries; None where it has none, or in no known form."""
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
    """The members of the structures that a list has."""
    element = member.shape.element if member.shape.kind is Kind.LIST else None
    return element.members if element is not None and element.kind is Kind.STRUCTURE else {}


def batch_rules(contract: Contract) -> Mapping[str, AnswersEachRule]:
    """The rule of each operation that answers for entries."""
    return dict(_rules(contract))


def _rules(contract: Contract) -> Iterator[tuple[str, AnswersEachRule]]:
    for operation in contract.tested:
        batch = batch_of(operation)
        if batch is not None:
            member = operation.output[batch.answers or batch.failed]
            yield (
                f"{operation.name}/{ADDRESS}",
                AnswersEachRule(
                    level=Level.EXPECTED,
                    statement=f"{operation.name} answers for each of its entries, and once",
                    source=member.source,
                ),
            )
