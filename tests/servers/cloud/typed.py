"""Members by the shapes of an SDK model: read from texts, written as XML."""

from __future__ import annotations

import base64
import binascii
import json
import re
from datetime import UTC, datetime
from typing import Any
from xml.sax.saxutils import escape

from tests.servers.keys.shapes import model
from tests.servers.keys.wire import Refused

from .world import Members, World

Shapes = dict[str, Any]


def scalar(shape: Members, text: str) -> Any:
    """A value of this shape that a text notes; Refused where it is none."""
    kind = shape["type"]
    try:
        if kind in {"integer", "long"}:
            return _in_bits(text, 31 if kind == "integer" else 63)
        if kind in {"double", "float"}:
            return float(text)
        if kind == "boolean":
            return {"true": True, "false": False}[text.lower()]
        if kind == "blob":
            return base64.b64decode(text, validate=True)
    except (ValueError, KeyError, binascii.Error) as error:
        raise Refused("MalformedInput", f"{text[:40]} is no {kind}") from error
    return text


def _in_bits(text: str, bits: int) -> int:
    plain = re.fullmatch(r"[-+]?\d{1,18}", text, re.ASCII)
    if not plain or not -(2**bits) <= int(text) < 2**bits:
        raise ValueError(text)
    return int(text)


class Xml:
    """Writes members of one service."""

    def __init__(self, service: str, world: World) -> None:
        self.shapes: Shapes = model(service)["shapes"]
        self.world = world

    def inside(self, name: str, value: Any) -> str:
        """What stands within the element of a value of this shape."""
        shape = self.shapes[name]
        kind = shape["type"]
        if kind == "structure":
            return self._structure(shape, value)
        if kind == "list":
            item = shape["member"].get("locationName", "member")
            inner = shape["member"]["shape"]
            return "".join(f"<{item}>{self.inside(inner, one)}</{item}>" for one in value)
        if kind == "boolean":
            return str(value).lower()
        if kind == "timestamp":
            return iso(value, fractions=self.world.on("fractions"))
        return escape(str(value))

    def _structure(self, shape: Members, value: Members) -> str:
        unknown = value.keys() - shape["members"].keys()
        assert not unknown, unknown
        parts = []
        for member, of in reversed(shape["members"].items()):
            one = value.get(member)
            if one is None or "location" in of or self._left_out(shape, member, one):
                continue
            tag = of.get("locationName", member)
            parts.append(f"<{tag}>{self.inside(of['shape'], one)}</{tag}>")
        if self.world.on("more") and parts:
            parts.insert(0, "<Further><Notes><member>none</member></Notes></Further>")
        return "".join(parts)

    def _left_out(self, shape: Members, member: str, value: Any) -> bool:
        empty = value in ([], {}, "")
        return empty and self.world.on("empties-absent") and member not in shape.get("required", ())


def iso(moment: float, *, fractions: bool) -> str:
    at = datetime.fromtimestamp(moment, UTC)
    if fractions:
        return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def json_of(shapes: Shapes, world: World, name: str, value: Any) -> Any:
    """Members as JSON has them."""
    shape = shapes[name]
    kind = shape["type"]
    if kind == "structure":
        unknown = value.keys() - shape["members"].keys()
        assert not unknown, unknown
        required = shape.get("required", ())
        found = {
            of.get("locationName", member): json_of(shapes, world, of["shape"], value[member])
            for member, of in shape["members"].items()
            if value.get(member) is not None
            and not (
                world.on("empties-absent")
                and value[member] in ([], {}, "")
                and member not in required
            )
        }
        if world.on("nulls"):
            tags = {of.get("locationName", member) for member, of in shape["members"].items()}
            found |= dict.fromkeys(tags - found.keys())
        if world.on("more") and found:
            found["further"] = {"notes": ["none", None]}
        return found
    if kind == "list":
        return [json_of(shapes, world, shape["member"]["shape"], one) for one in value]
    if kind == "map":
        return {
            key: json_of(shapes, world, shape["value"]["shape"], one) for key, one in value.items()
        }
    if kind == "timestamp" and not world.on("fractions"):
        return int(value)
    return json.loads(json.dumps(value))
