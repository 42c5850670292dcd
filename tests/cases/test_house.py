"""Faults of the tool itself: what is asked twice, cut without a word, or left out."""

from __future__ import annotations

import base64
import json
import random
from collections import Counter
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cbor2
import pytest

import conformance
from conformance.contract.levels import Level
from conformance.contract.model import Contract, Operation
from conformance.engine.outcome import Job
from conformance.engine.probe_result import is_taken
from conformance.engine.recording.evidence import EvidenceStep, as_evidence
from conformance.engine.resources import request_search
from conformance.engine.resources.listed import lists_of_all
from conformance.engine.resources.request_search import RequestSearch
from conformance.engine.secrets.masking import Masker
from conformance.engine.sending.exchange_log import RunResource, SentProbe
from conformance.plan.probes import Probe, Side
from conformance.record import (
    CutBody,
    Record,
    RecordedSigning,
    RecordedTarget,
    Role,
    RunLine,
    Verdict,
    VerdictLine,
    read_record,
    write_record,
)
from conformance.record.redaction import fold, unfold
from conformance.reports.html import render_html
from conformance.reports.reproduce import curl_script, python_script
from conformance.traffic import jsonlines
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.parsed_response import ParsedResponse
from tests import contracts
from tests.command import in_process
from tests.sampling import one_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

EXCHANGE = Exchange(Request("POST", "http://127.0.0.1/", ()), None, None, 0.0)


NAME = "s3/PutObject/status/200"
NAMESPACE = "cloudwatch/ListMetrics/response/Metrics[].Namespace/type"
LONG = 5 * 1024 * 1024


def recorded(body: bytes, answer: bytes = b"{}") -> VerdictLine:
    """The line of a failure whose evidence is one request with this body."""
    operation = contracts.contract("location").operations["CreateKey"]
    request = Request("POST", "http://127.0.0.1:9/x", (("Content-Type", "text/plain"),), body)
    exchange = Exchange(request, Response(200, (), answer), None, 0.0)
    probe = Probe("", operation, Side.ACCEPT, {}, "")
    sent = SentProbe(probe, {}, exchange, ParsedResponse(200, {}, None, "", "", 1))
    steps = [EvidenceStep(sent, Role.PROBE, "a refusal", "200")]
    evidence = as_evidence(steps, Masker(), RecordedSigning("s3", "us-east-1"))
    return VerdictLine(NAME, Level.REQUIRED, Verdict.FAILED, "s3", "it is so", evidence=evidence)


def test_what_steps_hand_on_is_taken_from_the_answer_that_gave_it() -> None:
    operation = contracts.contract("location").operations["CreateKey"]

    def step(values: dict[str, str], answer: object) -> EvidenceStep:
        request = Request("POST", "http://127.0.0.1:9/", (), json.dumps(values).encode())
        exchange = Exchange(request, Response(200, (), json.dumps(answer).encode()), None, 0.0)
        seen = ParsedResponse(200, answer, None, "", "application/json", 1)
        probe = Probe("", operation, Side.ACCEPT, values, "")
        return EvidenceStep(SentProbe(probe, values, exchange, seen), Role.CHECK)

    handle, chosen = "handle-of-a-message-1", "a-text-that-was-chosen"
    deep: dict[str, Any] = {}
    for _ in range(60):
        deep = {"a": deep}
    taken = step({"Body": chosen}, {"Deep": deep, "Messages": [{"Handle": handle, "Body": chosen}]})
    used = step({"Handle": handle, "Body": chosen, "Word": "ENABLED"}, {})
    _, last = as_evidence([taken, used], Masker(), None)
    assert [(one.value, one.source, one.pointer) for one in last.uses] == [
        (handle, 0, "/Messages/0/Handle")
    ]
    assert handle not in curl_script(as_evidence([taken, used], Masker(), None))


@pytest.mark.parametrize(
    ("status", "code", "taken"),
    [
        (409, "ConflictException", True),
        (400, "RepositoryAlreadyExistsException", True),
        (400, "ResourceInUseException", True),
        (400, "LimitExceededException", False),
        (200, "ResourceInUseException", False),
    ],
)
def test_what_was_accepted_under_a_name_is_why_the_name_is_refused(
    status: int, code: str, *, taken: bool
) -> None:
    assert is_taken(ParsedResponse(status, {}, code, "", "application/json", 1)) is taken


