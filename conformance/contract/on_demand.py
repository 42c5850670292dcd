"""Contracts of services that have no spec: derived from the SDK model when they are named.

They are kept below the user's cache folder, under the version of botocore, our own, and a digest
of the modules that derive: what was made by other code or of another model is not used again.
"""

import hashlib
import json
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from conformance import __version__
from conformance.cache_folder import cache_folder
from conformance.documents.sdk.models import (
    REST_JSON,
    SdkModel,
    UnknownModel,
    UnspokenProtocol,
    load_model,
    model_names,
)

SPEC = "openapi.yaml"
NEAR, LOOKED_AT = 3, 8
_PACKAGE = Path(__file__).resolve().parent.parent
_MAKES_SPECS = ("contract", "documents")
"""The packages that a derived spec depends on."""


@cache
def folder_of(service: str, protocol: str | None = None) -> Path:
    """The folder of a derived spec, made if missing. Raises UnknownModel, UnspokenProtocol."""
    model = load_model(service, protocol)
    made_by = f"botocore-{_botocore()}-conformance-{__version__}-{_digest()}"
    name = service if model.protocol == REST_JSON else f"{service}-{model.protocol}"
    folder = cache_folder("models", made_by, name)
    if not (folder / SPEC).is_file():
        folder = _written(model, service, folder)
    return folder


def derivation_note(service: str, protocol: str | None = None) -> str:
    """Where the contract comes from, in one line."""
    model = load_model(service, protocol)
    speaking = "" if model.protocol == REST_JSON else f" for {model.protocol}"
    return (
        f"{service}: has no spec; contract derived from the model {model.name} of botocore"
        f" {_botocore()}{speaking}, without an overlay"
    )


def is_offered(service: str) -> bool:
    """Whether botocore has a model of that name, of whatever protocol."""
    return service in model_names()


def nearest(service: str, known: Sequence[str]) -> list[str]:
    """The most similar names of services that have a spec or can be derived."""
    import difflib

    wanted = service.lower()
    names = list(dict.fromkeys([*known, *model_names()]))
    near = difflib.get_close_matches(wanted, names, LOOKED_AT)
    near += [name for name in names if wanted and wanted in name and name not in near]
    return [one for one in near[:LOOKED_AT] if one in known or _is_testable(one)][:NEAR]


def _is_testable(service: str) -> bool:
    try:
        load_model(service)
    except (UnknownModel, UnspokenProtocol):
        return False
    return True


def _written(model: SdkModel, service: str, folder: Path) -> Path:
    from conformance.contract.deriving import write_all
    from conformance.contract.deriving.assemble import assemble_whole
    from conformance.contract.deriving.example_requests import add_usual
    from conformance.contract.deriving.writing import UnwritableOutput
    from conformance.documents.sdk.pages import model_pages

    document, _ = assemble_whole(model_pages(model, service))
    add_usual(document, model)
    # As JSON, which is YAML: that is written and read many times as fast.
    text = json.dumps(document)
    try:
        write_all({folder / SPEC: text})
    except UnwritableOutput:
        # A home that cannot be written to keeps nobody from testing.
        folder = Path(tempfile.mkdtemp(prefix="conformance-")) / service
        write_all({folder / SPEC: text})
    return folder


def _botocore() -> str:
    import botocore

    version: str = botocore.__version__
    return version


@cache
def _digest() -> str:
    """The digest of the modules that make specs: a checkout changes without its version."""
    found = hashlib.sha256()
    for package in _MAKES_SPECS:
        for module in sorted((_PACKAGE / package).rglob("*.py")):
            found.update(module.read_bytes())
    return found.hexdigest()[:12]
