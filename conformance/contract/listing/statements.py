"""The sentences of requirements, in our own words."""

from typing import Any

from conformance.contract.model import Kind, Shape

NOUNS = {
    Kind.STRING: "a string",
    Kind.INTEGER: "an integer",
    Kind.NUMBER: "a number",
    Kind.BOOLEAN: "a boolean",
    Kind.BLOB: "binary data",
    Kind.LIST: "a list",
    Kind.MAP: "a map",
    Kind.STRUCTURE: "an object",
    Kind.ANY: "any value",
}


def noun(shape: Shape) -> str:
    """What a value of this shape is called: 'a string', 'a timestamp (number)'."""
    if shape.kind is Kind.TIMESTAMP:
        return f"a timestamp ({'number' if shape.wire is Kind.NUMBER else 'text'})"
    return NOUNS[shape.kind]


def limit(place: str, keyword: str, value: Any) -> str:
    """A constraint as a sentence about the place."""
    templates = {
        "minLength": "{place} has at least {value} characters",
        "maxLength": "{place} has at most {value} characters",
        "minimum": "{place} is at least {value}",
        "maximum": "{place} is at most {value}",
        "minItems": "{place} has at least {value} items",
        "maxItems": "{place} has at most {value} items",
        "minProperties": "{place} has at least {value} entries",
        "maxProperties": "{place} has at most {value} entries",
        "pattern": "{place} matches {value}",
        "enum": "{place} is one of {value}",
    }
    if isinstance(value, list):
        value = ", ".join(
            str(item).lower() if isinstance(item, bool) else str(item) for item in value
        )
    return templates[keyword].format(place=place, value=value)


def timestamp_format(place: str, shape: Shape) -> str:
    """The wire format of a timestamp in an answer."""
    return f"{place} is written as {instant(shape)}"


def instant(shape: Shape) -> str:
    """How a timestamp is written."""
    if shape.wire is not Kind.NUMBER:
        return "YYYY-MM-DDThh:mm:ss.sssZ"
    return "whole seconds since 1970" if shape.whole else "seconds since 1970"


def patch(path: str, op: str, *, supported: bool) -> str:
    """A cell of the patch-operations table."""
    if supported:
        return f"'{op}' on '{path}' is supported and takes effect"
    return f"'{op}' on '{path}' is refused"
