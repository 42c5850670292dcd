"""Which requirements name a fault rightly, by its id or by the tables beside this module: globs."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from fnmatch import translate

from conformance.runs.mutants.expected_killers import EXPECTED_KILLERS


class Globs:
    """Several globs, read once. ``[`` stands for itself, because ids contain it."""

    def __init__(self, globs: Iterable[str]) -> None:
        patterns = [translate(glob.replace("[", "[[]")) for glob in globs]
        # No glob matches nothing.
        self._pattern = re.compile("|".join(patterns) or r"(?!)")

    def match(self, text: str) -> bool:
        """Whether an id matches one of them."""
        return self._pattern.match(text) is not None


_TABLE = tuple((Globs((about,)), globs) for about, globs in EXPECTED_KILLERS)


def killers(fault: str, services: Mapping[str, str]) -> tuple[str, ...]:
    """Globs of the requirements that name the fault with this id.

    ``services`` has the service of each operation.
    """
    stated = (glob for about, globs in _TABLE for glob in globs if about.match(fault))
    return tuple(dict.fromkeys((*_derived(fault, services), *stated)))


def services_of(globs: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    """The services that a fault with these killers is in; ``*`` stands for all of them."""
    stated = {glob.partition("/")[0] for glob in globs}
    return tuple(one for one in known if one in stated or "*" in stated)


def _derived(fault: str, services: Mapping[str, str]) -> Iterator[str]:
    """What an id tells, by its first part."""
    family, *parts = fault.split(":")
    operation = parts[0]
    address = f"{services.get(operation)}/{operation}"
    if family == "constraint":
        yield from _limits(f"{address}/request", *parts[1:3])
    elif family == "status":
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


def _limits(prefix: str, place: str, keyword: str) -> Iterator[str]:
    """A fault's id has ``[]`` for the items of a list and for the values of a map."""
    place = place.replace("{key}", ".{key}")
    for inside in ("[]", ".{value}") if "[]" in place else ("",):
        yield f"{prefix}/{place.replace('[]', inside)}/{keyword}"
