"""The command: exit codes, what it writes, and that no secret is in it."""

from __future__ import annotations

import json
import sys

import pytest

from conformance.cli import main
from conformance.record import read_record
from tests.traffic.recorder import har, lines


@pytest.fixture
def judge(tmp_path, monkeypatch, capsys):
    """Runs the command on traffic; gives exit code and what it said."""
    monkeypatch.chdir(tmp_path)

    def run(traffic, *options):
        path = tmp_path / "traffic.har"
        path.write_text(traffic if isinstance(traffic, str) else json.dumps(traffic))
        named = ["conformance", "judge", str(path), "--record", "r.jsonl", *options]
        monkeypatch.setattr(sys, "argv", named)
        with pytest.raises(SystemExit) as ended:
            main()
        return ended.value.code, capsys.readouterr()

    return run


def test_right_traffic(judge, traffic, tmp_path):
    code, said = judge(har(traffic()), "--html", "r.html", "--junit", "r.xml", "--markdown", "r.md")
    assert code == 0, said
    summary = read_record(tmp_path / "r.jsonl").summary
    assert summary is not None
    assert summary.requests == 0
    assert summary.notes == ("judged 24 of 24 recorded exchanges",)
    assert "shows nothing broken" in said.out
    assert all((tmp_path / name).stat().st_size for name in ("r.html", "r.xml", "r.md"))


def test_wrong_traffic(judge, traffic, tmp_path):
    code, said = judge(har(traffic(faults=("wire:items-key",))), "--service", "apigateway")
    assert code == 1
    assert "apigateway/GetApiKeys/response/item/required" in said.out
    failed = [one for one in read_record(tmp_path / "r.jsonl").verdicts if one.evidence]
    assert [one.requirement for one in failed] == ["apigateway/GetApiKeys/response/item/required"]
    assert failed[0].reason.startswith("traffic.har, entry 8: expected item in the answer")


def test_nothing_recognised(judge):
    entry = {"request": {"method": "GET", "url": "https://example.com/"}, "response": None}
    code, said = judge({"log": {"entries": [entry]}})
    assert code == 3
    assert "none of 1 recorded exchanges belongs to apigateway or location" in said.err


def test_a_malformed_file(judge):
    code, said = judge('{"log": {"entries": [{}]}}')
    assert code == 2
    assert "traffic.har:1: entry 1: the request is null" in said.err


def test_other_requests_are_counted_and_never_fail(judge, traffic, tmp_path):
    archive = har(traffic())
    archive["log"]["entries"] += [
        {"request": {"method": "GET", "url": "https://example.com/apikeys"},
         "response": {"status": 500, "headers": [], "content": {}}},
        {"request": {"method": "GET", "url": "http://127.0.0.1:5000/apikeys"},
         "response": {"status": 0, "headers": [], "content": {}}},
    ]  # fmt: skip
    code, _ = judge(archive)
    assert code == 0
    summary = read_record(tmp_path / "r.jsonl").summary
    assert summary is not None
    assert summary.notes == (
        "judged 24 of 26 recorded exchanges",
        "1 are not requests to these services",
        (
            "1 of those have the path of an operation, but nothing shows that they went to AWS or "
            "an emulator"
        ),
        "1 have no response",
    )


def test_secrets_stay_out(judge, client, tmp_path):
    secret = "verysecret" * 4
    send = client(faults=("wire:stage-keys-null",))
    key = send("POST", "/apikeys", {"name": "a", "value": secret})
    send("GET", f"/apikeys/{key['id']}?includeValue=true")
    send.patch(key["id"], {"op": "replace", "path": "/value", "value": "other" + secret})
    archive = har(send.exchanges)
    for entry in archive["log"]["entries"]:
        entry["request"]["headers"] += [
            {"name": "Cookie", "value": "session=cookiecookiecookie"},
            {"name": "X-Amz-Security-Token", "value": "tokentokentokentoken"},
        ]
        entry["request"]["url"] = entry["request"]["url"].replace("http://", "http://me:pass@")
    code, said = judge(archive, "--html", "r.html")
    assert code == 1
    everything = (tmp_path / "r.jsonl").read_text() + (tmp_path / "r.html").read_text() + said.out
    assert "<secret:" in everything
    hidden = [secret, "cookiecookie", "tokentoken", "me:pass", "Credential=", "Signature="]
    assert [one for one in hidden if one in everything] == []


def test_json_lines_of_a_record(judge, traffic):
    code, _ = judge(lines(traffic()))
    assert code == 2  # the name says HAR


def test_a_baseline_accepts_what_is_broken(judge, traffic, tmp_path):
    (tmp_path / "b.yaml").write_text(
        "format: 1\naccepted:\n"
        "- requirement: apigateway/GetApiKeys/response/item/required\n  reason: known\n"
    )
    archive = har(traffic(faults=("wire:items-key",)))
    code, said = judge(archive, "--baseline", "b.yaml")
    assert code == 0, said
