"""What an answer shows in a place that is covered counts for the requirement that covers it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest

from conformance.contract.building import build_contract
from conformance.contract.listing import sharing
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.model import Contract
from conformance.engine.outcome import Job
from conformance.engine.run import RunConfig
from conformance.engine.service_run import Settings
from conformance.plan.planner import plan
from conformance.record import Verdict, VerdictLine
from conformance.runs.execution import run_all
from conformance.transport.credentials import TEST_CREDENTIALS
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.retry import RetryingTransport

PAGE = {"document": "p.md", "section": "s", "line": 1}
TYPED = {"x-sources": {"type": PAGE}}


def reference(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}", **TYPED}


def structure(**members: Any) -> dict[str, Any]:
    return {"type": "object", "x-type": "structure", "properties": members}


def reading(name: str, answer: dict[str, Any]) -> dict[str, Any]:
    content = {"application/json": {"schema": answer}}
    return {
        "get": {
            "operationId": name,
            "x-source": PAGE,
            "responses": {
                "200": {"x-source": PAGE, "x-content-type-source": PAGE, "content": content}
            },
        }
    }


@pytest.fixture
def contract(monkeypatch: pytest.MonkeyPatch) -> Contract:
    """Two reads whose answers have one structure, so many that it is stated in the first alone."""
    monkeypatch.setattr(sharing, "MOST", 0)
    box = structure(size={"type": "integer", **TYPED})
    spec = {
        "info": {"title": "Boxes"},
        "components": {"schemas": {"Box": box, "Crate": structure(box=reference("Box"))}},
        "paths": {
            "/first": reading("GetFirst", structure(box=reference("Box"))),
            "/second": reading("GetSecond", structure(crate=reference("Crate"))),
        },
    }
    return build_contract("boxes", spec, {})


@dataclass
class Boxes:
    """A server with two boxes; what it lacks it says."""

    first: Any = 1
    second: Any = 2
    lacks: frozenset[str] = frozenset()
    asked: list[str] = field(default_factory=list)

    def send(self, request: Request) -> Exchange:
        path = urlsplit(request.url).path
        self.asked.append(path)
        found: dict[str, Any] = {
            "/first": {"box": {"size": self.first}},
            "/second": {"crate": {"box": {"size": self.second}}},
        }
        here = path in found and path not in self.lacks
        body = found[path] if here else {"message": "no such route"}
        headers = (("content-type", "application/json"),)
        return Exchange(
            request, Response(200 if here else 404, headers, json.dumps(body).encode()), None, 0.0
        )


def lines(contract: Contract, server: Boxes) -> dict[str, VerdictLine]:
    config = RunConfig(
        jobs=[Job(contract, catalogue(contract))],
        url="http://127.0.0.1:1",
        credentials=TEST_CREDENTIALS,
        region="us-east-1",
        transport=RetryingTransport(server, retries=0, base=0.0),  # type: ignore[arg-type]
        settings=Settings(draws=0, seed=1),
    )
    return {line.requirement: line for line in run_all(config).verdicts}


SIZE = "boxes/GetFirst/response/box.size/type"


def test_it_is_stated_once(contract: Contract) -> None:
    ids = [one.id for one in catalogue(contract)]
    assert SIZE in ids
    assert not [one for one in ids if "crate.box.size" in one]


def test_what_both_show_passes(contract: Contract) -> None:
    line = lines(contract, Boxes())[SIZE]
    assert line.verdict is Verdict.PASSED
    assert line.cases.accept >= 2


def test_what_the_covered_place_breaks_is_told_with_that_place(contract: Contract) -> None:
    line = lines(contract, Boxes(second="two"))[SIZE]
    assert line.verdict is Verdict.FAILED
    assert "boxes/GetSecond/response/crate.box.size/type" in line.reason
    assert {one.request.url.rsplit("/", 1)[-1] for one in line.evidence} == {"second"}


def test_the_covered_place_may_be_the_only_one_that_a_target_has(contract: Contract) -> None:
    lacking = frozenset({"/first"})
    assert lines(contract, Boxes(lacks=lacking))[SIZE].verdict is Verdict.PASSED
    assert lines(contract, Boxes(second="x", lacks=lacking))[SIZE].verdict is Verdict.FAILED


def test_nothing_is_planned_of_what_a_target_lacks(
    contract: Contract, monkeypatch: pytest.MonkeyPatch
) -> None:
    planned: list[str | None] = []

    def noted(*given: Any) -> Any:
        planned.append(given[1].operation)
        return plan(*given)

    monkeypatch.setattr("conformance.engine.deciding.probe_decider.plan", noted)
    found = lines(contract, Boxes(lacks=frozenset({"/second"})))
    assert "GetFirst" in planned
    assert "GetSecond" not in planned
    assert found["boxes/GetSecond/status/200"].verdict is Verdict.UNSUPPORTED
