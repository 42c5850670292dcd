"""VCR cassettes: vcrpy's and Ruby VCR's, in YAML or JSON."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

from conformance.target.exchange import Response
from conformance.traffic.bodies import as_bytes, from_base64, unpacked
from conformance.traffic.entries import (
    Entry,
    Headers,
    Malformed,
    exchange,
    mapping,
    pairs,
    status_of,
)
from conformance.traffic.errors import MalformedTraffic

LISTS = ("interactions", "http_interactions")
PYTHON_TEXTS = ("str", "unicode", "bytes")


class Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """Reads plain values, and the tags that older versions of vcrpy wrote for texts."""


def _text(loader: Any, node: Any) -> str:
    text: str = loader.construct_scalar(node)
    return text


for _name in PYTHON_TEXTS:
    Loader.add_constructor(f"tag:yaml.org,2002:python/{_name}", _text)


def is_cassette(value: Any) -> bool:
    """True for what has a cassette's list of interactions."""
    return isinstance(value, dict) and any(isinstance(value.get(name), list) for name in LISTS)


def read_yaml(path: Path, text: str) -> Any:
    """The value of a YAML file and, for every interaction, its line.

    Raises MalformedTraffic.
    """
    try:
        loader = Loader(text)
        try:
            node = loader.get_single_node()
            value = loader.construct_document(node) if node is not None else None
        finally:
            loader.dispose()
    except yaml.YAMLError as wrong:
        mark = getattr(wrong, "problem_mark", None)
        why = getattr(wrong, "problem", None) or "not YAML"
        raise MalformedTraffic(path, mark.line + 1 if mark else 1, f"not YAML: {why}") from None
    except ValueError as wrong:
        raise MalformedTraffic(path, 1, f"not YAML: {wrong}") from None
    return value, _lines(node)


def _lines(node: Any) -> list[int]:
    if not isinstance(node, yaml.MappingNode):
        return []
    for key, value in node.value:
        if getattr(key, "value", None) in LISTS and isinstance(value, yaml.SequenceNode):
            return [one.start_mark.line + 1 for one in value.value]
    return []


def entries(path: Path, cassette: dict[str, Any], lines: list[int]) -> Iterator[Entry]:
    """The interactions of a cassette. Raises MalformedTraffic with the line of the interaction."""
    found = next(cassette[name] for name in LISTS if isinstance(cassette.get(name), list))
    for index, one in enumerate(found):
        line = lines[index] if index < len(lines) else 1
        place = f"{path.name}:{line}" if lines else f"{path.name}, interaction {index + 1}"
        try:
            yield _entry(place, one)
        except Malformed as wrong:
            raise MalformedTraffic(path, line, f"interaction {index + 1}: {wrong}") from None


def _entry(place: str, value: Any) -> Entry:
    interaction = mapping(value, "the interaction")
    request = mapping(interaction.get("request"), "the request")
    headers = pairs(request.get("headers"))
    body, known = _body(request.get("body"), headers)
    answer, answer_known = _answer(interaction.get("response"))
    url = request.get("uri", request.get("url"))
    made = exchange(request.get("method"), url, headers, body, answer)
    return Entry(place, made, known, answer_known)


def _body(value: Any, headers: Headers) -> tuple[bytes | None, bool]:
    if value is None or value == "":
        return None, True
    if isinstance(value, dict):
        if "base64_string" in value:
            return unpacked(from_base64(value["base64_string"]), headers)
        value = value.get("string")
        if value is None or value == "":
            return None, True
    return unpacked(as_bytes(value), headers)


def _answer(value: Any) -> tuple[Response | None, bool]:
    if value is None:
        return None, False
    response = mapping(value, "the response")
    status = response.get("status", response.get("status_code"))
    code = status.get("code") if isinstance(status, dict) else status
    headers = pairs(response.get("headers"))
    body, known = _body(response.get("body", response.get("content")), headers)
    return Response(status_of(code), headers, body or b""), known
