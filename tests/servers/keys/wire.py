"""What a JSON service of AWS sends: refusals, points in time, answers."""

from __future__ import annotations

import base64
import json
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

Members = dict[str, Any]

READINGS = {
    "other-partition": "everything is in another partition, region and account",
    "late": "what lists show, and what is deleted for good, is some time behind",
    "short-pages": "pages are shorter than asked for, and the first may be empty",
    "declared-codes": "invalid values are refused with the code that the operation declares",
    "defaults-shown": "members without a value are shown as empty, and unknown members are there",
    "populated": "other resources, and some that AWS manages, are already there",
}
"""Other behaviour that documents or observations leave open: a server that has it is right."""


class Refused(Exception):
    """An error answer: its code and its message."""

    def __init__(self, code: str, message: str = "", status: int = 400) -> None:
        super().__init__(message or code)
        self.code = code
        self.status = status


class Moment(float):
    """A point in time, written as Secrets Manager and KMS write it: 1.523477145713E9."""

    __slots__ = ()


@dataclass(frozen=True)
class World:
    """Whose resources these are, and which readings are on: some of those that are ``declared``."""

    declared: ClassVar[Mapping[str, str]] = READINGS
    readings: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        unknown = self.readings - self.declared.keys()
        if unknown:
            raise ValueError(f"no reading of this name: {', '.join(sorted(unknown))}")

    def on(self, reading: str) -> bool:
        """Whether a reading is on; KeyError for one that is not declared."""
        return bool(self.declared[reading]) and reading in self.readings

    @property
    def account(self) -> str:
        return "999900001111" if self.on("other-partition") else "012345678901"

    @property
    def region(self) -> str:
        return "cn-northwest-1" if self.on("other-partition") else "us-east-1"

    @property
    def partition(self) -> str:
        return "aws-cn" if self.on("other-partition") else "aws"

    def arn(self, service: str, resource: str) -> str:
        return f"arn:{self.partition}:{service}:{self.region}:{self.account}:{resource}"

    @property
    def delay(self) -> float:
        """Seconds until a change is seen in lists, and a deletion is done."""
        return 0.8 if self.on("late") else 0.0


_MARK = re.compile(r'"\\u0000moment:([^"]*)"')


def render(value: Mapping[str, Any]) -> bytes:
    """JSON with bytes in Base64, and every point in time in scientific notation."""
    text = json.dumps(_marked(value), separators=(",", ":"))
    return _MARK.sub(lambda found: found.group(1), text).encode()


def _marked(value: Any) -> Any:
    if isinstance(value, Moment):
        text = f"{float(value):.3f}"
        digits = text.replace(".", "")
        return f"\0moment:{digits[0]}.{digits[1:]}E{len(text) - 5}"
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, Mapping):
        return {name: _marked(one) for name, one in value.items() if one is not None}
    if isinstance(value, list | tuple):
        return [_marked(one) for one in value]
    return value


def request_id() -> str:
    return str(uuid.uuid4())
