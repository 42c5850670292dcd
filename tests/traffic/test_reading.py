"""Files of traffic: every format, every way of holding a body, and what is wrong with a file."""

from __future__ import annotations

import base64
import gzip
import json
import zlib

import pytest

from conformance.traffic.errors import MalformedTraffic, UnreadableTraffic
from conformance.traffic.reading import read_traffic
from tests.traffic.recorder import har, lines

BODY = b'{"item":[]}'
URL = "http://127.0.0.1:5000/apikeys"
VCR = """\
interactions:
- request:
    body: '{"name":"a"}'
    headers:
      Accept: [application/json]
    method: POST
    uri: http://127.0.0.1:5000/apikeys
  response:
    body: {string: '{"id":"abc"}'}
    headers:
      Content-Type: [application/json]
    status: {code: 201, message: Created}
- request: {body: null, headers: {}, method: GET, uri: http://127.0.0.1:5000/apikeys}
  response:
    body: {string: !!binary "PACKED"}
    headers: {content-encoding: [gzip]}
    status: {code: 200, message: OK}
version: 1
""".replace("PACKED", base64.b64encode(gzip.compress(BODY, mtime=0)).decode())


@pytest.fixture
def written(tmp_path):
    def write(name, text):
        path = tmp_path / name
        path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
        return path

    return write


@pytest.fixture
def read(written):
    return lambda name, text: list(read_traffic([written(name, text)]))


def archive(response, request=None):
    usual = {"method": "GET", "url": URL, "headers": []}
    return {"log": {"entries": [{"request": {**usual, **(request or {})}, "response": response}]}}


def content(**given):
    return {"status": 200, "headers": given.pop("headers", []), "content": given}


def headers(*pairs):
    return [{"name": name, "value": value} for name, value in pairs]


def one(entries):
    assert len(entries) == 1
    return entries[0]


def test_an_archive_and_lines_say_the_same(traffic, read):
    exchanges = traffic()
    of_har = read("t.har", har(exchanges))
    of_lines = read("t.jsonl", lines(exchanges))
    assert len(of_har) == len(of_lines) == len(exchanges)
    for first, second, original in zip(of_har, of_lines, exchanges, strict=True):
        for entry in (first, second):
            assert entry.exchange.response.body == original.response.body
            assert (entry.exchange.request.body or b"") == (original.request.body or b"")
            assert entry.request_known
            assert entry.response_known
        assert not any(name.startswith(":") for name, _ in first.exchange.request.headers)


def test_a_cassette(read):
    first, second = read("t.yaml", VCR)
    assert first.place == "t.yaml:2"
    assert first.exchange.request.body == b'{"name":"a"}'
    assert first.exchange.request.header("accept") == "application/json"
    assert (first.exchange.response.status, first.exchange.response.body) == (201, b'{"id":"abc"}')
    assert second.exchange.request.body is None
    assert second.exchange.response.body == BODY


def test_a_cassette_in_json(read):
    cassette = {
        "interactions": [
            {
                "request": {"method": "GET", "uri": URL, "body": None, "headers": {"a": ["b"]}},
                "response": {
                    "status": {"code": 200},
                    "headers": {},
                    "body": {"base64_string": base64.b64encode(BODY).decode()},
                },
            }
        ]
    }
    assert one(read("t.json", cassette)).exchange.response.body == BODY


def test_a_cassette_of_ruby(read):
    text = """\
---
http_interactions:
- request:
    method: get
    uri: http://127.0.0.1:5000/apikeys
    body: {encoding: US-ASCII, string: ''}
    headers: {}
  response:
    status: {code: 200, message: OK}
    headers: {}
    body: {encoding: UTF-8, string: '{"item":[]}'}
recorded_with: VCR 6.0.0
"""
    entry = one(read("t.yml", text))
    assert entry.exchange.request.method == "GET"
    assert entry.exchange.response.body == BODY


def test_a_tag_of_an_older_vcrpy(read):
    text = VCR.replace('\'{"name":"a"}\'', '!!python/unicode \'{"name":"b"}\'')
    assert read("t.yaml", text)[0].exchange.request.body == b'{"name":"b"}'


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(BODY, mtime=0)),
        ("deflate", zlib.compress(BODY)),
        ("deflate", zlib.compress(BODY)[2:-4]),
        ("gzip, gzip", gzip.compress(gzip.compress(BODY, mtime=0), mtime=0)),
        ("", gzip.compress(BODY, mtime=0)),
        ("br", BODY),
    ],
)
def test_a_packed_body(read, coding, packed):
    text = base64.b64encode(packed).decode()
    got = content(text=text, encoding="base64", headers=headers(("Content-Encoding", coding)))
    entry = one(read("t.har", archive(got)))
    assert (entry.exchange.response.body, entry.response_known) == (BODY, True)


