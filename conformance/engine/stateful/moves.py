"""The moves that a sequence is made of: the overlay's ``x-conformance.stateful.moves``.

A move is a request of one operation whose members are drawn from small pools, so that values meet
again. Placeholders that stand for something new carry a tag (``${name.one}``): the same tag is the
same text all through a sequence.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any

from hypothesis import strategies as st

from conformance.contract.model import Contract, Operation
from conformance.contract.vocabulary.overlay_model import ModelMove

READS = {"read", "list"}
CHANGE = "change"
"""The role of an operation that has none in the lifecycle."""

Part = tuple[str, int | None]
"""A member of a step, or the item of its list at an index."""


@dataclass(frozen=True, slots=True)
class Move:
    """A kind of step.

    ``role`` is the operation's role in the lifecycle (``change`` for one that has none); ``of``
    says which resources it is for: ``live``, ``gone`` or ``none``.
    """

    operation: Operation
    role: str
    of: str
    needs: Mapping[str, Any]
    may: Mapping[str, Any]

    @property
    def changes(self) -> bool:
        return self.role not in READS

    def first(self, slot: int | None) -> ModelStep:
        """The step with the first value of every pool that it needs."""
        values = {name: sample(pool) for name, pool in self.needs.items()}
        return ModelStep(self.operation, self.role, values, slot)


@dataclass(frozen=True, slots=True)
class ModelStep:
    """A move as it was drawn; ``slot`` is the number of its resource within the sequence."""

    operation: Operation
    role: str
    values: Mapping[str, Any]
    slot: int | None
    optional: frozenset[str] = frozenset()
    """The members that the move could do without."""

    @property
    def changes(self) -> bool:
        return self.role not in READS

    def parts(self) -> Iterator[Part]:
        """What it may do without: optional members, and items of drawn lists."""
        for name, value in self.values.items():
            if name in self.optional:
                yield name, None
            elif isinstance(value, list) and len(value) > 1:
                yield from ((name, index) for index in range(len(value)))

    def without(self, parts: AbstractSet[Part]) -> ModelStep:
        """The same step without these parts; of a list one item stays."""
        values = {
            name: [item for index, item in enumerate(value) if (name, index) not in parts]
            or value[:1]
            if isinstance(value, list) and value
            else value
            for name, value in self.values.items()
            if (name, None) not in parts
        }
        return replace(self, values=values)


def moves_of(contract: Contract) -> tuple[Move, ...]:
    """The moves that a service's overlay lists; none where it has no model."""
    model = contract.overlay.model
    return () if model is None else tuple(_move(contract, about) for about in model.moves)


def _move(contract: Contract, about: ModelMove) -> Move:
    main, role = contract.overlay.main, about.role or CHANGE
    operation = contract.operations[about.operation or main.roles()[role]]
    of = about.of or ("none" if role in {"create", "list"} else "live")
    needs = dict(about.needs)
    if of != "none" and main.label is not None and main.label in operation.input:
        needs.setdefault(main.label, ["${id}"])
    return Move(operation, role, of, needs, about.may)


def sample(pool: Any) -> Any:
    """The first value of a pool; of an object's members only those that it needs."""
    if isinstance(pool, list):
        return pool[0]
    if "list" in pool:
        return [sample(pool["list"])] * pool["least"]
    return {name: sample(inner) for name, inner in pool.get("members", {}).items()}


def values_of(move: Move) -> st.SearchStrategy[dict[str, Any]]:
    """The requests of a move, as members by wire name."""
    return _members(move.needs, move.may)


def _members(needs: Mapping[str, Any], may: Mapping[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries(
        {name: _pool(pool) for name, pool in needs.items()},
        optional={name: _pool(pool) for name, pool in may.items()},
    )


def _pool(pool: Any) -> st.SearchStrategy[Any]:
    if isinstance(pool, list):
        return st.sampled_from(pool)
    if "list" in pool:
        return st.lists(_pool(pool["list"]), min_size=pool["least"], max_size=pool["most"])
    return _members(pool.get("members", {}), pool.get("may", {}))
