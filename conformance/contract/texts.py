"""Members that travel as texts (labels, parameters, headers), as the values that they stand for."""

from collections.abc import Sequence
from typing import Any

from conformance.contract.model import Kind, Shape

BOOLEANS = {"true": True, "false": False}


def from_text(shape: Shape, text: str) -> Any:
    """The value of a text; the text itself where it stands for none of that type."""
    kind = shape.wire if shape.kind is Kind.TIMESTAMP and shape.wire else shape.kind
    if kind is Kind.BOOLEAN:
        return BOOLEANS.get(text.lower(), text)
    if kind in {Kind.INTEGER, Kind.NUMBER}:
        try:
            return int(text) if kind is Kind.INTEGER else float(text)
        except ValueError:
            return text
    return text


def from_texts(shape: Shape, texts: Sequence[str]) -> Any:
    """The value of a parameter that is given once or more; more than one are a list."""
    if shape.kind is Kind.LIST:
        return [from_text(shape.element or shape, text) for text in texts]
    found = [from_text(shape, text) for text in texts]
    return found[0] if len(found) == 1 else found
