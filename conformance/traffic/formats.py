"""Files in formats that are not read: recognized, with a hint what to do instead."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

HAR = "record it as HAR, or as a cassette of vcrpy or go-vcr"


class Known(NamedTuple):
    """A format by name, and what to do with a file of it."""

    name: str
    hint: str = HAR

    def told(self) -> str:
        """Why a file of this format is not judged."""
        return f"no traffic that is read, but {self.name}"


STUBS = "these are answers that somebody made up or edited: record what the server answers, as HAR"
CALLS = "it holds what a client made of the answers, not the requests: record the HTTP traffic"
EXPORT = "export the traffic as HAR and name that file"
JOURNAL = "it holds what a mock was asked and answered: record what the server answers, as HAR"
SAVED = "its saved answers are no recording: record as HAR"
NO_ANSWERS = "it holds requests without their answers: record both, as HAR"

MAGIC: tuple[tuple[bytes, Known], ...] = (
    *(
        (magic, Known("a packet capture (pcap)", "decrypt it and export HTTP as HAR"))
        for magic in (b"\xd4\xc3\xb2\xa1", b"\xa1\xb2\xc3\xd4", b"\x4d\x3c\xb2\xa1",
                      b"\xa1\xb2\x3c\x4d", b"\x0a\x0d\x0d\x0a")
    ),
    (b"SQLite format 3\0", Known("an SQLite database")),
    (b"\x89PNG", Known("an image (PNG)")),
    (b"\xff\xd8\xff", Known("an image (JPEG)")),
    (b"GIF8", Known("an image (GIF)")),
    (b"%PDF", Known("a PDF file")),
    (b"\x28\xb5\x2f\xfd", Known("a Zstandard file", "unpack it first")),
    (b"BZh", Known("a bzip2 file", "unpack it first")),
    (b"\xfd7zXZ", Known("an xz file", "unpack it first")),
    (b"\x80\x04\x95", Known("a Python pickle")),
    (b"\x7fELF", Known("a program")),
)  # fmt: skip
FLOWS = re.compile(rb"\d{1,9}:\d{1,9}:[A-Za-z]")
"""mitmproxy's dumps begin with the length of a flow and that of its first member."""
MITMPROXY = Known(
    "a flow dump of mitmproxy", "`mitmdump -nr FILE --set hardump=FILE.har` makes a HAR of it"
)
SUFFIXES = {
    ".saz": Known("a Fiddler session archive", EXPORT),
    ".chls": Known("a Charles session", EXPORT),
    ".chlz": Known("a Charles session", EXPORT),
    ".js": Known("JavaScript, such as nock or MSW handlers", HAR),
    ".ts": Known("TypeScript, such as MSW handlers", HAR),
    ".py": Known("a Python program", HAR),
    ".md": Known("a text for people"),
    ".mitm": MITMPROXY,
    ".flow": MITMPROXY,
}
TEXTS: tuple[tuple[str, Known], ...] = (
    (r"<\?xml[^>]*>\s*(?:<!DOCTYPE[^>]*>\s*)?<items burpVersion|<items burpVersion",
     Known("a Burp export", EXPORT)),
    (r"(?:<\?xml[^>]*>\s*)?<jmeterTestPlan", Known("a JMeter test plan", HAR)),
    (r"<!doctype html|<html", Known("an HTML page", EXPORT)),
    (r"<\?xml|<[A-Za-z]", Known("an XML file", EXPORT)),
    (r"[*] +(?:Trying|Host|Uses proxy|Rebuilt)|== Info:|[<>] \S+ \S+ ?HTTP|> [A-Z]+ /",
     Known("a trace of curl", HAR)),
    (r"HTTP/[\d.]+ \d{3}", Known("a raw HTTP answer", HAR)),
    (r"[A-Z]{3,7} /\S* HTTP/", Known("a raw HTTP request", HAR)),
    (r"(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d\.\d+ .*(?:IP6?|ARP|length|tcp) ",
     Known("what tcpdump prints", "export HTTP as HAR from a program that reads captures")),
    (r"[\[(]?\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d|(?:TRACE|DEBUG|INFO|WARN(?:ING)?)\b",
     Known("a log of a program", HAR)),
    (r"###|[A-Z]{3,7} https?://", Known("a file of HTTP requests", NO_ANSWERS)),
    (r"(?:const|let|var|import) |module\.exports|nock\(", Known("JavaScript, such as nock's")),
)  # fmt: skip
WIREMOCK = Known("stub mappings of WireMock", STUBS)
MATCHERS = {"urlPath", "urlPattern", "urlPathPattern", "urlPathTemplate", "bodyPatterns"}
REPLIES = {"jsonBody", "bodyFileName", "base64Body", "proxyBaseUrl", "transformers"}
MEMBERS: tuple[tuple[frozenset[str], Known], ...] = (
    (frozenset({"mappings"}), WIREMOCK),
    (frozenset({"uuid", "request", "response"}), WIREMOCK),
    (frozenset({"persistent", "request", "response"}), WIREMOCK),
    (frozenset({"scenarioName", "request", "response"}), WIREMOCK),
    (frozenset({"imposters"}), Known("imposters of Mountebank", STUBS)),
    (frozenset({"stubs", "protocol"}), Known("an imposter of Mountebank", STUBS)),
    (frozenset({"httpRequest"}), Known("expectations or a log of MockServer", STUBS)),
    (frozenset({"requests", "requestJournalDisabled"}), Known("a journal of WireMock", JOURNAL)),
    (frozenset({"request", "responseDefinition"}), Known("a journal of WireMock", JOURNAL)),
    (frozenset({"journal"}), Known("a journal of Hoverfly", JOURNAL)),
    (frozenset({"context", "request", "response"}), Known("a history of Smocker", JOURNAL)),
    (frozenset({"request", "dynamic_response"}), Known("mocks of Smocker", STUBS)),
    (frozenset({"folders", "requests"}), Known("a Postman collection", SAVED)),
    (frozenset({"collection", "run"}), Known("a report of Newman", CALLS)),
    (frozenset({"services", "resources"}), Known("a snapshot of Microcks", STUBS)),
    (frozenset({"apiVersion", "kind", "operations"}), Known("examples of Microcks", STUBS)),
    (frozenset({"version", "kind", "spec"}), Known("a test case of Keploy", HAR)),
    (frozenset({"RecordedAt", "Request"}), Known("a cassette of EasyVCR or Scotch", HAR)),
    (frozenset({"Tracks"}), Known("a cassette of govcr", HAR)),
    (frozenset({"Entries"}), Known("a recording of a test proxy", HAR)),
    (frozenset({"attack", "seq"}), Known("results of Vegeta", NO_ANSWERS)),
    (frozenset({"_index", "_source"}), Known("packets as tshark prints them", EXPORT)),
    (frozenset({"statusCode", "body"}), Known("a fixture", STUBS)),
    (frozenset({"consumer", "provider"}), Known("a Pact contract", STUBS)),
    (frozenset({"_postman_variable_scope"}), Known("a Postman environment", NO_ANSWERS)),
    (frozenset({"__export_format"}), Known("an Insomnia export", "export it as HAR")),
    (frozenset({"openapi"}), Known("an OpenAPI document", HAR)),
    (frozenset({"swagger"}), Known("an OpenAPI document", HAR)),
    (frozenset({"AWSTemplateFormatVersion"}), Known("a CloudFormation template")),
    (frozenset({"resourceSpans"}), Known("OpenTelemetry traces", CALLS)),
    (frozenset({"resourceLogs"}), Known("OpenTelemetry logs", CALLS)),
    (frozenset({"resourceMetrics"}), Known("OpenTelemetry metrics", CALLS)),
    (frozenset({"traceId", "spanId"}), Known("traces", CALLS)),
    (frozenset({"traceEvents"}), Known("a performance trace of Chrome", EXPORT)),
    (frozenset({"constants", "events"}), Known("a NetLog of Chrome", EXPORT)),
    (frozenset({"eventVersion", "eventSource"}), Known("a CloudTrail event", CALLS)),
    (frozenset({"httpMethod", "requestContext"}), Known("an event of a Lambda proxy", NO_ANSWERS)),
    (frozenset({"status_code", "data"}), Known("answers of botocore, as placebo keeps", CALLS)),
    (frozenset({"service_response"}), Known("answers of botocore's Stubber", STUBS)),
    (frozenset({"expected_params"}), Known("answers of botocore's Stubber", STUBS)),
    (frozenset({"recorded-content"}), Known("a snapshot of LocalStack's tests", CALLS)),
    (frozenset({"durations", "protocolVersion"}), Known("a Charles session in JSON", EXPORT)),
    (frozenset({"method", "url", "headers"}),
     Known("requests without answers, as moto's recorder keeps", NO_ANSWERS)),
    (frozenset({"scripts", "dependencies"}), Known("a package.json")),
    (frozenset({"services"}), Known("a Docker Compose file")),
    (frozenset({"apiVersion", "kind"}), Known("a Kubernetes manifest")),
)  # fmt: skip
"""The members by which a JSON or YAML document gives its format away."""


