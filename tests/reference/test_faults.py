"""Every fault changes an answer: a mutant that behaves as the reference does proves nothing.

A battery of requests is sent to the reference and to each mutant, with one clock and one source of
chance; the first answer that differs ends the comparison.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest

from conformance.contract.model import Kind, Location, Operation, Shape
from conformance.reference.clock import iso_milliseconds
from conformance.reference.mutations import UnknownFault, select
from conformance.reference.tables import load
from tests import contracts

BATCHES = 16
"""Tests that share the faults between them: each names those of its own that change nothing."""
RESOURCE = "arn:aws:geo-maps:us-east-1::provider/default"
RESTRICTIONS = {
    "AllowActions": ["geo-maps:GetTile", "geo:GetMap*"],
    "AllowResources": [RESOURCE],
    "AllowReferers": ["https://example.com"],
}
KEYS = "/metadata/v0/keys"
SECONDS = 1.25

Call = tuple[str, str, Any]
Told = tuple[Call, int, str, str]


class Transcript:
    """Sends requests, remembers what was told, and lets the clock run."""

    def __init__(self, send: Any) -> None:
        self.send = send
        self.told: list[Told] = []

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        reply = self.send(method, path, body, headers)
        self.send.wait(SECONDS)
        shown = str(sorted(reply.headers.items()))
        self.told.append(((method, path, body), reply.status, shown, reply.text))
        try:
            content = json.loads(reply.text)
        except ValueError:
            content = {}
        return content if isinstance(content, dict) else {}

    def replace(self, key_id: str, *pairs: tuple[str, Any]) -> Any:
        operations = [{"op": "replace", "path": path, "value": value} for path, value in pairs]
        return self("PATCH", f"/apikeys/{key_id}", {"patchOperations": operations})


Battery = Callable[[Transcript], Iterator[None]]


def api_keys(call: Transcript) -> Iterator[None]:
    full = call(
        "POST",
        "/apikeys",
        {
            "name": " Größe & Ünï " + "x" * 60,
            "description": "D<1>",
            "customerId": "c1",
            "enabled": True,
            "tags": {"a": "1", "b": "2"},
            "value": "value-" + "0123456789" * 2,
            "stageKeys": [{"restApiId": "a", "stageName": "b"}],
        },
    )
    yield
    key_id = full.get("id", "lost")
    path = f"/apikeys/{key_id}"
    others = [call("POST", "/apikeys", {"name": f"Name-{n}"}).get("id", "lost") for n in range(5)]
    yield
    call("POST", "/apikeys", {"name": "twin", "value": "value-" + "0123456789" * 2})
    call("GET", path)
    call("GET", f"{path}?includeValue=true")
    for known in ("Name-0", "value-" + "0123456789" * 2, key_id.upper()):
        call("GET", f"/apikeys/{known}")
    yield
    yield from listings(call)
    yield from updates(call, key_id)
    yield from tags(call, key_id)
    call.replace(others[1], ("/name", "renamed"))
    call("GET", "/apikeys?name=renamed")
    yield
    for gone in (others[0], others[0], "unknown"):
        call("DELETE", f"/apikeys/{gone}")
        call("GET", f"/apikeys/{gone}")
        call("GET", "/apikeys")
        yield


def many_keys(call: Transcript) -> Iterator[None]:
    for _ in range(26):
        call("POST", "/apikeys", {})
    call("GET", "/apikeys")
    yield


def listings(call: Transcript) -> Iterator[None]:
    for query in (
        "",
        "?limit=1",
        "?limit=3",
        "?includeValues=true",
        "?includeValues=false",
        "?name=Name",
        "?name=name",
        "?name=ame",
        "?name=Name-1",
        "?customerId=c1",
        "?limit=-1",
        "?position=x",
    ):
        page = call("GET", f"/apikeys{query}")
        for _ in range(3):
            if page.get("position"):
                page = call("GET", f"/apikeys?limit=2&position={page['position']}")
        yield
    rows = "".join(
        f'"a, {n}",name-{n},{n:030},{on},x\n' for n, on in enumerate(["TRUE", "FALSE"] * 14)
    )
    call(
        "POST",
        "/apikeys?mode=import&format=csv",
        f"Description,Name,Key,Enabled,Note\n{rows}".encode(),
    )
    call("GET", "/apikeys?limit=500&includeValues=true")
    file = "Name,Key\nimported," + "i" * 20 + "\nbad,short\n"
    for flags in ("&failonwarnings=true", ""):
        imported = call("POST", f"/apikeys?mode=import&format=csv{flags}", file.encode())
        for key_id in imported.get("ids") or []:
            call("GET", f"/apikeys/{key_id}?includeValue=true")
        yield


PATHS = (
    "/name",
    "/description",
    "/customerId",
    "/enabled",
    "/labels",
    "/stages",
    "/id",
    "/value",
    "/createdDate",
    "/Name",
    "name",
    "/name/x",
    "/nothing",
    "",
)


def updates(call: Transcript, key_id: str) -> Iterator[None]:
    shown = f"/apikeys/{key_id}?includeValue=true"
    for path, value in (
        ("/name", "n1"),
        ("/description", "d1"),
        ("/customerId", "c2"),
        ("/enabled", "false"),
        ("/enabled", "true"),
        ("/enabled", "yes"),
        ("/description", "x" * 70),
        ("/name", ""),
    ):
        call.replace(key_id, (path, value))
        call("GET", shown)
        call("GET", "/apikeys?includeValues=true")
        yield
    call.replace(key_id, ("/name", "first"), ("/description", "second"), ("/name", "third"))
    call("GET", shown)
    yield
    for op in ("add", "remove", "replace", "copy", "move", "test", "wrong"):
        for path in PATHS:
            operation = {"op": op, "path": path, "value": "a/b"}
            call("PATCH", f"/apikeys/{key_id}", {"patchOperations": [operation]})
            call("GET", shown)
            yield
    for value in ("x" * 1_024, "x" * 1_025, "x" * 255, "x" * 256):
        call("POST", "/apikeys", {"name": value})
        yield
    for size in (1, 19, 20, 21, 127, 128, 129):
        call("POST", "/apikeys", {"value": "w" * size})
        yield
    call("POST", "/apikeys", {"description": "x" * 125_001})
    call.replace("unknown", ("/name", "x"))
    call("GET", "/apikeys/unknown")
    yield


def tags(call: Transcript, key_id: str) -> Iterator[None]:
    path = f"/tags/arn:aws:apigateway:us-east-1::/apikeys/{key_id}"
    for name, value in (
        ("a", "9"),
        ("k" * 127, ""),
        ("k" * 128, ""),
        ("k" * 129, ""),
        ("v", "v" * 255),
        ("v", "v" * 256),
        ("v", "v" * 257),
        ("aws:x", ""),
    ):
        call("PUT", path, {"tags": {name: value}})
        call("GET", path)
        call("GET", f"/apikeys/{key_id}")
        yield
    call("DELETE", f"{path}?tagKeys=a")
    call("GET", path)
    call("GET", f"/apikeys/{key_id}")
    call("DELETE", path)
    call("PUT", path, {})
    yield


def location_keys(call: Transcript) -> Iterator[None]:
    body = {
        "KeyName": "Key",
        "Restrictions": RESTRICTIONS,
        "Description": " D ",
        "Tags": {"a": "b"},
        "ExpireTime": "2035-01-02T03:04:05.678Z",
    }
    call("POST", KEYS, body)
    call("GET", f"{KEYS}/Key")
    yield
    for name in ("other", "Key", "KEY", "a", "b"):
        call("POST", KEYS, {"KeyName": name, "Restrictions": RESTRICTIONS, "NoExpiry": True})
        yield
    call("POST", KEYS, {**body, "KeyName": "reserved", "Tags": {"aws:a": "b"}})
    yield
    call("POST", KEYS, {**body, "KeyName": "soon", "ExpireTime": "2023-11-15T00:00:00.000Z"})
    yield
    ago = iso_milliseconds(int((call.send.clock[0] - 10) * 1000))
    for members in ({"ExpireTime": ago}, *expiries()):
        call("PATCH", f"{KEYS}/Key", members)
        call("GET", f"{KEYS}/Key")
        call("GET", f"{KEYS}/b")
        call(
            "POST", KEYS, {"KeyName": f"k{len(call.told)}", "Restrictions": RESTRICTIONS, **members}
        )
        yield
    yield from location_listings(call)
    for name in ("nobody", "key"):
        call("GET", f"{KEYS}/{name}")
        call("PATCH", f"{KEYS}/{name}", {"Description": "x"})
        call("DELETE", f"{KEYS}/{name}")
        yield
    call.send.wait(30 * 86_400)
    for query in (
        "Key",
        "soon",
        "soon?forceDelete=true",
        "a",
        "Key?forceDelete=true",
        "Key?forceDelete=true",
    ):
        call("DELETE", f"{KEYS}/{query}")
        call("GET", f"{KEYS}/{query.partition('?')[0]}")
        call("GET", f"{KEYS}/b")
        yield
    call("POST", KEYS, {**body, "Tags": {}})
    call("GET", f"{KEYS}/Key")
    yield


def expiries() -> Iterator[dict[str, Any]]:
    yield {"Description": "changed"}
    yield {"Restrictions": {"AllowActions": ["geo:GetMap*"], "AllowResources": [RESOURCE]}}
    yield {"Description": " " + "d" * 300 + " "}
    yield {"Description": ""}
    yield {"ExpireTime": "2036-01-02T03:04:05.678Z"}
    yield {"Description": "both", "ExpireTime": "2037-01-02T03:04:05.678Z"}
    yield {"ExpireTime": "2026-01-02T03:04:05.678Z", "NoExpiry": False}
    yield {"ExpireTime": "2023-11-01T00:00:00.000Z"}
    yield {"NoExpiry": True}
    yield {"NoExpiry": True, "ExpireTime": "2035-01-02T03:04:05.678Z"}
    yield {"NoExpiry": False}
    yield {"ForceUpdate": True}
    yield {"ForceUpdate": True, "Description": "forced"}
    yield {}


def location_listings(call: Transcript) -> Iterator[None]:
    path = "/metadata/v0/list-keys"
    for members in (
        {},
        {"MaxResults": 2},
        {"NextToken": "nonsense"},
        {"Filter": {"KeyStatus": "Expired"}},
        {"Filter": {"KeyStatus": "Active"}},
        {"Filter": {"KeyStatus": "None"}},
    ):
        page = call("POST", path, members)
        if page.get("NextToken"):
            call("POST", path, {"MaxResults": 2, "NextToken": page["NextToken"]})
        yield


def malformed(call: Transcript) -> Iterator[None]:
    for method, path in (
        ("POST", "/apikeys"),
        ("PATCH", "/apikeys/x"),
        ("POST", KEYS),
        ("PATCH", f"{KEYS}/x"),
    ):
        call(method, path, b"{")
        yield


BASES: dict[str, dict[str, Any]] = {
    "CreateKey": {"KeyName": "base", "NoExpiry": True, "Restrictions": RESTRICTIONS},
    "UpdateKey": {"KeyName": "unknown", "Description": "x"},
    "UpdateApiKey": {"api_Key": "unknown", "patchOperations": []},
    "ImportApiKeys": {"format": "csv", "body": b"Name,Key\n"},
}
TEXTS = {"AllowActions": "geo:{}", "AllowResources": RESOURCE + "{}", "AllowReferers": "{}"}


def boundaries(operation: Operation) -> Battery:
    """Around every constraint of an operation: the last value it takes, the first it does not."""

    def battery(call: Transcript) -> Iterator[None]:
        for name, member in operation.input.items():
            for value in (*variants(member.shape, name), None):
                requested(call, operation, {name: value})
                yield

    return battery


def variants(shape: Shape, name: str) -> Iterator[Any]:
    """Values at the edges of a shape, and of what it is made of."""
    yield [[]] if shape.kind is not Kind.LIST else {"a": {}}
    for keyword, constraint in shape.constraints.items():
        yield from edges(shape, name, keyword, constraint.value)
    if shape.kind is Kind.STRUCTURE:
        whole = RESTRICTIONS if name == "Restrictions" else {}
        for inner, member in shape.members.items():
            yield {one: value for one, value in whole.items() if one != inner}
            yield from ({**whole, inner: value} for value in variants(member.shape, inner))
    elif shape.kind is Kind.LIST and shape.element is not None:
        yield from ([value] for value in variants(shape.element, name))
    elif shape.kind is Kind.MAP and shape.element is not None and shape.key is not None:
        yield from ({"k": value} for value in variants(shape.element, name))
        texts = (value for value in variants(shape.key, name) if isinstance(value, str))
        yield from ({value: "v"} for value in texts)


def edges(shape: Shape, name: str, keyword: str, limit: Any) -> Iterator[Any]:
    if keyword in ("pattern", "enum"):
        yield "\x01 not this"
    elif shape.kind is Kind.INTEGER:
        yield from (limit - 1, limit, limit + 1)
    else:
        for size in (limit - 1, limit, limit + 1):
            if size >= 0:
                yield sized(shape, name, size)


def sized(shape: Shape, name: str, size: int) -> Any:
    if shape.kind is Kind.MAP:
        return {f"k{n}": "v" for n in range(size)}
    if shape.kind is Kind.LIST:
        assert shape.element is not None
        item: Any = {} if shape.element.kind is Kind.STRUCTURE else TEXTS[name].format("x")
        return [item] * size
    template = TEXTS.get(name, "{}")
    return template.format("x" * (size - len(template.format(""))))[:size]


def requested(call: Transcript, operation: Operation, changed: dict[str, Any]) -> None:
    members = {**BASES.get(operation.name, {}), **changed}
    path, query, body = operation.path, dict(operation.query), {}
    payload: Any = None
    for name, member in operation.input.items():
        value = members.get(name)
        if member.location is Location.PATH:
            value = value if isinstance(value, str) and value else "unknown"
            path = path.replace(f"{{{name}}}", value.replace(" ", "%20").replace("\x01", "%01"))
        elif value is None:
            continue
        elif member.location is Location.QUERY:
            query[name] = value if isinstance(value, str) else json.dumps(value)
        elif member.location is Location.PAYLOAD:
            payload = value if isinstance(value, bytes) else b"Name\n"
        else:
            body[name] = value
    text = "&".join(f"{name}={value}" for name, value in query.items()).replace(" ", "%20")
    has_body = any(one.location is Location.BODY for one in operation.input.values())
    content = payload if payload is not None else (body if has_body else None)
    call(operation.method, f"{path}?{text}" if text else path, content)


@cache
def batteries() -> dict[str, Battery]:
    """Each is run on a fresh reference."""
    return {
        "API keys": api_keys,
        "many API keys": many_keys,
        "Location": location_keys,
        "malformed": malformed,
        **{
            name: boundaries(operation)
            for contract in load()
            for name, operation in contract.operations.items()
        },
    }


def in_order(fault: str) -> list[str]:
    """The batteries, that of the operation first that the fault's id names."""
    return sorted(batteries(), key=lambda name: name not in fault.split(":"))


