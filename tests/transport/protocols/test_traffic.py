"""Recorded traffic of every protocol is told apart, read and judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from conformance.cli.judge import command
from conformance.contract.model import Kind, Member, Shape
from conformance.documents.model import WireNames
from conformance.record import Verdict, read_record
from conformance.transport.protocols.xml_reading import parse, read_members

HEADS = {
    "sns": {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
    "kms": {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": "TrentService.ListKeys"},
    "s3": {},
}
FORM = "Action=ListTopics&Version=2010-03-31"
TOPICS = (
    "<ListTopicsResponse><ListTopicsResult><Topics><{item}><TopicArn>arn:aws:sns:us-east-1:"
    "123456789012:a</TopicArn></{item}></Topics></ListTopicsResult></ListTopicsResponse>"
)
BUCKETS = (
    "<ListAllMyBucketsResult><Buckets><Bucket><Name>abc</Name><CreationDate>{date}</CreationDate>"
    "</Bucket></Buckets></ListAllMyBucketsResult>"
)


def recorded(service: str, method: str, body: str | None, answer: str, media: str) -> str:
    scope = f"AWS4-HMAC-SHA256 Credential=AKIA/20240101/us-east-1/{service}/aws4_request"
    headers = {**HEADS[service], "Authorization": f"{scope}, SignedHeaders=host, Signature=0"}
    url = f"https://{service}.us-east-1.amazonaws.com/"
    request: dict[str, Any] = {"method": method, "url": url, "headers": headers, "body": body}
    response = {"status": 200, "headers": {"Content-Type": media}, "body": answer}
    return json.dumps({"request": request, "response": response}) + "\n"


@pytest.mark.parametrize(
    ("service", "line", "requirement", "verdict"),
    [
        ("sns", ("POST", FORM, TOPICS.format(item="member"), "text/xml"),
         "sns/ListTopics/response/Topics[].TopicArn/type", Verdict.PASSED),
        ("sns", ("POST", FORM, TOPICS.format(item="item"), "text/xml"),
         "sns/ListTopics/response/Topics/type", Verdict.FAILED),
        ("kms", ("POST", "{}", '{"Keys": [{"KeyId": "5"}]}', "application/x-amz-json-1.1"),
         "kms/ListKeys/response/Keys[].KeyId/type", Verdict.PASSED),
        ("kms", ("POST", "{}", '{"Keys": [{"KeyId": 5}]}', "application/x-amz-json-1.1"),
         "kms/ListKeys/response/Keys[].KeyId/type", Verdict.FAILED),
        ("s3", ("GET", None, BUCKETS.format(date="2024-01-01T00:00:00.000Z"), "application/xml"),
         "s3/ListBuckets/response/Buckets[].CreationDate/type", Verdict.PASSED),
        ("s3", ("GET", None, BUCKETS.format(date="<Day>1</Day>"), "application/xml"),
         "s3/ListBuckets/response/Buckets[].CreationDate/type", Verdict.FAILED),
    ],
)  # fmt: skip
def test_an_answer_is_judged_as_its_protocol_has_it(
    service: str,
    line: tuple[str, str | None, str, str],
    requirement: str,
    verdict: Verdict,
    tmp_path: Path,
) -> None:
    traffic, record = tmp_path / "traffic.jsonl", tmp_path / "record.jsonl"
    traffic.write_text(recorded(service, *line))
    result = CliRunner().invoke(
        command, [str(traffic), "--service", service, "--record", str(record)]
    )
    assert result.exception is None or isinstance(result.exception, SystemExit)
    found = {one.requirement: one.verdict for one in read_record(record).verdicts}
    assert found[requirement] is verdict


def test_members_with_the_same_tag_are_all_read() -> None:
    """As ``Event`` and ``Events`` of notifications in S3, of which one is deprecated."""
    one = Shape(Kind.STRING, names=WireNames(name="Event"))
    several = Shape(Kind.LIST, element=Shape(Kind.STRING), names=WireNames(name="Event"))
    members = {"Event": Member("Event", one), "Events": Member("Events", several)}
    element = parse(b"<Queue><Event>a</Event><Event>b</Event><Other>c</Other></Queue>")
    assert element is not None
    assert read_members(members, element) == {"Event": "a", "Events": ["a", "b"], "Other": "c"}
