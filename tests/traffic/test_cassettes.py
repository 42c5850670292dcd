"""Cassettes of every recorder, in every layout: the same exchange, whoever wrote it down."""

from __future__ import annotations

import base64
import gzip
import json

import pytest

from conformance.traffic.errors import MalformedTraffic
from conformance.traffic.reading import read_traffic

URL = "http://127.0.0.1:5000/apikeys"
ANSWER = '{"item": []}'


def binary(text):
    data = text if isinstance(text, bytes) else text.encode()
    return f"!!binary {base64.b64encode(data).decode()}"


VCRPY_BINARY = f"""\
interactions:
- request:
    body: {binary('{"name": "a"}')}
    headers:
      ? {binary("Accept")}
      : [{binary("application/json")}]
    method: POST
    uri: {URL}
  response:
    body: {{string: {binary(gzip.compress(ANSWER.encode(), mtime=0))}}}
    headers: {{{binary("Content-Type")}: [{binary("application/json")}], content-encoding: [gzip]}}
    status: {{code: 201, message: Created}}
version: 1
"""
VCRPY_FIRST = f"""\
- request: !!python/object:vcr.request.Request
    body: '{{"name": "a"}}'
    headers: !!python/object/apply:__builtin__.frozenset
    - - !!python/tuple [Accept, application/json]
    host: 127.0.0.1
    method: POST
    path: /apikeys
    port: 5000
    protocol: http
  response:
    body: {{string: !!python/unicode '{ANSWER}'}}
    headers: {{content-type: [application/json]}}
    status: {{code: 201, message: Created}}
"""
RUBY = f"""\
---
http_interactions:
- request:
    method: post
    uri: {URL}
    body: {{encoding: US-ASCII, string: !ruby/string:String '{{"name": "a"}}'}}
    headers: !ruby/hash:Hash {{Accept: [application/json]}}
  response:
    status: {{code: 201, message: Created}}
    headers: {{Content-Type: [application/json]}}
    body:
      encoding: ASCII-8BIT
      string: !binary |-
        {base64.b64encode(ANSWER.encode()).decode()}
recorded_with: VCR 6.0.0
"""
PHP = f"""\
-
    request:
        method: POST
        url: '{URL}'
        headers: {{Accept: application/json}}
        body: '{{"name": "a"}}'
    response:
        status: {{http_version: '1.1', code: '201', message: Created}}
        headers: {{Content-Type: application/json}}
        body: '{ANSWER}'
"""
TAPE = f"""\
!tape
name: keys
interactions:
- recorded: 2026-01-01T00:00:00.000Z
  request:
    method: POST
    uri: '{URL}'
    headers: {{Accept: application/json}}
    body: '{{"name": "a"}}'
  response: {{status: 201, headers: {{Content-Type: application/json}}, body: '{ANSWER}'}}
"""
GO = f"""\
---
version: VERSION
interactions:
- id: 0
  request:
    proto: HTTP/1.1
    content_length: 13
    body: '{{"name": "a"}}'
    form: {{}}
    headers: {{Accept: [application/json]}}
    url: {URL}
    method: POST
  response:
    uncompressed: true
    content_length: -1
    body: '{ANSWER}'
    headers: {{Content-Type: [application/json]}}
    status: 201 Created
    code: 201
    duration: 12.5ms
"""
GO_JSON = {
    "Version": 2,
    "Interactions": [
        {
            "Request": {"Method": "POST", "URL": URL, "Body": '{"name": "a"}',
                        "Headers": {"Accept": ["application/json"]}},
            "Response": {"Status": "201 Created", "Code": 201, "Body": ANSWER, "Duration": 125,
                         "Headers": {"Content-Type": ["application/json"]}},
        }
    ],
}  # fmt: skip
EXVCR = [
    {
        "request": {"method": "post", "url": URL, "body": '{"name": "a"}', "options": [],
                    "headers": {"Accept": "application/json"}},
        "response": {"type": "ok", "status_code": 201, "body": ANSWER,
                     "headers": {"Content-Type": "application/json"}},
    }
]  # fmt: skip
NOCK = [
    {
        "scope": "http://127.0.0.1:5000", "method": "POST", "path": "/apikeys",
        "body": {"name": "a"}, "status": 201, "response": {"item": []},
        "reqheaders": {"accept": "application/json"},
        "rawHeaders": ["Content-Type", "application/json"],
    }
]  # fmt: skip
NOCK_PACKED = [
    {
        **NOCK[0],
        "response": [gzip.compress(ANSWER.encode(), mtime=0).hex()],
        "rawHeaders": ["Content-Type", "application/json", "Content-Encoding", "gzip"],
    }
]


