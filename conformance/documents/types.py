"""Documented types: ``Array of PatchOperation objects``, ``String to string map`` and the like."""

from __future__ import annotations

import re

from conformance.documents.model import Base, Leaf, ListNode, Node, TypeName

SCALARS = {
    "string": Base.STRING,
    "integer": Base.INTEGER,
    "short": Base.INTEGER,
    "byte": Base.INTEGER,
    "long": Base.LONG,
    "float": Base.FLOAT,
    "double": Base.DOUBLE,
    "number": Base.NUMBER,
    "boolean": Base.BOOLEAN,
    "timestamp": Base.TIMESTAMP,
    "blob": Base.BLOB,
    "base64-encoded binary data object": Base.BLOB,
    "json value": Base.JSON,
    "document": Base.JSON,
    # Of a stream of events: an error in it, whose members are on no page.
    "exception": Base.JSON,
}
ARRAY = re.compile(r"arrays? of (.+)", re.IGNORECASE)
MAP = re.compile(r"strings? to (.+?) maps?", re.IGNORECASE)
STRUCTURE = re.compile(r"([A-Za-z_]\w*) objects?")
NUMBERS = {Base.INTEGER, Base.LONG, Base.FLOAT, Base.DOUBLE, Base.NUMBER}
MAX_NESTING = 12
MAX_LENGTH = 400


def parse_type(text: str, depth: int = 0) -> TypeName | None:
    """The type a ``Type:`` line states, without its label; None where the form is unknown."""
    words = " ".join(text.split()).rstrip(".")
    if depth > MAX_NESTING or len(words) > MAX_LENGTH:
        return None
    scalar = SCALARS.get(words.lower()) or SCALARS.get(words.lower().removesuffix("s"))
    if scalar:
        return TypeName(scalar)
    for pattern, base in ((ARRAY, Base.LIST), (MAP, Base.MAP)):
        match = pattern.fullmatch(words)
        if match:
            element = parse_type(match[1], depth + 1)
            return TypeName(base, element=element) if element else None
    structure = STRUCTURE.fullmatch(words)
    return TypeName(Base.STRUCTURE, name=structure[1]) if structure else None


def agrees(stated: TypeName, node: Node) -> bool:
    """Whether a stated type and a place in a syntax block can be the same value."""
    if isinstance(node, Leaf):
        return _leaf_agrees(stated, node)
    if isinstance(node, ListNode):
        inner = stated.element
        return stated.base is Base.JSON or (
            stated.base is Base.LIST
            and (node.item is None or inner is None or agrees(inner, node.item))
        )
    if stated.base is Base.MAP:
        value = node.as_map
        return stated.element is None or value is None or agrees(stated.element, value)
    return stated.base in {Base.STRUCTURE, Base.JSON}


def _leaf_agrees(stated: TypeName, node: Leaf) -> bool:
    # A quoted name other than "string" stands for a structure that is shown further out.
    if stated.base in {Base.STRUCTURE, Base.LIST, Base.MAP}:
        return node.text not in {"string", "number", "boolean", "blob"}
    if node.quoted:
        return stated.base in {Base.STRING, Base.TIMESTAMP, Base.BLOB, Base.JSON}
    kinds = {
        "number": {*NUMBERS, Base.TIMESTAMP},
        "boolean": {Base.BOOLEAN},
        "blob": {Base.BLOB},
    }
    return stated.base in kinds.get(node.text, set(Base))
