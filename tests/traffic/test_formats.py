"""Files of other formats, folders in which they lie, and what is packed."""

from __future__ import annotations

import base64
import gzip
import json
import os
import zipfile

import pytest

from conformance.traffic.errors import MalformedTraffic, NotTraffic, UnreadableTraffic
from conformance.traffic.reading import read_traffic
from conformance.traffic.sources import LeftOut
from tests.traffic.test_reading import archive, content

BODY = b'{"item":[]}'
ARCHIVE = archive(content(text=BODY.decode()))


def only(path, left=None):
    """The one entry of a file or folder."""
    (entry,) = read_traffic([path], left)
    return entry


@pytest.fixture
def written(tmp_path):
    def write(name, data):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not isinstance(data, bytes):
            data = (data if isinstance(data, str) else json.dumps(data)).encode()
        path.write_bytes(data)
        return path

    return write


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.json", {"mappings": []}, "WireMock"),
        ("a.json", {"request": {"method": "GET", "urlPath": "/x"}, "response": {}}, "WireMock"),
        ("a.json", {"request": {"method": "GET", "url": "/apikeys"}, "response": {"status": 200}},
         "WireMock"),
        ("a.json", {"info": {"_postman_id": "x"}, "item": []}, "Postman"),
        ("a.json", {"data": {"pairs": []}, "meta": {}}, "Hoverfly"),
        ("a.json", {"imposters": []}, "Mountebank"),
        ("a.json", {"httpRequest": {}, "httpResponse": {}}, "MockServer"),
        ("a.json", {"consumer": {}, "provider": {}, "interactions": [{"request": {}}]}, "Pact"),
        ("a.json", {"resourceSpans": []}, "OpenTelemetry"),
        ("a.json", {"status_code": 200, "data": {}}, "placebo"),
        ("a.json", [{"method": "get_api_keys", "service_response": {}}], "Stubber"),
        ("a.json", {"t.py::test": {"recorded-date": "", "recorded-content": {}}}, "LocalStack"),
        ("a.json", {"Records": [{"eventVersion": "1", "eventSource": "x"}]}, "CloudTrail"),
        ("a.jsonl", '{"method": "GET", "url": "x", "headers": {}}\n' * 2, "moto"),
        ("a.json", {"__export_format": 4}, "Insomnia"),
        ("a.jsonl", '{"type": "run", "tool": "1"}\n{}\n', "record of a run"),
        ("a.yaml", "openapi: 3.1.0\npaths: {}\n", "OpenAPI"),
        ("a.js", "nock('http://x').get('/apikeys').reply(200)", "nock"),
        ("a.txt", "<items burpVersion='1'></items>", "Burp"),
        ("a.txt", "* Trying 127.0.0.1:80...\n", "curl"),
        ("a.txt", "HTTP/1.1 200 OK\r\n\r\n", "raw HTTP"),
        ("a.pcap", b"\xd4\xc3\xb2\xa1\x02\x00", "pcap"),
        ("a.har", b"\x0a\x0d\x0d\x0a\x00", "pcap"),
        ("flows", b"5512:9:websocket;0:~8:response;", "mitmproxy"),
        ("a.saz", b"PK\x03\x04", "Fiddler"),
        ("a.yaml", "", "empty"),
    ],
)  # fmt: skip
def test_another_format_is_refused_by_name(written, name, data, said):
    with pytest.raises(NotTraffic) as raised:
        list(read_traffic([written(name, data)]))
    assert said in str(raised.value)
    assert raised.value.hint


def test_a_folder_with_other_files(written, tmp_path):
    written("good.har", ARCHIVE)
    written("deeper/more.har.gz", gzip.compress(json.dumps(ARCHIVE).encode()))
    others = {
        "README.md": "# Keys",
        "bad.json": "{",
        "chart.yaml": "a: {{ .Values.a }}\n",
        "config.json": {"log": "all", "request": {"timeout": 1}},
        "empty.har": "",
        "image.png": b"\x89PNG",
        "interactions.yaml": "interactions: [mouse, keyboard]\n",
        "latin.json": b'"\xff"',
        "many.yaml": "a: 1\n---\nb: 2\n",
        "package.json": {"name": "x"},
        "stubs.json": {"mappings": []},
    }
    for name, data in others.items():
        written(name, data)
    written(".hidden/x.har", "{")
    written(".secret.json", "{")
    written("node_modules/a/x.har", "{")
    (tmp_path / "broken.har").symlink_to(tmp_path / "nowhere.har")
    (tmp_path / "round").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(tmp_path / "pipe.json")
    left: list[LeftOut] = []
    assert len(list(read_traffic([tmp_path], left))) == 2
    named = {one.path.name for one in left}
    assert named == {*others, "node_modules", "broken.har", "pipe.json"}
    assert all(one.why for one in left)


