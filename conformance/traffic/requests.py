"""What a recorded request breaks of the documented limits, and what it keeps."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from conformance.contract.listing.requirements import Requirement, Subject
from conformance.contract.model import Contract, Kind, Operation, PatchRule, Shape
from conformance.contract.places import Place, find, parse, show
from conformance.contract.validate import violations
from conformance.contract.vocabulary.overlay_rules import AcceptedRule
from conformance.contract.walk import is_of_kind
from conformance.engine.judge.redacted import has_redaction
from conformance.plan.generation.values import JSON_NAMES, WRONG
from conformance.plan.patching import list_member
from conformance.plan.planner import plan
from conformance.plan.probes import Fault, Side

INPUTS = {Subject.INPUT_TYPE, Subject.INPUT_LIMIT, Subject.INPUT_REQUIRED}
FAULTS = {"type": Fault.TYPE, "required": Fault.REQUIRED, "enum": Fault.ENUM}
PLAIN = re.compile(r"[A-Za-z0-9_][A-Za-z0-9 _.,-]{0,63}")
"""Texts that no limit of any member forbids where none is stated."""


@dataclass(frozen=True, slots=True)
class BrokenLimit:
    """A documented constraint that a request breaks, or a cell of the patch table."""

    requirement: Requirement
    fault: Fault
    variant: str = ""


class RequestLimits:
    """The constraints of a service's requests."""

    def __init__(self, contract: Contract, requirements: Sequence[Requirement]) -> None:
        self._contract = contract
        self._by_id = {one.id: one for one in requirements}
        self._inputs: dict[str, list[Requirement]] = {}
        for one in requirements:
            if one.subject in INPUTS and one.operation:
                self._inputs.setdefault(one.operation, []).append(one)
        self._excused = list(_excused(contract))
        self._sides: dict[str, tuple[Side, ...]] = {}

    def broken(
        self, operation: Operation, values: Mapping[str, Any]
    ) -> tuple[list[BrokenLimit], int]:
        """The constraints that a request breaks beyond doubt, and in how many ways it is at fault.

        What is in doubt only makes the request one that shows nothing.
        """
        found: dict[str, BrokenLimit] = {}
        faults = set()
        for place, keyword in violations(dict(operation.input), dict(values)):
            if self._is_excused(operation, place, values):
                continue
            faults.add((place, keyword))
            address = f"{operation.service}/{operation.name}/request/{show(place)}/{keyword}"
            requirement = self._by_id.get(address)
            if requirement is not None and self._is_certain(requirement, place, keyword, values):
                found[address] = BrokenLimit(requirement, FAULTS.get(keyword, Fault.LIMIT))
        return list(found.values()), len(faults)

    def kept(self, operation: Operation, values: Mapping[str, Any]) -> Iterator[Requirement]:
        """The constraints on what a request holds, but for those that it may break."""
        beside = {show(place) for place, _ in violations(dict(operation.input), dict(values))}
        for one in self._inputs.get(operation.name, ()):
            if show(one.place) in beside:
                continue
            there = [v for v in find(values, one.place) if v is not None]
            if there and not any(has_redaction(value) for value in there):
                yield one

    def _is_excused(self, operation: Operation, place: Place, values: Mapping[str, Any]) -> bool:
        """True where the contract knows that just this value is accepted all the same."""
        there = list(find(values, place))
        return any(
            name == operation.name and place == where and all(value in allowed for value in there)
            for name, where, allowed in self._excused
            if there
        )

    def _is_certain(
        self, requirement: Requirement, place: Place, keyword: str, values: Mapping[str, Any]
    ) -> bool:
        there = list(find(values, place))
        if any(has_redaction(value) for value in there) or not self._has_reject_side(requirement):
            return False
        shape = requirement.shape
        if shape is None or keyword == "required":
            return shape is not None
        if keyword != "type":
            return all(_is_beyond_doubt(shape, keyword, value) for value in there)
        # Whether a null in a list is refused is not known, and AWS converts some types.
        wrong = [one for one in there if one is not None and not is_of_kind(shape, one)]
        refused = {JSON_NAMES[type(one)] for one in WRONG.get(shape.kind, ())} - set(shape.lenient)
        return bool(wrong) and all(JSON_NAMES.get(type(one)) in refused for one in wrong)

    def _has_reject_side(self, requirement: Requirement) -> bool:
        if requirement.id not in self._sides:
            self._sides[requirement.id] = plan(self._contract, requirement).sides
        return Side.REJECT in self._sides[requirement.id]


def _excused(contract: Contract) -> Iterator[tuple[str, Place, Sequence[Any]]]:
    """Values that the overlay says are accepted, by operation and place."""
    for address, rule in contract.overlay.rules.items():
        if isinstance(rule, AcceptedRule) and rule.place is not None:
            for name in rule.operations or (address.split("/", 1)[0],):
                yield name, parse(rule.place), rule.values


def _is_beyond_doubt(shape: Shape, keyword: str, value: Any) -> bool:
    """Not where it is unknown how it is counted or read (aws-behaviour: cautions 6 and 9, D13)."""
    if not isinstance(value, str):
        return True
    if keyword == "minLength":
        return all(ord(char) < 0x10000 for char in value)
    if keyword == "pattern":
        return value.isascii() and bool(value or shape.limit("minLength"))
    return True


# -- Patch operations ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Patches:
    """The entries of a patch list that the table knows, in their order."""

    cells: tuple[tuple[PatchRule, Mapping[str, Any]], ...]
    strange: bool
    """Something in the list is in no cell of the table."""
    entries: int = 0

    @property
    def refused(self) -> tuple[PatchRule, ...]:
        return tuple(cell for cell, _ in self.cells if not cell.supported)


def patches(operation: Operation, values: Mapping[str, Any]) -> Patches:
    """The patch operations of a request, by the operation's table."""
    table = {(rule.path, rule.op): rule for rule in operation.patch}
    if not table:
        return Patches((), strange=False)
    given = values.get(list_member(operation))
    entries = given if isinstance(given, list) else [None]
    cells = []
    for entry in entries:
        if isinstance(entry, Mapping):
            key = (str(entry.get("path")), str(entry.get("op")))
            if key in table and not has_redaction(list(key)):
                cells.append((table[key], entry))
    return Patches(tuple(cells), len(cells) != len(entries), len(entries))


def cell_id(operation: Operation, cell: PatchRule) -> str:
    return f"{operation.service}/{operation.name}/patch/{cell.path.strip('/')}/{cell.op}"


def is_plain(operation: Operation, cell: PatchRule, entry: Mapping[str, Any]) -> bool:
    """True for a value that must be accepted at a path, whatever its unknown limits are."""
    value = entry.get("value")
    member = operation.output.get(cell.path.strip("/"))
    if member is not None and member.shape.kind is Kind.BOOLEAN:
        return value in {"true", "false"}
    return isinstance(value, str) and PLAIN.fullmatch(value) is not None
