"""Which faults are tried, and which requirements name each: by its id, and by tables."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from fnmatch import translate
from pathlib import Path

from conformance.contract.load import UnknownService
from conformance.contract.yaml_file import read_yaml
from conformance.errors import BadInput
from conformance.reference.mutations import registry
from conformance.reference.tables import SERVICES, load
from conformance.runs.mutants.values import Mutant


class Globs:
    """Several globs, read once. ``[`` stands for itself, because ids contain it."""

    def __init__(self, globs: Iterable[str]) -> None:
        patterns = [translate(glob.replace("[", "[[]")) for glob in globs]
        # No glob matches nothing.
        self._pattern = re.compile("|".join(patterns) or r"(?!)")

    def match(self, text: str) -> bool:
        return self._pattern.match(text) is not None


_TABLES = read_yaml(Path(__file__).with_name("killers.yaml"))
EXPECTED_KILLERS: Mapping[str, Sequence[str]] = _TABLES["killers"]
REDUNDANT = tuple(about for group in _TABLES["redundant"] for about in group)
_TABLE = tuple((Globs((about,)), globs) for about, globs in EXPECTED_KILLERS.items())


def killers(fault: str, services: Mapping[str, str]) -> tuple[str, ...]:
    """Globs of the requirements that name a fault; ``services`` go by operation."""
    stated = (glob for about, globs in _TABLE for glob in globs if about.match(fault))
    return tuple(dict.fromkeys((*_derived(fault, services), *stated)))


def services_of(globs: tuple[str, ...], known: tuple[str, ...]) -> tuple[str, ...]:
    """The services that a fault with these killers is in; ``*`` stands for all of them."""
    stated = {glob.partition("/")[0] for glob in globs}
    return tuple(one for one in known if one in stated or "*" in stated)


def _derived(fault: str, services: Mapping[str, str]) -> Iterator[str]:
    """The globs that follow from the first part of a fault's id."""
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
    """In a fault's id ``[]`` stands for the items of a list and the values of a map."""
    place = place.replace("{key}", ".{key}")
    for inside in ("[]", ".{value}") if "[]" in place else ("",):
        yield f"{prefix}/{place.replace('[]', inside)}/{keyword}"


LIST = "`conformance mutants --list --all` shows every fault and its kind"


class UnknownFaults(BadInput):
    """A glob that matches no fault: ``glob``."""

    hint = LIST

    def __init__(self, glob: str) -> None:
        self.glob = glob
        super().__init__(f"no fault matches {glob!r}")


class UnknownKind(BadInput):
    """A kind that no fault has: ``kind``."""

    def __init__(self, kind: str, known: Sequence[str]) -> None:
        self.kind = kind
        super().__init__(f"there is no kind {kind!r}", f"kinds: {', '.join(known)}")


class NoMutant(BadInput):
    """Options that together leave nothing to try."""

    hint = LIST
    told = "no fault matches the given kinds, services and ids"


def select(
    *,
    kinds: Sequence[str] = (),
    globs: Sequence[str] = (),
    services: Sequence[str] = (),
    everything: bool = False,
) -> tuple[Mutant, ...]:
    """The mutants that the options name, in the order of the registry.

    A fault that a glob names is tried whether it is in the standard list or not. With ``services``
    a fault of both services is tried on those alone. Raises UnknownFaults, UnknownKind, NoMutant
    or UnknownService.
    """
    known = _mutants()
    _check(known, kinds, globs, services)
    left_out = Globs(() if everything or globs else REDUNDANT)
    wanted = Globs(globs or ("*",))
    chosen = (
        _on(mutant, services)
        for mutant in known
        if wanted.match(mutant.id)
        and not left_out.match(mutant.id)
        and (not kinds or mutant.kind in kinds)
    )
    found = tuple(mutant for mutant in chosen if mutant.services)
    if not found:
        raise NoMutant
    return found


def _mutants() -> tuple[Mutant, ...]:
    contracts = load()
    services = {name: contract.service for contract in contracts for name in contract.operations}
    named = ((fault, killers(fault.id, services)) for fault in registry(contracts).values())
    return tuple(
        Mutant(fault.id, fault.kind, fault.summary, services_of(globs, SERVICES), globs)
        for fault, globs in named
    )


def _check(
    mutants: Sequence[Mutant], kinds: Sequence[str], globs: Sequence[str], services: Sequence[str]
) -> None:
    known = list(dict.fromkeys(mutant.kind for mutant in mutants))
    for kind in kinds:
        if kind not in known:
            raise UnknownKind(kind, known)
    for glob in globs:
        if not any(Globs((glob,)).match(mutant.id) for mutant in mutants):
            raise UnknownFaults(glob)
    for service in services:
        if service not in SERVICES:
            raise UnknownService(service, SERVICES)


def _on(mutant: Mutant, services: Sequence[str]) -> Mutant:
    tried = (one for one in mutant.services if not services or one in services)
    return replace(mutant, services=tuple(tried))
