"""What passes in a moment is no verdict; what happens each time is, whatever it is asked of."""

from __future__ import annotations

import gzip
import itertools
import json
import threading
import zlib
from types import SimpleNamespace

import pytest

from tests.sampling import narrowed, one_in, sampled

SOME = (
    *("--requirement", "*/status/*", "--requirement", "*/response/*"),
    *("--requirement", "*/behavior/shown-*", "--requirement", "*/behavior/gone-*"),
)
ERRORS = narrowed("*/error/*", "*/protocol/error*", "*/status/*")
JSON = ("Content-Type", "application/json")


def nothing_shown(found):
    assert found.code == 0, found.out + found.err
    assert not {"failed", "inconclusive", "error"} & {one["verdict"] for one in gate(found)}


def gate(found):
    return [one for one in found.verdicts.values() if one["level"] in {"required", "expected"}]


# -- refusals that ask to try again ------------------------------------------------------------


@pytest.mark.parametrize("asked", narrowed("*/status/*", "*/patch/*", "*/behavior/shown-*"))
def test_a_conflict_that_asks_to_try_again(on_reference, case, asked):
    nothing_shown(on_reference(case("run-409-try-again"), "apigateway", *asked))


def now_and_then(every, *refusal, methods=("GET", "POST", "PATCH", "PUT", "DELETE")):
    """A case that answers every so-manieth request with a refusal."""
    count, lock = itertools.count(1), threading.Lock()

    def request(method, path, headers, body, upstream):
        with lock:
            number = next(count)
        if method in methods and number % every == 0:
            return refusal
        return method, path, headers, body

    return SimpleNamespace(request=request)


TRANSIENT = {
    "503-with-retry-after": (503, [("Retry-After", "0")], b"<html>back soon</html>"),
    "503-without": (503, [], b""),
    "500-with-retry-after": (500, [JSON, ("Retry-After", "0")], b'{"message":"oops"}'),
    "409-in-progress": (
        *(409, [JSON, ("x-amzn-errortype", "ConflictException")]),
        b'{"message":"Another operation on this key is in progress"}',
    ),
    "400-concurrent": (
        *(400, [JSON, ("x-amzn-errortype", "ConcurrentModificationException")]),
        b'{"message":"no"}',
    ),
    "503-request-limit": (503, [JSON], b'{"__type":"RequestLimitExceeded","message":"slow down"}'),
}


@pytest.mark.parametrize("service", ["apigateway", "location"])
@pytest.mark.parametrize("kind", sampled(TRANSIENT, "503-with-retry-after", "409-in-progress"))
def test_a_refusal_now_and_then(on_reference, service, kind):
    found = on_reference(now_and_then(17, *TRANSIENT[kind]), service, *SOME)
    nothing_shown(found)
    assert len([one for one in gate(found) if one["verdict"] == "passed"]) > 20


def always(method, part, *refusal):
    def request(called, path, headers, body, upstream):
        if called == method and path.startswith("/apikeys/") and part in (body or b""):
            return refusal
        return called, path, headers, body

    return SimpleNamespace(request=request)


@pytest.mark.parametrize(
    "kind",
    sampled(["503-with-retry-after", "503-without", "500-with-retry-after"], "503-without"),
)
def test_a_server_error_that_comes_each_time_is_one(on_reference, kind):
    case = always("PATCH", b'"/name"', *TRANSIENT[kind])
    found = on_reference(case, "apigateway", "--requirement", "apigateway/UpdateApiKey/*")
    assert found.code == 1
    assert "apigateway/UpdateApiKey/status/no-5xx" in found.failed()
    assert "apigateway/UpdateApiKey/patch/name/replace" in found.failed()


def test_a_conflict_that_comes_each_time_is_a_refusal(on_reference):
    case = always("PATCH", b'"/name"', *TRANSIENT["409-in-progress"])
    found = on_reference(case, "apigateway", "--requirement", "apigateway/UpdateApiKey/patch/*")
    assert "apigateway/UpdateApiKey/patch/name/replace" in found.failed()
    assert "apigateway/UpdateApiKey/status/no-5xx" not in found.failed()


# -- errors, their names and their repetition ----------------------------------------------------


@pytest.mark.parametrize("asked", ERRORS)
def test_what_is_wrong_of_unknown_keys_alone_is_repeated_with_unknown_keys(
    on_reference, case, asked
):
    found = on_reference(case("run-404-xml"), "apigateway", *asked)
    assert found.verdict("apigateway/protocol/error-code") == "failed"
    assert not [one for one in found.verdicts.values() if "did not repeat" in one["reason"]]


def edited_errors(edit):
    def answer(method, path, headers, body, status, answered, data, upstream):
        if status < 400 or data[:1] != b"{":
            return None
        name = {name.lower(): text for name, text in answered}.get("x-amzn-errortype", "")
        return status, answered, json.dumps(edit(json.loads(data), name)).encode()

    return SimpleNamespace(answer=answer)


@pytest.mark.parametrize("asked", ERRORS)
def test_a_short_name_in_the_body_is_as_aws_has_it(on_reference, case, asked):
    nothing_shown(on_reference(case("run-code-in-body"), "apigateway", *asked))


