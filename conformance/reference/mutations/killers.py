"""Gives each fault the requirements that name it, and says which faults are in the standard list.

What can be told from a fault's id is told from it; the rest is in the tables beside this module.
"""

from __future__ import annotations

from dataclasses import replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from conformance.reference.mutations.naming import NAMED_BY
from conformance.reference.mutations.redundant import REDUNDANT

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from conformance.reference.faults import Fault


def known(fault: Fault, services: Mapping[str, str]) -> Fault:
    """The fault with its killers, and with whether it is in the standard list.

    ``services`` has the service of each operation.
    """
    stated = (glob for about, globs in NAMED_BY for glob in globs if _is(fault, about))
    killers = tuple(dict.fromkeys((*fault.killers, *_derived(fault.id, services), *stated)))
    is_redundant = any(_is(fault, about) for about in REDUNDANT)
    return replace(fault, killers=killers, standard=not is_redundant)


def _is(fault: Fault, glob: str) -> bool:
    # Ids have brackets, which mean nothing special here.
    return fnmatchcase(fault.id, glob.replace("[", "[[]"))


def _derived(fault: str, services: Mapping[str, str]) -> Iterator[str]:
    """What an id tells, by its first part."""
    family, *parts = fault.split(":")
    operation = parts[0]
    address = f"{services.get(operation)}/{operation}"
    if family == "status":
        yield f"{address}/status/2*"
    elif family == "error":
        yield f"{address}/error/{parts[1]}"
        if parts[2] == "500":
            yield f"{address}/status/no-5xx"
    elif family == "patch":
        yield f"apigateway/UpdateApiKey/patch{operation}/{parts[1]}"
    elif family == "type":
        yield f"{operation}/*/request/{parts[1]}/type"
        yield f"{operation}/*/request/*.{parts[1]}/type"
    elif family == "show" and parts[-1] == "missing":
        yield f"{address}/response/{parts[1]}/required"
        yield f"{address}/response/*[].{parts[1]}/required"
