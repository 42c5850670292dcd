"""Services without an overlay: what is blamed where every request is made up, and what is not."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from conformance.contract.building import build_contract
from conformance.contract.found_requests import FoundRequests
from conformance.contract.inference.identity_rules import identity_rules
from conformance.contract.inference.inferring import inferred_overlay
from conformance.contract.inference.taken_rules import CONTENT
from conformance.contract.levels import Level
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.protocols import with_protocol
from conformance.engine.outcome import Job
from conformance.engine.run import RunConfig
from conformance.engine.service_run import Settings
from conformance.record import Verdict
from conformance.runs.execution import run_all
from conformance.transport.credentials import TEST_CREDENTIALS
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.protocols.registry import wire
from conformance.transport.retry import RetryingTransport
from tests.json_double import Refused, given_members
from tests.sampling import sampled

MODEL = {"model": "shop-2020-01-01", "path": "/shapes"}
JSON = "application/json"
PAGE = b"<!doctype html><title>500 Internal Server Error</title>"
NAME = re.compile(r"[a-zA-Z0-9-]{1,40}")


def shape(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "x-sources": {"type": MODEL, **dict.fromkeys(more, MODEL)}, **more}


def body(members: dict[str, Any], required: tuple[str, ...] = ()) -> dict[str, Any]:
    stated = {"x-sources": {"required": dict.fromkeys(required, MODEL)}, "required": [*required]}
    schema = {"type": "object", "x-type": "structure", "properties": members}
    return {JSON: {"schema": {**schema, **(stated if required else {})}}}


def operation(name: str, given: Any, shown: Any, *errors: tuple[int, str]) -> dict[str, Any]:
    answers: dict[str, Any] = {"200": {"content": body(*shown)} if shown else {}}
    for status, code in (*errors, (400, "ValidationException")):
        answers.setdefault(str(status), {}).setdefault("x-errors", {})[code] = {}
    label = {"name": "Name", "in": "path", "required": True, "schema": NAMED}
    return {
        "operationId": name,
        "parameters": [] if name in {"CreateThing", "ListThings"} else [label],
        "requestBody": {"content": body(*given)} if given else {},
        "responses": answers,
    }


NAMED = shape("string", minLength=1, maxLength=40, **{"x-pattern": "[a-zA-Z0-9-]+"})
FREE = {
    "Description": shape("string", maxLength=20),
    "Size": shape("integer", minimum=1, maximum=10),
    "Flag": shape("boolean"),
    "State": shape("string", enum=["ON", "OFF"]),
}
SHOWN = {**FREE, "Name": NAMED, "Created": shape("string", **{"x-type": "timestamp"})}
MISSING = (404, "ThingNotFoundException")
DENIED = "AccessDeniedException"
PARAMETERS = [
    {"name": "Max", "in": "query", "schema": shape("integer", minimum=1, maximum=100)},
    {"name": "Deep", "in": "query", "schema": shape("boolean")},
]
SPEC = {
    "info": {"title": "Shop"},
    "paths": {
        "/things": {
            "post": operation(
                "CreateThing", ({"Name": NAMED, **FREE}, ("Name",)), ({"Name": NAMED},),
                (409, "ThingAlreadyExistsException"),
            ),
            "get": {
                **operation("ListThings", None, ({"Names": shape("array", items=NAMED)},)),
                "parameters": PARAMETERS,
            },
        },
        "/things/{Name}": {
            "get": operation("GetThing", None, (SHOWN, ("Name", "Created")), MISSING),
            "put": operation("UpdateThing", (FREE,), ({"Name": NAMED},), MISSING),
            "delete": operation("DeleteThing", None, None, MISSING),
        },
    },
}  # fmt: skip


@dataclass
class Shop:
    """A right server of the service above, but for its faults."""

    faults: frozenset[str] = frozenset()
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    waiting: dict[str, int] = field(default_factory=dict)
    """How many more requests find a new thing as it is at first."""

    def send(self, request: Request) -> Exchange:
        try:
            shown = self._answer(request)
            data = b"" if shown is None else json.dumps(shown).encode()
            answer = Response(200, (("Content-Type", JSON),), data)
        except Refused as refused:
            named = refused.code is not None
            kind = (("Content-Type", JSON), ("x-amzn-errortype", str(refused.code)))
            page = (("Content-Type", "text/html"),)
            answer = Response(refused.status, kind if named else page, b"{}" if named else PAGE)
        return Exchange(request, answer, None, 0.0)

    def send_all(self, requests: Sequence[Request], *, pipelined: bool) -> list[Exchange]:
        return [self.send(request) for request in requests]

    def _answer(self, request: Request) -> Any:
        path = urlsplit(request.url).path.split("/")[1:]
        if "not-enabled" in self.faults and path[0] == "things":
            raise Refused(403, "AccessDeniedException")
        if path[0] != "things" or len(path) > 2:
            raise Refused(404, "UnknownOperationException")
        role = {"GET": "read", "PUT": "update", "DELETE": "delete"}
        known = {"POST", "GET"} if len(path) == 1 else role
        if request.method not in known:
            raise Refused(404, "UnknownOperationException")
        if len(path) == 1:
            if request.method == "GET":
                self._look_at(parse_qs(urlsplit(request.url).query))
                return {"Names": sorted(self.things)}
            return self._create(self._read(request))
        return self._of_one(role[request.method], unquote(path[1]), request)

    def _look_at(self, query: dict[str, list[str]]) -> None:
        for name, right in (("Max", r"[1-9]\d?|100"), ("Deep", "true|false")):
            if any(not re.fullmatch(right, text) for text in query.get(name, ())):
                raise Refused(400, "ValidationException")

    def _read(self, request: Request) -> dict[str, Any]:
        given = given_members(request)
        if "refuses-strangers" in self.faults and given.keys() - {*FREE, "Name"}:
            raise Refused(400, "ValidationException")
        if "picky" in self.faults and "Description" in given:
            raise Refused(400, "TextMustBeginOtherwiseException")
        kinds = {"Description": str, "Size": int, "Flag": bool, "State": str, "Name": str}
        for name, kind in kinds.items():
            loose = name == "Flag" and "loose-flag" in self.faults
            if name in given and type(given[name]) is not kind and not loose:
                raise Refused(400, "SerializationException")
        wrong = len(given.get("Description", "")) > 20 or not 1 <= given.get("Size", 1) <= 10
        if wrong or given.get("State", "ON") not in {"ON", "OFF"}:
            raise Refused(400, "ValidationException")
        return given

    def _create(self, given: dict[str, Any]) -> Any:
        name = given.get("Name", "")
        if not NAME.fullmatch(name):
            denied = name and "denies-names" in self.faults
            raise Refused(403 if denied else 400, DENIED if denied else "ValidationException")
        if "needs-state" in self.faults and "State" not in given:
            raise Refused(400, "ValidationException")
        if given.get("Description") == CONTENT and "odd-texts" in self.faults:
            raise Refused(400, "ValidationException")
        if name in self.things and "gone-once" in self.faults:
            self.faults = self.faults - {"gone-once"}
            del self.things[name]
        if name in self.things and "wrong-conflict" in self.faults:
            raise Refused(400, "ValidationException")
        if name in self.things and "taken-names" not in self.faults:
            raise Refused(409, "ThingAlreadyExistsException")
        if self.things and "only-one" in self.faults:
            raise Refused(402, "ServiceQuotaExceededException")
        self.waiting[name] = 3
        kept = {key: value for key, value in given.items() if key != "Description"}
        self.things[name] = kept if "forgets-text" in self.faults else given
        return {"Name": name}

    def _of_one(self, role: str, name: str, request: Request) -> Any:
        if role == "update" and "no-updates" in self.faults:
            raise Refused(500, None)
        if not NAME.fullmatch(name) and "looks-up-first" not in self.faults:
            raise Refused(400, "ValidationException")
        if name not in self.things:
            if role == "update" and "updates-nothing" in self.faults:
                return {"Name": name}
            if "unknown-crashes" in self.faults:
                raise Refused(500, None)
            raise Refused(400 if "missing-is-400" in self.faults else 404, MISSING[1])
        if self._is_new(name):
            if "late" in self.faults and role != "delete":
                raise Refused(404, MISSING[1])
            if "busy" in self.faults and role == "update":
                raise Refused(409, "ConflictException")
        if role == "delete":
            del self.things[name]
            return None
        if role == "update":
            self.things[name] |= self._read(request)
            return {"Name": name}
        return self._shown(self.things[name])

    def _is_new(self, name: str) -> bool:
        self.waiting[name] = self.waiting.get(name, 0) - 1
        return self.waiting[name] >= 0

    def _shown(self, thing: dict[str, Any]) -> dict[str, Any]:
        moment = "2026-01-01T00:00:00.123456"
        shown = {**thing, "Created": moment if "local-time" in self.faults else f"{moment}Z"}
        if "snake" in self.faults:
            shown = {name.lower(): value for name, value in shown.items()}
        if "besides" in self.faults:
            shown = {**shown, **{name.lower(): value for name, value in shown.items()}}
        if "newer" in self.faults:
            shown["Later"] = {"Colour": ["blue"]}
        if "no-time" in self.faults:
            del shown["Created"]
        return {**dict.fromkeys(FREE), **shown} if "nulls" in self.faults else shown


@pytest.fixture(scope="module")
def contract():
    found = build_contract("shop", SPEC, {})
    found = replace(found, overlay=inferred_overlay(found))
    rules = {**found.overlay.rules, **identity_rules(found)}
    overlay = type(found.overlay)(**{**_fields(found.overlay), "rules": rules})
    return with_protocol(replace(found, overlay=overlay))


def _fields(overlay: Any) -> dict[str, Any]:
    return {name: getattr(overlay, name) for name in overlay.__struct_fields__}


@pytest.fixture
def run(contract):
    def go(*faults: str):
        shop = Shop(frozenset(faults))
        config = RunConfig(
            jobs=[Job(contract, [one for one in catalogue(contract) if one.operation])],
            url="http://127.0.0.1:1", credentials=TEST_CREDENTIALS, region="us-east-1",
            transport=RetryingTransport(shop, retries=0, base=0.0),
            settings=Settings(draws=0, seed=1, settle=0.0),
        )  # fmt: skip
        found = {line.requirement: line for line in run_all(config).verdicts}
        assert not shop.things
        assert Verdict.ERROR not in {line.verdict for line in found.values()}
        return found

    return go


def failed(found, *levels: Level):
    wanted = levels or (Level.REQUIRED, Level.EXPECTED)
    return {
        name.removeprefix("shop/")
        for name, line in found.items()
        if line.verdict is Verdict.FAILED and line.level in wanted
    }


RIGHT = {
    "a right one": (),
    "nulls": ("nulls",),
    "a member that is left out": ("no-time",),
    "another status, told elsewhere": ("missing-is-400", "looks-up-first"),
    "a text that is refused for what it says": ("odd-texts",),
    "members of a newer model": ("refuses-strangers", "newer"),
    "what is new is found a little later": ("late",),
    "what is new is busy": ("busy",),
    "a quota of one": ("only-one",),
    "what others may own is denied first": ("denies-names",),
    "a made-up text is refused whatever is wrong with it": ("picky",),
}


@pytest.mark.parametrize("name", sampled(RIGHT, *list(RIGHT)[::2]))
def test_no_fault_that_nobody_could_be_held_to(run, name):
    faults = RIGHT[name]
    found = run(*faults)
    wrong = {one for one in failed(found) if "ThingNotFoundException" not in one}
    assert not wrong
    passed = sum(line.verdict is Verdict.PASSED for line in found.values())
    # Where there may be one alone, the one that is there is used on.
    assert passed > (90 if "only-one" in faults else 50)
    assert found["shop/ListThings/request/Max/type"].verdict is Verdict.PASSED
    assert found["shop/ListThings/request/Deep/type"].verdict is Verdict.PASSED


@pytest.fixture
def told(contract):
    """What fails of the whole service, its protocol's rules and all."""

    def go(*faults: str):
        config = RunConfig(
            jobs=[Job(contract, catalogue(contract))],
            url="http://127.0.0.1:1", credentials=TEST_CREDENTIALS, region="us-east-1",
            transport=RetryingTransport(Shop(frozenset(faults)), retries=0, base=0.0),
            settings=Settings(draws=0, seed=1, settle=0.0),
        )  # fmt: skip
        lines = run_all(config).verdicts
        return {one.requirement: one for one in lines if one.verdict is Verdict.FAILED}

    return go


