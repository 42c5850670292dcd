"""Recall on three services: defects that were written down first, each alone in front of moto."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from tests.cases.recalled import TABLE


def test_fifteen_defects_of_each_service_change_nothing_that_they_are_not_about():
    services = [one.service for one in TABLE.values()]
    assert {name: services.count(name) for name in services} == {
        "dynamodb": 15, "sqs": 15, "s3": 15,
    }  # fmt: skip
    sent: tuple[Any, ...] = ("PATCH", "/nothing", [], b"")
    for one in TABLE.values():
        made = one.make()
        assert isinstance(made, SimpleNamespace)
        assert not hasattr(made, "request") or made.request(*sent, None) is None
        assert not hasattr(made, "answer") or made.answer(*sent, 200, [], b"{}", None) is None
