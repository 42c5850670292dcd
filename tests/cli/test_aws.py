"""``conformance run aws`` against a strict stand-in: it asks first, and keeps to its own."""

from __future__ import annotations

import json

import pytest
from testbed.cloud import ACCOUNT, Cloud
from testbed.sockets import serving
from testbed.wire import Response

from conformance.record import Verdict, read_record

SCALE = 40
"""How much faster the stand-in's seconds pass."""
SMALL = (
    *("--service", "apigateway", "--profile", "quick", "--seed", "1"),
    *("--requirement", "apigateway/UpdateApiKey/patch/*"),
    *("--requirement", "apigateway/CreateApiKey/request/name/*"),
)


@pytest.fixture
def cloud():
    made = Cloud({"test": "test"}, scale=SCALE)
    with serving(made.answer) as made.url:
        yield made


def arguments(cloud, *more):
    return (
        *("run", "aws", "--region", "us-east-1", "--endpoint-url", cloud.url),
        *("--quota-factor", SCALE, *more),
    )


def agreed(cloud, *more):
    return arguments(cloud, "--expect-account", ACCOUNT, "--yes", "--record", "r.jsonl", *more)


def test_an_account_must_be_named(conformance, cloud, place):
    assert "--expect-account" in conformance(*arguments(cloud, "--yes")).complaint(2)
    assert cloud.requests == []
    assert list(place.iterdir()) == []


def test_the_user_must_agree(conformance, cloud, place):
    complaint = conformance(*arguments(cloud, "--expect-account", ACCOUNT)).complaint(2)
    assert "--dry-run" in complaint
    assert "--yes" in complaint
    assert cloud.requests == []


def test_a_region_must_be_named(conformance, cloud):
    ended = conformance("run", "aws", "--expect-account", ACCOUNT, "--yes")
    assert "--region" in ended.complaint(2)


def test_another_account_is_not_touched(conformance, cloud, place):
    ended = conformance(*arguments(cloud, "--expect-account", "210987654321", "--yes", *SMALL))
    assert f"to account {ACCOUNT}, not to 210987654321" in ended.complaint(3)
    assert cloud.requests == ["POST /"]
    assert list(place.iterdir()) == []


def test_credentials_of_nobody(conformance, cloud, monkeypatch):
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "other")
    ended = conformance(*arguments(cloud, "--expect-account", ACCOUNT, "--yes", *SMALL))
    assert "cannot find out which account" in ended.complaint(3)
    assert set(cloud.requests) == {"POST /"}


@pytest.mark.parametrize(
    "url",
    ["https://apigateway.eu-west-1.amazonaws.com", "https://geo.cn-north-1.amazonaws.com.cn"],
)
def test_an_address_of_aws_is_no_emulator(conformance, url):
    assert "conformance run aws" in conformance("run", url).complaint(2)


def test_a_dry_run_tells_and_sends_nothing(conformance, cloud, place):
    ended = conformance(*arguments(cloud, "--dry-run", "--expect-account", ACCOUNT, *SMALL))
    assert ended.code == 0, ended.err
    assert cloud.requests == []
    assert list(place.iterdir()) == []
    assert "creates about" in ended.out
    assert "at the documented rate limits" in ended.out
    policy = json.loads(ended.out[ended.out.index("{") :])
    allowed = {one["Action"]: one["Resource"] for one in policy["Statement"]}
    root = "arn:aws:apigateway:us-east-1::"
    assert allowed["apigateway:POST"] == [f"{root}/apikeys"]
    assert allowed["apigateway:PATCH"] == [f"{root}/apikeys/*"]
    assert allowed["apigateway:DELETE"] == [f"{root}/apikeys/*", f"{root}/tags/*"]
    assert set(allowed) == {f"apigateway:{m}" for m in ("POST", "GET", "PATCH", "PUT", "DELETE")}


def test_a_dry_run_needs_no_target(conformance, place):
    ended = conformance(
        "run", "http://127.0.0.1:1", "--dry-run", "--rate", "5", "--profile", "quick",
        "--service", "location", "--requirement", "location/CreateKey/request/Description/*",
    )  # fmt: skip
    assert ended.code == 0, ended.err
    assert "location: about" in ended.out
    assert "at 5 requests a second" in ended.out


@pytest.mark.parametrize(
    "more",
    [
        SMALL,
        (
            *("--service", "location", "--profile", "quick", "--seed", "1"),
            *("--requirement", "location/*Key/request/KeyName/*"),
            *("--requirement", "location/UpdateKey/behavior/*-is-stored"),
        ),
    ],
    ids=["apigateway", "location"],
)
def test_a_run_keeps_to_the_quotas_and_to_its_own(conformance, cloud, place, more):
    ended = conformance(*agreed(cloud, *more))
    assert ended.code == 0, ended.out + ended.err
    assert cloud.left() == []
    assert cloud.harmed() == []
    assert {name: debt for name, debt in cloud.overrun().items() if debt > 1} == {}
    assert len(cloud.requests) > 40
    assert not list(place.glob("reports/journals/*"))
    found = [line.verdict for line in read_record(place / "r.jsonl").verdicts]
    assert found.count(Verdict.PASSED) > 5
    assert not {Verdict.FAILED, Verdict.ERROR, Verdict.INCONCLUSIVE} & set(found)


def test_what_might_be_of_others_is_not_sent(conformance, cloud, place):
    glob = "location/DeleteKey/request/KeyName/minLength"
    ended = conformance(*agreed(cloud, "--service", "location", "--requirement", glob))
    assert cloud.harmed() == []
    (line,) = read_record(place / "r.jsonl").verdicts
    assert line.verdict is Verdict.SKIPPED
    assert "'a' does not belong to this run" in line.reason
    assert ended.code == 3


def test_a_service_that_the_target_lacks_leaves_nothing_in_doubt(conformance, place):
    refuse = Response(500, b"no such thing", "text/plain")
    with serving(lambda _: refuse) as url:
        ended = conformance("run", url, "--requirement", "*/status/20*", "--record", "r.jsonl")
    assert ended.code == 3
    assert "cleanup" not in ended.out + ended.err
    assert {line.verdict for line in read_record(place / "r.jsonl").verdicts} == {
        Verdict.UNSUPPORTED
    }
