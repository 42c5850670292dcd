"""Recall on three services: defects that were written down first, each alone in front of moto."""

from __future__ import annotations

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest

from tests.cases import defects as of
from tests.cases import recalled_keys as keys
from tests.cases.conftest import QUICK
from tests.cases.defects import Defect
from tests.cases.recalled import TABLE, shown, taken
from tests.sampling import sampled

STANDARD = ("--profile", "standard", "--seed", "7")
PAUSES_LONG = {"a purge does nothing"}
"""What a quick run leaves, as it takes a minute."""
NOT_STATED = {
    "no message is counted as received",  # the counts are approximate, whatever they say
}
XML_ERROR = "<Error><Code>{}</Code><Message>no</Message></Error>"


def conditions_of_copies_hold():
    return of.refusing_in_xml(
        lambda _, __, headers, ___: any(
            (name.lower(), value) == ("x-amz-copy-source-if-match", '"0"')
            or name.lower() == "x-amz-copy-source-if-none-match"
            for name, value in headers
        ),
        XML_ERROR.format("PreconditionFailed"),
    )


def parts_are_in_order():
    def is_wrong(method, path, _headers, body):
        numbers = re.findall(rb"<PartNumber>(\d+)", body or b"")
        return method == "POST" and "uploadId" in path and numbers != sorted(numbers)

    return of.refusing_in_xml(is_wrong, XML_ERROR.format("InvalidPartOrder"))


def sets_are_not_empty():
    return of.refusing(
        lambda _, __, headers, body: (
            of.operation_of(headers, body) == "UpdateItem" and b"[]" in (body or b"")
        ),
        400, "ValidationException",
    )  # fmt: skip


def messages_of_fifo_queues_are_numbered():
    return shown("SendMessage", lambda _, __, body: {"SequenceNumber": "1", **body})


def the_window_is_told():
    def change(sent, status, body):
        window = sent.get("PendingWindowInDays", 30)
        more = {"PendingWindowInDays": window, "KeyState": "PendingDeletion"}
        return {**more, **body} if status == 200 else None

    return shown("ScheduleKeyDeletion", change)


def selectors_are_told():
    def change(sent, status, body):
        name, colon, selector = str(sent.get("Name")).partition(":")
        told = {**body.get("Parameter", {}), "Selector": f":{selector}"}
        return {"Parameter": told} if status == 200 and name and colon else None

    return shown("GetParameter", change)


WRONG_IN_MOTO = {
    "a key is deleted after thirty days whatever is asked for": the_window_is_told,
    "cloudemu 1092: a selector has no colon": selectors_are_told,
    "fakecloud 110: parts are completed in any order": parts_are_in_order,
    "moto 7595: ADD takes an empty set": sets_are_not_empty,
    "fakecloud 2040: copies take no notice of the conditions": conditions_of_copies_hold,
    "a message without an id of its own has no number": messages_of_fifo_queues_are_numbered,
}  # fmt: skip
FAILS_IN_MOTO = {
    "fakecloud 2040: copies take no notice of the conditions": "s3/CopyObject/behavior/conditions",
    "a message without an id of its own has no number": "sqs/SendMessage/behavior/numbered",
} | {name: one.finds for name, one in (TABLE | keys.TABLE).items() if name in WRONG_IN_MOTO}


def records_are_deleted_whatever_they_are():
    def answer(_method, path, _headers, body, status, answered, _data, _upstream):
        if not path.rstrip("/").endswith("rrset") or b"DELETE" not in (body or b"") or status < 400:
            return None
        text = "<ChangeResourceRecordSetsResponse><ChangeInfo><Id>/change/1</Id><Status>INSYNC"
        text += "</Status><SubmittedAt>2024-01-01T00:00:00Z</SubmittedAt></ChangeInfo>"
        return 200, answered, f"{text}</ChangeResourceRecordSetsResponse>".encode()

    return SimpleNamespace(answer=answer)


FOUND = {
    name: one
    for name, one in (TABLE | keys.TABLE).items()
    if name not in NOT_STATED and name not in WRONG_IN_MOTO
} | {
    one.report: one
    for one in (
        Defect(
            "floci 2210: FilterLogEvents does not tell the stream", "logs",
            "logs/CreateLogGroup/behavior/filtered-events",
            lambda: shown("FilterLogEvents", of.each(of.drop("logStreamName"), "events")),
        ),
        Defect(
            "moto 5717: records are deleted whatever their values", "route53",
            "route53/CreateHostedZone/behavior/record-sets", records_are_deleted_whatever_they_are,
        ),
    )
}  # fmt: skip
FAST = (
    "fakecloud 265: contains does not look into sets",
    "versitygw 138: StartAfter has no effect",
    "LocalStack 6674: messages of FIFO queues have no number",
)


def test_fifteen_defects_of_each_service_change_nothing_that_they_are_not_about():
    services = [one.service for one in TABLE.values()]
    assert {name: services.count(name) for name in services} == {
        "dynamodb": 15, "sqs": 15, "s3": 15,
    }  # fmt: skip
    sent: tuple[Any, ...] = ("PATCH", "/nothing", [], b"")
    for one in FOUND.values():
        made = one.make()
        assert isinstance(made, SimpleNamespace)
        assert not hasattr(made, "request") or made.request(*sent, None) is None
        assert not hasattr(made, "answer") or made.answer(*sent, 200, [], b"{}", None) is None


def test_a_request_of_which_nothing_is_left_is_still_another_one():
    forgets = taken("ListQueues", lambda _: {})
    target = [("X-Amz-Target", "AmazonSQS.ListQueues")]
    assert forgets.request("POST", "/", target, b'{"a": 1}', None)[3] == json.dumps({}).encode()


@pytest.mark.parametrize("report", sampled(FOUND, *FAST))
def test_a_defect_that_was_written_down_fails_by_its_own_name(moto_port, proxied, run, report):
    one = FOUND[report]
    how = STANDARD if report in PAUSES_LONG else QUICK
    narrow = ("--service", one.service, *how, *one.arguments())
    found = run(proxied(one.make(), moto_port), *narrow)
    right = run(f"http://127.0.0.1:{moto_port}", *narrow)

    assert found.failed() == {one.finds}, found.out
    assert found.code == 1
    assert right.verdict(one.finds) == "passed", right.out


@pytest.mark.parametrize("report", sampled(WRONG_IN_MOTO))
def test_what_moto_does_wrong_fails_and_holds_where_it_is_mended(moto_port, proxied, run, report):
    requirement = FAILS_IN_MOTO[report]
    narrow = ("--service", requirement.partition("/")[0], *QUICK, "--requirement", requirement)
    wrong = run(f"http://127.0.0.1:{moto_port}", *narrow)
    right = run(proxied(WRONG_IN_MOTO[report](), moto_port), *narrow)

    assert wrong.failed() == {requirement}, wrong.out
    assert right.verdict(requirement) == "passed", right.out
