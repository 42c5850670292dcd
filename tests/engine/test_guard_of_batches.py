"""Requests without an identifier of their own: batches and tags name what they are about deeper."""

from __future__ import annotations

import json
from typing import Any

import pytest

from conformance.engine.journal import Header, Journal
from conformance.engine.resources.names import Names
from conformance.engine.resources.run_tag import TAG
from conformance.engine.safety.guard import GuardedTransport
from conformance.engine.safety.request_classifier import RouteTable
from conformance.transport.exchange import FailureKind, Request
from tests import contracts
from tests.json_double import Accepting

URL = "http://127.0.0.1:1"
HEADER = Header(URL, "abcd1234", "us-east-1", "2026-01-01T00:00:00Z", {}, None, TAG)
OURS = "conformance-abcd1234-00001"


@pytest.fixture
def is_sent(tmp_path):
    journal = Journal.begin(tmp_path / "j.jsonl", HEADER)
    routes = RouteTable(contracts.contract("dynamodb"), URL)
    guard = GuardedTransport(Accepting(), routes, journal, Names(HEADER.nonce), lambda *_: False)

    def send(operation: str, members: Any) -> bool:
        headers = (("X-Amz-Target", f"DynamoDB_20120810.{operation}"),)
        exchange = guard.send(Request("POST", f"{URL}/", headers, json.dumps(members).encode()))
        return exchange.failure is None or exchange.failure.kind is not FailureKind.WITHHELD

    assert send("CreateTable", {"TableName": OURS})
    yield send
    journal.close()


def test_what_only_this_run_can_have_named_is_sent(is_sent):
    assert is_sent("BatchWriteItem", {"RequestItems": {"conformance-abcd1234-00002": []}})


def deep(depth: int) -> Any:
    return {"M": {"inner": deep(depth - 1)}} if depth else {"S": OURS}


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("BatchWriteItem", {"RequestItems": {OURS: []}}),
        ("TransactWriteItems", {"TransactItems": [{"Put": {"TableName": OURS, "Item": {}}}]}),
        ("TagResource", {"ResourceArn": f"arn:aws:dynamodb:us-east-1:1:table/{OURS}", "Tags": []}),
    ],
)
def test_what_names_ours_deeper_is_sent(is_sent, operation, members):
    assert is_sent(operation, members)


@pytest.mark.parametrize(
    ("operation", "members"),
    [
        ("BatchWriteItem", {"RequestItems": {"orders": []}}),
        ("BatchWriteItem", {}),
        ("TransactWriteItems", {"TransactItems": [{"Put": {"TableName": "orders", "Item": {}}}]}),
        ("TagResource", {"ResourceArn": "arn:aws:dynamodb:us-east-1:1:table/orders", "Tags": []}),
        ("BatchWriteItem", {"RequestItems": {"orders": [deep(60)]}}),
    ],
)
def test_what_names_nothing_of_ours_is_withheld(is_sent, operation, members):
    assert not is_sent(operation, members)
