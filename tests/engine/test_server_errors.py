"""A server that fails on one kind of odd request is told by the name of that kind."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import pytest

from conformance.contract.building import build_contract
from conformance.contract.inference.inferring import inferred_overlay
from conformance.contract.levels import Level
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.model import Contract
from conformance.contract.protocols import with_protocol
from conformance.engine.outcome import Job
from conformance.engine.run import RunConfig
from conformance.engine.service_run import Settings
from conformance.record import Verdict
from conformance.runs.execution import run_all
from conformance.transport.credentials import TEST_CREDENTIALS
from conformance.transport.exchange import (
    Exchange,
    FailureKind,
    Request,
    Response,
    TransportFailure,
)
from conformance.transport.retry import RetryingTransport
from tests.sampling import sampled

PAGE = {"document": "p.md", "section": "s", "line": 1}
TEXT = {"type": "string"}
NAMES = ("name", "note", "size", "parts", "label", "tags", "picture", "until", "choice")
GATE = {Level.REQUIRED, Level.EXPECTED}


def structure(required: list[str], **properties: Any) -> dict[str, Any]:
    return {
        "type": "object", "x-type": "structure", "properties": properties, "required": required,
    }  # fmt: skip


ITEM = {
    "name": TEXT,
    "note": TEXT,
    "size": {"type": "integer"},
    "parts": {"type": "array", "items": TEXT},
    "label": structure([], text=TEXT),
    "tags": {"type": "object", "x-type": "map", "additionalProperties": TEXT},
    "picture": {"type": "string", "x-type": "blob"},
    "until": {"type": "number", "x-type": "timestamp"},
    "choice": {**structure([], colour=TEXT, number={"type": "integer"}), "x-union": True},
}
SHOWN = structure(["itemId"], itemId=TEXT, **ITEM)
MANY = structure([], items={"type": "array", "items": SHOWN}, nextToken=TEXT)


TYPES = {"maxResults": {"type": "integer"}, "sold": {"type": "boolean"}}


def operation(
    name: str,
    *,
    path: bool = False,
    query: tuple[str, ...] = (),
    header: str = "",
    body: Any = None,
    shows: Any = None,
) -> dict[str, Any]:
    parameters = (
        [{"name": "itemId", "in": "path", "required": True, "schema": TEXT}] if path else []
    )
    parameters += [{"name": one, "in": "query", "schema": TYPES.get(one, TEXT)} for one in query]
    parameters += [{"name": header, "in": "header", "schema": TEXT}] if header else []
    success: dict[str, Any] = {"x-source": PAGE}
    if shows:
        success["content"] = {"application/json": {"schema": shows}}
    content = {"application/json": {"schema": body}}
    errors = {"400": {"x-errors": {"BadRequestException": {"x-source": PAGE}}}}
    errors["404"] = {"x-errors": {"NotFoundException": {"x-source": PAGE}}}
    return {
        "operationId": name, "x-source": PAGE, "parameters": parameters,
        **({"requestBody": {"content": content}} if body else {}),
        "responses": {"200": success, **errors},
    }  # fmt: skip


SPEC = {
    "info": {"title": "Shop"},
    "paths": {
        "/items": {
            "post": operation("CreateItem", body=structure(["name"], **ITEM), shows=SHOWN),
            "get": operation(
                "ListItems", query=("maxResults", "nextToken", "colour", "sold"), shows=MANY
            ),
        },
        "/items/{itemId}": {
            "get": operation("GetItem", path=True, header="x-as-of", shows=SHOWN),
            "put": operation("UpdateItem", path=True, body=structure([], **ITEM), shows=SHOWN),
            "delete": operation("DeleteItem", path=True),
        },
    },
}


def contract() -> Contract:
    """Without an overlay: the lifecycle is inferred, the rules are the protocol's."""
    bare = build_contract("shop", SPEC, {})
    return with_protocol(replace(bare, overlay=inferred_overlay(bare)))


class Crash(Exception):
    """The server fails."""


Given = Callable[["Asked"], bool]


def no_constant(name: str) -> Any:
    raise ValueError(name)


