"""What an SDK model says of a request: types, required members, constraints."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from botocore.loaders import Loader

from tests.servers.testbed.wire import Members, Refusal

Shape = dict[str, Any]
KINDS = {"string": str, "list": list, "map": dict, "structure": dict, "boolean": bool, "blob": str}


class Model:
    """The operations of one service; `constraints` are enforced where the service does so."""

    def __init__(self, service: str, *, constraints: bool) -> None:
        model = Loader().load_service_model(service, "service-2")
        self.operations: dict[str, Any] = model["operations"]
        self.shapes: dict[str, Shape] = model["shapes"]
        self.constraints = constraints

    def read(self, operation: str, body: Members) -> Members:
        """The members that are known and not null, once their types are right."""
        shape = self.operations[operation].get("input")
        if shape is None:
            return {}
        members: Members = self._typed(shape["shape"], body)
        faults = self._faults(shape["shape"], members, "") if self.constraints else []
        if faults:
            noun = "error" if len(faults) == 1 else "errors"
            text = f"{len(faults)} validation {noun} detected: {'; '.join(faults)}"
            raise Refusal(400, "ValidationException", text)
        return members

    def missing(self, operation: str, members: Members) -> list[str]:
        """The paths of required members that are not there, for services that word it so."""
        shape = self.operations[operation].get("input")
        return (
            [] if shape is None or self.constraints else self._missing(shape["shape"], members, "")
        )

    def _missing(self, name: str, value: Any, path: str) -> list[str]:
        shape = self.shapes[name]
        found = []
        if shape["type"] == "structure":
            found += [
                f"{path}{member}" for member in shape.get("required", []) if member not in value
            ]
            for member, inner in shape.get("members", {}).items():
                if member in value:
                    found += self._missing(inner["shape"], value[member], f"{path}{member}.")
        elif shape["type"] == "list":
            for at, item in enumerate(value, 1):
                found += self._missing(shape["member"]["shape"], item, f"{path}{at}.")
        elif shape["type"] == "map":
            for key, item in value.items():
                found += self._missing(shape["value"]["shape"], item, f"{path}{key}.")
        return found

    def _typed(self, name: str, value: Any) -> Any:
        shape = self.shapes[name]
        kind = shape["type"]
        if kind in {"integer", "long", "timestamp", "double", "float"}:
            right = isinstance(value, int) and not isinstance(value, bool)
            right = right or (isinstance(value, float) and kind not in {"integer", "long"})
            bits = {"integer": 31, "long": 63}.get(kind)
            right = right and (bits is None or -(2**bits) <= value < 2**bits)
        else:
            right = isinstance(value, KINDS[kind])
        if not right:
            text = f"{type(value).__name__.upper()}_VALUE cannot be a {kind}"
            raise Refusal(400, "SerializationException", text)
        if kind == "structure":
            known = shape["members"]
            return {
                key: self._typed(known[key]["shape"], item)
                for key, item in value.items()
                if key in known and item is not None
            }
        if kind == "list":
            return [self._typed(shape["member"]["shape"], item) for item in value]
        if kind == "map":
            of = shape["value"]["shape"]
            return {key: self._typed(of, item) for key, item in value.items() if item is not None}
        if kind == "blob":
            try:
                base64.b64decode(value, validate=True)
            except (binascii.Error, ValueError) as error:
                raise Refusal(400, "SerializationException", "not base64") from error
        return value

    def _faults(self, name: str, value: Any, path: str) -> list[str]:
        shape = self.shapes[name]
        at = path[:1].lower() + path[1:]
        found = []
        if shape["type"] == "structure":
            for member in shape.get("required", []):
                if member not in value:
                    inner = f"{path}.{member}".lstrip(".")
                    found.append(f"Value null at '{inner}' failed: Member must not be null")
            for member, inner_shape in shape["members"].items():
                if member in value:
                    inner = f"{path}.{member}".lstrip(".")
                    found += self._faults(inner_shape["shape"], value[member], inner)
            return found
        size = value if isinstance(value, int) else len(value) if value is not None else 0
        low, high = shape.get("min"), shape.get("max")
        wrong = (low is not None and size < low) or (high is not None and size > high)
        if isinstance(value, str):
            pattern = shape.get("pattern")
            wrong = wrong or ("enum" in shape and value not in shape["enum"])
            wrong = wrong or (pattern is not None and not _matches(pattern, value))
        if wrong:
            found.append(f"Value at '{at}' failed to satisfy constraint of {name}")
        items = value if isinstance(value, list) else []
        for number, item in enumerate(items, 1):
            found += self._faults(shape["member"]["shape"], item, f"{path}.{number}.member")
        if isinstance(value, dict):
            for key, item in value.items():
                found += self._faults(shape["key"]["shape"], key, f"{path}.key")
                found += self._faults(shape["value"]["shape"], item, f"{path}.{key}")
        return found


def _matches(pattern: str, value: str) -> bool:
    letters = pattern.replace(r"\p{L}\p{Z}\p{N}_", r"\w \u00a0\u2003\u2028")
    return bool(re.fullmatch(letters, value, re.ASCII if letters == pattern else 0))
