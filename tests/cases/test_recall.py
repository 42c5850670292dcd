"""Recall on three services: defects that were written down first, each alone in front of moto."""

from __future__ import annotations

from types import SimpleNamespace

from tests.cases.recalled import TABLE


def test_fifteen_defects_of_each_service_change_nothing_that_they_are_not_about():
    services = [one.service for one in TABLE.values()]
    assert {name: services.count(name) for name in services} == {
        "dynamodb": 15, "sqs": 15, "s3": 15,
    }  # fmt: skip
    for one in TABLE.values():
        made = one.make()
        assert isinstance(made, SimpleNamespace)
        for change in (getattr(made, "request", None), getattr(made, "answer", None)):
            sent = ("PATCH", "/nothing", [], b"")
            more = () if change is getattr(made, "request", None) else (200, [], b"{}")
            assert change is None or change(*sent, *more, None) is None
