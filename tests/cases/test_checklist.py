"""A server that crashes on one malformed value is told by that value's name."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

Crashes = Callable[[str, str, dict[str, str], bytes], bool]


def a_case(crashes: Crashes) -> SimpleNamespace:
    """A server error where ``crashes`` says so; everything else goes on as it is."""

    def request(method: str, path: str, headers: Any, body: bytes | None, _upstream: Any) -> Any:
        given = {name.lower(): value for name, value in dict(headers).items()}
        if crashes(method, path, given, body or b""):
            answer = json.dumps({"message": "it broke"}).encode()
            return 500, [("content-type", "application/json")], answer
        return method, path, headers, body

    return SimpleNamespace(request=request)


def null_in_tags(method: str, path: str, _headers: dict[str, str], body: bytes) -> bool:
    return (method, path) == ("POST", "/apikeys") and b'"tags":{"key-000":null}' in body


def import_as_text(method: str, path: str, headers: dict[str, str], _body: bytes) -> bool:
    return (
        method == "POST" and "mode=import" in path and headers.get("content-type") == "text/plain"
    )


def typed_delete(method: str, path: str, headers: dict[str, str], _body: bytes) -> bool:
    is_key = path.startswith("/apikeys/")
    return method == "DELETE" and is_key and headers.get("content-type") == "application/xml"


CASES = {
    "apigateway/CreateApiKey/robustness/null-values": null_in_tags,
    "apigateway/ImportApiKeys/robustness/payload-content-type": import_as_text,
    "apigateway/DeleteApiKey/robustness/content-type-without-body": typed_delete,
}


@pytest.mark.parametrize("requirement", CASES)
def test_the_value_is_named(requirement, proxied, reference_port, run):
    kind = requirement.rsplit("/", 1)[-1]
    url = proxied(a_case(CASES[requirement]), reference_port)
    found = run(url, "--profile", "quick", "--seed", "1", "--requirement", f"apigateway/*/{kind}")
    assert found.failed() == {requirement}
    assert found.code == 1


def test_a_right_server_fails_none(proxied, reference_port, run):
    url = proxied(a_case(lambda *_: False), reference_port)
    kinds = {name.rsplit("/", 1)[-1] for name in CASES}
    globs = [part for kind in sorted(kinds) for part in ("--requirement", f"*/{kind}")]
    found = run(url, "--profile", "quick", "--seed", "1", *globs)
    assert found.code == 0, found.out
    assert {line["verdict"] for line in found.verdicts.values()} == {"passed"}
    assert {*CASES} <= {*found.verdicts}
