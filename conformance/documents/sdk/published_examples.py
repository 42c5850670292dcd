"""Values that a model's own prose and published examples show for its members.

They are what an author wrote down as usual, not what is promised to be accepted: a made-up request
may start with one.
"""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from conformance.documents.sdk.bindings import Bindings
from conformance.documents.sdk.models import SdkModel, model_loader

MOST = 4
"""Values that are kept of one member."""
LONGEST = 200
REQUESTS = 2
"""Requests that are kept of one operation, those with the fewest members first."""
CODE = re.compile(r"<code>\s*([^<>]{1,200}?)\s*</code>")
SHOWN = re.compile(
    r"(?:for example|for instance|example|e\.g\.|valid values?|valid options?|possible values?"
    r"|supported values?|must be|one of|default(?: value)?(?: is|s to)?|set (?:this )?to|such as)"
    r"(?P<rest>[^.]{0,40}?(?:<code>[^<>]*</code>[^<>.]{0,12}){1,6})",
    re.IGNORECASE,
)
PLAIN = re.compile(
    r"(?:such as|for example,?|e\.g\.,?|either|valid values are:?)\s+"
    r"([A-Z0-9][\w.-]*\w)(?:,? (?:or|and) ([A-Z0-9][\w.-]*\w))?"
)
"""Of plain words only what is written as a name or a number: others are mere words."""
WRITTEN = re.compile(
    r"(?:in|as|a|an|valid|escaped|of) (?:the )?(?:escaped |stringified |valid )?(?:JSON|YAML)\b"
    r"(?! (?:file|path|pointer|schema))|(?:JSON|YAML)(?:-| )(?:format|encoded|string|document|text)"
)
EMPTY = "{}"
"""A document of either form."""
LISTED = re.compile(r"<li>\s*<p>\s*<code>\s*([^<>\s]{1,64})\s*</code>")
PLACEHOLDER = re.compile(r"^[<{\[].*[>}\]]$|^\\|\.\.\.")
"""What prose has where a reader is to put a value."""
NO_VALUES = frozenset({"null", "n/a"})
NOTHING = frozenset({"None", "none"})
"""Words for no value at all; in capitals it is a constant like others."""

Member = tuple[str, str]
"""The shape that has the member, and its key there."""


def usual_values(model: SdkModel) -> dict[Member, tuple[Any, ...]]:
    """The usual values of a model's members, in the order in which they were found."""
    shapes = model.data["shapes"]
    found: dict[Member, dict[str, Any]] = {}
    for owner, key, value in (*_in_examples(model), *_in_prose(shapes)):
        kept = found.setdefault((owner, key), {})
        if len(kept) < MOST:
            kept.setdefault(str(value), value)
    return {member: tuple(kept.values()) for member, kept in found.items()}


def _in_prose(shapes: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    for owner, shape in shapes.items():
        for key, about in shape.get("members", {}).items():
            leaf = _leaf(shapes, about["shape"])
            if leaf is None or leaf["type"] not in {"string", "integer", "long"} or "enum" in leaf:
                continue
            texts = (about.get("documentation", ""), leaf.get("documentation", ""))
            for value in (one for text in dict.fromkeys(texts) for one in _shown(text)):
                typed = _typed(value, leaf["type"])
                if typed is not None:
                    yield owner, key, typed


def _typed(value: str, kind: str) -> Any:
    value = unescape(value).strip("\"'")
    if PLACEHOLDER.search(value) and value != EMPTY:
        return None
    if kind == "string":
        nothing = not value or value in NOTHING or value.lower() in NO_VALUES
        return None if nothing else value
    return int(value) if re.fullmatch(r"\d{1,9}", value) else None


def _leaf(shapes: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """The shape itself, or the item shape of a list; None for structures and maps."""
    shape: Mapping[str, Any] = shapes[name]
    while shape["type"] == "list":
        shape = shapes[shape["member"]["shape"]]
    return None if shape["type"] in {"structure", "map"} else shape


def _shown(text: str) -> Iterator[str]:
    for passage in SHOWN.finditer(text):
        yield from CODE.findall(passage["rest"])
    for passage in PLAIN.finditer(text):
        yield from filter(None, passage.groups())
    if WRITTEN.search(text):
        yield EMPTY
    if re.search(r"valid|one of|possible|supported|following", text, re.IGNORECASE):
        yield from LISTED.findall(text)


# -- published examples ----------------------------------------------------------------------------


def usual_requests(model: SdkModel) -> dict[str, tuple[dict[str, Any], ...]]:
    """The requests of published examples, by operation, with the names that members have here."""
    found: dict[str, list[dict[str, Any]]] = {}
    named = Bindings(model).is_named
    for operation, shape, value in _given(model):
        request = _renamed(model.data["shapes"], shape, value, named=named)
        if isinstance(request, dict) and request:
            found.setdefault(operation, []).append(request)
    return {name: tuple(sorted(whole, key=len)[:REQUESTS]) for name, whole in found.items()}


def _renamed(shapes: Mapping[str, Any], name: str, value: Any, *, named: bool) -> Any:
    """A value of an example under the names of a spec."""
    shape = shapes[name]
    if shape["type"] == "list" and isinstance(value, list):
        return [_renamed(shapes, shape["member"]["shape"], item, named=named) for item in value]
    if shape["type"] == "map" and isinstance(value, dict):
        inner = shape["value"]["shape"]
        return {key: _renamed(shapes, inner, item, named=named) for key, item in value.items()}
    if shape["type"] != "structure" or not isinstance(value, dict):
        return value
    renamed = {}
    for key, item in value.items():
        member = shape["members"].get(key)
        if member is not None:
            wire = member.get("locationName", key)
            own = wire if "location" in member or not named else key
            renamed[own] = _renamed(shapes, member["shape"], item, named=named)
    return renamed


def _in_examples(model: SdkModel) -> Iterator[tuple[str, str, Any]]:
    for _, shape, value in _given(model):
        yield from _members(model.data["shapes"], shape, value)


def _members(shapes: Mapping[str, Any], owner: str, value: Any) -> Iterator[tuple[str, str, Any]]:
    """The short texts and numbers of an example that are not marks ``<like this>``."""
    members = shapes[owner].get("members", {})
    for key, inner in value.items() if isinstance(value, Mapping) else ():
        if key not in members:
            continue
        name, items = members[key]["shape"], [inner]
        while shapes[name]["type"] == "list":
            name = shapes[name]["member"]["shape"]
            items = [each for one in items if isinstance(one, list) for each in one]
        for item in items:
            text = str(item)
            is_mark = text.startswith("<") and text.endswith(">")
            if shapes[name]["type"] == "structure":
                yield from _members(shapes, name, item)
            elif isinstance(item, str | int) and len(text) <= LONGEST and not is_mark:
                yield owner, key, item


def _given(model: SdkModel) -> Iterator[tuple[str, str, Any]]:
    """The published requests: operation, name of the shape, and members."""
    from botocore.exceptions import DataNotFoundError, UnknownServiceError

    service = model.name.removesuffix(f"-{model.version}")
    try:
        data = model_loader().load_service_model(service, "examples-1", model.version)
    except (DataNotFoundError, UnknownServiceError):
        return
    for operation, examples in data.get("examples", {}).items():
        about = model.data["operations"].get(operation, {}).get("input")
        for one in examples if about is not None else ():
            yield operation, about["shape"], one.get("input")
