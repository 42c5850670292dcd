"""Documented types: ``Array of PatchOperation objects``, ``String to string map`` and the like."""

import re

from conformance.documents.model import (
    NUMBERS,
    BaseType,
    Leaf,
    ListNode,
    Node,
    ObjectNode,
    TypeName,
)

SCALARS = {
    "string": BaseType.STRING,
    "integer": BaseType.INTEGER,
    "short": BaseType.INTEGER,
    "byte": BaseType.INTEGER,
    "long": BaseType.LONG,
    "float": BaseType.FLOAT,
    "double": BaseType.DOUBLE,
    "number": BaseType.NUMBER,
    "boolean": BaseType.BOOLEAN,
    "timestamp": BaseType.TIMESTAMP,
    "blob": BaseType.BLOB,
    "base64-encoded binary data object": BaseType.BLOB,
    "base64-encoded binary data": BaseType.BLOB,
    "datetime": BaseType.TIMESTAMP,
    "json value": BaseType.JSON,
    "document": BaseType.JSON,
    # Of a stream of events: an error in it, whose members are on no page.
    "exception": BaseType.JSON,
}
ARRAY = re.compile(r"arrays? of (.+)", re.IGNORECASE)
MAP = re.compile(r"strings? to (.+?) maps?", re.IGNORECASE)
STRUCTURE = re.compile(r"([A-Za-z_]\w*) (?:objects?|data types?)")
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
    for pattern, base in ((ARRAY, BaseType.LIST), (MAP, BaseType.MAP)):
        match = pattern.fullmatch(words)
        if match:
            element = parse_type(match[1], depth + 1)
            return TypeName(base, element=element) if element else None
    structure = STRUCTURE.fullmatch(words)
    return TypeName(BaseType.STRUCTURE, name=structure[1]) if structure else None


def agrees(stated: TypeName, node: Node) -> bool:
    """Whether a stated type and a place in a syntax block can be the same value."""
    base, inner = stated.base, stated.element
    match node:
        case Leaf():
            return _leaf_agrees(base, node)
        case ListNode(item=item) if base is BaseType.LIST:
            return item is None or inner is None or agrees(inner, item)
        case ListNode():
            return base is BaseType.JSON
        case ObjectNode(as_map=value) if base is BaseType.MAP:
            return inner is None or value is None or agrees(inner, value)
    return base in {BaseType.STRUCTURE, BaseType.JSON}


def _leaf_agrees(base: BaseType, node: Leaf) -> bool:
    # A quoted name other than "string" stands for a structure that is shown further out.
    if base in {BaseType.STRUCTURE, BaseType.LIST, BaseType.MAP}:
        return node.text not in {"string", "number", "boolean", "blob"}
    if node.quoted:
        return base in {BaseType.STRING, BaseType.TIMESTAMP, BaseType.BLOB, BaseType.JSON}
    kinds = {
        "number": {*NUMBERS, BaseType.TIMESTAMP},
        "boolean": {BaseType.BOOLEAN},
        "blob": {BaseType.BLOB},
    }
    return base in kinds.get(node.text, set(BaseType))
