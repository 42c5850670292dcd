"""Makes run records that look like real ones: two services, every verdict, hostile content."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from conformance.contract.levels import Level, Source
from conformance.record import (
    Coverage,
    Record,
    RecordedExchange,
    RecordedRequest,
    RecordedResponse,
    RecordedSigning,
    RecordedTarget,
    RecordWriter,
    Role,
    RunLine,
    SummaryLine,
    Use,
    Verdict,
    VerdictLine,
    count,
)
from conformance.record.values import Cases

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = "http://127.0.0.1:5000"
JSON = {"Accept": "application/json", "Content-Type": "application/json"}
HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>",
    "\x1b[31mred\x1b[0m \x00\x07 \u202egpj.exe\u2066 \ufeff]]> & <b>bold</b>",
    "`code` ``` | table | *bold* [link](javascript:alert(1)) @someone #1 <!-- -->",
    '\'; rm -rf / #\n$(touch /tmp/x) `id` "quoted" \\ %s !!',
    "{{ 7*7 }} {% raw %} {# no #}",
)
_OPERATIONS = {
    "apigateway": ("CreateApiKey", "GetApiKey", "GetApiKeys", "UpdateApiKey", "DeleteApiKey"),
    "location": ("CreateKey", "DescribeKey", "ListKeys", "UpdateKey", "DeleteKey"),
}
_PATHS = {"apigateway": "/apikeys/", "location": "/metadata/v0/keys/"}
_SIGNING = {"apigateway": "apigateway", "location": "geo"}
_MEMBERS = ("name", "description", "Restrictions.AllowActions[]", "ExpireTime", "tags", "KeyName")
_KEYWORDS = {
    "maxLength": "has at most 1000 characters",
    "minLength": "has at least 1 character",
    "pattern": "matches [-._\\w]+",
    "type": "is a string",
    "required": "is required",
    "maxItems": "has at most 5 items",
}
_LEVELS = (Level.REQUIRED,) * 6 + (Level.EXPECTED,) * 3 + (Level.STRICT, Level.INFORMATIONAL)
_OTHERS = {
    Verdict.UNSUPPORTED: "the target answered 501 UnknownOperationException",
    Verdict.SKIPPED: "setup failed: CreateKey answered 500",
    Verdict.INCONCLUSIVE: "the failure did not repeat on a fresh resource",
    Verdict.ERROR: "our own fault: KeyError('x')",
}


def fake_run(name: str = "moto", *, strict: bool = False) -> RunLine:
    return RunLine(
        target=RecordedTarget(name, BASE, "5.1.18"),
        seed=7,
        tool="0.1.0",
        start="2026-01-02T03:04:05Z",
        services=tuple(_OPERATIONS),
        specs={service: {"openapi.yaml": "0" * 64} for service in _OPERATIONS},
        command="conformance run moto --seed 7 --profile standard",
        strict=strict,
    )


def request_to(service: str, method: str, path: str, body: object = None) -> RecordedRequest:
    text = body if isinstance(body, str) or body is None else json.dumps(body)
    signing = RecordedSigning(_SIGNING[service], "us-east-1")
    return RecordedRequest(method, BASE + path, JSON, text, signing=signing)


def setup_exchange(service: str, nonce: str) -> RecordedExchange:
    """A key is created; API Gateway gives it an id."""
    if service == "apigateway":
        request = request_to(service, "POST", "/apikeys", {"name": f"c-{nonce}"})
        body = json.dumps({"id": f"id{nonce}", "name": f"c-{nonce}", "value": "********"})
        return RecordedExchange(
            request, RecordedResponse(201, JSON, body), "201", "201", Role.SETUP, 0.01
        )
    made = {"KeyName": f"c-{nonce}", "NoExpiry": True}
    request = request_to(service, "POST", "/metadata/v0/keys", made)
    answer = RecordedResponse(200, JSON, json.dumps({"KeyName": f"c-{nonce}"}))
    return RecordedExchange(request, answer, "200", "200", Role.SETUP, 0.01)


def failing_evidence(random: Random, service: str, keyword: str) -> tuple[RecordedExchange, ...]:
    nonce = f"{random.randrange(16**8):08x}"
    setup = setup_exchange(service, nonce)
    identifier = f"id{nonce}" if service == "apigateway" else f"c-{nonce}"
    uses = (Use(identifier, 0, "/id"),) if service == "apigateway" else ()
    value = random.choice(("x" * 1001, "bad value", *HOSTILE))
    path = _PATHS[service] + identifier
    request = request_to(service, "PATCH", path, {"Description": value})
    response, seen = _answer(random, keyword)
    expected = "400 ValidationException, a refusal of the value that breaks the constraint"
    return setup, RecordedExchange(request, response, expected, seen, Role.PROBE, 0.02, uses)


def _answer(random: Random, keyword: str) -> tuple[RecordedResponse | None, str]:
    choice = random.randrange(8)
    if choice == 0:
        body = json.dumps({"message": f"Internal error in handler {random.randrange(9999)}"})
        return RecordedResponse(500, JSON, body), "500 InternalFailure"
    if choice == 1:
        body = json.dumps({"__type": "NotFoundException", "message": random.choice(HOSTILE)})
        return RecordedResponse(404, JSON, body), "404 NotFoundException"
    if choice == 2:
        return None, "no answer within 10 s"
    if choice == 3:
        page = f"<html><body>{random.choice(HOSTILE)}</body></html>"
        return RecordedResponse(
            400, {"content-type": "text/html"}, page
        ), f"400 {random.choice(HOSTILE)}"
    body = json.dumps({"id": "abc", "description": random.choice(HOSTILE)})
    return RecordedResponse(200, JSON, body), f"200, a success: {keyword} was not enforced"


def fake_verdicts(total: int, failed: int, seed: int = 1) -> Iterator[VerdictLine]:
    """``total`` verdict lines with about ``failed`` failures and some of each other verdict."""
    random = Random(seed)
    for number in range(total):
        service = random.choice(tuple(_OPERATIONS))
        operation = None if number % 40 == 0 else random.choice(_OPERATIONS[service])
        yield _verdict(random, number, service, operation, failed / total)


def _verdict(
    random: Random, number: int, service: str, operation: str | None, rate: float
) -> VerdictLine:
    keyword = random.choice(tuple(_KEYWORDS))
    member = random.choice(_MEMBERS)
    address = f"{operation}/request" if operation else "protocol"
    verdict, reason = _outcome(random, rate)
    failing = verdict is Verdict.FAILED
    return VerdictLine(
        requirement=f"{service}/{address}/{member}{number}/{keyword}",
        level=random.choice(_LEVELS),
        verdict=verdict,
        service=service,
        operation=operation,
        statement=f"{member} {_KEYWORDS[keyword]}",
        reason=reason,
        source=_source(random, service, operation, number),
        cases=Cases(random.randrange(1, 20), random.randrange(20)),
        seconds=random.random(),
        evidence=failing_evidence(random, service, keyword) if failing else (),
        related=(f"{service}/{operation}/status/no-5xx",) if failing and number % 3 == 0 else (),
        baseline="known: issue 12" if failing and number % 29 == 0 else None,
    )


def _outcome(random: Random, rate: float) -> tuple[Verdict, str]:
    if random.random() < rate:
        return Verdict.FAILED, "the refusal that the documents state did not come"
    if random.random() < 0.1:
        verdict = random.choice(tuple(_OTHERS))
        return verdict, _OTHERS[verdict]
    return Verdict.PASSED, ""


def _source(random: Random, service: str, operation: str | None, number: int) -> Source:
    if operation is None:
        return Source(protocol="restJson1: the body is a JSON object")
    if random.random() < 0.1:
        return Source(observation=f"recorded answer {number} of {operation}")
    return Source(
        document=f"api-{operation.lower()}.md",
        section="Request Body",
        line=number + 1,
        url=f"https://docs.aws.amazon.com/{service}/latest/api_{operation}.html",
        text=f"Length Constraints: Maximum length of {number}.",
    )


def fake_record(
    total: int = 400,
    failed: int = 60,
    *,
    interrupted: bool = False,
    strict: bool = False,
    seed: int = 1,
) -> Record:
    """A whole record as a value."""
    verdicts = tuple(fake_verdicts(total, failed, seed))
    code = 1 if failed else 0
    summary = SummaryLine(
        requests=total * 12,
        seconds=48.25,
        counts=count(verdicts),
        exit=code,
        coverage=Coverage(total - 30, total),
        notes=("moto answers every request on /metadata with text/html",),
    )
    path = Path("run.jsonl")
    return Record(path, fake_run(strict=strict), verdicts, None if interrupted else summary)


def one_failure(*evidence: RecordedExchange, **changes: object) -> Record:
    """A record of one failed requirement with this evidence."""
    fields: dict[str, object] = {
        "requirement": "location/UpdateKey/request/Description/maxLength",
        "level": Level.REQUIRED,
        "verdict": Verdict.FAILED,
        "service": "location",
        "operation": "UpdateKey",
        "statement": "Description has at most 1000 characters",
        "evidence": evidence,
    }
    line = VerdictLine(**(fields | changes))  # type: ignore[arg-type]
    return Record(Path("run.jsonl"), fake_run(), (line,))


def write_record(record: Record, path: Path) -> Path:
    """Write a record with the real writer."""
    with RecordWriter(path) as writer:
        writer.write(record.run)
        for line in record.verdicts:
            writer.write(line)
        if record.summary is not None:
            writer.write(record.summary)
    return path
