"""Values that a model's own prose and published examples show for its members.

They are what an author wrote down as usual, not what is promised to be accepted: a made-up request
may start with one.
"""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from conformance.documents.sdk.bindings import Bindings
from conformance.documents.sdk.models import SdkModel

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
    """The usual values of the members of a model that have any, in the order of their finding."""
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
            for text in dict.fromkeys(texts):
                for value in _shown(text):
                    typed = _typed(value, leaf["type"])
                    if typed is not None:
                        yield owner, key, typed


def _leaf(shapes: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """The shape itself, of a list the one of its items."""
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


def _typed(value: str, kind: str) -> Any:
    value = unescape(value).strip("\"'")
    if PLACEHOLDER.search(value) and value != EMPTY:
        return None
    if kind == "string":
        nothing = not value or value in NOTHING or value.lower() in NO_VALUES
        return None if nothing else value
    return int(value) if re.fullmatch(r"\d{1,9}", value) else None


# -- published examples ----------------------------------------------------------------------------


def usual_requests(model: SdkModel) -> dict[str, tuple[dict[str, Any], ...]]:
    """The requests of published examples, by operation, with the names that members have here."""
    shapes, named = model.data["shapes"], Bindings(model).is_named
    found: dict[str, tuple[dict[str, Any], ...]] = {}
    for operation, examples in _examples(model).items():
        about = model.data["operations"].get(operation, {}).get("input")
        if about is not None:
            given = (
                _renamed(shapes, about["shape"], one.get("input"), named=named) for one in examples
            )
            whole = [one for one in given if isinstance(one, dict) and one]
            if whole:
                found[operation] = tuple(sorted(whole, key=len)[:REQUESTS])
    return found


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
    members = shape["members"]
    return {
        _called(key, members[key], named=named): _renamed(
            shapes, members[key]["shape"], item, named=named
        )
        for key, item in value.items()
        if key in members
    }


def _called(key: str, member: Mapping[str, Any], *, named: bool) -> str:
    wire: str = member.get("locationName", key)
    return wire if "location" in member or not named else key


def _in_examples(model: SdkModel) -> Iterator[tuple[str, str, Any]]:
    shapes = model.data["shapes"]
    for operation, examples in _examples(model).items():
        about = model.data["operations"].get(operation, {}).get("input")
        if about is None:
            continue
        for one in examples:
            yield from _given(shapes, about["shape"], one.get("input") or {})


def _given(shapes: Mapping[str, Any], owner: str, value: Any) -> Iterator[tuple[str, str, Any]]:
    members = shapes[owner].get("members", {})
    if not isinstance(value, Mapping):
        return
    for key, inner in value.items():
        if key not in members:
            continue
        name, items = members[key]["shape"], [inner]
        while shapes[name]["type"] == "list":
            name = shapes[name]["member"]["shape"]
            items = [each for one in items if isinstance(one, list) for each in one]
        for item in items:
            if shapes[name]["type"] == "structure":
                yield from _given(shapes, name, item)
            elif _is_plain(item):
                yield owner, key, item


def _is_plain(value: Any) -> bool:
    """A short text or number that is not one of the marks ``<like this>``."""
    text = str(value)
    short = isinstance(value, str | int) and len(text) <= LONGEST
    return short and not (text.startswith("<") and text.endswith(">"))


def _examples(model: SdkModel) -> Mapping[str, Any]:
    from botocore.exceptions import DataNotFoundError, UnknownServiceError
    from botocore.loaders import create_loader

    service = model.name.removesuffix(f"-{model.version}")
    try:
        data = create_loader().load_service_model(service, "examples-1", model.version)
    except (DataNotFoundError, UnknownServiceError):
        return {}
    found: Mapping[str, Any] = data.get("examples", {})
    return found
