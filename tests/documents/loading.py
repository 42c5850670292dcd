"""The documents of files and folders, as a reference has them before they are read."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from conformance.documents.model import Document
from conformance.documents.reference import document_of
from conformance.documents.sources import add, files_of


def load_documents(arguments: Sequence[str], service: str | None = None) -> list[Document]:
    found: dict[tuple[str, str], Document] = {}
    for path in map(Path, arguments):
        for file in files_of(path) if path.is_dir() else [path]:
            add(found, document_of(file, service))
    return list(found.values())