def transcript(make: Any, battery: str, faults: Any) -> Iterator[list[Told]]:
    """What is told, step by step."""
    call, done = Transcript(make(faults=faults)), 0
    for _ in batteries()[battery](call):
        yield call.told[done:]
        done = len(call.told)
    yield call.told[done:]


@pytest.fixture(scope="module")
def honest() -> dict[str, list[list[Told]]]:
    return {}


def difference(make: Any, honest: dict[str, list[list[Told]]], fault: str) -> Told | None:
    for battery in in_order(fault):
        if battery not in honest:
            honest[battery] = list(transcript(make, battery, ()))
        seen = transcript(make, battery, (contracts.every_fault()[fault],))
        for expected, step in zip(honest[battery], seen, strict=True):
            for one, other in zip(expected, step, strict=False):
                if one != other:
                    return other
            if len(expected) != len(step):
                return step[-1]
    return None


def tried_here() -> list[str]:
    """The faults that a battery shows, those of one kind together.

    Faults of signatures and of the protocol show in requests that are none of the operations',
    those of concurrency in requests at the same time: each is tried with the probes that find it.
    """
    faults = contracts.every_fault()
    elsewhere = {"protocol", "concurrency"}
    here = [
        name for name in faults if not faults[name].checks and faults[name].kind not in elsewhere
    ]
    return sorted(here, key=lambda name: (faults[name].kind, name))


