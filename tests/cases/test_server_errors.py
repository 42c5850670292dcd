"""A server error on an odd request is told by a name of its own, whatever the service."""

from __future__ import annotations

import json
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from tests.cases.conftest import QUICK
from tests.sampling import narrowed, one_in, sampled

BROKEN = (500, [("Content-Type", "application/json")], b'{"message":"it broke"}')
GATEWAY, LOCATION = "/apikeys", "/metadata/v0/keys"


def failing(hit):
    """A case that answers 500 to each request for which ``hit`` holds."""

    def request(method, path, headers, body, upstream):
        return BROKEN if hit(method, urlsplit(path), dict(headers), body or b"") else None

    return SimpleNamespace(request=request)


def members(body):
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


CASES = {
    "apigateway/UpdateApiKey/robustness/empty-object": failing(
        lambda method, url, headers, body: (
            method == "PATCH" and url.path.startswith(GATEWAY) and body == b"{}"
        )
    ),
    "apigateway/CreateApiKey/robustness/unknown-member": failing(
        lambda method, url, headers, body: (
            (method, url.path) == ("POST", GATEWAY) and "conformance" in members(body)
        )
    ),
    "apigateway/CreateApiKey/robustness/wrong-type": failing(
        lambda method, url, headers, body: (
            (method, url.path) == ("POST", GATEWAY)
            and "description" in members(body)
            and members(body)["description"] is None
        )
    ),
    "apigateway/GetApiKeys/robustness/page-size": failing(
        lambda method, url, headers, body: (
            (method, url.path) == ("GET", GATEWAY) and "limit=1.5" in url.query
        )
    ),
    "apigateway/GetTags/robustness/odd-label": failing(
        lambda method, url, headers, body: (
            method == "GET" and url.path.startswith("/tags/") and "%F0%9F" in url.path
        )
    ),
    "location/ListKeys/robustness/page-token": failing(
        lambda method, url, headers, body: (
            url.path == "/metadata/v0/list-keys" and members(body).get("NextToken") == "-1"
        )
    ),
    "location/CreateKey/robustness/odd-text": failing(
        lambda method, url, headers, body: (
            (method, url.path) == ("POST", LOCATION) and "\u202e".encode() in body
        )
    ),
    "location/DeleteKey/robustness/unknown-query-parameter": failing(
        lambda method, url, headers, body: method == "DELETE" and "conformance=x" in url.query
    ),
}


@pytest.mark.parametrize(
    "requirement",
    sampled(
        CASES,
        "apigateway/UpdateApiKey/robustness/empty-object",
        "location/ListKeys/robustness/page-token",
        "location/CreateKey/robustness/odd-text",
    ),
)
def test_a_server_error_has_a_name_of_its_own(reference_port, proxied, run, requirement):
    service, operation, _, _ = requirement.split("/")
    url = proxied(CASES[requirement], reference_port)
    found = run(url, "--service", service, "--requirement", f"{service}/{operation}/*", *QUICK)

    assert found.code == 1
    assert requirement in found.failed()
    line = found.verdicts[requirement]
    assert line["evidence"][-1]["response"]["status"] == 500
    assert "500" in line["reason"]
    # What the same requests break beside it are rules that send them, too.
    assert not [name for name in found.failed() if "/behavior/" in name or "/response/" in name]


class Spoilt:
    """A list fails as long as a key is there whose text has a character beyond the first plane."""

    def __init__(self, *, stays):
        self.stays, self.odd = stays, set()

    def request(self, method, path, headers, body, upstream):
        url = urlsplit(path)
        item = url.path.rsplit("/", 1)[-1]
        if method == "DELETE" and item in self.odd:
            if self.stays:
                return BROKEN
            self.odd.discard(item)
        lists = (method, url.path) in {("GET", GATEWAY), ("POST", "/metadata/v0/list-keys")}
        if lists and self.odd:
            return BROKEN
        return None

    def answer(self, method, path, headers, body, status, answered, data, upstream):
        is_odd = "\U0001f600" in str(members(body or b"").values())
        if method == "POST" and urlsplit(path).path in {GATEWAY, LOCATION} and status < 300:
            shown = members(data)
            if is_odd:
                self.odd.add(shown.get("id") or shown["KeyName"])


@pytest.mark.parametrize(
    "asked",
    narrowed(
        "*/robustness/odd-text", "*/behavior/still-answers", "*/protocol/odd*", "*/response/*"
    ),
)
@pytest.mark.parametrize(
    ("service", "lists", "creates", "stays"),
    one_in(
        3,
        [
            ("apigateway", "GetApiKeys", "CreateApiKey", False),
            ("apigateway", "GetApiKeys", "CreateApiKey", True),
            ("location", "ListKeys", "CreateKey", True),
        ],
    ),
)
def test_a_spoilt_list_is_told_by_what_spoilt_it(
    reference_port, proxied, run, service, lists, creates, stays, asked
):
    found = run(proxied(Spoilt(stays=stays), reference_port), "--service", service, *QUICK, *asked)

    requirement = f"{service}/{lists}/behavior/still-answers"
    assert found.code == 1
    assert requirement in found.failed()
    line = found.verdicts[requirement]
    assert creates in line["reason"]
    cause, seen = line["evidence"][-2:]
    assert "\U0001f600" in str(json.loads(cause["request"]["body"]))
    assert seen["response"]["status"] == 500
    # Nothing else about the list is blamed, and everything else is decided as usual.
    others = found.failed() - {requirement}
    assert not [name for name in others if name.startswith(f"{service}/{lists}/")]
    inconclusive = [n for n, one in found.verdicts.items() if one["verdict"] == "inconclusive"]
    assert inconclusive == []


def test_the_reference_itself_fails_none_of_them(reference_port, run):
    found = run(
        f"http://127.0.0.1:{reference_port}", "--strict", *QUICK,
        *("--requirement", "*/robustness/*", "--requirement", "*/still-answers"),
        *("--requirement", "*/half-applied-list"),
    )  # fmt: skip

    assert found.code == 0
    assert {line["verdict"] for line in found.verdicts.values()} <= {"passed", "skipped"}
    assert found.verdict("apigateway/UpdateApiKey/behavior/half-applied-list") == "passed"
    assert len([name for name in found.verdicts if "/robustness/" in name]) > 80


def test_what_a_refused_list_left_behind_is_told(reference_port, proxied, run):
    """A target that carries the first operations out before it refuses a later one."""

    def request(method, path, headers, body, upstream):
        operations = members(body or b"").get("patchOperations")
        if method == "PATCH" and isinstance(operations, list) and len(operations) == 2:
            first = json.dumps({"patchOperations": operations[:1]}).encode()
            upstream(method, path, headers, first)

    case = SimpleNamespace(request=request)
    requirement = "apigateway/UpdateApiKey/behavior/half-applied-list"
    found = run(proxied(case, reference_port), "--requirement", requirement, *QUICK)

    assert found.code == 0
    assert found.verdict(requirement) == "passed"
    assert "remain" in found.verdicts[requirement]["reason"]
