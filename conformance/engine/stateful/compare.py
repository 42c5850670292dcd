"""Compares a target's answer with the model's, in those members that the overlay names.

Identifiers, generated values and times differ between the two by nature: the target only has to
keep them (see ``Memory``). What is not recorded is not compared at all.
"""

from __future__ import annotations

import json
from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.contract.model import Contract
from conformance.contract.places import find, parse
from conformance.contract.vocabulary.overlay_model import ComparedMembers
from conformance.engine.stateful.moves import ModelStep
from conformance.plan.sequences.mismatch import instant
from conformance.transport.parsed_response import ParsedResponse

Slots = Mapping[str, int]
"""The number of each resource by its identifier."""


@dataclass(frozen=True, slots=True)
class ModelDifference:
    """What the model allows and what was seen instead."""

    expected: str
    seen: str


@dataclass(frozen=True, slots=True)
class Compared:
    """What of an answer is compared, as the overlay's ``x-conformance.stateful.members`` says.

    Of ``members``, ``same`` are as the model has them, there or not; ``when_set`` where the model
    has them; ``when_shown`` where both have them; ``constant`` are the same in every answer about a
    resource, ``stable-until-changed`` until the resource is changed.
    """

    members: ComparedMembers
    entries: str = ""
    """Where the entries of a list stand, and by which member they are known."""
    identifier: str = ""
    more: str = ""
    """A member of a list's answer that says that there is more."""
    refusals: frozenset[tuple[int | str, str]] = frozenset()
    """Refusals of a faulty request that are equally right."""

    @classmethod
    def of(cls, contract: Contract) -> Compared:
        """What is compared of a service."""
        overlay, main = contract.overlay, contract.overlay.main
        named = ComparedMembers() if overlay.model is None else overlay.model.members
        listing, page = main.listing, main.page
        return cls(
            named,
            entries="" if listing is None else listing.items,
            identifier="" if listing is None else listing.id,
            more="" if page is None else page.output_token,
            refusals=frozenset(one for row in overlay.refusals.values() for one in row),
        )


def difference(
    compared: Compared,
    step: ModelStep,
    ours: tuple[ParsedResponse, Slots],
    theirs: tuple[ParsedResponse, Slots],
) -> ModelDifference | None:
    """Where the target's answer is none that the model allows; None where it is one."""
    model, target = ours[0], theirs[0]
    if model.ok != target.ok or target.status is None:
        expected = f"accepted with {model.status}" if model.ok else f"refused with {_named(model)}"
        return ModelDifference(expected, target.told())
    if not model.ok:
        return _refusal(compared, model, target)
    if step.role == "list":
        return _lists(compared, ours, theirs)
    return members(compared, model.body, target.body, step.operation.output)


def _named(answer: ParsedResponse) -> str:
    return f"{answer.status} {answer.code}"


def _refusal(
    compared: Compared, model: ParsedResponse, target: ParsedResponse
) -> ModelDifference | None:
    wanted, seen = (model.status, model.code), (target.status, target.code)
    alike = wanted in compared.refusals and seen in compared.refusals
    if wanted == seen or alike:
        return None
    return ModelDifference(f"refused with {_named(model)}", target.told())


def _lists(
    compared: Compared, ours: tuple[ParsedResponse, Slots], theirs: tuple[ParsedResponse, Slots]
) -> ModelDifference | None:
    wanted, seen = listed(compared, *ours), listed(compared, *theirs)
    complete = not next(find(theirs[0].body, parse(compared.more)), None)
    for slot in sorted({*wanted, *seen}):
        if slot not in wanted:
            return ModelDifference(f"no resource {slot + 1} in the list", "it is in the list")
        if slot in seen:
            found = members(compared, wanted[slot], seen[slot])
            if found is not None:
                return found
        elif complete:
            return ModelDifference(f"resource {slot + 1} in the list", "it is not in the list")
    return None