@pytest.mark.parametrize("unit", one_in(2, [("YWFh",), ("a",), ("\u00e9",)]))
def test_a_long_repetition_is_recorded_in_a_few_characters_and_whole(unit: str) -> None:
    body = f'{{"Body":"{unit * (LONG // len(unit.encode()))}"}}'.encode()
    line = recorded(body, body)
    (one,) = line.evidence
    assert one.response is not None
    assert len(json.dumps(line.as_json())) < 2_000
    assert unfold(one.request.body or "").encode() == body
    assert one.request.cut is one.response.cut is None
    script = curl_script(line.evidence)
    assert len(script) < 2_000
    assert "--data-binary @-" in script


@pytest.mark.parametrize("unit", ["a", "ab", "abc", "abcd"])
def test_a_repetition_is_folded_wherever_it_stands(unit: str) -> None:
    for before in range(130):
        start = "-" * before
        assert fold(f"{start}{unit * 256}.") == f"{start}<repeated:256:{unit}>.", before
        assert fold(f"{start}{unit * 255}.") == f"{start}{unit * 255}."


def test_an_exchange_of_a_record_is_read_as_it_was() -> None:
    (one,) = recorded(b"{}", b"a" * LONG).evidence
    read = jsonlines.one(Path("t.jsonl"), 1, one.as_json())
    assert read.exchange.response is not None
    assert (read.exchange.response.body, read.response_known) == (b"a" * LONG, True)
    (one,) = recorded(b"{}", random.Random(1).randbytes(LONG).hex().encode()).evidence
    assert not jsonlines.one(Path("t.jsonl"), 1, one.as_json()).response_known
    assert unfold("<repeated:99999999:a>") == "<repeated:99999999:a>"