@pytest.mark.parametrize(
    "got",
    [
        content(text="KLUv/QBY", encoding="base64", headers=headers(("content-encoding", "zstd"))),
        content(text="H4sIAAAA", encoding="base64", headers=headers(("content-encoding", "gzip"))),
        content(size=11),
        content(),
        content(text='{"item', size=11),
    ],
    ids=["unknown coding", "cut short", "size alone", "nothing", "text cut short"],
)
def test_a_body_that_cannot_be_known(read, got):
    assert one(read("t.har", archive(got))).response_known is False


@pytest.mark.parametrize("got", [None, {"status": 0, "headers": [], "content": {}}])
def test_an_entry_without_a_response(read, got):
    entry = one(read("t.har", archive(got)))
    assert entry.exchange.response is None
    assert entry.exchange.failure is not None


def test_the_plain_shape(read):
    body = {"n": "a x20"}
    given = {
        "service": "apigateway",
        "request": {"method": "POST", "path": "/apikeys", "params": {"a": 1}, "body": body},
        "response": {"status": 400, "error_code": "BadRequestException", "body": {"message": "m"}},
    }
    entry = one(read("t.jsonl", given))
    assert entry.exchange.request.url == "/apikeys?a=1"
    assert json.loads(entry.exchange.request.body) == {"n": "a" * 20}
    assert entry.exchange.response.header("x-amzn-errortype") == "BadRequestException"


def test_a_list_of_exchanges_and_a_folder(written):
    given = {"request": {"method": "GET", "url": URL, "headers": {}}, "response": None}
    written("a.json", [given, given])
    path = written("b.jsonl", json.dumps(given))
    written("notes.txt", "no traffic")
    assert len(list(read_traffic([path.parent]))) == 3


LINE = json.dumps({"request": {"method": "GET", "url": URL}, "response": None})


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("t.har", "", ":1: the file is empty"),
        ("t.har", '{"log":\n {"entries": [\n}', ":3: not JSON"),
        ("t.har", {"log": {}}, ":1: the log of this HAR has no list of entries"),
        ("t.har", '{"log": {"entries": [\n{"request": {"method": "GET", "url": "x"}},\n{}]}}',
         ":3: entry 2: the request is null, not an object"),
        ("t.har", archive({"status": "many"}), "status is 'many', not a number"),
        ("t.har", archive(content(text="é", encoding="base64")), "said to be Base64 and is not"),
        ("t.har", archive(None, {"method": None}), "method is None"),
        ("t.har", archive(None, {"headers": 5}), "the headers are a number"),
        ("t.jsonl", f"{LINE}\n\n{{nonsense\n", ":3: not JSON"),
        ("t.jsonl", f"{LINE}\n[]\n", ":2: the exchange is a list, not an object"),
        ("t.jsonl", '{"request": {"method": "GET"}}', ":1: the request has neither url nor path"),
        ("t.json", {"a": 1}, ":1: no traffic"),
        ("t.yaml", "interactions:\n- request: 5\n", ":2: interaction 1: the request is a text"),
        ("t.yaml", "interactions:\n  - {\n", ":3: not YAML"),
        ("t.yaml", "just text", ":1: no traffic"),
        ("t.yaml", "a: !!python/object:os.system {}\n", ":1: no traffic"),
    ],
)  # fmt: skip
def test_a_malformed_file_is_named_with_its_line(written, name, text, said):
    path = written(name, text)
    with pytest.raises(MalformedTraffic) as raised:
        list(read_traffic([path]))
    assert str(raised.value).startswith(str(path))
    assert said in str(raised.value)


def test_bytes_that_are_no_text(tmp_path):
    (tmp_path / "t.har").write_bytes(b"{\n\xff")
    with pytest.raises(MalformedTraffic, match=r"t\.har:2: not text"):
        list(read_traffic([tmp_path / "t.har"]))


def test_a_file_that_is_not_there(tmp_path):
    for path in (tmp_path / "none.har", tmp_path):
        with pytest.raises(UnreadableTraffic):
            list(read_traffic([path]))