def test_a_folder_without_traffic_says_what_is_in_it(written, tmp_path):
    written("stubs.json", {"mappings": []})
    with pytest.raises(UnreadableTraffic, match=r"no traffic in this folder, only stubs\.json"):
        list(read_traffic([tmp_path]))


def test_broken_traffic_in_a_folder_is_not_left_out(written, tmp_path):
    written("good.har", ARCHIVE)
    written("cut.har", json.dumps(ARCHIVE)[:-20])
    with pytest.raises(MalformedTraffic, match=r"cut\.har:1: not JSON"):
        list(read_traffic([tmp_path]))


def test_a_file_may_be_packed(written, tmp_path):
    packed = written("a.har.gz", gzip.compress(json.dumps(ARCHIVE).encode()))
    wide = written("b.har", b"\xff\xfe" + json.dumps(ARCHIVE).encode("utf-16-le"))
    with zipfile.ZipFile(tmp_path / "c.zip", "w") as archived:
        archived.writestr("har.har", json.dumps(archive(content(_file="body.json"))))
        archived.writestr("body.json", BODY)
    for path in (packed, wide, tmp_path / "c.zip"):
        entry = only(path)
        assert entry.exchange.response.body == BODY


@pytest.mark.parametrize("data", [b"\x1f\x8b\x08\x00cut", b"PK\x03\x04cut"])
def test_what_is_packed_and_damaged(written, data):
    with pytest.raises(UnreadableTraffic):
        list(read_traffic([written("a.har.gz", data)]))


def test_a_body_in_a_file_beside_the_archive(written, tmp_path):
    written("bodies/one.json", BODY)
    written("a.har", archive(content(_file="bodies/one.json")))
    left: list[LeftOut] = []
    entry = only(tmp_path, left)
    assert (entry.exchange.response.body, entry.response_known) == (BODY, True)
    assert left == []


@pytest.mark.parametrize("name", ["none.json", "../outside.json", "/etc/hostname"])
def test_a_body_that_lies_elsewhere_is_not_known(written, name):
    written("outside.json", BODY)
    path = written("inner/a.har", archive(content(_file=name)))
    entry = only(path)
    assert (entry.exchange.response.body, entry.response_known) == (b"", False)


@pytest.mark.parametrize(
    "given",
    [
        {"text": json.dumps([gzip.compress(BODY, mtime=0).hex()]), "_isBinary": True, "size": 900},
        {
            "text": json.dumps([base64.b64encode(gzip.compress(BODY)).decode()]),
            "encoding": "base64",
        },
        {"text": base64.b64encode(BODY).decode(), "encoding": "base64", "_isBinary": True},
        {"text": BODY.hex(), "encoding": "hex"},
    ],
    ids=["hexadecimal parts", "Base64 parts", "Base64", "hexadecimal"],
)
def test_a_body_as_polly_keeps_it(written, given):
    got = content(**given, headers=[{"name": "content-encoding", "value": ["gzip"]}])
    entry = only(written("a.har", archive(got)))
    assert (entry.exchange.response.body, entry.exchange.response.header("content-encoding")) == (
        BODY,
        "gzip",
    )


@pytest.mark.parametrize("status", [-1, 0, None, "", "0"])
def test_an_aborted_entry_has_no_response(written, status):
    got = {"status": status, "headers": [], "content": {}, "_failureText": "net::ERR_ABORTED"}
    entry = only(written("a.har", archive(got)))
    assert entry.exchange.response is None


def test_a_request_whose_body_is_null_has_none(written):
    posted = {"mimeType": "", "text": None}
    entry = only(written("a.har", archive(None, {"postData": posted})))
    assert (entry.exchange.request.body, entry.request_known) == (b"", True)


def test_a_form_that_was_taken_apart_is_not_known(written):
    posted = {"mimeType": "application/x-www-form-urlencoded", "text": "",
              "params": [{"name": "a", "value": "b"}]}  # fmt: skip
    entry = only(written("a.har", archive(None, {"postData": posted})))
    assert not entry.request_known
