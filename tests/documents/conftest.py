"""Pages of an invented service, in every rendering."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from conformance.documents import Document

if TYPE_CHECKING:
    from collections.abc import Callable

HERE = Path(__file__).parent


@pytest.fixture(scope="session")
def pages() -> Path:
    return HERE


@pytest.fixture(scope="session")
def as_document() -> Callable[..., Document]:
    def make(text: str, name: str = "GraftTree.md") -> Document:
        digest = hashlib.sha256(text.encode()).hexdigest()
        return Document(name, name, "orchard", text, digest)

    return make


@pytest.fixture(scope="session")
def graft() -> str:
    return (HERE / "pages" / "orchard" / "GraftTree.md").read_text(encoding="utf-8")


@pytest.fixture(scope="session")
def prune() -> str:
    return (HERE / "lost" / "orchard" / "PruneTree.txt").read_text(encoding="utf-8")
