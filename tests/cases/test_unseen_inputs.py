"""Files and surroundings that nobody had in mind: told in a line, never blamed on a target."""

from __future__ import annotations

import os
import pwd
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from conformance import cache_folder
from conformance.contract.listing import statements
from conformance.engine.resources.sdk_calls import SdkCaller
from conformance.traffic.entries import TrafficEntry
from conformance.traffic.routes import Routes, TrafficRoute
from conformance.transport import credentials
from conformance.transport.errors import NoCredentials
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.signing import Credentials
from tests.command import in_process
from tests.contracts import contract
from tests.documents.loading import load_documents

FULL = Path("/dev/full")
FEW = ("run", "--requirement", "location/DescribeKey/status/*", "--record", "r.jsonl")
HALF_A_LETTER = '{"format": 1, "accepted": [], "\\ud800": 1}'
LONG = "x" * 300


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "conformance", *arguments]


@pytest.mark.parametrize("arguments", [("requirements",), FEW], ids=["requirements", "run"])
def test_who_stops_reading_does_not_change_the_exit_code(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as nobody:
        ended = subprocess.run(
            command(*arguments), cwd=tmp_path, stdout=nobody, stderr=nobody, check=False
        )
    assert ended.returncode == 0


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_result_that_the_disk_does_not_take_is_told_once() -> None:
    with FULL.open("wb") as full:
        ended = subprocess.run(
            command("requirements"), stdout=full, stderr=subprocess.PIPE, text=True, check=False
        )
    assert ended.returncode == 2
    assert ended.stderr.startswith("conformance: cannot write the output: No space left")
    assert len(ended.stderr.splitlines()) == 2


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full")
def test_a_run_goes_on_where_its_progress_is_not_taken(tmp_path: Path) -> None:
    with FULL.open("wb") as full:
        ended = subprocess.run(
            command(*FEW), cwd=tmp_path, stdout=subprocess.PIPE, stderr=full, text=True, check=False
        )
    assert ended.returncode == 0
    assert "exit 0: conforms" in ended.stdout


def test_a_terminal_without_columns_shows_the_summary(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "0")
    assert "exit 0: conforms" in in_process(*FEW).out


@pytest.mark.parametrize(
    "arguments",
    [
        ("judge", LONG),
        ("derive", LONG, "-o", "out.yaml"),
        ("cleanup", "--journal", LONG),
        ("spec", "location", "--specs", LONG),
        ("overlay", "check", "--specs", LONG),
    ],
    ids=lambda one: one[0],
)
def test_a_name_that_no_system_takes(arguments: tuple[str, ...]) -> None:
    ended = in_process(*arguments)
    assert ended.code == 2
    assert "File name too long" in ended.err
    assert "hint" in ended.err


@pytest.mark.parametrize("text", [f"format: {'9' * 6000}", HALF_A_LETTER], ids=["number", "letter"])
def test_what_no_baseline_holds(tmp_path: Path, text: str) -> None:
    file = tmp_path / "accepted.yaml"
    file.write_text(text, encoding="utf-8")
    ended = in_process("baseline", "show", file)
    assert ended.code == 2
    assert f"{file}:1: " in ended.err


@pytest.mark.parametrize("text", ["hello", '{"type": "run"}', "<html></html>", "\0" * 100])
def test_the_cleanup_deletes_no_file_that_is_no_journal(tmp_path: Path, text: str) -> None:
    file = tmp_path / "mine.txt"
    file.write_text(text, encoding="utf-8")
    ended = in_process("cleanup", "--journal", file)
    assert ended.code == 2
    assert "does not begin like a journal" in ended.err
    assert file.read_text("utf-8") == text


@pytest.mark.parametrize("text", ["", '{"type":"journal","format":1,"tar', '{"type":"jour'])
def test_a_journal_that_was_cut_before_anything_was_made_is_done_with(
    tmp_path: Path, text: str
) -> None:
    file = tmp_path / "journal.jsonl"
    file.write_text(text, encoding="utf-8")
    assert in_process("cleanup", "--journal", file).code == 0
    assert not file.exists()


def test_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(_: int) -> None:
        raise KeyError

    for name in ("HOME", "XDG_CACHE_HOME", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", unknown)
    cache_folder._home.cache_clear()
    try:
        kept = cache_folder.cache_folder("models")
        assert kept == cache_folder.cache_folder("models")
        assert kept.is_absolute()
        assert not credentials._has_files()
    finally:
        cache_folder._home.cache_clear()


def test_a_cache_below_no_absolute_path_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "here")
    assert cache_folder.cache_folder().is_absolute()


@pytest.mark.parametrize("path", ["/key/with/slashes", "/a%20b", "/?list-type=2", "/", "?tagging"])
@pytest.mark.parametrize(
    ("host", "scope"),
    [
        ("{}.s3.eu-west-1.amazonaws.com", ""),
        ("{}.s3.amazonaws.com", "s3"),
        ("{}.s3-eu-west-1.amazonaws.com", ""),
        ("{}.s3.dualstack.eu-west-1.amazonaws.com", ""),
        ("{}.s3-accelerate.amazonaws.com", "s3"),
        ("{}.s3.localhost.localstack.cloud:4566", ""),
        ("{}.localhost:9000", "s3"),
        ("s3.eu-west-1.amazonaws.com/{}", ""),
        ("127.0.0.1:9000/{}", "s3"),
    ],
)
def test_a_bucket_may_stand_in_the_host(host: str, scope: str, path: str) -> None:
    named = {
        "/key/with/slashes": ("GetObject", {"Bucket": "my.bucket", "Key": "key/with/slashes"}),
        "/a%20b": ("GetObject", {"Bucket": "my.bucket", "Key": "a b"}),
        "/?list-type=2": ("ListObjectsV2", {"Bucket": "my.bucket"}),
        "?tagging": ("GetBucketTagging", {"Bucket": "my.bucket"}),
        "/": ("ListObjects", {"Bucket": "my.bucket"}),
    }[path]
    found = asked("s3", f"https://{host.format('my.bucket')}{path}", scope)
    assert found is not None
    assert named == (found.operation.name, dict(found.labels))
    assert "my.bucket" not in found.origin


@pytest.mark.parametrize(
    ("service", "url", "scope", "is_known"),
    [
        ("s3", "https://123.s3-control.eu-west-1.amazonaws.com/v2/name", "s3", False),
        ("s3", "https://x.execute-api.eu-west-1.amazonaws.com/b/k", "execute-api", False),
        ("apigateway", "https://elsewhere.eu-west-1.amazonaws.com/apikeys", "apigateway", True),
        ("apigateway", "https://apigateway.eu-west-1.amazonaws.com/apikeys", "other", False),
    ],
)
def test_what_a_request_was_signed_for_says_whose_it_is(
    service: str, url: str, scope: str, is_known: bool
) -> None:
    assert (asked(service, url, scope) is not None) is is_known


def asked(service: str, url: str, scope: str) -> TrafficRoute | None:
    """The operation that a recorded GET is."""
    signed = f"AWS4-HMAC-SHA256 Credential=A/20260101/eu-west-1/{scope}/aws4_request, Signature=0"
    request = Request("GET", url, (("authorization", signed),) if scope else (), None)
    answered = Exchange(request, Response(200, (), b""), None, 0.0)
    return Routes([contract(service)]).find(TrafficEntry("here", answered))


class Answering:
    """A transport on which everything is answered with the same body."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def send(self, request: Request) -> Exchange:
        return Exchange(request, Response(200, (), self._body), None, 0.0)

    def send_all(self, requests: Sequence[Request], *, pipelined: bool) -> list[Exchange]:
        assert not pipelined
        return [self.send(one) for one in requests]


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("kms", "CreateKey"),
        ("lambda", "ListFunctions"),
        ("iam", "ListRoles"),
        ("ec2", "DescribeVpcs"),
        ("route53", "ListHostedZones"),
        ("cloudwatch", "ListMetrics"),
    ],
)
def test_what_is_made_before_a_test_may_be_answered_with_anything(
    service: str, operation: str
) -> None:
    bodies = (b"", b"[]", b"null", b'"x"', b"5", b'{"Functions": 5, "KeyMetadata": []}', b"<a>",
              b"<a/>", b"\xff\xfe", b"\x80", b"\xa1", b"[" * 50_000, b"\x81" * 5_000)  # fmt: skip
    for body in bodies:
        caller = SdkCaller("http://127.0.0.1:1", Credentials("a", "b"), "x", Answering(body))
        assert caller.call(service, operation, {}).members is not None


@pytest.mark.parametrize("folder", ["doc_source", "API Reference", "v1.0"])
def test_the_folder_of_pages_may_be_called_anything(tmp_path: Path, folder: str) -> None:
    there = tmp_path / folder
    there.mkdir()
    (there / "API_Plant.md").write_text("# Plant\n", encoding="utf-8")
    assert load_documents([str(there)])[0].service == folder.lower().translate(
        str.maketrans("_ .", "---")
    )


@pytest.mark.parametrize(
    ("variable", "said"),
    [
        ("AWS_ACCESS_KEY_ID", "access key"),
        ("AWS_SECRET_ACCESS_KEY", "secret key"),
        ("AWS_SESSION_TOKEN", "session token"),
        ("AWS_REGION", "region"),
    ],
)
@pytest.mark.parametrize("value", ["SECR\r\nX: ET", "SECR ET", "SECR\N{SNOWMAN}ET"])
def test_what_no_request_can_be_signed_with_is_told_and_not_shown(
    monkeypatch: pytest.MonkeyPatch, variable: str, said: str, value: str
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "A")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "B")
    monkeypatch.setenv(variable, value)
    with pytest.raises(NoCredentials, match=f"the {said} has") as raised:
        credentials.find_credentials(is_loopback=True)
    assert "SECR" not in str(raised.value)


def test_a_file_of_variables_may_have_the_ends_of_lines_of_windows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in (("ACCESS_KEY_ID", "A"), ("SECRET_ACCESS_KEY", "B"), ("REGION", "x-1")):
        monkeypatch.setenv(f"AWS_{name}", f"{value}\r")
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    found = credentials.find_credentials(is_loopback=True)
    assert found == (Credentials("A", "B"), "x-1")


def test_a_choice_of_booleans_is_told_as_the_wire_has_them() -> None:
    assert statements.limit("Fast", "enum", [True, False]) == "Fast is one of true, false"