@pytest.mark.parametrize("asked", ERRORS)
@pytest.mark.parametrize("member", ["code", "__type"])
def test_another_error_in_the_body_is_another_error(on_reference, member, asked):
    case = edited_errors(lambda body, name: {**body, member: "ServiceFailureException"})
    found = on_reference(case, "apigateway", *asked)
    assert "apigateway/protocol/error-codes-agree" in found.failed()


@pytest.mark.parametrize("asked", ERRORS)
def test_a_short_type_in_the_body_of_the_other_service(on_reference, asked):
    case = edited_errors(lambda body, name: {**body, "__type": name.removesuffix("Exception")})
    nothing_shown(on_reference(case, "location", *asked))


# -- lists and reads that lag --------------------------------------------------------------------


class Lagging:
    """Lists, or also reads, show what was done so many seconds of a clock later."""

    def __init__(self, clock, seconds, *, lists=True, reads=False):
        self.clock, self.seconds, self.lists, self.reads = clock, seconds, lists, reads
        self.made, self.lock = {}, threading.Lock()

    def answer(self, method, path, headers, body, status, answered, data, upstream):
        plain = path.partition("?")[0]
        with self.lock:
            now = self.clock.monotonic()
            if (method, path, status) == ("POST", "/apikeys", 201):
                self.made[json.loads(data)["id"]] = now
            elif method == "POST" and plain == "/metadata/v0/keys" and status == 200:
                self.made[json.loads(data)["KeyName"]] = now
            late = {one for one, since in self.made.items() if now - since < self.seconds}
        is_list = (method, plain) in {("GET", "/apikeys"), ("POST", "/metadata/v0/list-keys")}
        if is_list and status == 200 and self.lists:
            return status, answered, json.dumps(without(json.loads(data), late)).encode()
        if method == "GET" and self.reads and plain.rpartition("/")[2] in late:
            named = "NotFoundException" if "metadata" not in plain else "ResourceNotFoundException"
            return 404, [JSON, ("x-amzn-errortype", named)], b'{"message":"not there"}'
        return None


def without(body, identifiers):
    """A page of a list without these entries."""
    shown = {
        name: [one for one in value if not {one.get("id"), one.get("KeyName")} & identifiers]
        for name, value in body.items()
        if isinstance(value, list)
    }
    return {**body, **shown}


@pytest.mark.parametrize("service", sampled(["apigateway", "location"], "location"))
def test_a_list_that_lags_is_waited_for(on_reference, clock, service):
    nothing_shown(on_reference(Lagging(clock, 0.3), service, *SOME))


def test_a_list_that_lags_by_more_than_a_second(on_reference, clock):
    # The rule with the most reads of all would be held up for too long: it stays open.
    some = ("--requirement", "*Key/behavior/shown-*", "--requirement", "*/GetApiKeys/behavior/*")
    found = on_reference(Lagging(clock, 1.5), "apigateway", *some)
    assert found.code == 0, found.out + found.err
    assert found.verdict("apigateway/CreateApiKey/behavior/shown-after-creation") == "passed"


def test_reads_that_lag_behind_a_creation_are_waited_for(on_reference, clock):
    nothing_shown(on_reference(Lagging(clock, 0.4, reads=True), "location", *SOME))


def test_an_entry_that_never_comes_is_missing(on_reference, clock):
    found = on_reference(Lagging(clock, 10_000), "apigateway", *SOME)
    assert found.code == 1
    assert "apigateway/CreateApiKey/behavior/shown-after-creation" in found.failed()


def test_a_resource_that_never_comes_is_missing(on_reference, clock):
    found = on_reference(Lagging(clock, 10_000, reads=True), "apigateway", *SOME)
    assert found.code == 1
    assert "apigateway/GetApiKey/status/200" in found.failed()


# -- bodies that are packed ------------------------------------------------------------------------


def packed(pack, coding):
    def answer(method, path, headers, body, status, answered, data, upstream):
        return (status, [*answered, ("Content-Encoding", coding)], pack(data)) if data else None

    return SimpleNamespace(answer=answer)


@pytest.mark.parametrize(
    "asked",
    narrowed("*/protocol/content-coding", "*/protocol/error*", "*/status/*", "*/response/*"),
)
@pytest.mark.parametrize(
    ("service", "pack", "coding"),
    one_in(
        4,
        [
            ("apigateway", gzip.compress, "gzip"),
            ("apigateway", zlib.compress, "deflate"),
            ("location", gzip.compress, "gzip"),
            ("location", zlib.compress, "deflate"),
        ],
    ),
    ids=["gateway-gzip", "gateway-zlib", "location-gzip", "location-zlib"],
)
def test_what_was_packed_unasked_is_one_finding(on_reference, service, pack, coding, asked):
    found = on_reference(packed(pack, coding), service, *asked)
    nothing_shown(found)
    told = {one for one in found.failed("informational") if "/auth/" not in one}
    assert told == {f"{service}/protocol/content-coding"}
    assert coding in found.verdicts[f"{service}/protocol/content-coding"]["reason"]


def test_what_is_not_packed_as_it_says_cannot_be_read(on_reference):
    case = packed(lambda data: data[::-1], "gzip")
    found = on_reference(case, "apigateway", "--requirement", "apigateway/CreateApiKey/*")
    assert found.code == 1
