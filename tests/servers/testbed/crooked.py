"""Servers that are odd as a whole: a tool must not take any of them for a conforming one."""

from __future__ import annotations

import json
from collections.abc import Callable
from random import Random
from threading import Lock

from .edge import Upright
from .sockets import Answer
from .switches import Switches
from .wire import Json, Members, NotJson, Request, Response, parse, render

HTML = b"<!doctype html><html><title>Error</title><h1>Internal Server Error</h1></html>"


def _error(status: int, code: str, text: str = "No.") -> Response:
    headers = {"content-type": "application/json", "x-amzn-errortype": code}
    return Response(status, render({"message": text}), headers=headers)


def _always(response: Callable[[], Response]) -> Callable[[int], Answer]:
    return lambda seed: lambda request: response()


def _html() -> Response:
    return Response(500, HTML, "text/html")


def _echo(seed: int) -> Answer:
    def answer(request: Request) -> Response:
        kind = request.headers.get("content-type", "application/json")
        return Response(200, request.body, kind)

    return answer


def _upright() -> Upright:
    return Upright(Switches(["auth-off"]))


def _no_patch(seed: int) -> Answer:
    upright = _upright()

    def answer(request: Request) -> Response:
        if request.method != "PATCH":
            return upright.answer(request)
        location = request.path.startswith("/metadata/")
        return _error(400, "ValidationException" if location else "BadRequestException")

    return answer


def _patch_unchanged(seed: int) -> Answer:
    """PATCH answers what the key is already; unknown keys are 404 still."""
    upright = _upright()

    def answer(request: Request) -> Response:
        if request.method != "PATCH":
            return upright.answer(request)
        found = upright.answer(Request("GET", request.path, "", request.headers, b""))
        if found.status == 200 and request.path.startswith("/metadata/"):
            body = json.loads(found.body)
            found.body = render({n: body[n] for n in ("KeyArn", "KeyName", "UpdateTime")})
        return found

    return answer


def _only_create(seed: int) -> Answer:
    upright = _upright()

    def answer(request: Request) -> Response:
        if request.method == "POST" and request.path in ("/apikeys", "/metadata/v0/keys"):
            return upright.answer(request)
        return _error(501, "NotImplemented", "Not implemented")

    return answer


def _sometimes(share: float, responses: list[Callable[[], Response]]) -> Callable[[int], Answer]:
    """An upright server that now and then answers something else, without doing anything."""

    def kind(seed: int) -> Answer:
        upright, rng, lock = _upright(), Random(seed), Lock()

        def answer(request: Request) -> Response:
            with lock:
                odd, which = rng.random() < share, rng.choice(responses)
            return which() if odd else upright.answer(request)

        return answer

    return kind


class Hoarder:
    """Accepts everything and stores it: no limit, type, path or operation is ever wrong."""

    def __init__(self, seed: int) -> None:
        self.rng = Random(seed)
        self.things: dict[str, Members] = {}
        self.lock = Lock()

    def answer(self, request: Request) -> Response:
        """Whatever is asked for."""
        with self.lock:
            try:
                body = parse(request.body) if request.body else {}
            except NotJson:
                body = {"body": request.body.decode("latin-1")}
            members: Members = body if isinstance(body, dict) else {"body": body}
            return self._stored(request, members)

    def _stored(self, request: Request, members: Members) -> Response:
        name = request.path.rsplit("/", 1)[-1]
        if request.method == "POST" and request.path.endswith("list-keys"):
            return Response(200, render({"Entries": list(self.things.values())}))
        if request.method == "POST":
            return self._made(members, location=request.path.startswith("/metadata/"))
        if request.method == "GET" and request.path == "/apikeys":
            return Response(200, render({"item": list(self.things.values())}))
        thing = self.things.setdefault(name, {"id": name, "KeyName": name})
        if request.method == "DELETE":
            del self.things[name]
            return Response(202)
        if request.method == "PATCH":
            _merge(thing, members)
        return Response(200, render(thing))

    def _made(self, members: Members, *, location: bool) -> Response:
        key = f"{self.rng.getrandbits(48):012x}"
        usual: Members = {"id": key, "value": key * 3, "createdDate": 1_760_000_000}
        if location:
            key = str(members.get("KeyName") or key)
            time, arn = "2026-01-01T00:00:00.000Z", f"arn:aws:geo:us-east-1:123456789012:key/{key}"
            usual = {"Key": "v1.public.x", "KeyName": key, "KeyArn": arn, "CreateTime": time}
        self.things[key] = {**usual, **members}
        return Response(200 if location else 201, render(self.things[key]))


def _merge(thing: Members, members: Members) -> None:
    operations = members.pop("patchOperations", [])
    for operation in operations if isinstance(operations, list) else []:
        if isinstance(operation, dict):
            value: Json = operation.get("value")
            thing[str(operation.get("path")).lstrip("/")] = value
    thing.update(members)


KINDS: dict[str, tuple[str, Callable[[int], Answer]]] = {
    "all-bad-request": (
        "400 BadRequestException to everything",
        _always(lambda: _error(400, "BadRequestException")),
    ),
    "all-validation": (
        "400 ValidationException to everything",
        _always(lambda: _error(400, "ValidationException")),
    ),
    "all-empty-object": ("200 {} to everything", _always(lambda: Response(200, b"{}"))),
    "all-html-500": ("500 HTML to everything", _always(_html)),
    "all-html-200": ("200 HTML to everything", _always(lambda: Response(200, HTML, "text/html"))),
    "all-404": (
        "404 NotFoundException to everything",
        _always(lambda: _error(404, "NotFoundException")),
    ),
    "all-403": (
        "403 AccessDeniedException to everything",
        _always(lambda: _error(403, "AccessDeniedException")),
    ),
    "all-501": (
        "501 NotImplemented to everything",
        _always(lambda: _error(501, "NotImplemented")),
    ),
    "all-429": (
        "429 TooManyRequestsException to everything",
        _always(lambda: _error(429, "TooManyRequestsException")),
    ),
    "echo": ("200 and the request's body to everything", _echo),
    "no-patch": ("right, but 400 to every PATCH", _no_patch),
    "patch-unchanged": ("right, but PATCH answers 200 with the unchanged key", _patch_unchanged),
    "only-create": ("right creates, 501 NotImplemented to the rest", _only_create),
    "random-5xx": (
        "right, but 500 or 503 in one answer of ten",
        _sometimes(
            0.1, [lambda: _error(500, "InternalFailure"), lambda: _error(503, "ServiceUnavailable")]
        ),
    ),
    "random-429": (
        "right, but 429 in one answer of five",
        _sometimes(0.2, [lambda: _error(429, "TooManyRequestsException")]),
    ),
    "hoarder": ("accepts everything and stores it", lambda seed: Hoarder(seed).answer),
}


def make_crooked(kind: str, seed: int = 0) -> Answer:
    """The function behind one of the odd servers."""
    odd = KINDS[kind][1](seed)

    def answer(request: Request) -> Response:
        response = odd(request)
        if "content-type" not in response.headers:
            response.headers["content-type"] = response.content_type
        return response

    return answer