def test_a_service_that_is_not_enabled_is_not_blamed_for_saying_so(run):
    assert not failed(run("not-enabled"))


def test_nulls_are_told_once(told):
    found = [one for one in told("nulls") if "null" in one or one.endswith("/type")]
    assert found == ["shop/protocol/nulls-in-answers"]


def test_a_member_in_other_letters_is_told(told):
    found = told("snake")["shop/protocol/member-names"]
    assert found.level is Level.EXPECTED
    assert "name for Name in the answer to GetThing" in found.reason


def test_a_member_besides_is_none_in_other_letters(told):
    assert "shop/protocol/member-names" not in told("besides")


def test_answers_show_all_that_a_resource_may_have(run):
    found = run()
    shown = {one: line for one, line in found.items() if one.startswith("shop/GetThing/response/")}
    assert {name.split("/")[3] for name in shown} >= {*FREE}
    assert {line.verdict for line in shown.values()} == {Verdict.PASSED}


def test_a_request_that_was_found_has_no_more_than_it_needs(contract):
    own = replace(contract, found=FoundRequests())
    shop = Shop(frozenset({"needs-state"}))
    config = RunConfig(
        jobs=[Job(own, [one for one in catalogue(own) if one.operation])],
        url="http://127.0.0.1:1", credentials=TEST_CREDENTIALS, region="us-east-1",
        transport=RetryingTransport(shop, retries=0, base=0.0),
        settings=Settings(draws=0, seed=1, settle=0.0),
    )  # fmt: skip
    found = {line.requirement: line.verdict for line in run_all(config).verdicts}
    assert set(own.found.by_operation["CreateThing"].members) == {"Name", "State"}
    assert found["shop/CreateThing/status/200"] is Verdict.PASSED
    assert not shop.things


