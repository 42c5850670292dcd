"""What a page and a model call the same thing: by name, whatever its case, and by kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

from conformance.documents.model import NUMBERS, BaseType, DocumentedMember
from conformance.documents.sdk.matching import folded

Known = TypeVar("Known")


def may_be(own: BaseType, their: BaseType) -> bool:
    """Whether two types are of one kind: pages and models count numbers differently."""
    texts = {BaseType.STRING, BaseType.TIMESTAMP, BaseType.BLOB, BaseType.JSON}
    return {own, their} <= NUMBERS or {own, their} <= texts


def member_meant(given: str, theirs: Sequence[DocumentedMember]) -> DocumentedMember | None:
    """The model's member that a page means: by its own name, by that on the wire, of a list too."""
    plain, _, entries = given.partition(".")
    by_name = {one.name: one for one in theirs}
    by_wire = {one.names.name: one for one in theirs if one.names and one.names.name}
    by_query = {one.names.query: one for one in theirs if one.names and one.names.query}
    for name in (plain, f"{plain}s") if entries else (plain,):
        for known in (by_name, by_query, by_wire):
            found = of_name(name, known)
            if found is not None:
                return found
    return None


def of_name(name: str, known: Mapping[str, Known]) -> Known | None:
    """What is known by a name, exactly, else but for its case and its hyphens."""
    if name in known:
        return known[name]
    alike = [one for key, one in known.items() if folded(key) == folded(name)]
    return alike[0] if len(alike) == 1 else None
