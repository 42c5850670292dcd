"""The edge of the upright server: signatures, routes, error answers, the dress of every answer."""

from __future__ import annotations

import gzip
import json
import time
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from threading import RLock

from .gateway import Gateway
from .location import Location
from .signature import Signatures, region
from .switches import Switches
from .wire import Json, Members, Refusal, Request, Response, render

_HTML = b"<!doctype html><title>500 Internal Server Error</title><h1>Internal Server Error</h1>"
CORS = {
    "access-control-allow-origin": "*",
    "access-control-max-age": "172800",
    "access-control-expose-headers": "x-amzn-RequestId,x-amzn-ErrorType,x-amzn-ErrorMessage,Date",
}


class Upright:
    """Both services behind one address.  `answer` may be called from many threads."""

    def __init__(
        self,
        sw: Switches,
        clock: Callable[[], float] = time.time,
        rng: Random | None = None,
        secrets: dict[str, str] | None = None,
    ) -> None:
        self.sw = sw
        self.on = sw.on
        self.rng = rng or Random()
        offset = sw.pick(0, {"clock-ahead": 120, "clock-behind": -120})

        def now() -> float:
            return clock() + offset

        self.signatures = Signatures(sw, now, secrets or {"test": "test"})
        self.gateway = Gateway(sw, now, self.rng)
        self.location = Location(sw, now, self.rng)
        self.count = 0
        self.lock = RLock()

    def answer(self, request: Request) -> Response:
        """The answer to any request; it never raises."""
        if self.on("slow"):
            time.sleep(0.03)
        with self.lock:
            self.count += 1
            try:
                response = self._answered(request)
            except Refusal as refusal:
                response = self._refused(request, refusal)
            except Exception:  # noqa: BLE001 - a crash is what some switches are for
                response = Response(500, _HTML, "text/html; charset=utf-8")
            return self._dressed(request, response)

    def _answered(self, request: Request) -> Response:
        if request.method == "OPTIONS":
            return Response(200, b"", headers=dict(CORS))
        self.signatures.check(request)
        if self.on("throttles") and self.count % 13 == 0:
            raise self._throttled(request)
        try:
            _ = request.segments
        except UnicodeDecodeError:
            if self.on("percent-path-500"):
                raise
            code = "ValidationException" if self._is_location(request) else "BadRequestException"
            raise Refusal(400, code, "The path is not UTF-8") from None
        response = self.location.route(request, region(request)) or self.gateway.route(request)
        if response is None:
            raise self._unroutable(request)
        return response

    def _throttled(self, request: Request) -> Refusal:
        if self._is_location(request):
            return Refusal(429, "ThrottlingException", "Rate exceeded")
        return Refusal(429, "TooManyRequestsException", "Too Many Requests")

    def _unroutable(self, request: Request) -> Refusal:
        if self._is_location(request) or self.on("unknown-route-404"):
            text = "The operation is not known"
            return Refusal(404, "UnknownOperationException", text)
        text = "Unable to determine service/operation name to be authorized"
        return Refusal(403, "AccessDeniedException", text)

    def _is_location(self, request: Request) -> bool:
        return request.path.startswith("/metadata/")

    # --- errors -------------------------------------------------------------------------------
    def _refused(self, request: Request, refusal: Refusal) -> Response:
        unmodelled = refusal.code in ("ValidationException", "SerializationException")
        word = "message"
        if self.on("capital-message") and unmodelled and not self._is_location(request):
            word = "Message"
        body: Members = {word: refusal.message, **refusal.members}
        if self.on("loc-members-capitalised") and refusal.members:
            body["Message"] = body.pop(word)
        code = self.sw.pick(refusal.code, {"error-code-of-its-own": "ServiceError"})
        response = Response(self.sw.pick(refusal.status, {"errors-200": 200}))
        response.body = self._error_body(body, code)
        if self.on("errors-as-html"):
            response.content_type = "text/html"
        header = self.sw.pick(
            code, {"error-type-with-uri": f"{code}:http://internal.amazon.com/coral/service/"}
        )
        if not self.on("error-code-in-body-only") and not self.on("error-code-missing"):
            response.headers["x-amzn-errortype"] = header
        return response

    def _error_body(self, body: Members, code: str) -> bytes:
        if self.on("error-code-in-body-only"):
            body["__type"] = f"com.amazonaws.service#{code}"
        if self.on("error-code-in-body-too"):
            body["__type"] = code
        if self.on("errors-as-html"):
            return f"<html><body>{body.get('message')}</body></html>".encode()
        if self.on("errors-as-xml"):
            return f"<ErrorResponse><Error><Code>{code}</Code></Error></ErrorResponse>".encode()
        if self.on("error-body-empty"):
            return b""
        return render({"error": body} if self.on("error-body-wrapped") else body)

    # --- dress --------------------------------------------------------------------------------
    def _dressed(self, request: Request, response: Response) -> Response:
        response.headers["content-type"] = response.content_type
        if response.content_type == "application/json" and response.body:
            response.body = self._json(request, response)
        kind = {
            "content-type-html": "text/html; charset=utf-8",
            "content-type-text": "text/plain",
            "content-type-octets": "application/octet-stream",
            "content-type-charset": "application/json; charset=utf-8",
        }
        response.headers["content-type"] = self.sw.pick(response.content_type, kind)
        if self.on("content-type-missing") or (self.on("bare-empty-answers") and not response.body):
            del response.headers["content-type"]
        if not self.on("no-request-ids"):
            number = f"{self.rng.getrandbits(128):032x}"
            response.headers["x-amzn-requestid"] = number
            response.headers["x-amz-apigw-id"] = number[:16]
        if self.on("extra-headers"):
            response.headers |= CORS | {"server": "emulator/1.0", "x-cache": "Miss"}
        if self.on("gzip-answers") and "gzip" in request.headers.get("accept-encoding", ""):
            response.body = gzip.compress(response.body) if response.body else b""
            response.headers |= {"content-encoding": "gzip"} if response.body else {}
        if self.on("header-case"):
            response.headers = {name.title(): text for name, text in response.headers.items()}
        if self.on("connection-close"):
            response.headers["connection"] = "close"
        return response

    def _json(self, request: Request, response: Response) -> bytes:
        """The body in another, equal writing, or spoilt."""
        body = response.body
        if self.on("hal") and not self._is_location(request) and response.status < 300:
            body = self._hal(request, body)
        if self.on("json-pretty"):
            body = json.dumps(json.loads(body), indent=2, ensure_ascii=False).encode()
        if self.on("json-ascii"):
            body = json.dumps(json.loads(body)).encode()
        if self.on("json-sorted"):
            body = json.dumps(json.loads(body), sort_keys=True, ensure_ascii=False).encode()
        if self.on("json-python"):
            body = repr(json.loads(body)).encode()
        if self.on("json-truncated"):
            body = body[:-1]
        if self.on("json-in-string"):
            body = json.dumps(body.decode()).encode()
        if self.on("json-latin-1"):
            body = body.decode().encode("latin-1", "replace")
        return body + b"\n" if self.on("trailing-newline") else body

    def _hal(self, request: Request, body: bytes) -> bytes:
        """What API Gateway answers to who does not ask for application/json."""
        if request.headers.get("accept") == "application/json":
            return body
        value: Members = json.loads(body)
        items = value.pop("item", None)
        links: Members = {"self": {"href": request.path}}
        if items is not None:
            value["_embedded"] = {"item": items}
        return render(_iso({"_links": links, **value}))


def _iso(value: Json) -> Json:
    """The same value with dates as text."""
    if isinstance(value, list):
        return [_iso(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: datetime.fromtimestamp(item, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        if isinstance(item, int) and name.endswith("Date")
        else _iso(item)
        for name, item in value.items()
    }