@pytest.fixture
def read(tmp_path):
    def go(name, text):
        path = tmp_path / name
        path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
        return list(read_traffic([path]))

    return go


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("binary.yaml", VCRPY_BINARY),
        ("first.yaml", VCRPY_FIRST),
        ("ruby.yml", RUBY),
        ("php.yml", PHP),
        ("tape.yaml", TAPE),
        *((f"go{number}.yaml", GO.replace("VERSION", str(number))) for number in (1, 2)),
        ("go3.yaml", GO.replace("version: VERSION", "version: 2").replace("201 Created", '""')),
        ("go.json", GO_JSON),
        ("exvcr.json", EXVCR),
        ("nock.json", NOCK),
        ("packed.json", NOCK_PACKED),
    ],
)
def test_every_recorder_tells_the_same_exchange(read, name, text):
    (entry,) = read(name, text)
    request, response = entry.exchange.request, entry.exchange.response
    assert (request.method, request.url) == ("POST", URL)
    assert json.loads(request.body) == {"name": "a"}
    assert request.header("accept") == "application/json"
    assert (response.status, json.loads(response.body)) == (201, {"item": []})
    assert response.header("content-type") == "application/json"
    assert entry.request_known
    assert entry.response_known


def test_scalars_are_texts_whatever_a_version_of_yaml_makes_of_them(read):
    odd = "{Accept: [on], X: 12:30:45, Y: 2026-01-01, Z: 0o17}"
    text = GO.replace("VERSION", "2").replace("{Accept: [application/json]}", odd)
    (entry,) = read("t.yaml", text)
    assert dict(entry.exchange.request.headers) == {
        "Accept": "on",
        "X": "12:30:45",
        "Y": "2026-01-01",
        "Z": "0o17",
    }


@pytest.mark.parametrize("status", ["0", "-1", "''", "null"])
def test_an_interaction_without_an_answer(read, status):
    text = GO.replace("VERSION", "1").replace("status: 201 Created\n    code: 201",
                                              f"status: {status}")  # fmt: skip
    (entry,) = read("t.yaml", text)
    assert entry.exchange.response is None


def test_a_body_in_a_form_that_nobody_knows_is_not_known(read):
    text = GO.replace("VERSION", "1").replace(f"body: '{ANSWER}'", "body: {elsewhere: x}")
    (entry,) = read("t.yaml", text)
    assert not entry.response_known


def test_a_tag_that_names_a_program_runs_nothing(read, tmp_path):
    proof = tmp_path / "proof"
    text = GO.replace("VERSION", "1").replace(
        "12.5ms", f"!!python/object/apply:os.system ['touch {proof}']"
    )
    assert len(read("t.yaml", text)) == 1
    assert not proof.exists()


NESTED = "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" if n else "a0: &a0 [x, x]\n"
    for n in range(9)
)
MERGED = "".join(
    f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" if n else "a0: &a0 {x: y, z: y}\n"
    for n in range(9)
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("interactions: " + "[" * 50_000, "nested too deeply"),
        ("interactions:\n" + "- " * 50_000, "nested too deeply"),
        (MERGED + "interactions: []\n", "too many members"),
        (
            NESTED + GO.replace("VERSION", "1").replace("[application/json]", "*a8", 1)[4:],
            "a list instead of a text",
        ),
        (GO.replace('\'{"name": "a"}\'', "!!binary '?'"), "said to be Base64 and is not"),
    ],
    ids=["flow", "block", "merged", "aliases", "binary"],
)
def test_what_would_take_all_memory_is_refused(read, text, said):
    with pytest.raises(MalformedTraffic, match=said):
        read("t.yaml", text)
