"""What is slow to parse or to count is kept in the user's cache, and read as it was."""

from __future__ import annotations

import pytest
import yaml

from conformance.contract.regex import charsets
from conformance.contract.yaml_file import read_yaml

LARGE = "".join(f"key{number}: [a, 'b', 1, null, true]\n" for number in range(500))


@pytest.fixture
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "conformance"


def written(tmp_path, text):
    path = tmp_path / "spec.yaml"
    path.write_text(text)
    return path


def test_a_large_file_is_parsed_once(tmp_path, cache, monkeypatch):
    path = written(tmp_path, LARGE)
    first = read_yaml(path)
    assert first == yaml.safe_load(LARGE)
    monkeypatch.setattr(yaml, "load", lambda *_, **__: pytest.fail("parsed again"))
    assert read_yaml(path) == first
    assert list(read_yaml(path)) == list(first)


def test_a_file_that_changed_is_parsed_again(tmp_path, cache):
    read_yaml(written(tmp_path, LARGE))
    assert read_yaml(written(tmp_path, f"{LARGE}more: 1\n"))["more"] == 1


@pytest.mark.parametrize("line", ["200: ok", "day: 2026-01-01"])
def test_what_json_has_not_is_not_kept(tmp_path, cache, line):
    path = written(tmp_path, f"{LARGE}{line}\n")
    assert read_yaml(path) == read_yaml(path) == yaml.safe_load(path.read_text())
    assert not [*cache.rglob("*.json")]


def test_a_broken_copy_is_made_again(tmp_path, cache):
    path = written(tmp_path, LARGE)
    first = read_yaml(path)
    (kept,) = cache.rglob("*.json")
    kept.write_bytes(kept.read_bytes()[:100])
    assert read_yaml(path) == first


def test_a_cache_that_cannot_be_written_costs_time_alone(tmp_path, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert read_yaml(written(tmp_path, LARGE)) == yaml.safe_load(LARGE)


def test_kept_categories_are_those_of_unicode(cache):
    charsets._categories.cache_clear()
    made = charsets._categories()
    charsets._categories.cache_clear()
    assert charsets._categories() == made == charsets._counted()
    assert len([*cache.rglob("*.json")]) == 1