def test_a_long_body_is_cut_and_every_report_says_so(tmp_path: Path) -> None:
    body = random.Random(1).randbytes(LONG // 4).hex().encode()
    line = recorded(body, body)
    (one,) = line.evidence
    assert one.response is not None
    assert one.request.cut == one.response.cut == CutBody(len(body), sha256(body).hexdigest())
    assert len(one.response.body or "") < len(one.request.body or "") < len(body)
    told = f"{len(body):,} bytes, sha256 {sha256(body).hexdigest()}"
    for script in (curl_script(line.evidence), python_script(line.evidence)):
        assert script.startswith("# No script: ")
        assert told in script
        assert "conformance replay" not in script
    file = tmp_path / "r.jsonl"
    run_line = RunLine(RecordedTarget("x", "http://127.0.0.1:9"), 1, "t", "2026-01-01T00:00:00Z")
    write_record(Record(file, run_line, (line,)), file)
    assert read_record(file).verdicts == (line,)
    assert told in render_html(read_record(file))
    ended = in_process("replay", file, NAME)
    assert ended.code == 2
    assert "only the beginning of a request body" in ended.err


def test_bytes_that_are_no_text_are_cut_as_openly() -> None:
    answer = b"\xff" * LONG
    (one,) = recorded(b"{}", answer).evidence
    assert one.response is not None
    assert one.response.cut == CutBody(LONG, sha256(answer).hexdigest())
    assert one.request.cut is None


def listed(protocol: str, body: bytes, answer: bytes) -> dict[str, Any]:
    """A recorded ListMetrics of CloudWatch, as a client of the protocol has it."""
    media = {"aws-json-1.0": "application/x-amz-json-1.0", "aws-query": "text/xml"}
    sent = {"aws-query": "application/x-www-form-urlencoded"}
    kind = media.get(protocol, "application/cbor")
    scope = "Credential=AK/20260101/us-east-1/monitoring/aws4_request"
    headers = {
        "Content-Type": sent.get(protocol, kind),
        "Authorization": f"AWS4-HMAC-SHA256 {scope}, SignedHeaders=host, Signature=0",
    }
    path = "/"
    if protocol == "aws-json-1.0":
        headers["X-Amz-Target"] = "GraniteServiceVersion20100801.ListMetrics"
    elif protocol == "rpc-v2-cbor":
        headers |= {"smithy-protocol": protocol, "Accept": kind}
        path = "/service/GraniteServiceVersion20100801/operation/ListMetrics"
    shown = {"Content-Type": kind, "x-amzn-RequestId": "1"}
    shown |= {"smithy-protocol": protocol} if protocol == "rpc-v2-cbor" else {}
    url = f"https://monitoring.us-east-1.amazonaws.com{path}"
    encoded = [base64.b64encode(one).decode() for one in (body, answer)]
    request = {"method": "POST", "url": url, "headers": headers, "body_base64": encoded[0]}
    return {
        "request": request,
        "response": {"status": 200, "headers": shown, "body_base64": encoded[1]},
    }


XML = (
    b"<ListMetricsResponse xmlns='http://monitoring.amazonaws.com/doc/2010-08-01/'>"
    b"<ListMetricsResult><Metrics><member><Namespace>n</Namespace></member></Metrics>"
    b"</ListMetricsResult><ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>"
    b"</ListMetricsResponse>"
)
SPOKEN = {
    "aws-json-1.0": (b"{}", lambda value: json.dumps({"Metrics": [{"Namespace": value}]}).encode()),
    "rpc-v2-cbor": (b"\xa0", lambda value: cbor2.dumps({"Metrics": [{"Namespace": value}]})),
    "aws-query": (b"Action=ListMetrics&Version=2010-08-01", lambda _: XML),
}


@pytest.mark.parametrize("wrong", [None, "aws-json-1.0", "rpc-v2-cbor"])
def test_each_exchange_is_judged_in_the_protocol_that_it_speaks(
    tmp_path: Path, wrong: str | None
) -> None:
    lines = [
        listed(protocol, body, answer(5 if protocol == wrong else "n"))
        for protocol, (body, answer) in SPOKEN.items()
    ]
    traffic, record = tmp_path / "t.jsonl", tmp_path / "r.jsonl"
    traffic.write_text("".join(f"{json.dumps(one)}\n" for one in lines))
    ended = in_process("judge", traffic, "--service", "cloudwatch", "--record", record)
    found = read_record(record)
    failed = [line.requirement for line in found.verdicts if line.verdict is Verdict.FAILED]
    assert failed == ([] if wrong is None else [NAMESPACE])
    assert ended.code == (0 if wrong is None else 1)
    names = [line.requirement for line in found.verdicts]
    assert len(names) == len(set(names))
    shown = next(line for line in found.verdicts if line.requirement == NAMESPACE)
    assert shown.cases.accept == (3 if wrong is None else 2)
    assert "judged 3 of 3 recorded exchanges" in ended.out


def test_a_protocol_that_was_chosen_is_the_only_one(tmp_path: Path) -> None:
    traffic = tmp_path / "t.jsonl"
    body, answer = SPOKEN["aws-json-1.0"]
    traffic.write_text(json.dumps(listed("aws-json-1.0", body, answer("n"))))
    options = ("--service", "cloudwatch", "--protocol", "aws-query")
    assert in_process("judge", traffic, *options).code == 3


def refused(probe: Probe, *, resource: RunResource | None = None) -> SentProbe:
    """What comes of a request of which nothing that it names is there."""
    answer = ParsedResponse(400, {}, "ParentNotFoundException", "", "", 1)
    return SentProbe(probe, dict(probe.values), EXCHANGE, answer, resource)


def test_which_lists_need_nothing_is_found_out_once(monkeypatch: pytest.MonkeyPatch) -> None:
    contract, looked = contracts.inferred("organizations"), Counter[str]()

    def counted(contract: Contract) -> Iterator[Operation]:
        looked[contract.service] += 1
        return lists_of_all(contract)

    monkeypatch.setattr(request_search, "lists_of_all", counted)
    search = RequestSearch(contract, refused)
    for name in ("ListAccountsForParent", "ListOrganizationalUnitsForParent"):
        operation = contract.operations[name]
        values = {"ParentId": "r-examplerootid111"}
        assert search.improve(refused(Probe("", operation, Side.ACCEPT, values, ""))) is None
    assert looked == {"organizations": 1}


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


@pytest.mark.parametrize("by", ["conformance.cli.run", "conformance.api"])
def test_what_is_given_stands_in_the_requests_of_another_protocol(
    by: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen: list[Job] = []

    def other(jobs: Any, access: Any, select: Callable[[], list[Job]]) -> tuple[list[Job], Any]:
        chosen.extend(select())
        return jobs, []

    monkeypatch.setattr(f"{by}.negotiate", other)
    glob = "location/DescribeKey/status/200"
    if by == "conformance.api":
        conformance.run(
            "reference", requirements=[glob], given={"KeyName": "mine"}, profile="quick"
        )
    else:
        in_process("run", "reference", "--requirement", glob, "--given", "KeyName=mine", "-q")
    assert [str(one) for job in chosen for one in job.contract.given.members] == ["KeyName"]
