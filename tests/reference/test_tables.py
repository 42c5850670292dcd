"""The table that the reference starts from says what the specs say."""

from __future__ import annotations

from pathlib import Path

from conformance.contract import load_contract
from conformance.reference import tables

FILE = Path(tables.__file__).with_name("requests.json")


def test_the_table_is_up_to_date():
    fresh = tables.table(load_contract(service) for service in tables.SERVICES)
    assert fresh == FILE.read_text(encoding="utf-8"), "run python -m conformance.reference.tables"


def test_what_is_loaded_gives_the_same_table():
    assert tables.table(tables.load()) == FILE.read_text(encoding="utf-8")
