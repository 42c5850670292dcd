"""The files that contracts are made of are read as YAML, which JSON is, too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from conformance.contract.shapes import SpecProblem
from conformance.contract.yaml_file import read_yaml

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    "text", ['{"a": ["b", 1.5, null]}', "{a: [b, 1.5, null]}", "a: [b, 1.5, ~]"]
)
def test_one_content_is_read_however_it_is_written(tmp_path: Path, text: str) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text(text)
    assert read_yaml(path) == {"a": ["b", 1.5, None]}


@pytest.mark.parametrize("text", ["{", '{"a": ', "[1]", "a: [", "\x00"])
def test_what_is_no_mapping_is_a_problem_of_the_spec(tmp_path: Path, text: str) -> None:
    path = tmp_path / "openapi.yaml"
    path.write_text(text)
    with pytest.raises(SpecProblem):
        read_yaml(path)


def test_so_is_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(SpecProblem):
        read_yaml(tmp_path)
