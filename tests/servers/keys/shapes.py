"""Requests against the published model: types first, then every constraint at once."""

from __future__ import annotations

import base64
import binascii
import re
from functools import cache
from typing import Any

import botocore.loaders

from .wire import Members, Refused

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "blob": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "long": (int,),
    "double": (int, float),
    "float": (int, float),
    "timestamp": (int, float),
    "structure": (dict,),
    "map": (dict,),
    "list": (list,),
}


@cache
def model(service: str) -> dict[str, Any]:
    """The model of the SDK, as it is published."""
    found: dict[str, Any] = botocore.loaders.Loader().load_service_model(service, "service-2")
    return found


@cache
def declared(service: str, operation: str) -> frozenset[str]:
    """The errors that an operation declares."""
    return frozenset(e["shape"] for e in model(service)["operations"][operation].get("errors", ()))


def required(service: str, operation: str) -> frozenset[str]:
    """The members that a request of an operation has to have."""
    shape = model(service)["operations"][operation].get("input", {}).get("shape")
    return frozenset(model(service)["shapes"][shape].get("required", ()) if shape else ())


def read(service: str, operation: str, sent: Members) -> Members:
    """The members of a request, blobs as bytes; Refused where the model does not allow them."""
    shapes = model(service)["shapes"]
    shape = model(service)["operations"][operation].get("input", {}).get("shape")
    if shape is None:
        return {}
    members: Members = typed(shapes, shape, sent)
    refuse_faults(shapes, shape, members)
    return members


def refuse_faults(shapes: dict[str, Any], name: str, members: Members) -> None:
    """Refused where members are not as their shape demands."""
    found = faults(shapes, name, members, "")
    if found:
        count = f"{len(found)} validation error{'s' * (len(found) > 1)} detected: "
        raise Refused("ValidationException", count + "; ".join(found))


def typed(shapes: dict[str, Any], name: str, value: Any) -> Any:
    shape = shapes[name]
    kind = shape["type"]
    right = isinstance(value, _TYPES[kind])
    if not right or (isinstance(value, bool) and kind != "boolean"):
        raise Refused("SerializationException", f"{type(value).__name__} is no {kind}")
    if kind == "blob":
        try:
            return base64.b64decode(value, validate=True)
        except (binascii.Error, ValueError) as error:
            raise Refused("SerializationException", "not Base64") from error
    if kind == "structure":
        return {
            member: typed(shapes, of["shape"], value[member])
            for member, of in shape["members"].items()
            if value.get(member) is not None
        }
    if kind == "list":
        return [typed(shapes, shape["member"]["shape"], one) for one in value]
    if kind == "map":
        return {key: typed(shapes, shape["value"]["shape"], one) for key, one in value.items()}
    return value


def faults(shapes: dict[str, Any], name: str, value: Any, at: str) -> list[str]:
    shape = shapes[name]
    kind = shape["type"]
    if kind == "structure":
        found = [
            f"Value null at '{_joined(at, member)}' failed to satisfy constraint: "
            "Member must not be null"
            for member in shape.get("required", ())
            if member not in value
        ]
        for member, one in value.items():
            found += faults(shapes, shape["members"][member]["shape"], one, _joined(at, member))
        return found
    found = [f"Value at '{at}' failed to satisfy constraint: {why}" for why in _why(shape, value)]
    if kind == "list":
        for index, one in enumerate(value, 1):
            found += faults(shapes, shape["member"]["shape"], one, f"{at}.{index}.member")
    if kind == "map":
        for key, one in value.items():
            found += faults(shapes, shape["key"]["shape"], key, f"{at}.key")
            found += faults(shapes, shape["value"]["shape"], one, f"{at}.{key}.member")
    return found


def _why(shape: dict[str, Any], value: Any) -> list[str]:
    sized = shape["type"] in {"string", "blob", "list", "map"}
    size = len(value) if sized else value
    what = "length" if sized else "value"
    found = []
    if size_below(shape, size):
        found.append(f"Member must have {what} greater than or equal to {shape['min']}")
    if "max" in shape and size > shape["max"]:
        found.append(f"Member must have {what} less than or equal to {shape['max']}")
    if "enum" in shape and value not in shape["enum"]:
        found.append(f"Member must satisfy enum value set: [{', '.join(shape['enum'])}]")
    if "pattern" in shape and not _fits(shape["pattern"], value):
        found.append(f"Member must satisfy regular expression pattern: {shape['pattern']}")
    return found


def size_below(shape: dict[str, Any], size: Any) -> bool:
    return "min" in shape and bool(size < shape["min"])


def _fits(pattern: str, value: str) -> bool:
    """Whether a text fits a pattern of Java's, in which a class may be of Unicode."""
    plain = pattern.replace(r"\u10000-\u10FFFF", r"\U00010000-\U0010FFFF")
    plain = plain.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
    plain = plain.replace(
        r"\p{L}\p{Z}\p{N}", r"\w \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
    )
    plain = plain.replace(r"\p{L}\p{M}\p{S}\p{N}\p{P}", r"!-~\u00a1-\U0010ffff")
    plain = plain.replace(r"\p{L}\p{N}\p{P}", r"!-#%-*,-;?-Z\[-\]_a-z{}\u00a1-\U0010ffff")
    plain = plain.replace(r"\p{Z}", r" \u00a0\u2000-\u200a\u3000")
    plain = plain.replace(r"\p{ASCII}", r"[\x00-\x7f]")
    flags = re.NOFLAG if plain != pattern else re.ASCII
    return re.fullmatch(plain, value, flags) is not None


def _joined(at: str, member: str) -> str:
    low = member[0].lower() + member[1:]
    return f"{at}.{low}" if at else low
