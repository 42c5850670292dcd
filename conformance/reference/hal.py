"""API Gateway's HAL answers: what it sends unless the request accepts application/json.

Recorded: items under ``_embedded.item`` and times as ISO 8601. The links are those of the
documented samples, without their ``curies``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.reference.clock import iso_seconds
from conformance.reference.http.message import HttpRequest

_TIMES = ("createdDate", "lastUpdatedDate")


def wants_hal(request: HttpRequest) -> bool:
    """Whether the request's Accept leaves out application/json."""
    return "application/json" not in request.headers.get("accept", "").lower()


def hal(path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """The HAL form of a plain answer to a request for ``path``."""
    items = body.get("item")
    if items is None:
        return _resource(path, body)
    rest = {name: value for name, value in body.items() if name != "item"}
    links = {"self": {"href": path}, "item": [{"href": _href(item)} for item in items]}
    embedded = {"item": [_resource(_href(item), item) for item in items]}
    return {"_links": links, "_embedded": embedded, **rest}


def _href(key: Mapping[str, Any]) -> str:
    return f"/apikeys/{key['id']}"


def _resource(path: str, body: Mapping[str, Any]) -> dict[str, Any]:
    if "createdDate" not in body:
        return {"_links": {"self": {"href": path}}, **body}
    href = _href(body)
    links = {name: {"href": href} for name in ("self", "apikey:delete", "apikey:update")}
    return {"_links": links, **{name: _dated(name, value) for name, value in body.items()}}


def _dated(name: str, value: Any) -> Any:
    return iso_seconds(value) if name in _TIMES else value
