"""Members that hold JSON Patch operations: what a valid one looks like, where nobody says.

A list of structures with ``op`` and ``path`` is a JSON Patch, RFC 6902. Its paths lead into what
the operation answers, so that a text which describes the resource can be replaced there.
"""

import re
from collections.abc import Mapping
from dataclasses import replace

from conformance.contract.model import Kind, Member, Operation

NEEDED = {"op", "path", "value"}
LIKELY = ("description", "name", "displayName")
NOT_CHANGED = re.compile(
    r"(id|arn|status|state|version|type|created?\w*|url|domain)$", re.IGNORECASE
)


def with_patch_example(operation: Operation) -> Operation:
    """The operation with an example of a patch, where it takes one and shows a text to change."""
    named = patch_member(operation)
    path = _path(operation.output)
    if named is None or path is None:
        return operation
    element = named.shape.element
    if element is None or element.examples:
        return operation
    example = {"op": "replace", "path": f"/{path}", "value": "conformance"}
    shape = replace(named.shape, element=replace(element, examples=(example,)))
    return replace(operation, input={**operation.input, named.name: replace(named, shape=shape)})


def patch_member(operation: Operation) -> Member | None:
    """The member that is a list of patch operations, if there is one."""
    for one in operation.input.values():
        inner = one.shape.element if one.shape.kind is Kind.LIST else None
        if inner is not None and inner.members.keys() >= NEEDED:
            return one
    return None


def _path(output: Mapping[str, Member]) -> str | None:
    """The member that a patch most likely may replace."""
    texts = [name for name, one in output.items() if one.shape.kind is Kind.STRING]
    likely = [name for name in LIKELY if name in texts]
    others = [name for name in texts if not NOT_CHANGED.search(name)]
    return next(iter([*likely, *others]), None)
