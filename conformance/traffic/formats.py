"""Files in formats that are not read: recognized, with a hint what to do instead."""

import re
from collections.abc import Mapping
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any

import msgspec

from conformance.traffic.errors import NotTraffic

MATCHERS = {"urlPath", "urlPattern", "urlPathPattern", "urlPathTemplate", "bodyPatterns"}
REPLIES = {"jsonBody", "bodyFileName", "base64Body", "proxyBaseUrl", "transformers"}


class KnownFormat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A format by name, what to do with a file of it, and what it is known by."""

    name: str
    hint: str = "record it as HAR, or as a cassette of vcrpy or go-vcr"
    bytes: str | None = None
    suffixes: tuple[str, ...] = ()
    text: str | None = None
    members: tuple[tuple[str, ...], ...] = ()
    lacks: str | None = None

    def refusal(self, path: Path) -> NotTraffic:
        """Why a file of this format is not judged."""
        return NotTraffic(path, 1, f"not a format that the tool reads, but {self.name}", self.hint)

    def has_members(self, value: Any) -> bool:
        """True where the object has what the format is known by."""
        return (self.lacks is None or not _has(value, self.lacks)) and any(
            all(_has(value, member) for member in members) for members in self.members
        )


class _Formats(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    hints: tuple[str, ...]
    formats: tuple[KnownFormat, ...]


@cache
def _formats() -> tuple[KnownFormat, ...]:
    file = resources.files("conformance.traffic").joinpath("formats.yaml")
    return msgspec.yaml.decode(file.read_bytes(), type=_Formats).formats


def named(name: str) -> KnownFormat:
    return next(known for known in _formats() if known.name == name)


def of_bytes(path: Path, data: bytes) -> KnownFormat | None:
    """The format of a file by how it begins or is called, where it is one that is not read."""
    start, suffix = data[:100].decode("latin-1"), path.suffix.lower()
    by_start = (known for known in _formats() if known.bytes and re.match(known.bytes, start))
    by_name = (known for known in _formats() if suffix in known.suffixes)
    return next(by_start, None) or next(by_name, None)


def of_text(text: str) -> KnownFormat | None:
    """The format of a text that is neither JSON nor a cassette."""
    start = text.lstrip()[:2000]
    by_text = (one for one in _formats() if one.text and re.match(one.text, start, re.IGNORECASE))
    return next(by_text, None)


def of_value(value: Any) -> KnownFormat | None:
    """The format of a JSON or YAML document that holds no traffic, or stubs instead of it."""
    if isinstance(value, list):
        return of_value(value[0]) if value and isinstance(value[0], dict) else None
    if not isinstance(value, dict):
        return None
    if value.get("type") == "run" and "tool" in value:
        return named("the record of a run")
    by_members = (known for known in _formats() if known.has_members(value))
    return next(by_members, None) or _by_values(value)


def _has(value: Any, path: str) -> bool:
    """Whether an object has a member, which may be one of a member: ``data.0.spans``."""
    for name in path.split("."):
        if isinstance(value, list) and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        elif isinstance(value, dict) and name in value:
            value = value[name]
        else:
            return False
    return True


def _by_values(value: Mapping[Any, Any]) -> KnownFormat | None:
    """What shows only in the values of members."""
    info, request, first = value.get("info"), value.get("request"), next(iter(value.values()), None)
    if isinstance(info, dict) and "getpostman" in str(info.get("schema")):
        return named("a Postman collection")
    if isinstance(request, dict) and isinstance(value.get("response"), list):
        return named("items of a Postman collection")
    if isinstance(value.get("Records"), list):
        return of_value(value["Records"])
    if str(value.get("type", "")).startswith("collection.insomnia"):
        return named("an Insomnia collection")
    if isinstance(first, dict) and "recorded-content" in first:
        return named("a snapshot of LocalStack's tests")
    is_stub = _is_stub(request, value.get("response"))
    return named("stub mappings of WireMock") if is_stub else None


def _is_stub(request: Any, response: Any) -> bool:
    """WireMock's stubs are pairs of a request and a response, too: of patterns and templates."""
    if not isinstance(request, dict) or not isinstance(response, dict):
        return False
    # What was recorded has a whole address, or is a path and calls itself so.
    is_pattern = str(request.get("url", "")).startswith("/") and "path" not in request
    return is_pattern or bool(MATCHERS & set(request)) or bool(REPLIES & set(response))
