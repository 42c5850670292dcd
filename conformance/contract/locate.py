"""Where the contracts are: ``specs/`` of a checkout, or the copy inside an installed package."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from conformance.contract.globs import positive
from conformance.errors import BadInput

_PACKAGE = Path(__file__).resolve().parent.parent

SPEC = "openapi.yaml"
"""The file that makes a folder that of a service."""
NAME = re.compile(r"[a-z0-9-]+")
NOT_BY_DEFAULT = re.compile(r"^x-default:\s*false\s*$", re.MULTILINE)
_added: list[Path] = []
_on_demand: dict[str, Path] = {}
_listeners: list[Callable[[str], None]] = []
_spoken: list[str] = []
"""The protocol that contracts are derived for, where one was chosen."""
_announced: set[str] = set()


class NoSpecs(BadInput):
    """A folder without contracts."""

    hint = f"give a folder that contains SERVICE/{SPEC}, or the folder of one service"

    def __init__(self, folder: Path) -> None:
        super().__init__(f"{folder} has no {SPEC}, and no folder in it has one")


def use(folder: Path | None) -> None:
    """Take contracts from a folder of specs before those that come with the tool (None: no more).

    Either it has one folder a service, or it is the folder of one service itself, or the spec in
    that. Raises NoSpecs.
    """
    if folder is not None and folder.name == SPEC:
        folder = folder.parent
    if folder is not None and not _services(folder):
        raise NoSpecs(folder)
    _added[:] = [] if folder is None else [folder.resolve()]


def use_protocol(protocol: str | None) -> None:
    """Derive contracts for this protocol (None: for the one that SDKs use)."""
    if _spoken != ([] if protocol is None else [protocol]):
        _on_demand.clear()
    _spoken[:] = [] if protocol is None else [protocol]


def protocol_in_use() -> str | None:
    """The protocol that contracts are derived for; None for the one that SDKs use."""
    return _spoken[0] if _spoken else None


@contextmanager
def using(folder: Path | None) -> Iterator[None]:
    """Take contracts from a folder, see ``use``, and afterwards from where they came before."""
    before = _added[:]
    if folder is not None:
        use(folder)
    try:
        yield
    finally:
        _added[:] = before


@cache
def specs_folder() -> Path:
    """The folder of all services: in a wheel ``conformance/specs``, else beside the package."""
    installed = _PACKAGE / "specs"
    return installed if installed.is_dir() else _PACKAGE.parent / "specs"


def services() -> tuple[str, ...]:
    """The services that have a contract, in alphabetical order; of a folder in use only those."""
    folders = _added or [specs_folder()]
    return tuple(sorted({name for folder in folders for name in _services(folder)}))


def known_services() -> tuple[str, ...]:
    """Every service that can be loaded, also those that others borrow resources of."""
    return tuple(sorted({*services(), *_services(specs_folder()), *_on_demand}))


def announce_with(listener: Callable[[str], None]) -> None:
    """Print one line for every contract that is derived because its service is named."""
    _listeners[:] = [listener]
    _announced.clear()


def announce(note: str) -> None:
    """Report, once per command, what else a contract was made from."""
    if note not in _announced:
        _announced.add(note)
        for listener in _listeners:
            listener(note)


def add_derived(service: str, folder: Path, note: str) -> None:
    """Use the derived spec in a folder for a service that has no contract."""
    _on_demand[service] = folder
    for listener in _listeners:
        listener(note)


@contextmanager
def derived_in(service: str, folder: Path) -> Iterator[None]:
    """Use another derived spec of a service for a while."""
    before = _on_demand[service]
    _on_demand[service] = folder
    try:
        yield
    finally:
        _on_demand[service] = before


def is_on_demand(service: str) -> bool:
    """Whether the contract was derived because the service was named, and no folder has it."""
    return service in _on_demand and not any(service in _services(one) for one in _added)


def default_services() -> tuple[str, ...]:
    """The services tested by default: all without ``x-default: false`` at their overlay's root."""
    if _added:
        return services()
    overlays = {name: spec_file(name, "overlay.yaml") for name in services()}
    return tuple(
        name
        for name, file in overlays.items()
        if not (file.is_file() and NOT_BY_DEFAULT.search(file.read_text("utf-8")))
    )


def selected(named: Sequence[str], globs: Sequence[str]) -> tuple[str, ...]:
    """The named services, else the default ones and those that the globs name."""
    if named:
        return tuple(named)
    heads = {one.partition("/")[0] for one in positive(globs)}
    known, defaults = services(), default_services()
    chosen = tuple(name for name in known if name in defaults or name in heads)
    return (*chosen, *(name for name in sorted(heads.difference(known)) if _is_offered(name)))


def _is_offered(head: str) -> bool:
    """Whether a glob begins with the name of a service whose contract can be derived."""
    if not NAME.fullmatch(head):
        return False
    from conformance.contract.on_demand import is_offered

    return is_offered(head)


def _services(folder: Path) -> tuple[str, ...]:
    if (folder / "openapi.yaml").is_file():
        return (folder.name,)
    return tuple(spec.parent.name for spec in folder.glob("*/openapi.yaml"))


def spec_file(service: str, name: str) -> Path:
    """The path of a service's file, for example ``openapi.yaml``; it need not exist."""
    for folder in _added:
        if service in _services(folder):
            return folder / name if (folder / "openapi.yaml").is_file() else folder / service / name
    if service in _on_demand and service not in _services(specs_folder()):
        return _on_demand[service] / name
    return specs_folder() / service / name
