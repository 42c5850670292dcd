"""The JSON Schema of a record line, packaged as ``schema.json``."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import jsonschema_rs


@cache
def packaged(package: str, name: str = "schema.json") -> dict[str, Any]:
    text = resources.files(package).joinpath(name).read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def schema() -> dict[str, Any]:
    """The schema of any line: ``oneOf`` run, verdict, summary."""
    return packaged("conformance.record")


@cache
def validator(kind: str) -> jsonschema_rs.Draft202012Validator:
    """The validator of one kind of line: its messages say more than those of ``oneOf``."""
    # Imported here: only readers need it, and it would slow the start of every command.
    import jsonschema_rs

    part = {"$ref": f"#/$defs/{kind}", "$defs": schema()["$defs"]}
    return jsonschema_rs.Draft202012Validator(part)
