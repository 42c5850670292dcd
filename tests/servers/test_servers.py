"""Quick checks of the servers themselves: the switches do what they say, and nothing else breaks.

`python -m pytest tests/servers` needs under a minute; botocore is used as a second opinion on
signatures and on the wire format.
"""

from __future__ import annotations

import gc
import threading
import time
from functools import cache
from http.client import HTTPConnection
from random import Random
from typing import Any

import botocore.session
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from testbed.crooked import KINDS, make_crooked
from testbed.edge import Upright
from testbed.sockets import serving
from testbed.switches import DETECTABLE, LEVELS, Switches, readings, wrongs
from testbed.walk import Different, Walker, gateway_walk
from testbed.walk_location import location_walk
from testbed.wire import Request

# Switches that only signatures, sockets or clocks show: other tests than the walk are for them.
AUTH_READINGS = {"auth-off", "unsigned-short-code", "incomplete-short-code"}
BATCHES = 16
"""Tests that share the switches between them: each names those of its own that change nothing."""

pytestmark = pytest.mark.exhaustive


@cache
def auth() -> set[str]:
    return AUTH_READINGS | {
        name for name, wrong in wrongs().items() if wrong.detectable_by == "auth"
    }


PARTS = {"gw": gateway_walk, "loc": location_walk}


def walks(names: list[str], expected: dict[str, list[str]] | None = None) -> dict[str, list[str]]:
    """What a server with these switches answers, by service; Different ends it early."""
    first = {name.split("-")[0] for name in names} & PARTS.keys()
    found = {}
    for part in PARTS if len(first) != 1 else first:
        walker = Walker(Switches(["auth-off", *names]), expected[part] if expected else None)
        PARTS[part](walker)
        found[part] = walker.trace
    return found


@cache
def usual() -> dict[str, list[str]]:
    return walks([])


def test_the_walk_repeats_and_the_right_server_never_crashes() -> None:
    assert walks([]) == usual()
    statuses = {note.split("\n")[1][:3] for trace in usual().values() for note in trace}
    assert not {status for status in statuses if status >= "500"}
    assert {"200", "201", "202", "204", "400", "403", "404", "409"} <= statuses


