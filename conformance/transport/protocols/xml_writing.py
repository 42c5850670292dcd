"""Members as XML: elements, attributes and namespaces as their shapes name them.

Values need not be of their shapes: what is wrong is written as it is, for the target to refuse.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from conformance.contract.model import NO_NAMES, Kind, Member, Shape
from conformance.contract.places import ABSENT
from conformance.documents.model import WireNames
from conformance.transport.protocols.json_text import text
from conformance.transport.protocols.xml_reading import entry_names

ODD = re.compile(r"[\x00-\x08\x0b-\x1f\x85\u2028]")
"""Characters that XML has no place for, or that its readers change: as references."""


def document(name: str, names: WireNames, members: Mapping[str, Member], values: Any) -> bytes:
    inside = "".join(_members(members, values))
    return _element(name, names, inside).encode("utf-8", "surrogatepass")


def element(name: str, names: WireNames, value: Any) -> bytes:
    """A body that is no structure, though it should be one."""
    inside = _written("member", None, value) if isinstance(value, list) else _escaped(text(value))
    return _element(name, names, inside).encode("utf-8", "surrogatepass")


def _element(name: str, names: WireNames, inside: str, attributes: str = "") -> str:
    space = f"xmlns:{names.prefix}" if names.prefix else "xmlns"
    declared = f" {space}={quoteattr(names.namespace)}" if names.namespace else ""
    return f"<{name}{declared}{attributes}>{inside}</{name}>"


def _members(members: Mapping[str, Member], values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        shape = members[name].shape if name in members else None
        if shape is None or not shape.names.attribute:
            yield _written(name, shape, value)


def _written(name: str, shape: Shape | None, value: Any) -> str:
    """A member: one element, or of a list without one around it an element for each item."""
    if value is None or value is ABSENT:
        return ""
    names = NO_NAMES if shape is None else shape.names
    tag = names.name or name
    if not isinstance(value, list):
        return _one(tag, shape, value)
    inner = shape.element if shape is not None else None
    if shape is not None and shape.kind is Kind.LIST and not names.wrapped:
        return "".join(_one(tag, inner, item) for item in value)
    item_tag = (inner.names.name if inner is not None else None) or "member"
    return _element(tag, names, "".join(_one(item_tag, inner, item) for item in value))


def _one(tag: str, shape: Shape | None, value: Any) -> str:
    if isinstance(value, dict):
        return _grouped(tag, shape, value)
    if isinstance(value, list):
        return _written(tag, shape, value)
    names = NO_NAMES if shape is None else shape.names
    return "" if value is None else _element(tag, names, _escaped(text(value)))


def _grouped(tag: str, shape: Shape | None, value: dict[str, Any]) -> str:
    names = NO_NAMES if shape is None else shape.names
    if shape is not None and shape.kind is Kind.MAP:
        key, inner = entry_names(shape)
        entries = [
            f"<{key}>{_escaped(name)}</{key}>{_written(inner, shape.element, item)}"
            for name, item in value.items()
        ]
        if names.wrapped:
            return _element(tag, names, "".join(f"<entry>{one}</entry>" for one in entries))
        return "".join(_element(tag, names, one) for one in entries)
    members = {} if shape is None else shape.members
    attributes = "".join(
        f" {members[name].shape.names.name or name}={quoteattr(text(item))}"
        for name, item in value.items()
        if name in members and members[name].shape.names.attribute and item is not None
    )
    return _element(tag, names, "".join(_members(members, value)), attributes)


def _escaped(value: str) -> str:
    return ODD.sub(lambda match: f"&#x{ord(match[0]):X};", escape(value))