class Asked:
    """A request as the double sees it; ``body`` is a text where it is not JSON."""

    def __init__(self, request: Request) -> None:
        parts = urlsplit(request.url)
        self.method, self.path, self.query = request.method, parts.path, parts.query
        self.parameters = parse_qsl(parts.query, keep_blank_values=True)
        self.labels = parts.path.split("/")[2:]
        self.media = request.header("content-type")
        self.as_of = request.header("x-as-of")
        self.raw = request.body or b""
        self.body: Any = None
        try:
            self.body = json.loads(self.raw, parse_constant=no_constant) if self.raw else None
        except (ValueError, RecursionError):
            self.body = "not JSON"

    @property
    def members(self) -> dict[str, Any]:
        return self.body if isinstance(self.body, dict) else {}

    @property
    def is_update(self) -> bool:
        return self.method == "PUT" and len(self.labels) == 1

    @property
    def is_list(self) -> bool:
        return self.method == "GET" and self.path == "/items"


class Shop:
    """Right, and careful; but it fails where ``crashes`` says so."""

    def __init__(self, crashes: Given = lambda _: False) -> None:
        self.crashes = crashes
        self.items: dict[str, dict[str, Any]] = {}
        self.numbers = itertools.count(100)
        self.tokens: set[str] = set()

    def send_all(self, requests: Sequence[Request], *, pipelined: bool) -> list[Exchange]:
        return [self.send(request) for request in requests]

    def send(self, request: Request) -> Exchange:
        try:
            status, body = self.answer(Asked(request))
        except Crash:
            status, body = 500, {"message": "it broke"}
        code = body.pop("code", "")
        headers = [("content-type", "application/json"), ("x-amzn-requestid", "1")]
        headers += [("x-amzn-errortype", code)] if code else []
        head = request.method == "HEAD"
        content = b"" if head or (request.method == "DELETE" and status == 200) else dump(body)
        return Exchange(request, Response(status, tuple(headers), content), None, 0.0)

    def answer(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        if self.crashes(asked):
            raise Crash
        if asked.method not in {"GET", "POST", "PUT", "DELETE"}:
            return bad()
        if asked.path == "/items":
            return self.at_items(asked)
        if asked.path.startswith("/items/") and len(asked.labels) == 1 and asked.method != "POST":
            return self.at_item(asked, unquote(asked.labels[0], errors="replace"))
        return 404, {"code": "UnknownOperationException", "message": "no"}

    def at_items(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        if asked.method == "GET":
            return self.listed(asked)
        if asked.method != "POST" or "name" not in asked.members or not right(asked):
            return bad()
        item = f"i{next(self.numbers)}x"
        self.items[item] = {name: asked.body[name] for name in NAMES if name in asked.body}
        return 200, {"itemId": item, **self.items[item]}

    def listed(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        given = dict(asked.parameters)
        most, token = given.get("maxResults", "500"), given.get("nextToken", "0")
        if not (most.isdigit() and 0 < int(most) < 1000 and token in {"0", *self.tokens}):
            return bad()
        after, end = int(token), int(token) + int(most)
        shown = [{"itemId": one, **self.items[one]} for one in self.items]
        if end >= len(shown):
            return 200, {"items": shown[after:]}
        self.tokens.add(str(end))
        return 200, {"items": shown[after:end], "nextToken": str(end)}

    def at_item(self, asked: Asked, item: str) -> tuple[int, dict[str, Any]]:
        if item not in self.items:
            return 404, {"code": "NotFoundException", "message": "none"}
        if asked.method == "DELETE":
            del self.items[item]
            return 200, {}
        if asked.method == "PUT":
            if not right(asked):
                return bad()
            self.items[item] |= {name: asked.body[name] for name in NAMES if name in asked.body}
        return 200, {"itemId": item, **self.items[item]}


def bad() -> tuple[int, dict[str, Any]]:
    return 400, {"code": "BadRequestException", "message": "no"}


def right(asked: Asked) -> bool:
    """What this server takes: an object whose members have their types."""
    kinds: dict[str, Any] = {"name": str, "note": str, "size": int, "parts": list, "label": dict}
    kinds |= {"tags": dict, "picture": str, "until": (int, float), "choice": dict}
    if not isinstance(asked.body, dict):
        return False
    for name, kind in kinds.items():
        value = asked.body.get(name)
        if name in asked.body and (not isinstance(value, kind) or isinstance(value, bool)):
            return False
    choice = asked.body.get("choice", {"colour": "x"})
    if len(choice) != 1 or not isinstance(choice.get("colour", choice.get("number")), str | int):
        return False
    parts, label = asked.body.get("parts", []), asked.body.get("label", {})
    texts = (*parts, *asked.body.get("tags", {}).values(), label.get("text", ""))
    return all(isinstance(one, str) for one in texts)


def dump(body: dict[str, Any]) -> bytes:
    return json.dumps(body).encode()


def run(server: Shop, draws: int = 0) -> dict[str, Any]:
    loaded = contract()
    config = RunConfig(
        jobs=[Job(loaded, catalogue(loaded))],
        url="http://127.0.0.1:1",
        credentials=TEST_CREDENTIALS,
        region="us-east-1",
        transport=RetryingTransport(server, retries=0, base=0.0),
        settings=Settings(draws=draws, seed=1),
    )
    outcome = run_all(config)
    return {line.requirement: line for line in outcome.verdicts}


def failed(lines: dict[str, Any]) -> set[str]:
    return {
        name
        for name, line in lines.items()
        if line.verdict is Verdict.FAILED and line.level in GATE
    }


def test_a_careful_server_fails_nothing() -> None:
    lines = run(Shop())
    bad = {Verdict.FAILED, Verdict.ERROR, Verdict.INCONCLUSIVE}
    assert {name: line.reason for name, line in lines.items() if line.verdict in bad} == {}
    passed = {name for name, line in lines.items() if line.verdict is Verdict.PASSED}
    assert {f"shop/{one}/robustness/method" for one in ("GetItem", "ListItems")} <= passed
    assert "shop/protocol/keep-alive-after-error" in passed
    assert "shop/ListItems/behavior/still-answers" in passed


def as_object(asked: Asked, name: str) -> dict[str, Any]:
    value = asked.members.get(name)
    return value if isinstance(value, dict) else {}


def has_texts(asked: Asked, *texts: str) -> bool:
    return any(text in str(value) for value in asked.members.values() for text in texts)


KINDS: dict[str, tuple[str, Given]] = {
    "empty-object": ("UpdateItem", lambda asked: asked.is_update and asked.body == {}),
    "empty-body": ("UpdateItem", lambda asked: asked.is_update and asked.body is None),
    "non-object-body": (
        "UpdateItem",
        lambda asked: asked.is_update and isinstance(asked.body, list | int | bool),
    ),
    "unknown-member": (
        "CreateItem",
        lambda asked: asked.method == "POST" and asked.members.get("conformance") == "x",
    ),
    "wrong-type": ("UpdateItem", lambda asked: asked.is_update and None in asked.members.values()),
    "null-items": (
        "CreateItem",
        lambda asked: asked.method == "POST" and asked.members.get("parts") == [None],
    ),
    "odd-text": ("UpdateItem", lambda asked: asked.is_update and has_texts(asked, "\u202e")),
    "long-text": (
        "CreateItem",
        lambda asked: asked.method == "POST" and 90_000 < len(asked.raw) < 200_000,
    ),
    "deep-nesting": (
        "CreateItem",
        lambda asked: asked.method == "POST" and asked.raw.count(b"[") > 400,
    ),
    "content-type": ("CreateItem", lambda asked: asked.method == "POST" and asked.media is None),
    "odd-label": ("DeleteItem", lambda asked: asked.method == "DELETE" and "%00" in asked.path),
    "odd-query-value": (
        "ListItems",
        lambda asked: asked.is_list and ("colour", "") in asked.parameters,
    ),
    "unknown-query-parameter": (
        "DeleteItem",
        lambda asked: asked.method == "DELETE" and "conformance=x" in asked.query,
    ),
    "repeated-query-parameter": (
        "ListItems",
        lambda asked: asked.is_list and asked.query.count("colour=") == 2,
    ),
    "odd-query": ("DeleteItem", lambda asked: asked.method == "DELETE" and "%FF" in asked.query),
    "page-size": (
        "ListItems",
        lambda asked: asked.is_list and ("maxResults", "0") in asked.parameters,
    ),
    "page-token": (
        "ListItems",
        lambda asked: asked.is_list and ("nextToken", "e30=") in asked.parameters,
    ),
    "method": ("GetItem", lambda asked: asked.method == "HEAD" and len(asked.labels) == 1),
    "null-values": (
        "UpdateItem",
        lambda asked: asked.is_update and None in as_object(asked, "tags").values(),
    ),
    "odd-union": (
        "UpdateItem",
        lambda asked: asked.is_update and asked.members.get("choice") == {},
    ),
    "odd-blob": (
        "CreateItem",
        lambda asked: asked.method == "POST" and asked.members.get("picture") == "%",
    ),
    "odd-number": (
        "CreateItem",
        lambda asked: asked.method == "POST" and asked.members.get("size") == 10**20,
    ),
    "odd-timestamp": (
        "UpdateItem",
        lambda asked: asked.is_update and "GMT" in str(asked.members.get("until")),
    ),
    "typed-parameter": (
        "ListItems",
        lambda asked: asked.is_list and ("sold", "yes") in asked.parameters,
    ),
    "odd-header": ("GetItem", lambda asked: asked.as_of == ","),
    "content-type-without-body": (
        "DeleteItem",
        lambda asked: asked.method == "DELETE" and asked.media == "application/xml",
    ),
}


@pytest.mark.parametrize("kind", sampled(KINDS, *list(KINDS)[::8]))
def test_each_kind_has_a_name_of_its_own(kind: str) -> None:
    name, crashes = KINDS[kind]
    lines = run(Shop(crashes))
    requirement = f"shop/{name}/robustness/{kind}"
    found = failed(lines)
    assert requirement in found
    line = lines[requirement]
    assert "500" in line.reason
    assert line.evidence[-1].response.status == 500
    # Beside it only what the same requests break: the operation's own rule, and the protocol's.
    others = {one for one in found if "/robustness/" in one}
    assert {one.split("/")[1] for one in others} == {name}
    assert not any("/behavior/" in one for one in found)


def test_every_kind_is_tried() -> None:
    loaded = contract()
    stated = {one.id.split("/")[-1] for one in catalogue(loaded) if "/robustness/" in one.id}
    assert stated == {*KINDS, "two-of-union"}


class Unioned(Shop):
    """Takes the first member of a union, and passes over the rest."""

    def answer(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        choice = as_object(asked, "choice")
        if len(choice) > 1:
            asked.body["choice"] = dict(list(choice.items())[:1])
        return super().answer(asked)


def test_two_members_of_a_union_are_told_and_held_against_nobody() -> None:
    name = "shop/UpdateItem/robustness/two-of-union"
    assert run(Shop())[name].verdict is Verdict.PASSED
    lines = run(Unioned())
    assert lines[name].verdict is Verdict.FAILED
    assert lines[name].level is Level.INFORMATIONAL
    assert not failed(lines)


class Spoilt(Shop):
    """Takes an odd text; then what shows it fails. ``stays``: nobody can delete it."""

    def __init__(self, *, stays: bool, crashes_at_once: bool = False) -> None:
        super().__init__()
        self.stays, self.crashes_at_once = stays, crashes_at_once

    def answer(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        status, body = super().answer(asked)
        odd = {one for one, item in self.items.items() if "\ud83d" in str(item.get("note", ""))}
        odd |= {one for one, item in self.items.items() if "\ud83d" in str(item.get("name", ""))}
        if asked.is_list and odd:
            raise Crash
        if asked.method == "POST" and self.crashes_at_once and body.get("itemId") in odd:
            raise Crash
        if asked.method == "DELETE" and status == 200 and self.stays:
            pass
        return status, body

    def at_item(self, asked: Asked, item: str) -> tuple[int, dict[str, Any]]:
        odd = "\ud83d" in str(self.items.get(item, {}).get("note", ""))
        odd |= "\ud83d" in str(self.items.get(item, {}).get("name", ""))
        if asked.method == "DELETE" and odd and self.stays:
            return bad()
        return super().at_item(asked, item)


@pytest.mark.parametrize(
    ("stays", "crashes_at_once"), [(False, False), (True, False), (True, True)]
)
def test_a_list_that_one_creation_spoils_is_told_by_that_creation(
    *, stays: bool, crashes_at_once: bool
) -> None:
    lines = run(Spoilt(stays=stays, crashes_at_once=crashes_at_once))
    line = lines["shop/ListItems/behavior/still-answers"]
    assert line.verdict is Verdict.FAILED
    assert line.level is Level.EXPECTED
    cause, seen = line.evidence[-2:]
    assert cause.request.method in {"POST", "PUT"}
    assert "\\ud83d" in (cause.request.body or "")
    assert seen.request.method == "GET"
    assert seen.response is not None
    assert seen.response.status == 500
    assert "ud83d" in line.reason
    # The list's own requirements are not blamed one by one, and the rest of the run goes on.
    others = failed(lines) - {line.requirement}
    assert not any(one.startswith("shop/ListItems/") for one in others)
    assert lines["shop/GetItem/status/200"].verdict is Verdict.PASSED
    bad = {Verdict.ERROR, Verdict.INCONCLUSIVE}
    assert {name: one.reason for name, one in lines.items() if one.verdict in bad} == {}


class Unsorted(Shop):
    """Takes a name that is no text, by which nobody can delete the item; its list then fails."""

    def at_items(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        name = asked.members.get("name", "")
        if asked.method == "POST" and not isinstance(name, str):
            self.items[f"i{next(self.numbers)}x"] = {"name": name}
            return 200, {"name": str(name)}
        return super().at_items(asked)

    def listed(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        if any(not isinstance(one["name"], str) for one in self.items.values()):
            raise Crash
        return super().listed(asked)


@pytest.mark.parametrize("draws", [0, 8])
def test_a_list_that_stays_spoilt_is_told_once_whoever_sent_what_spoilt_it(draws: int) -> None:
    lines = run(Unsorted(), draws)
    lists = {name for name in failed(lines) if name.startswith("shop/ListItems/")}
    assert lists == {"shop/ListItems/behavior/still-answers"}


class Busy(Shop):
    """Is at work for good on a number that is too large, and answers no list from then on."""

    busy = False

    def send(self, request: Request) -> Exchange:
        asked = Asked(request)
        size = asked.members.get("size")
        large = isinstance(size, int | float) and size > 10**15
        self.busy = self.busy or large
        if large or (self.busy and asked.is_list):
            return Exchange(request, None, TransportFailure(FailureKind.TIMEOUT, "no answer"), 1.0)
        return super().send(request)


def test_a_list_that_is_silent_is_told_by_the_request_that_was_not_answered() -> None:
    lines = run(Busy(lambda asked: asked.is_update and not asked.raw))
    line = lines["shop/ListItems/behavior/still-answers"]
    assert line.verdict is Verdict.FAILED
    assert "was not answered" in line.reason
    assert "robustness/empty-body" not in line.reason


class Stuck(Shop):
    """Answers no name that is no text, and no list with a size that is one."""

    def send(self, request: Request) -> Exchange:
        asked = Asked(request)
        spoilt = any(isinstance(one.get("size"), str) for one in self.items.values())
        if not isinstance(asked.members.get("name", ""), str) or (spoilt and asked.is_list):
            return Exchange(request, None, TransportFailure(FailureKind.TIMEOUT, "no answer"), 1.0)
        return super().send(request)

    def at_items(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        if asked.method == "POST" and isinstance(asked.members.get("size"), str):
            item = f"i{next(self.numbers)}x"
            self.items[item] = {"name": "n", "size": asked.members["size"]}
            return 200, {"itemId": item}
        return super().at_items(asked)


def test_a_request_that_the_target_was_done_with_is_not_blamed() -> None:
    line = run(Stuck())["shop/ListItems/behavior/still-answers"]
    assert line.verdict is Verdict.FAILED
    assert " was answered 200" in line.reason


class Deep(Shop):
    """Takes whatever it gets for a label, and shows it in a list as deep as it was."""

    def listed(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        status, body = super().listed(asked)
        text = b"[" * 900 + b"]" * 900
        return status, {**body, "odd": json.loads(text)} if status == 200 else body


def test_an_answer_of_any_depth_is_looked_at() -> None:
    lines = run(Deep())
    assert lines["shop/ListItems/status/200"].verdict is Verdict.PASSED
    assert not {one.requirement for one in lines.values() if one.verdict is Verdict.ERROR}


def test_a_passing_trouble_is_no_spoilt_list() -> None:
    class Once(Shop):
        troubled = False

        def answer(self, asked: Asked) -> tuple[int, dict[str, Any]]:
            if asked.is_list and len(self.items) > 1 and not self.troubled:
                self.troubled = True
                raise Crash
            return super().answer(asked)

    lines = run(Once())
    assert "shop/ListItems/behavior/still-answers" not in failed(lines)


def test_an_overlay_changes_or_switches_off_a_rule() -> None:
    bare = build_contract("shop", SPEC, {})
    whole = replace(bare, overlay=inferred_overlay(bare))
    changes = {
        "protocol/malformed-json": {"level": "informational"},
        "ListItems/robustness/page-size": {"off": "nobody pages here"},
    }
    found = {one.id: one for one in catalogue(with_protocol(whole, changes))}
    assert found["shop/protocol/malformed-json"].level == "informational"
    assert found["shop/protocol/truncated-json"].level == "expected"
    assert "shop/ListItems/robustness/page-size" not in found
    assert "shop/ListItems/robustness/page-token" in found
