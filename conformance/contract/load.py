"""Load a service's contract: derived spec plus overlay, merged, as typed values."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import msgspec

from conformance.contract.building import build_contract
from conformance.contract.found_requests import FoundRequests
from conformance.contract.locate import (
    add_derived,
    announce,
    known_services,
    protocol_in_use,
    services,
    spec_file,
    specs_folder,
)
from conformance.contract.model import Contract
from conformance.contract.observed import observed
from conformance.contract.overlays.overlay_check import (
    document_mistakes,
    reference_mistakes,
    refuse,
    spec_mistakes,
)
from conformance.contract.overlays.overlay_faults import Mistake
from conformance.contract.overlays.overlay_reading import read_overlay
from conformance.contract.places import with_texts
from conformance.contract.protocols import with_protocol
from conformance.contract.vocabulary.overlay_model import Overlay
from conformance.contract.vocabulary.overlay_rules import AnyRule
from conformance.contract.yaml_file import read_yaml
from conformance.errors import BadInput

KEPT = 8
"""Contracts that a process keeps: a run of many services has them all anyway."""


class UnknownService(BadInput):
    """A service without a spec; ``near`` are the names that look like it."""

    def __init__(self, service: str, known: tuple[str, ...], near: Sequence[str] = ()) -> None:
        meant = f"did you mean {' or '.join(near)}? " if near else ""
        hint = f"{meant}known services: {', '.join(known) or 'none'}, and all services of botocore"
        super().__init__(f"there is no spec for the service {service!r}", hint)


@dataclass(frozen=True, slots=True)
class SpecFiles:
    """The derived spec, the overlay's file with its content, if any, and both merged."""

    derived: dict[str, Any]
    overlay: tuple[Path, dict[str, Any]] | None
    merged: dict[str, Any]


def load_contract(service: str, region: str | None = None, partition: str = "aws") -> Contract:
    """The typed contract of a service; without an overlay its resources are inferred.

    With a ``region`` the ARNs in it are there, not in the region that it was written for, and
    with a ``partition`` likewise.

    Raises UnknownService when there is no spec, SpecProblem when it cannot be read,
    UnspokenProtocol when it is of another protocol than the one requested, and
    WrongOverlay when something is wrong with what its overlay says.
    """
    _find(service)
    hashes = tuple(spec_hashes(service).items())
    folders = (spec_file(service, "openapi.yaml").parent, specs_folder())
    kept = _kept(service, region, partition, folders, protocol_in_use(), hashes)
    if kept.completed:
        announce(kept.completed)
    # What a run finds by trial is of that run alone.
    return replace(kept, found=FoundRequests())


@lru_cache(maxsize=KEPT)
def _kept(
    service: str,
    region: str | None,
    partition: str,
    folders: tuple[Path, ...],  # noqa: ARG001 - these two say of which files it is made
    protocol: str | None,  # noqa: ARG001
    hashes: tuple[tuple[str, str], ...],
) -> Contract:
    """A contract that its files alone determine: cached as long as they are the same."""
    return _loaded(service, region, partition, dict(hashes))


def _loaded(service: str, region: str | None, partition: str, hashes: dict[str, str]) -> Contract:
    files = read_spec_files(service)
    spec = files.merged
    refuse(_spec_mistakes(files))
    contract = build_contract(service, spec, hashes)
    wanted = protocol_in_use()
    if wanted is not None and wanted != contract.protocol:
        from conformance.documents.sdk.models import UnspokenProtocol

        raise UnspokenProtocol(service, wanted, (contract.protocol,))
    refuse(_reference_mistakes(files, contract))
    written = spec.get("x-conformance", {}).get("signing", {}).get("region")
    if region and written:
        spec = with_texts(spec, lambda text: text.replace(f":{written}:", f":{region}:"))
    if partition != "aws":
        spec = with_texts(spec, lambda text: text.replace("arn:aws:", f"arn:{partition}:"))
    if spec is not files.merged:
        contract = build_contract(service, spec, hashes)
    if "x-conformance" not in spec:
        from conformance.contract.inference.setup_operations import completed

        whole = completed(contract, spec, build_contract)
        return with_protocol(_with_identities(whole, observed(whole)))
    if contract.overlay.inferred:
        contract = _with_identities(contract)
    return with_protocol(contract, spec["x-conformance"].get("rules", {}))


def _with_identities(contract: Contract, more: Mapping[str, AnyRule] | None = None) -> Contract:
    """The contract with ``more`` rules, and those that its model implies about identifiers."""
    from conformance.contract.inference.identity_rules import identity_rules

    rules = {**identity_rules(contract), **contract.overlay.rules, **(more or {})}
    return replace(contract, overlay=msgspec.structs.replace(contract.overlay, rules=rules))


def read_spec_files(service: str) -> SpecFiles:
    """The spec files of a service. Raises UnknownService, SpecProblem and WrongOverlay."""
    derived = derived_spec(service)
    path = spec_file(service, "overlay.yaml")
    if not path.exists():
        return SpecFiles(derived, None, derived)
    from conformance.contract.overlays.overlay import apply_overlay

    document = read_yaml(path)
    refuse(document_mistakes(path, document))
    merged = apply_overlay(derived, document, f"{service}/overlay.yaml")
    return SpecFiles(derived, (path, document), merged)


def overlay_mistakes(service: str, files: SpecFiles) -> list[Mistake]:
    return _spec_mistakes(files) or _reference_mistakes(
        files, build_contract(service, files.merged, {})
    )


def _spec_mistakes(files: SpecFiles) -> list[Mistake]:
    return spec_mistakes(files.overlay[0], files.derived, files.merged) if files.overlay else []


def _reference_mistakes(files: SpecFiles, contract: Contract) -> list[Mistake]:
    return reference_mistakes(files.overlay[0], contract) if files.overlay else []


def merged_spec(service: str) -> dict[str, Any]:
    return read_spec_files(service).merged


def derived_spec(service: str) -> dict[str, Any]:
    """The derived document, else that of the SDK model. Raises UnknownService, UnspokenProtocol."""
    _find(service)
    return read_yaml(spec_file(service, "openapi.yaml"))


def _find(service: str) -> None:
    """Derive a service that has no spec from its SDK model."""
    if service not in known_services():
        _derive_from_model(service)


def _derive_from_model(service: str) -> None:
    from conformance.contract.on_demand import derivation_note, folder_of, is_offered, nearest
    from conformance.documents.sdk.models import UnknownModel

    # A name is one of botocore's own, or nothing that a path is made of.
    try:
        if is_offered(service):
            add_derived(
                service,
                folder_of(service, protocol_in_use()),
                derivation_note(service, protocol_in_use()),
            )
            return
    except UnknownModel:
        pass
    raise UnknownService(service, services(), nearest(service, services()))


def stated_overlay(service: str) -> Overlay:
    """The overlay of the service's file, without the protocol's rules."""
    return read_overlay(merged_spec(service).get("x-conformance", {}))


def spec_hashes(service: str) -> dict[str, str]:
    files = [spec_file(service, name) for name in ("openapi.yaml", "overlay.yaml")]
    return {
        file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in files if file.exists()
    }
