"""Answers by the model: points in time, empty lists, and members that nobody documented."""

from __future__ import annotations

from typing import Any

from tests.servers.keys import shapes

from .readings import World


def shown(world: World, service: str, shape: str, value: Any) -> Any:
    """A value of a shape as it is sent; what is None is left out."""
    return _Shown(world, shapes.model(service)["shapes"]).of(shape, value)


class _Shown:
    def __init__(self, world: World, all_shapes: dict[str, Any]) -> None:
        self._world = world
        self._shapes = all_shapes

    def of(self, name: str, value: Any) -> Any:
        shape = self._shapes[name]
        kind = shape["type"]
        if kind == "structure":
            return self._structure(shape, value)
        if kind == "list":
            return [self.of(shape["member"]["shape"], one) for one in value]
        if kind == "map":
            return {key: self.of(shape["value"]["shape"], one) for key, one in value.items()}
        if kind == "timestamp":
            at = value + (90 if self._world.on("skewed") else 0)
            return int(at) if self._world.on("whole-seconds") else round(at, 3)
        return value

    def _structure(self, shape: dict[str, Any], value: dict[str, Any]) -> dict[str, Any]:
        shown = {
            member: self.of(shape["members"][member]["shape"], one)
            for member, one in value.items()
            if one is not None and not self._left_out(shape, member, one)
        }
        if self._world.on("extra"):
            shown["internalNotes"] = {"shard": 7, "labels": ["none"]}
            shown["lastSeenBy"] = "nobody"
        return shown

    def _left_out(self, shape: dict[str, Any], member: str, value: Any) -> bool:
        empty = isinstance(value, list | dict) and not value
        return (
            empty and member not in shape.get("required", ()) and self._world.on("empties-absent")
        )
