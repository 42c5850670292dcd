"""Requests and responses as values, apart from sockets, and the JSON in them."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None
Members = dict[str, Json]


@dataclass(frozen=True)
class Request:
    """One HTTP request; header names are lower-case, path and query as they came."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: bytes

    @property
    def segments(self) -> list[str]:
        """The path cut at its slashes, each part percent-decoded."""
        return [unquote(part, errors="strict") for part in self.path.split("/")[1:]]

    @property
    def params(self) -> dict[str, list[str]]:
        """The decoded query, every value of a repeated name kept."""
        found: dict[str, list[str]] = {}
        for name, value in parse_qsl(self.query, keep_blank_values=True):
            found.setdefault(name, []).append(value)
        return found

    def param(self, name: str) -> str | None:
        """The first value of a query parameter."""
        return self.params.get(name, [None])[0]


@dataclass
class Response:
    """One HTTP response; the edge adds the headers that every answer has."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


class Refusal(Exception):
    """An error answer; `members` is what the body holds beside the message."""

    def __init__(
        self, status: int, code: str, message: str, members: Members | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.members = members or {}


class NotJson(Exception):
    """The body is no JSON that can be read."""


def _no_constant(name: str) -> Json:
    raise NotJson(f"{name} is not JSON")


def parse(body: bytes) -> Json:
    """The value of a JSON body; NotJson for everything that is none."""
    try:
        value: Json = json.loads(body.decode("utf-8"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise NotJson(str(error)) from error
    return value


def render(value: Json) -> bytes:
    """Compact JSON in UTF-8."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode("utf-8")
