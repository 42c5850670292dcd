"""A walk over a server that shows every switch, for the tests of the servers themselves.

The walk sends a fixed sequence of requests and writes down every answer.  With the same clock and
the same random numbers two servers differ in what they wrote down only if they behave differently.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from random import Random
from typing import Any
from urllib.parse import quote

from .edge import Upright
from .switches import Switches
from .wire import Request

START = 1_760_000_000.25


class Different(Exception):
    """The server has just answered otherwise than the one it is compared with."""


@dataclass
class Walker:
    """Sends requests straight to a server and keeps the answers.

    The clock of the server stands still but for 0.4 s before each request.  With `expected`, what
    another server answered, the walk ends at the first difference.
    """

    switches: Switches
    expected: list[str] | None = None
    now: float = START
    trace: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.server = Upright(self.switches, lambda: self.now, Random(7))

    def send(self, method: str, path: str, body: Any = b"", **headers: str) -> dict[str, Any]:
        """Send one request; the members of the answer's JSON object, if it is one."""
        self.now += 0.4
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        where, _, query = path.partition("?")
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        sent = {"accept": "application/json", **named}
        response = self.server.answer(Request(method, where, query, sent, raw))
        self._note(
            f"{method} {path[:80]} {raw[:80]!r}\n"
            f"{response.status} {sorted(response.headers.items())} {response.body!r}"
        )
        try:
            found = json.loads(response.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def _note(self, line: str) -> None:
        place = len(self.trace)
        self.trace.append(line)
        if self.expected is not None and line != self.expected[place]:
            raise Different(line)

    def made(self, member: str, path: str, body: Any) -> str:
        """Create something and return one member of the answer."""
        return str(self.send("POST", path, body).get(member, "missing"))

    def instant(self, seconds: float) -> str:
        """The time so many seconds from now, as Amazon Location writes it."""
        moment = datetime.fromtimestamp(self.now + seconds, UTC)
        return moment.isoformat(timespec="milliseconds").removesuffix("+00:00") + "Z"


def gateway_walk(walker: Walker) -> None:
    """Every operation on API Gateway keys."""
    bodies(walker, "/apikeys")
    walker.send("GET", "/nowhere")
    walker.send("OPTIONS", "/apikeys")
    walker.send("GET", "/apikeys", accept="application/hal+json", accept_encoding="gzip")
    walker.send("POST", "/apikeys", {"name": "hal"}, accept="*/*")
    for part in (_create, _list, _update, _tags, _import):
        part(walker)


def bodies(w: Walker, path: str) -> None:
    """Bodies that are no proper JSON objects, or nearly."""
    deep = b"[" * 100_000
    for raw in (b"{", b"[]", b"3", b"", b'{"x": "\xff"}', deep, b'{"name": "\\ud800"}'):
        w.send("POST", path, raw)
    w.send("POST", path, b"{}", content_type="text/plain")
    w.send("POST", path, {"Surprise": 1, "name": None})
    w.send("GET", path + "/%FF")


def _create(w: Walker) -> None:
    for size in (256, 1024, 1025):
        w.send("POST", "/apikeys", {"name": "n" * size})
    for size in (0, 1, 19, 20, 29, 128, 129):
        w.send("POST", "/apikeys", {"value": "v" * size})
    for size in (1025, 4097, 125_000, 125_001):
        w.send("POST", "/apikeys", {"description": "d" * size})
    w.send("POST", "/apikeys", {"value": "with blanks, of twenty-seven"})
    w.send("POST", "/apikeys", {"name": "é" * 1000, "description": " e\u0301 <b>\n  \U0001f511 "})
    w.send("POST", "/apikeys", {"name": "\U0001f511" * 700, "description": "a\x00b"})
    texts: list[Any] = ["", 5, True, [], "MiXed"]
    for text in texts:
        w.send("POST", "/apikeys", {"name": text})
    w.send("POST", "/apikeys", {})
    w.send("POST", "/apikeys", {"customerId": "c" * 65})
    flags: list[Any] = [True, 1, "false", "yes", []]
    for flag in flags:
        w.send("POST", "/apikeys", {"enabled": flag, "generateDistinctId": False})
    stages: Any = [{"restApiId": "a", "stageName": "b"}]
    for value in (stages, "x", [None], [1]):
        w.send("POST", "/apikeys", {"stageKeys": value})
    tags: list[Any] = [
        *({"k" * size: ""} for size in (0, 127, 128, 129)),
        *({"k": "v" * size} for size in (255, 256, 257)),
        {"aws:k": "v"},
        {"k;": "v"},
        {"k!": "v"},
        {f"k{number}": "" for number in range(51)},
        [],
        {"k": 1},
    ]
    for tag in tags:
        w.send("POST", "/apikeys", {"tags": tag})
    for _ in range(2):
        w.send("POST", "/apikeys", {"value": "the-same-value-twice", "name": "twice"})


def _list(w: Walker) -> None:
    for query in (
        "",
        "includeValues=true",
        "includeValues=false",
        "includeValues=x",
        "limit=2",
        "limit=-1",
        "limit=0",
        "limit=500",
        "limit=501",
        "limit=x",
        "position=x",
        "name=nothing-like-it",
        "name=twi",
        "name=TWI",
        "name=wic",
        "name=ice",
        "name=twice",
        "customerId=nobody",
        "customerId=" + "c" * 65,
    ):
        w.send("GET", f"/apikeys?{query}")
    position = ""
    for _ in range(30):
        query = f"/apikeys?limit=3&position={quote(position)}"
        position = str(w.send("GET", query).get("position") or "")
        if not position:
            break


def _patch(w: Walker, key: str, *operations: Any) -> None:
    w.send("PATCH", f"/apikeys/{key}", {"patchOperations": list(operations)})
    w.send("GET", f"/apikeys/{key}")


def _replace(path: str, value: Any) -> Any:
    return {"op": "replace", "path": path, "value": value}


def _update(w: Walker) -> None:
    full: dict[str, Any] = {
        "name": "full",
        "description": "d",
        "customerId": "c",
        "tags": {"a": "b"},
    }
    key = w.made("id", "/apikeys", {**full, "value": "value-that-is-no-id-at-all"})
    w.made("id", "/apikeys", {"name": "newer", "enabled": True, "tags": {"n": "1"}})
    for query in ("", "?includeValue=true", "?includeValue=false", "?includeValue=x"):
        w.send("GET", f"/apikeys/{key}{query}")
    for other in (key.upper(), "value-that-is-no-id-at-all", "full", "unknownid0", "no-such-id"):
        w.send("GET", f"/apikeys/{other}")
        w.send("PATCH", f"/apikeys/{other}", {"patchOperations": [_replace("/id", "x")]})
    w.send("PATCH", "/apikeys/unknownid1", {"patchOperations": [_replace("/name", "x")]})
    odd: list[Any] = [{}, {"patchOperations": []}, {"patchOperations": _replace("/name", "one")}]
    for body in odd:
        w.send("PATCH", f"/apikeys/{key}", body)
    for value in ("true", "TRUE", "no", "false"):
        _patch(w, key, _replace("/enabled", value))
    _patch(w, key, _replace("/enabled", "true"))
    values: list[Any] = ["not-a-boolean", True, 1]
    for value in values:
        _patch(w, key, _replace("/enabled", value))
    _patch(w, key, {"op": "replace", "path": "/enabled"})
    paths = ["name", "/NAME", "/name/", "/xname", "/names", "/x/name", " /name", None]
    paths += ["/id", "/createdDate", "/value", "/tags", "/nothing", "/labels", "/stages"]
    for path in paths:
        _patch(w, key, {"op": "replace", "path": path, "value": f"at {path}"})
    for op in ("add", "remove", "copy", "move", "test", "REPLACE", "wrong-op", None):
        _patch(w, key, {"op": op, "path": "/name", "value": f"by {op}", "from": "/description"})
    for op in ("add", "remove"):
        for path in ("/labels", "/stages"):
            _patch(w, key, {"op": op, "path": path, "value": "api/stage"})
    for member in ("name", "description", "customerId"):
        for text in ("first", "first", "", None, "d" * 1025):
            _patch(w, key, _replace(f"/{member}", text))
    _patch(w, key, _replace("/description", "d" * 125_001))
    _patch(w, key, _replace("/name", "a"), _replace("/name", "b"), _replace("/description", "c"))
    _patch(w, key, _replace("/name", "half"), _replace("/id", "x"))
    _patch(w, key, _replace("/name", "late"), {"op": "wrong-op", "path": "/name"})
    _patch(w, key, None)
    w.send("GET", "/apikeys?limit=2&includeValues=true")
    twin = w.made("id", "/apikeys", {"name": "newer"})
    for gone in (twin, twin, "neverwas00"):
        w.send("DELETE", f"/apikeys/{gone}")
        w.send("GET", f"/apikeys/{gone}")
    w.send("GET", "/apikeys?limit=4")


def _tags(w: Walker) -> None:
    key = w.made("id", "/apikeys", {"name": "tagged"})
    bare = w.made("id", "/apikeys", {"name": "untagged"})
    _patch(w, bare, _replace("/name", "without-tags"))
    arn = quote(f"arn:aws:apigateway:us-east-1::/apikeys/{key}", safe="")
    w.send("GET", f"/tags/{arn}")
    for tags in ({"a": "1", "b": "2"}, {"a": "3", "c": "4"}, {"aws:x": "1"}):
        w.send("PUT", f"/tags/{arn}", {"tags": tags})
        w.send("GET", f"/tags/{arn}")
        w.send("GET", f"/apikeys/{key}")
        w.send("GET", f"/apikeys/{bare}")
    w.send("PUT", f"/tags/{arn}", {})
    w.send("PATCH", f"/apikeys/{key}", {"patchOperations": [_replace("/name", "still")]})
    w.send("GET", "/apikeys?limit=2")
    w.send("DELETE", f"/tags/{arn}")
    for names in ("tagKeys=a&tagKeys=b", "tagKeys=nothing"):
        w.send("DELETE", f"/tags/{arn}?{names}")
        w.send("GET", f"/tags/{arn}")
    for other in ("nonsense", quote("arn:aws:apigateway:us-east-1::/apikeys/none", safe="")):
        w.send("GET", f"/tags/{other}")


def _import(w: Walker) -> None:
    long = "imported-value-number-30-letters"
    for text in (
        f"Key,name,Enabled,Other\n{long[:23]},one,false,x\n{long[:24]},two,,\n{long},three,true\n",
        f"name,key\nagain,{long[:23]}\n",
        f"Name,Key\nshort,short\ngood,{long[:25]}\n",
        "Name\nno key\n",
        f"Name,Key\n{'n' * 1025},{long[:26]}\n",
    ):
        for query in ("&format=csv&failonwarnings=true", "&format=csv", "&format=xml", ""):
            w.send("POST", f"/apikeys?mode=import{query}", text.encode())
        w.send("GET", "/apikeys?limit=8&includeValues=true")
