"""Which models have an operation of some name.

The names are read from all models once and kept in the user's cache, under a digest of the model
files: reading them takes more than a second.
"""

import gzip
import hashlib
import json
from functools import cache
from pathlib import Path

from conformance.cache_folder import cache_folder, cached_json
from conformance.documents.sdk.models import MODEL, model_loader, model_names


def models_with(operation: str) -> list[str]:
    """The names of the models that have an operation."""
    return [name for name, operations in _index().items() if operation in operations]


@cache
def _index() -> dict[str, list[str]]:
    """The operations of each model."""
    files = {name: file for name in model_names() if (file := _file(name)) is not None}
    seen = [(str(file), about.st_size, about.st_mtime_ns) for file in files.values()
            for about in [file.stat()]]  # fmt: skip
    digest = hashlib.sha256(repr(seen).encode()).hexdigest()[:12]
    kept = cache_folder("models", f"operations-{digest}.json")
    return dict(
        cached_json(kept, lambda: {name: _operations(file) for name, file in files.items()})
    )


def _file(name: str) -> Path | None:
    """The newest model file of a service."""
    loader = model_loader()
    version = loader.determine_latest_version(name, MODEL)
    places = (Path(folder) / name / version / MODEL for folder in loader.search_paths)
    files = (place.with_name(f"{MODEL}{end}") for place in places for end in (".json.gz", ".json"))
    return next((file for file in files if file.is_file()), None)


def _operations(file: Path) -> list[str]:
    """The names of a model's operations; none of a file of the user's that is no model."""
    try:
        content = file.read_bytes()
        model = json.loads(gzip.decompress(content) if file.suffix == ".gz" else content)
        return list(model.get("operations", ()))
    except (OSError, EOFError, ValueError, AttributeError):
        return []