def listed(compared: Compared, answer: ParsedResponse, slots: Slots) -> dict[int, Any]:
    """The entries of the resources of this sequence, by the resource's number."""
    entries = find(answer.body, parse(compared.entries))
    known = (one for one in entries if isinstance(one, dict))
    by_id = ((str(one.get(compared.identifier)), one) for one in known)
    return {slots[name]: one for name, one in by_id if name in slots}


def members(
    compared: Compared, ours: Any, theirs: Any, documented: Container[str] | None = None
) -> ModelDifference | None:
    """The first (documented) member that is not as the model has it."""
    if not isinstance(ours, dict) or not isinstance(theirs, dict):
        return None  # whether there is a body at all is a separate requirement
    for name in (*compared.members.same, *compared.members.when_set, *compared.members.when_shown):
        if documented is not None and name not in documented:
            continue
        wanted, seen = plain(ours.get(name)), plain(theirs.get(name))
        decided = _decides(compared, name, wanted, both=name in ours and name in theirs)
        if decided and not alike(wanted, seen):
            return ModelDifference(_told(name, wanted), _told(name, theirs.get(name)))
    return None


def _decides(compared: Compared, name: str, wanted: Any, *, both: bool) -> bool:
    """Whether the model says what a member must be."""
    if name in compared.members.when_set:
        return wanted is not None
    return both or name not in compared.members.when_shown


def plain(value: Any) -> Any:
    """A value in a normal form: empty counts as absent, lists have no order."""
    if isinstance(value, dict):
        inner = ((name, plain(item)) for name, item in value.items())
        return {name: item for name, item in inner if item is not None} or None
    if isinstance(value, list):
        return sorted(map(plain, value), key=lambda item: json.dumps(item, sort_keys=True)) or None
    return None if value == "" else value


def alike(wanted: Any, seen: Any) -> bool:
    """Equal as JSON; of objects only the members that are wanted, of times the moment."""
    if isinstance(wanted, dict) and isinstance(seen, dict):
        return all(name in seen and alike(item, seen[name]) for name, item in wanted.items())
    if type(wanted) is type(seen) and wanted == seen:
        return True
    both_texts = isinstance(wanted, str) and isinstance(seen, str)
    return both_texts and _moment(wanted) is not None and _moment(wanted) == _moment(seen)


def _moment(text: str) -> float | None:
    """Whole seconds since 1970 of a text that is a timestamp."""
    found = instant(text) if text[:1].isdigit() and "T" in text else None
    return None if found is None else float(int(found))


def _told(name: str, value: Any) -> str:
    if value is None:
        return f"no {name} in the answer"
    return f"{name} is {json.dumps(value, ensure_ascii=False)[:200]}"


class Memory:
    """What a target has said and must repeat; a moved time is a ``doubt`` without ``times``."""

    def __init__(self, compared: Compared, *, times: bool = True) -> None:
        self._compared, self._times = compared, times
        self._known: dict[tuple[int, str], Any] = {}
        self.doubt = False

    def changed(self, slot: int) -> None:
        """A resource was changed: only what is constant is still known."""
        for name in self._compared.members.stable_until_changed:
            self._known.pop((slot, name), None)

    def check(self, slot: int, body: Any) -> ModelDifference | None:
        """Compare what an answer shows of a resource with what earlier answers showed."""
        if not isinstance(body, dict):
            return None
        members = self._compared.members
        for name in (*members.constant, *members.stable_until_changed):
            if name in body:
                before = self._known.setdefault((slot, name), body[name])
                if before == body[name] or alike(before, body[name]):
                    continue
                if self._times or not _is_time(before):
                    return ModelDifference(
                        f"{_told(name, before)}, as before", _told(name, body[name])
                    )
                self.doubt = True
        return None


def _is_time(value: Any) -> bool:
    if isinstance(value, str):
        return _moment(value) is not None
    return isinstance(value, int | float) and not isinstance(value, bool)
