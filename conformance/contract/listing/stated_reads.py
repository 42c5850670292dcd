"""What the rules of an overlay read back themselves: nothing is said of it twice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from msgspec import UNSET

from conformance.contract.model import Contract, Operation
from conformance.contract.vocabulary.overlay_rules import AnyRule, StepsRule
from conformance.identity_cache import identity_cache


def said(contract: Contract, operation: Operation, role: str, by: str) -> set[str]:
    """The members that the overlay's own rules read back, by another one, after this operation."""
    found = set()
    for rest, rule in _behavior_rules(contract).get(operation.name, ()):
        for ending in ("-is-stored", "-are-stored"):
            found |= {rest.removesuffix(ending)} if rest.endswith(ending) else set()
        found |= {*_read_in(rule, role, by, operation)}
    return found


@identity_cache(1)
def _behavior_rules(contract: Contract) -> dict[str, list[tuple[str, AnyRule]]]:
    """The rules of behavior by operation, each with its name."""
    found: dict[str, list[tuple[str, AnyRule]]] = {}
    for address, rule in contract.overlay.rules.items():
        name, is_behavior, rest = address.partition("/behavior/")
        if is_behavior:
            found.setdefault(name, []).append((rest, rule))
    return found


def _read_in(rule: AnyRule, role: str, by: str, operation: Operation) -> Iterator[str]:
    """The members that the steps of a rule give and then look at as a whole in the answer."""
    given: dict[str, Any] = {}
    for step in rule.every() if isinstance(rule, StepsRule) else ():
        if role == "create" and step.make is not UNSET:
            given = _stated(step.make)
        elif role == step.send:
            given = _stated(step.with_)
        elif step.send == by:
            looked = {**step.shows, **step.shows_instant}
            yield from (name for name in given if _is_whole(name, looked, operation))


def _stated(members: Any) -> dict[str, Any]:
    """The members of a step; none where it takes them from elsewhere."""
    return dict(members) if isinstance(members, Mapping) else {}


def _is_whole(name: str, looked: Mapping[str, Any], operation: Operation) -> bool:
    if name in looked:
        return True
    members = operation.input[name].shape.members if name in operation.input else {}
    return bool(members) and all(f"{name}.{inner}" in looked for inner in members)