def test_a_moment_without_a_zone_is_none(run):
    assert failed(run("local-time")) == {"GetThing/response/Created/format"}


def test_what_is_not_there_at_all_is_unsupported(run):
    found = run("no-updates")
    assert not failed(found)
    assert found["shop/UpdateThing/status/200"].verdict is Verdict.UNSUPPORTED
    assert found["shop/UpdateThing/status/no-5xx"].verdict is Verdict.UNSUPPORTED


def test_what_something_else_took_away_is_not_taken(run):
    """The second creation is accepted then, and refused on a new resource."""
    assert "CreateThing/behavior/taken-identifier" not in failed(run("gone-once"), *Level)


def test_an_unknown_identifier_that_crashes_is_told_by_its_own_name(run):
    found = failed(run("unknown-crashes", "looks-up-first"), *Level)
    assert "UpdateThing/status/no-5xx" in found
    assert "UpdateThing/behavior/unknown-identifier" in found
    assert not {one for one in found if "/request/Name/" in one}


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        ("updates-nothing", "UpdateThing/behavior/unknown-identifier"),
        ("taken-names", "CreateThing/behavior/taken-identifier"),
        ("wrong-conflict", "CreateThing/behavior/taken-identifier"),
        ("forgets-text", "CreateThing/behavior/Description-is-stored"),
        ("loose-flag", "CreateThing/request/Flag/type"),
    ],
)
def test_what_is_wrong_is_found_and_nothing_else(run, fault, told):
    found = failed(run(fault))
    assert told in found
    same = {told, "UpdateThing/request/Flag/type"}
    assert found <= same


def test_the_slashes_of_a_greedy_label_stay(contract):
    greedy = replace(contract.operations["GetThing"], greedy=frozenset({"Name"}))
    assert wire(greedy, {"Name": "a/b c"}).target == "/things/a/b%20c"
    assert wire(contract.operations["GetThing"], {"Name": "a/b"}).target == "/things/a%2Fb"
