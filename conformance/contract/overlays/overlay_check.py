"""Checks an overlay against its vocabulary and the contract; every mistake with its line."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from conformance.contract.model import Contract
from conformance.contract.overlays.overlay_faults import (
    Lines,
    Mistake,
    OverlayFault,
    Way,
    WrongOverlay,
    suggestion,
)
from conformance.contract.overlays.overlay_reading import value_faults
from conformance.contract.overlays.spec_keywords import keyword_faults

Json = Mapping[str, Any]

_DOCUMENT = ("overlay", "info", "extends", "actions", "x-default", "x-notes")
_ACTION = ("target", "description", "update", "remove", "copy")


def document_mistakes(path: Path, document: Json) -> list[Mistake]:
    """The unknown keys of the overlay document and of its actions."""
    faults = [*_keys(document, _DOCUMENT, ())]
    for number, action in enumerate(document.get("actions", ())):
        faults += _keys(action, _ACTION, ("actions", number))
    return _located(path, faults)


def spec_mistakes(path: Path, derived: Json, merged: Json) -> list[Mistake]:
    """What the overlay adds to the spec that nothing reads, and mistakes in its own part."""
    new = [*keyword_faults(merged)]
    if new:
        old = {*keyword_faults(derived)}
        new = [fault for fault in new if fault not in old]
    return _located(path, [*new, *value_faults(merged.get("x-conformance", {}))])


def reference_mistakes(path: Path, contract: Contract) -> list[Mistake]:
    from conformance.contract.overlays.overlay_references import reference_faults

    return _located(path, reference_faults(contract))


def refuse(mistakes: list[Mistake]) -> None:
    if mistakes:
        raise WrongOverlay(tuple(mistakes))


def _keys(value: Any, known: tuple[str, ...], at: Way) -> Iterator[OverlayFault]:
    if not isinstance(value, Mapping):
        yield OverlayFault(at, "is not a mapping", f"known here: {', '.join(known)}")
        return
    for key in value:
        if key not in known:
            what = f"unknown key `{key}`"
            yield OverlayFault((*at, str(key)), what, suggestion(str(key), known))


def _located(path: Path, faults: Any) -> list[Mistake]:
    """The faults with their lines; the file is parsed only if there are any."""
    found = list(dict.fromkeys(faults))
    if not found:
        return []
    lines = Lines(path)
    return sorted(
        (Mistake(path, _line(lines, fault), fault.what, fault.hint) for fault in found),
        key=lambda mistake: mistake.line,
    )


def _line(lines: Lines, fault: OverlayFault) -> int:
    """The line of a fault: where an action writes that part, else where its key stands."""
    if fault.way[:1] == ("actions",) or len(fault.way) < 2:
        return lines.of(fault.way)
    if fault.way[0] == "x-conformance":
        for at in lines.under("x-conformance"):
            if lines.has((*at, fault.way[1])):
                return lines.of((*at, *fault.way[1:]))
    last = [step for step in fault.way if isinstance(step, str)]
    return lines.ending_in(*last[-2:]) or lines.ending_in(*last[-1:]) or 1
