"""The index of operations is made once, and again where the models are others."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from conformance.documents.sdk import operation_index

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def folder(tmp_path: Path, monkeypatch) -> Path:
    """Where an index is kept, with two models of a user's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    models = tmp_path / "models"
    for name, content in (("one", '{"operations": {"GetThing": {}}}'), ("two", "no model")):
        file = models / name / "2020-01-01" / "service-2.json"
        file.parent.mkdir(parents=True)
        file.write_text(content)
    monkeypatch.setattr(operation_index, "model_names", lambda: ("one", "two"))
    monkeypatch.setattr(
        operation_index, "_file", lambda name: models / name / "2020-01-01" / "service-2.json"
    )
    return tmp_path


def found(operation: str) -> list[str]:
    """As a new process finds it."""
    operation_index._index.cache_clear()
    try:
        return operation_index.models_with(operation)
    finally:
        operation_index._index.cache_clear()


def test_a_kept_index_is_read(folder: Path) -> None:
    assert found("GetThing") == ["one"]
    (kept,) = folder.glob("conformance/models/operations-*.json")
    kept.write_text(json.dumps({"two": ["GetThing"]}))
    assert found("GetThing") == ["two"]


def test_one_that_is_broken_is_made_anew(folder: Path) -> None:
    assert found("GetThing") == ["one"]
    (kept,) = folder.glob("conformance/models/operations-*.json")
    kept.write_text("{")
    assert found("GetThing") == ["one"]
    assert json.loads(kept.read_text()) == {"one": ["GetThing"], "two": []}


def test_other_models_have_an_index_of_their_own(folder: Path) -> None:
    assert found("ListThings") == []
    (folder / "models" / "two" / "2020-01-01" / "service-2.json").write_text(
        '{"operations": {"ListThings": {}}}'
    )
    assert found("ListThings") == ["two"]


def test_a_cache_that_cannot_be_written_is_done_without(folder: Path) -> None:
    (folder / "conformance").write_text("a file, no folder")
    assert found("GetThing") == ["one"]
