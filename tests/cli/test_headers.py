"""``--header``: with every request of a run and of a replay, and in nothing that is written."""

from __future__ import annotations

import shlex
from typing import Any

import pytest

from conformance import api
from conformance.errors import BadInput

SECRET = "opensesame-4711-opensesame"
ONE = "apigateway/UpdateApiKey/status/*"


@pytest.fixture
def heard(target, monkeypatch):
    """The headers that came, one set a request; what came is told back, and updates answer 201."""
    seen = []
    plain = target.answer

    def answer(method, path, headers, body):
        sent = {name.lower(): value for name, value in headers}
        seen.append(sent)
        answered = plain(method, path, headers, body)
        told = (("X-Echo", sent.get("x-gateway-token", "")),)
        status = 201 if method == "PATCH" and answered.status == 200 else answered.status
        return type(answered)(status, (*answered.headers, *told), answered.body)

    monkeypatch.setattr(target, "answer", answer)
    return seen


def run(conformance, target, *arguments):
    return conformance(
        "run", target.url, "--requirement", ONE, "--profile", "quick", "--seed", "1", "--record",
        "r.jsonl", "--html", "r.html", "--junit", "r.xml", "--markdown", "r.md", "-v", *arguments,
    )  # fmt: skip


def test_every_request_has_it(conformance, target, heard, place):
    ended = run(conformance, target, "--header", "X-Tenant: blue")
    assert ended.code == 1, ended.err
    assert len(heard) > 3
    assert all(one["x-tenant"] == "blue" for one in heard)
    assert all("x-tenant" not in one["authorization"] for one in heard if "authorization" in one)
    words = shlex.split(next(line for line in ended.out.splitlines() if line.startswith("again:")))
    assert words[words.index("--header") + 1] == "X-Tenant: blue"
    assert "every request also carried X-Tenant" in ended.out


@pytest.mark.parametrize("given", [f"X-Gateway-Token: {SECRET}", "X-Gateway-Token: ${GATE}"])
def test_a_secret_is_written_nowhere(conformance, target, heard, place, monkeypatch, given):
    monkeypatch.setenv("GATE", SECRET)
    ended = run(conformance, target, "--header", given)
    assert {one["x-gateway-token"] for one in heard} == {SECRET}
    written = [path.read_text() for path in place.rglob("r.*")]
    assert len(written) == 4
    for text in (*written, ended.out, ended.err):
        assert SECRET not in text
    assert "X-Echo" in (place / "r.jsonl").read_text()  # the answers were written, masked
    heard.clear()
    again = conformance("replay", "r.jsonl", f"{ONE[:-1]}200", "--header", given)
    assert again.code == 1
    assert {one["x-gateway-token"] for one in heard} == {SECRET}
    assert SECRET not in again.out + again.err
    shown = "X-Gateway-Token:***" if SECRET in given else given
    assert shown in ended.out


def test_what_cannot_be_sent_is_refused_before_anything_is(conformance, target, heard):
    assert "on purpose" in run(conformance, target, "--header", "Host: x").complaint(2)
    assert heard == []


def test_a_program_sends_them_too(target, heard, place, monkeypatch):
    monkeypatch.setenv("GATE", SECRET)
    asked: dict[str, Any] = {"requirements": ONE, "profile": "quick", "seed": 1}
    headers = {"X-Gateway-Token": "Bearer ${GATE}", "X-Tenant": "blue", "X-Key": "open"}
    result = api.run(target.url, headers=headers, **asked)
    assert result.exit_code == 1
    assert all(one["x-gateway-token"] == f"Bearer {SECRET}" for one in heard)
    assert all(one["x-tenant"] == "blue" for one in heard)
    result.save("r.jsonl")
    assert SECRET not in (place / "r.jsonl").read_text()
    words = shlex.split(result.record.run.command)
    given = [words[at + 1] for at, word in enumerate(words) if word == "--header"]
    assert given == ["X-Gateway-Token:Bearer ${GATE}", "X-Tenant:blue", "X-Key:***"]
    assert any("X-Tenant" in note for note in result.notes)
    with pytest.raises(BadInput, match="on purpose"):
        api.run(target.url, headers={"Host": "x"}, **asked)