@pytest.fixture
def _nothing_is_collected():
    """A finalizer that happens to run at the limit of recursion fails, whatever is tested there."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_nothing_is_collected")
@pytest.mark.parametrize("batch", range(BATCHES))
def test_each_switch_changes_an_answer(batch: int) -> None:
    unseen = auth() | {"slow", "chunked-answers"}
    names = [name for name in [*readings(), *wrongs()] if name not in unseen][batch::BATCHES]
    assert len(names) > 5
    for name in names:
        with pytest.raises(Different) as found:
            walks([name], usual())
        status = str(found.value).split("\n")[1][:3]
        assert (status == "500") is name.endswith("-500"), name


@pytest.mark.parametrize("seed", range(8))
def test_no_combination_of_readings_crashes(seed: int) -> None:
    names = [
        name for name in readings() if name != "slow" and Random(f"{seed} {name}").random() < 0.5
    ]
    walked = walks(names)
    assert len(walked) == len(usual())
    for trace in walked.values():
        assert trace
        assert [note for note in trace if note.split("\n")[1].startswith("5")] == []


def test_the_tables_are_well_formed() -> None:
    assert len(readings()) >= 40
    assert len(wrongs()) >= 120
    assert not readings().keys() & wrongs().keys()
    assert {wrong.detectable_by for wrong in wrongs().values()} == set(DETECTABLE)
    assert {wrong.level for wrong in wrongs().values()} == set(LEVELS)


def test_undeclared_switches_are_refused() -> None:
    with pytest.raises(ValueError, match="no-such-switch"):
        Switches(["no-such-switch"])
    with pytest.raises(KeyError):
        Switches().on("no-such-switch")


def client(service: str, url: str, key: str = "test", secret: str = "test") -> Any:
    config = Config(retries={"total_max_attempts": 1}, inject_host_prefix=False)
    return botocore.session.get_session().create_client(
        service,
        "us-east-1",
        endpoint_url=url,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        config=config,
    )


@pytest.mark.parametrize("names", [[], ["chunked-answers", "gzip-answers"], ["connection-close"]])
def test_botocore_understands_api_gateway(names: list[str]) -> None:
    with serving(Upright(Switches(names)).answer, chunked="chunked-answers" in names) as url:
        aws = client("apigateway", url)
        made = aws.create_api_key(name="a key", tags={"a/b": "c"})
        assert made["enabled"] is False
        assert len(made["id"]) == 10
        operation = {"op": "replace", "path": "/name", "value": "né"}
        changed = aws.update_api_key(apiKey=made["id"], patchOperations=[operation])
        assert changed["name"] == "né"
        assert "value" not in changed
        found = aws.get_api_key(apiKey=made["id"], includeValue=True)
        assert found["value"] == made["value"]
        arn = f"arn:aws:apigateway:us-east-1::/apikeys/{made['id']}"
        aws.tag_resource(resourceArn=arn, tags={"d": "e"})
        aws.untag_resource(resourceArn=arn, tagKeys=["a/b"])
        assert aws.get_tags(resourceArn=arn)["tags"] == {"d": "e"}
        csv = b"Name,Key\nimported,imported-value-number-1\n"
        assert len(aws.import_api_keys(body=csv, format="csv")["ids"]) == 1
        assert [item["name"] for item in aws.get_api_keys(limit=1)["items"]] == ["imported"]
        aws.delete_api_key(apiKey=made["id"])
        with pytest.raises(aws.exceptions.NotFoundException, match="Invalid API Key identifier"):
            aws.get_api_key(apiKey=made["id"])


def test_botocore_understands_location() -> None:
    with serving(Upright(Switches()).answer) as url:
        aws = client("location", url)
        restrictions = {
            "AllowActions": ["geo-maps:*"],
            "AllowResources": ["arn:aws:geo-maps:us-east-1::provider/default"],
        }
        made = aws.create_key(KeyName="a.key", Restrictions=restrictions, NoExpiry=True)
        aws.update_key(KeyName="a.key", ExpireTime="2035-01-01T00:00:00Z")
        found = aws.describe_key(KeyName="a.key")
        assert found["Key"] == made["Key"]
        assert found["UpdateTime"] > found["CreateTime"]
        assert found["ExpireTime"].year == 2035
        assert len(aws.list_keys(Filter={"KeyStatus": "Active"})["Entries"]) == 1
        with pytest.raises(aws.exceptions.ValidationException, match="inactive for 90 days"):
            aws.delete_key(KeyName="a.key")
        aws.delete_key(KeyName="a.key", ForceDelete=True)
        with pytest.raises(aws.exceptions.ResourceNotFoundException, match=r"not found: a\.key\."):
            aws.update_key(KeyName="a.key", Description="x")


@pytest.mark.parametrize(
    ("key", "secret", "code"),
    [
        ("test", "other", "InvalidSignatureException"),
        ("other", "test", "UnrecognizedClientException"),
    ],
)
def test_wrong_credentials_are_refused(key: str, secret: str, code: str) -> None:
    with serving(Upright(Switches()).answer) as url:
        with pytest.raises(ClientError, match=code) as caught:
            client("apigateway", url, key, secret).get_api_keys(nameQuery="a b/c")
        assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def _signed(url: str) -> Request:
    """A request that botocore signed a moment ago."""
    kept: list[Any] = []
    aws = client("apigateway", url)
    aws.meta.events.register("before-send", lambda request, **_: kept.append(request))
    aws.create_api_key(name="signed")
    headers = {
        name.lower(): text.decode() if isinstance(text, bytes) else str(text)
        for name, text in kept[0].headers.items()
    }
    headers["host"] = url.removeprefix("http://")
    return Request("POST", "/apikeys", "", headers, bytes(kept[0].body))


def _statuses(names: list[str], request: Request, delay: float = 0.0) -> list[Any]:
    """How a server takes a signed request and spoilt copies of it."""

    def sent(later: float, **headers: str | None) -> Any:
        every = {**request.headers, **{n.replace("_", "-"): t for n, t in headers.items()}}
        present = {name: text for name, text in every.items() if text is not None}
        server = Upright(Switches(names), lambda: time.time() + later)
        copy = Request(request.method, request.path, "", present, request.body)
        answer = server.answer(copy)
        return answer.status, answer.headers.get("x-amzn-errortype")

    good = request.headers["authorization"]
    other = Request(request.method, request.path, "", request.headers, b'{"name": "changed"}')
    changed = Upright(Switches(names)).answer(other)
    return [
        sent(delay),
        sent(3600.0),
        sent(-3600.0),
        sent(0, authorization=None),
        sent(0, authorization="AWS4-HMAC-SHA256 Credential=test"),
        sent(0, authorization=good[:-4] + "0000"),
        sent(0, authorization=good.replace("=test/", "=who/")),
        changed.status,
    ]


def test_each_auth_switch_changes_an_answer() -> None:
    with serving(Upright(Switches()).answer) as url:
        request = _signed(url)
    expected = _statuses([], request)
    assert expected[0] == (201, None)
    assert {status for status, _ in expected[1:-1]} == {403}
    same = [name for name in sorted(auth()) if _statuses([name], request) == expected]
    assert same == []


@pytest.mark.parametrize("kind", KINDS)
def test_crooked_servers_answer(kind: str) -> None:
    with serving(make_crooked(kind, seed=1)) as url:
        for method, path, body in (
            ("POST", "/apikeys", b'{"name": "x"}'),
            ("PATCH", "/apikeys/x", b'{"patchOperations": []}'),
            ("GET", "/metadata/v0/keys/x", b""),
        ):
            connection = HTTPConnection(url.removeprefix("http://"), timeout=60)
            connection.request(method, path, body)
            answer = connection.getresponse()
            assert 200 <= answer.status < 600
            answer.read()
            connection.close()


@pytest.mark.parametrize(
    ("names", "kinds"),
    [
        ([], ["application/json"]),
        (["header-case"], ["application/json"]),
        (["content-type-missing"], []),
        (["content-type-charset"], ["application/json; charset=utf-8"]),
    ],
)
def test_sockets_send_the_headers_that_they_are_given(names: list[str], kinds: list[str]) -> None:
    with serving(Upright(Switches(["auth-off", *names])).answer) as url:
        connection = HTTPConnection(url.removeprefix("http://"), timeout=60)
        for method in ("GET", "BREW"):
            connection.request(method, "/apikeys")
            answer = connection.getresponse()
            assert answer.headers.get_all("content-type", []) == kinds
            assert answer.status == (200 if method == "GET" else 403)
            answer.read()
        connection.close()


def test_many_clients_at_once() -> None:
    upright = Upright(Switches(["auth-off"]))
    with serving(upright.answer) as url:

        def work(number: int) -> None:
            connection = HTTPConnection(url.removeprefix("http://"), timeout=60)
            for turn in range(20):
                connection.request("POST", "/apikeys", f'{{"name": "{number}-{turn}"}}')
                assert connection.getresponse().read()
            connection.close()

        threads = [threading.Thread(target=work, args=(number,)) for number in range(10)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(upright.gateway.store.keys) == 200
