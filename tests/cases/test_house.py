"""Faults of the house itself: what is asked twice, cut without a word, or left out."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from conformance.contract.model import Contract, Operation
from conformance.engine.resources import prerequisites
from conformance.engine.resources.request_search import RequestSearch
from conformance.engine.sending.exchange_log import RunResource, SentProbe
from conformance.plan.probes import Probe, Side
from conformance.plan.valid_requests import base_requests
from conformance.transport.exchange import Exchange, Request
from conformance.transport.parsed_response import ParsedResponse
from tests import contracts

if TYPE_CHECKING:
    import pytest

EXCHANGE = Exchange(Request("POST", "http://127.0.0.1/", ()), None, None, 0.0)


def refused(probe: Probe, *, resource: RunResource | None = None) -> SentProbe:
    """What comes of a request of which nothing that it names is there."""
    answer = ParsedResponse(400, {}, "ParentNotFoundException", "", "", 1)
    return SentProbe(probe, dict(probe.values), EXCHANGE, answer, resource)


def test_which_lists_need_nothing_is_found_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    contract, made = contracts.inferred("organizations"), Counter[str]()
    base = base_requests.base

    def counted(contract: Contract, operation: Operation) -> dict[str, Any]:
        made[operation.name] += 1
        return base(contract, operation)

    monkeypatch.setattr(prerequisites, "base", counted)
    search = RequestSearch(replace(contract), refused)
    for name in ("ListAccountsForParent", "ListOrganizationalUnitsForParent"):
        operation = contract.operations[name]
        values = {"ParentId": "r-examplerootid111"}
        assert search.improve(refused(Probe("", operation, Side.ACCEPT, values, ""))) is None
    assert made["ListRoots"] == 1


class TypeIsWrong:
    """Every key is enabled in words."""

    @staticmethod
    def answer(
        method: str, path: str, headers: Any, body: bytes, status: int, sent: Any, data: bytes,
        upstream: Any,
    ) -> tuple[int, Any, bytes]:  # fmt: skip
        return status, sent, data.replace(b'"enabled":true', b'"enabled":"yes"')


LIMITED = ("--service", "apigateway", "--profile", "quick", "--seed", "2", "--max-requests", "200")


def test_what_answers_showed_before_a_limit_is_passed(reference_port: int, run: Any) -> None:
    found = run(f"http://127.0.0.1:{reference_port}", *LIMITED)
    shown = {
        name: line["verdict"]
        for name, line in found.verdicts.items()
        if "/response/" in name and line["cases"]["accept"]
    }
    assert len(shown) > 20
    assert set(shown.values()) == {"passed"}
    unbroken = {name for name in found.verdicts if name.endswith("/status/no-5xx")}
    assert {found.verdict(name) for name in unbroken} == {"skipped"}
    assert found.code == 3


def test_what_an_answer_broke_before_a_limit_is_no_pass(
    reference_port: int, run: Any, proxied: Any
) -> None:
    found = run(proxied(TypeIsWrong, reference_port), *LIMITED)
    broken = {
        name: line["verdict"]
        for name, line in found.verdicts.items()
        if name.endswith(("/response/enabled/type", "/response/item[].enabled/type"))
    }
    assert "failed" in broken.values()
    assert "passed" not in broken.values()
    assert found.code == 1
