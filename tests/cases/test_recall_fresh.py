"""An exam: whether runs of whole services find defects that nothing was made for.

A defect is found where a requirement of the gate fails behind its proxy that does not fail without.
"""

from __future__ import annotations

from collections import Counter
from http.client import HTTPConnection
from types import SimpleNamespace
from typing import Any

import botocore.session
import pytest

from tests.cases import recalled, recalled_fresh, recalled_fresh_more, recalled_keys
from tests.sampling import sampled

QUICK = ("--profile", "quick", "--seed", "7")
TABLE = recalled_fresh.TABLE | recalled_fresh_more.TABLE
KNOWN = "LocalStack 11635: deleted secrets are listed"
"""A defect that is found, on which the exam itself is tried."""
MISSED: set[str] = set()
"""Those of the table that a run does not find."""
WITHOUT: dict[str, set[str]] = {}
"""What fails by service without any defect: one run for all of a service."""


@pytest.fixture
def fails_only_behind(moto_port, proxied, run):
    """What fails at the gate behind a proxy, and not without it, in runs of the whole service."""

    def go(service, case):
        if service not in WITHOUT:
            WITHOUT[service] = _whole(run, f"http://127.0.0.1:{moto_port}", service)
            _forget_all(moto_port)
        return _whole(run, proxied(case, moto_port), service) - WITHOUT[service]

    return go


def _whole(run, url, service):
    ended = run(url, "--service", service, *QUICK)
    assert ended.verdicts, ended.out + ended.err
    return ended.failed()


def _forget_all(port):
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("POST", "/moto-api/reset")
    assert connection.getresponse().status == 200
    connection.close()


def _of_operations(requirements, operations):
    return {one for one in requirements if one.split("/")[1] in operations}


@pytest.mark.parametrize("report", sampled(TABLE))
def test_a_defect_of_the_exam_is_found(fails_only_behind, record_property, report):
    one = TABLE[report]
    found = fails_only_behind(one.service, one.make())
    named = sorted(_of_operations(found, one.operations))
    record_property("finds", sorted(found))
    record_property("named", named)
    print(f"{one.service} | {report} | of its operations: {named} | all: {sorted(found)}")

    if report in MISSED:
        assert not found, f"{report} is found, and no longer missed: {sorted(found)}"
    else:
        assert found, f"nothing fails that does not fail without: {one.documented}"


@pytest.mark.exhaustive
def test_the_exam_finds_what_is_known_to_be_found_and_nothing_without_a_defect(fails_only_behind):
    known = recalled_keys.TABLE[KNOWN]

    assert known.finds in fails_only_behind(known.service, known.make())
    assert fails_only_behind(known.service, SimpleNamespace()) == set()


def test_the_exam_is_of_so_many_defects_and_of_none_that_was_written_down_before():
    assert Counter(one.service for one in TABLE.values()) == {
        "sqs": 16, "kms": 16, "secretsmanager": 16, "dynamodb": 12, "s3": 12, "ssm": 12, "sns": 10,
    }  # fmt: skip
    assert len(TABLE) == len(recalled_fresh.TABLE) + len(recalled_fresh_more.TABLE)
    assert not set(TABLE) & (set(recalled.TABLE) | set(recalled_keys.TABLE))
    assert set(TABLE) >= MISSED


def test_a_defect_names_operations_of_its_service():
    session = botocore.session.get_session()
    for one in TABLE.values():
        known = set(session.get_service_model(one.service).operation_names)
        assert one.operations, one.report
        assert set(one.operations) <= known, one.report
        assert one.documented, one.report


ODD = [
    b"",
    b"[]",
    b"null",
    b"{",
    b"\xff",
    b'{"a": 1}',
    b'{"QueueUrl": [], "Tags": 1, "Entries": 2}',
]


@pytest.mark.parametrize("report", TABLE)
def test_a_defect_changes_nothing_that_it_is_not_about_and_no_odd_request_breaks_it(report):
    one = TABLE[report]
    made = one.make()
    assert isinstance(made, SimpleNamespace)
    other: tuple[Any, ...] = ("PATCH", "/nothing", [], b"")
    asked, answered = getattr(made, "request", None), getattr(made, "answer", None)
    assert asked or answered
    assert asked is None or asked(*other, None) is None
    assert answered is None or answered(*other, 200, [], b"{}", None) is None

    def upstream(*_):
        return 200, [], b"{}"

    for operation in one.operations:
        headers = [("X-Amz-Target", f"A.{operation}"), ("Content-Type", "application/x-amz-json")]
        for body in ODD:
            sent: tuple[Any, ...] = ("POST", "/", headers, body)
            going = asked and asked(*sent, upstream)
            assert going is None or len(going) in {3, 4}
            for status, data in ((200, b"{}"), (400, b'{"__type": 3}'), (500, b"oops")):
                given = answered and answered(*sent, status, [], data, upstream)
                assert given is None or len(given) == 3
