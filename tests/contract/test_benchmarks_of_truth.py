"""The yardsticks that hold contracts beside what AWS took, refused and answered."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from benchmarks import placebo, verified
from benchmarks.literal_calls import UNKNOWN, calls

SOURCE = """
NAME = "a" * 65

@markers.aws.validated
@pytest.mark.parametrize("kind", ["HASH", "SORT"])
def test_tables(aws_client, kind):
    extra = {"Description": "x"}
    aws_client.secretsmanager.create_secret(Name=name(), **extra)
    extra.update(more())
    aws_client.secretsmanager.create_secret(Name="b", **extra)
    with pytest.raises(ClientError) as e:
        aws_client.kms.generate_random(NumberOfBytes=1025)
    for size in (1, -1):
        aws_client.kms.generate_random(NumberOfBytes=size)

def test_of_nobody(aws_client):
    aws_client.kms.generate_random(NumberOfBytes=-5)
"""


def source(folder: Path) -> Path:
    (folder / "test_one.py").write_text(SOURCE)
    return folder


def test_calls_are_read_with_what_is_written_out(tmp_path: Path) -> None:
    read = list(calls(source(tmp_path), lambda decorators: "aws.validated" in decorators))
    assert len(read) == 2 * 5
    first, second, refused, one, other = read[:5]
    assert (first.service, first.operation) == ("secretsmanager", "CreateSecret")
    assert first.members == {"Name": UNKNOWN, "Description": "x"}
    assert first.whole
    assert not second.whole
    assert [call.accepted for call in (first, refused, one, other)] == [True, False, True, True]
    assert [call.members["NumberOfBytes"] for call in (one, other)] == [1, -1]


def test_what_aws_took_and_a_contract_forbids_is_told(tmp_path: Path) -> None:
    found = [
        told
        for call in calls(source(tmp_path), lambda decorators: "validated" in decorators)
        for told in verified.forbidden(call)
        if call.accepted
    ]
    assert set(found) == {"kms/GenerateRandom/request/NumberOfBytes/minimum: [-1]"}


def recorded(folder: Path, **data: Any) -> list[str]:
    file = folder / "api.ecr.GetLifecyclePolicy_1.json"
    file.write_text(json.dumps({"status_code": 200, "data": data}))
    ((service, operation, found),) = placebo.recordings(folder)
    return list(placebo.failures(service, operation, json.loads(found.read_text())))


@pytest.mark.exhaustive
def test_recorded_answers_are_judged(tmp_path: Path) -> None:
    moment = {"__class__": "datetime", "year": 1969, "month": 12, "day": 31, "hour": 19}
    moment |= {"minute": 0, "second": 0, "microsecond": 0}
    assert not recorded(tmp_path, registryId="1", lastEvaluatedAt=moment)
    headers = {"content-type": "text/html", "content-length": "2"}
    told = recorded(tmp_path, registryId=1, ResponseMetadata={"HTTPHeaders": headers})
    assert told == [
        "AWS  ecr/GetLifecyclePolicy/response/content-type: text/html",
        "AWS  ecr/GetLifecyclePolicy/response/registryId/type: 1",
    ]