def of_bytes(path: Path, data: bytes) -> Known | None:
    """The format of a file by how it begins or is called, where it is one that is not read."""
    for magic, known in MAGIC:
        if data.startswith(magic):
            return known
    if FLOWS.match(data):
        return MITMPROXY
    return SUFFIXES.get(path.suffix.lower())


def of_text(text: str) -> Known | None:
    """The format of a text that is neither JSON nor a cassette."""
    start = text.lstrip()[:2000]
    return next((known for form, known in TEXTS if re.match(form, start, re.IGNORECASE)), None)


def of_value(value: Any) -> Known | None:
    """The format of a JSON or YAML document that holds no traffic, or stubs instead of it."""
    if isinstance(value, list):
        return of_value(value[0]) if value and isinstance(value[0], dict) else None
    if not isinstance(value, dict):
        return None
    if value.get("type") == "run" and "tool" in value:
        return Known("the record of a run", "`conformance report` makes reports of it")
    names = {str(name) for name in value}
    for members, known in MEMBERS:
        if members <= names and not ("request" in names and known.name.startswith("requests")):
            return known
    return _nested(value)


def _nested(value: Mapping[Any, Any]) -> Known | None:
    """What shows only in the members of members."""
    info, data, request = (value.get(name) for name in ("info", "data", "request"))
    if isinstance(info, dict) and (
        "_postman_id" in info or "getpostman" in str(info.get("schema"))
    ):
        return Known("a Postman collection", SAVED)
    if isinstance(request, dict) and isinstance(value.get("response"), list):
        return Known("items of a Postman collection", SAVED)
    if isinstance(request, dict) and "destination" in request:
        return Known("pairs of Hoverfly", STUBS)
    if isinstance(data, dict) and isinstance(data.get("pairs"), list):
        return Known("a Hoverfly simulation", STUBS)
    if isinstance(data, list) and data and isinstance(data[0], dict) and "spans" in data[0]:
        return Known("traces of Jaeger", CALLS)
    if isinstance(value.get("Records"), list):
        return of_value(value["Records"])
    if str(value.get("type", "")).startswith("collection.insomnia"):
        return Known("an Insomnia collection", "export it as HAR")
    first = next(iter(value.values()), None)
    if isinstance(first, dict) and "recorded-content" in first:
        return Known("a snapshot of LocalStack's tests", CALLS)
    return WIREMOCK if _is_stub(request, value.get("response")) else None


def _is_stub(request: Any, response: Any) -> bool:
    """WireMock's stubs are pairs of a request and a response, too: of patterns and templates."""
    if not isinstance(request, dict) or not isinstance(response, dict):
        return False
    # What was recorded has a whole address, or is a path and calls itself so.
    is_pattern = str(request.get("url", "")).startswith("/") and "path" not in request
    return is_pattern or bool(MATCHERS & set(request)) or bool(REPLIES & set(response))
