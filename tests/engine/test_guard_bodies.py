"""The guard reads identifiers in bodies and queries, and knows a deletion by what it names."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.engine.journal import Header, Journal
from conformance.engine.resources.names import Names
from conformance.engine.safety.guard import GuardedTransport
from conformance.engine.safety.request_classifier import RequestEffect, RouteTable
from conformance.transport.exchange import FailureKind, Request
from tests import contracts
from tests.json_double import Accepting

URL = "http://127.0.0.1:1"
HEADER = Header(URL, "abcd1234", "us-east-1", "2026-01-01T00:00:00Z", {}, None, None)
OURS = "conformance-abcd1234-00001"
VECTORS, BATCH, SES = "s3vectors", "batch", "sesv2"
Send = Callable[..., bool]


def routes(service: str) -> RouteTable:
    return RouteTable(contracts.inferred(service), URL)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    made = Journal.begin(tmp_path / "j.jsonl", HEADER)
    yield made
    made.close()


@pytest.fixture
def sent(journal: Journal) -> Send:
    """Whether the guard sends a request, where the target seems to have whatever is named."""

    def ask(service: str, path: str, body: dict[str, Any]) -> bool:
        guard = GuardedTransport(
            Accepting(), routes(service), journal, Names(HEADER.nonce), lambda *_: False
        )
        exchange = guard.send(Request("POST", URL + path, (), json.dumps(body).encode()))
        return exchange.failure is None or exchange.failure.kind is not FailureKind.WITHHELD

    return ask


@pytest.mark.parametrize(
    ("service", "path", "body", "expected"),
    [
        (BATCH, "/v1/deletejobqueue", {"jobQueue": OURS}, True),
        (BATCH, "/v1/deletejobqueue", {"jobQueue": "production"}, False),
        (BATCH, "/v1/updatejobqueue", {"jobQueue": "production", "state": "DISABLED"}, False),
        (BATCH, "/v1/describejobqueues", {"jobQueues": ["production"]}, True),
        (BATCH, "/v1/terminatejobs", {"jobs": [OURS, f"{OURS}2"], "reason": "x"}, True),
        (BATCH, "/v1/terminatejobs", {"jobs": ["theirs", OURS], "reason": "x"}, False),
        (VECTORS, "/DeleteIndex", {"vectorBucketName": OURS, "indexName": OURS}, True),
        (VECTORS, "/DeleteIndex", {"vectorBucketName": "theirs", "indexName": OURS}, False),
        (VECTORS, "/DeleteIndex", {}, True),
        (VECTORS, "/QueryVectors", {"indexName": "theirs", "topK": 1}, True),
        (VECTORS, "/PutVectors", {"vectorBucketName": "theirs", "indexName": "x"}, False),
        (SES, "/v2/email/outbound-emails", {"Content": {}}, True),
        (SES, "/v2/email/tags", {"ResourceArn": "arn:aws:ses:us-east-1:1:x/theirs"}, False),
    ],
)
def test_what_a_body_names(
    sent: Send, service: str, path: str, body: dict[str, Any], expected: bool
) -> None:
    assert sent(service, path, body) is expected


def visit(service: str, path: str, body: dict[str, Any]) -> RequestEffect:
    request = Request("POST", URL + path, (), json.dumps(body).encode())
    return routes(service).visit(request).kind


def test_a_deletion_is_known_by_its_operation() -> None:
    assert visit(BATCH, "/v1/deletejobqueue", {"jobQueue": OURS}) is RequestEffect.DELETE
    assert visit(BATCH, "/v1/createjobqueue", {"jobQueueName": OURS}) is RequestEffect.CREATE
    assert visit(BATCH, "/v1/listjobs", {}) is RequestEffect.LOOK


def test_a_part_is_deleted_and_not_what_it_is_part_of() -> None:
    table = routes(VECTORS)
    asked = {"vectorBucketName": OURS, "indexName": "conformance-abcd1234-00002"}
    index = Request("POST", f"{URL}/DeleteIndex", (), json.dumps(asked).encode())
    policy = Request("POST", f"{URL}/DeleteVectorBucketPolicy", (), json.dumps(asked).encode())
    assert table.deleted(table.visit(index)) == ["conformance-abcd1234-00002"]
    assert table.deleted(table.visit(policy)) == []
