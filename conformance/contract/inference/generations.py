"""Two generations of one kind: what the one makes, the operations of the other do not show.

``CreateConnectorV2`` makes connectors of its own where ``DeleteConnectorV2`` deletes them. Where
``DeleteCluster`` deletes what ``CreateClusterV2`` makes, that is another way to make the same.
"""

from conformance.contract.inference.naming import (
    CREATE,
    DELETE,
    LIST,
    READ,
    UPDATE,
    VERSION,
    is_versioned,
    plain,
    plurals,
    split,
)
from conformance.contract.model import Contract

_VERBS = (*CREATE, *READ, *UPDATE, *LIST, *DELETE, "Cancel")


def left_out(contract: Contract) -> frozenset[str]:
    """The operations of the generation of each such kind that no rule is about.

    The other one is that of the plain names, unless nothing deletes what these make.
    """
    found: set[str] = set()
    every = contract.operations
    for name in filter(is_versioned, every):
        said, first = split(name, CREATE), VERSION.sub("", name)
        if said is None or first not in every:
            continue
        own = [verb for verb in DELETE if f"{verb}{name.removeprefix(said[0])}" in every]
        plain_ones = [verb for verb in DELETE if f"{verb}{said[1]}" in every]
        if own:
            end = name.removeprefix(first) if plain_ones else ""
            found |= {one for one in every if _is_of(one, said[1], end)}
    return frozenset(found)


def _is_of(name: str, noun: str, end: str) -> bool:
    """Whether an operation is about a noun or a part of it, in the generation of that ending."""
    said = split(name.removeprefix("Batch"), _VERBS)
    generation = VERSION.search(name)
    own = said is not None and plain(said[1]).startswith(plurals(noun))
    return own and (generation[0] if generation else "") == end
