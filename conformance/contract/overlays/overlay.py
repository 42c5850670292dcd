"""Apply an OpenAPI Overlay (OpenAPI Initiative, Overlay Specification 1.0) to a document.

Actions are applied in order. ``update`` is merged into each object that ``target`` (JSONPath,
RFC 9535) selects: objects recursively, an array target gets the value appended, anything else is
replaced. ``remove`` takes the selected node out.
"""

import copy
from typing import Any

import jsonpath_rfc9535 as jsonpath

from conformance.errors import BadInput

Json = Any


class OverlayProblem(BadInput):
    """An overlay action that cannot be applied."""

    hint = "an overlay action needs a JSONPath `target` that selects something in the derived spec"

    def __init__(self, overlay: str, index: int, reason: str) -> None:
        self.overlay, self.index, self.reason = overlay, index, reason
        super().__init__(f"{overlay}: action {index}: {reason}")


def apply_overlay(document: Json, overlay: Json, name: str) -> Json:
    """A copy with the overlay applied. Raises OverlayProblem, also if a target selects nothing."""
    merged = copy.deepcopy(document)
    for index, action in enumerate(overlay.get("actions", []), start=1):
        _apply_action(merged, action, name, index)
    return merged


def _apply_action(document: Json, action: Json, name: str, index: int) -> None:
    try:
        nodes = jsonpath.find(action["target"], document)
    except (KeyError, TypeError, jsonpath.JSONPathError) as error:
        raise OverlayProblem(name, index, f"no usable target ({error})") from error
    if not nodes:
        raise OverlayProblem(name, index, f"target {action['target']} selects nothing")
    for location in [node.location for node in nodes]:
        if action.get("remove"):
            parent = _at(document, location[:-1])
            del parent[location[-1]]
        else:
            _update(document, location, copy.deepcopy(action.get("update", {})))


def _update(document: Json, location: tuple[Any, ...], update: Json) -> None:
    found = _at(document, location)
    if isinstance(found, dict) and isinstance(update, dict):
        _merge(found, update)
    elif isinstance(found, list):
        found.append(update)
    else:
        _at(document, location[:-1])[location[-1]] = update


def _merge(into: dict[str, Json], update: dict[str, Json]) -> None:
    for key, value in update.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            _merge(into[key], value)
        elif isinstance(value, list) and isinstance(into.get(key), list):
            into[key].extend(value)
        else:
            into[key] = value


def _at(document: Json, location: tuple[Any, ...]) -> Json:
    for step in location:
        document = document[step]
    return document