@pytest.mark.exhaustive
@pytest.mark.parametrize("batch", range(BATCHES))
def test_each_fault_changes_an_answer(make, honest, batch):
    faults = tried_here()[batch::BATCHES]
    assert len(faults) > 20
    assert [one for one in faults if difference(make, honest, one) is None] == []


def test_a_fault_of_each_kind_changes_an_answer(make, honest):
    first = {contracts.every_fault()[name].kind: name for name in reversed(tried_here())}
    assert len(first) > 12
    assert [one for one in first.values() if difference(make, honest, one) is None] == []


@pytest.mark.exhaustive
def test_the_reference_repeats_itself(make):
    for battery in batteries():
        first = list(transcript(make, battery, ()))
        assert first == list(transcript(make, battery, ()))
        assert first


def test_the_reference_never_fails(make):
    told = [one for name in batteries() for step in transcript(make, name, ()) for one in step]
    assert len(told) > 500
    assert not [one for one in told if one[1] >= 500]


def test_there_are_enough_faults_of_every_kind():
    faults = contracts.every_fault()
    kinds = {fault.kind for fault in faults.values()}
    assert len(faults) >= 200
    assert kinds >= {
        "wire format",
        "status",
        "error identity",
        "constraint",
        "recorded limit",
        "storage",
        "time",
        "visibility",
        "patch operations",
        "listing",
        "deletion",
        "refusal",
        "wrong resource",
        "type",
        "rule across members",
    }


def test_ids_are_unique_and_summaries_are_sentences():
    from conformance.reference.mutations import all_faults

    faults = list(all_faults(load()))
    assert len({fault.id for fault in faults}) == len(faults)
    assert all(fault.summary.endswith(".") for fault in faults)


def test_faults_are_selected_by_id():
    assert select((), ()) == ()
    chosen = select(("wire:items-key", "GetApiKeys:empty"), load())
    assert [fault.id for fault in chosen] == ["wire:items-key", "GetApiKeys:empty"]
    with pytest.raises(UnknownFault, match="no:such"):
        select(("no:such",), load())


def test_faults_add_up(make):
    both = select(("status:CreateApiKey:200", "wire:text-booleans"), load())
    reply = make(faults=both)("POST", "/apikeys", {})
    assert (reply.status, reply.json["enabled"]) == (200, "false")
