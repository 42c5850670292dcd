"""Faults in how requests are read off the wire: JSON, headers, paths, routes, connections."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from urllib.parse import unquote

from conformance.reference.faults import Edge, Incoming, InjectedFault, Respond
from conformance.reference.http.message import HttpRequest, HttpResponse
from conformance.reference.mutations import bodies
from conformance.reference.mutations.wrapping import failures, successes
from conformance.reference.outcome import ERROR_TYPE, ReferenceAnswer

Test = Callable[[HttpRequest], bool]
Change = Callable[[HttpRequest], HttpRequest]

_JSON = "application/json"
_KEY_PATH = re.compile(r"(/apikeys|/metadata/v0/keys)/[^/]+")
_NOWHERE = re.compile(r"/conformance-[^/]+")
_NOWHERE_LINE = re.compile(rb"[A-Z]+ /conformance-[^/ ]+ ")


def _refusal(status: int, code: str, message: str = "No.") -> HttpResponse:
    headers = {"content-type": _JSON, ERROR_TYPE: code}
    return HttpResponse(status, headers, b'{"message":"%s"}' % message.encode())


_CRASH = _refusal(500, "InternalFailure", "Internal server error")


def _answering(test: Test, response: HttpResponse) -> Edge:
    """Requests that pass the test are answered with this."""

    def edge(respond: Respond) -> Respond:
        return lambda request: response if test(request) else respond(request)

    return edge


def _reading(change: Change) -> Edge:
    """Every request is taken for another one."""

    def edge(respond: Respond) -> Respond:
        return lambda request: respond(replace(change(request), arrived=request))

    return edge


def _labels(change: Callable[[str], str]) -> Edge:
    """The paths of keys are read otherwise."""
    return _reading(
        lambda request: replace(request, path=change(request.path)) if _is_key(request) else request
    )


def _body(change: Callable[[bytes], bytes]) -> Edge:
    """Bodies that are to be JSON are read otherwise."""

    def changed(request: HttpRequest) -> HttpRequest:
        if not request.body or not _typed(request).startswith(_JSON):
            return request
        return replace(request, body=change(request.body))

    return _reading(changed)


def _typed(request: HttpRequest) -> str:
    return request.headers.get("content-type", "").lower()


def _accepts(request: HttpRequest) -> str:
    return request.headers.get("accept", "")


def _is_key(request: HttpRequest) -> bool:
    return _KEY_PATH.fullmatch(request.path) is not None


def _of_body(test: Callable[[bytes], bool]) -> Test:
    return lambda request: bool(request.body) and test(request.body)


def _unread_where(test: Callable[[bytes], bool]) -> Incoming:
    """The body of such a request is left on the connection, in front of the next one."""

    def incoming(data: bytes) -> bytes:
        head, gap, body = data.partition(b"\r\n\r\n")
        if not gap or not body or not test(head):
            return data
        return re.sub(rb"(?i)\r\ncontent-length: [0-9]+", b"", head) + gap + body

    return incoming


def _replacing(pattern: bytes, text: bytes) -> Incoming:
    return lambda data: re.sub(pattern, text, data)


def _disagree(answer: ReferenceAnswer) -> ReferenceAnswer:
    if not isinstance(answer.body, Mapping):
        return answer
    return replace(answer, body={**answer.body, "__type": "ServiceException"})


def _edge(name: str, summary: str, edge: Edge) -> InjectedFault:
    return InjectedFault(f"protocol:{name}", "protocol", summary, edge=edge)


def _crashing(name: str, summary: str, test: Test) -> InjectedFault:
    return _edge(f"{name}-500", summary, _answering(test, _CRASH))


def _connection(name: str, summary: str, incoming: Incoming) -> InjectedFault:
    return InjectedFault(f"protocol:{name}", "protocol", summary, incoming=incoming)


_JSON_FAULTS = (
    _edge("malformed-json-taken", "What is not JSON is taken for an empty object.",
          _body(lambda body: body if bodies.is_json(body) else b"{}")),
    _edge("truncated-json-ended", "JSON that ends too early is ended.", _body(bodies.completed)),
    _edge("text-around-json", "Text around an object is passed over.", _body(bodies.first_value)),
    _edge("lenient-json", "Comments, commas too many and NaN are JSON.", _body(bodies.lenient)),
    _edge("non-object-taken", "Lists and numbers are taken for an empty object.",
          _body(bodies.as_object)),
    _edge("escaped-names", "Escapes in member names are not understood.", _body(bodies.unescaped)),
    _crashing("non-object", "A list or number for a body is a crash.",
              _of_body(lambda body: not isinstance(bodies.parsed(body), dict | None))),
    _crashing("empty-body", "An empty body of an update is a crash.",
              lambda request: request.method == "PATCH" and not request.body),
    _crashing("null-item", "A null in a list is a crash.", _of_body(bodies.has_null_item)),
    _crashing("odd-characters", "U+0000 and half a surrogate pair are a crash.",
              _of_body(bodies.has_odd_text)),
    _crashing("doubled-members", "A member that is there twice is a crash.",
              _of_body(bodies.has_doubled_member)),
    _crashing("invalid-utf8", "A body that is not UTF-8 is a crash.",
              _of_body(lambda body: not bodies.is_utf8(body))),
    _crashing("deep-nesting", "Deep nesting is a crash.", _of_body(bodies.is_deep)),
    _crashing("extreme-numbers", "A number of many digits is a crash.",
              _of_body(lambda body: re.search(rb":(-0|1e400|10{300})", body) is not None)),
    _crashing("empty-object", "An empty object for the body of an update is a crash.",
              lambda request: request.method == "PATCH" and request.body == b"{}"),
    _crashing("unknown-member", "An unknown member is a crash.",
              _of_body(lambda body: b'"conformance":"x"' in body)),
    _crashing("large-body", "A body of a megabyte is a crash.",
              lambda request: len(request.body) > 900_000),
)  # fmt: skip

_HEADERS = (
    _edge("charset-refused", "A content type with parameters is refused.",
          _answering(lambda request: "charset" in _typed(request),
                     _refusal(415, "UnsupportedMediaTypeException"))),
    _crashing("content-type", "A content type that is not JSON's is a crash.",
              lambda request: bool(request.body) and "json" not in _typed(request)
              and "octet" not in _typed(request)),
    _edge("accept-anything-refused", "Who accepts any type is refused.",
          _answering(lambda request: "*" in _accepts(request),
                     _refusal(406, "NotAcceptableException"))),
    _crashing("accept", "Who accepts HTML alone is answered with a crash.",
              lambda request: _accepts(request) == "text/html"),
    _connection("header-case", "Header names in lower case are not known.",
                _replacing(rb"\r\n(?:content-length|host): ", b"\r\nx-passed-over: ")),
)  # fmt: skip

_PATHS = (
    _edge("labels-undecoded", "Labels are not percent-decoded.",
          _labels(lambda path: path.replace("%", "%25"))),
    _edge("labels-decoded-twice", "Labels are percent-decoded twice.", _labels(unquote)),
    _edge("slash-ends-label", "What follows an encoded slash is passed over.",
          _labels(lambda path: path.split("%2F")[0])),
    _edge("path-behind-key", "What follows the key in a path is passed over.",
          _reading(lambda request: replace(
              request, path=re.sub(rf"^({_KEY_PATH.pattern})/[a-z].*", r"\1", request.path)))),
    _crashing("label-not-utf8", "A label that is not UTF-8 is a crash.",
              lambda request: re.search("%FF|%C3%28|%00", request.path) is not None),
    _crashing("broken-escape", "A percent sign that escapes nothing is a crash.",
              lambda request: "%zz" in request.path),
    _crashing("dot-segments", "Dots for a label are a crash.",
              lambda request: re.search(r"/(\.|%2E%2E)$", request.path) is not None),
    _crashing("slash", "A slash at the end is a crash.",
              lambda request: request.path.endswith("/")),
    _crashing("long-label", "A long label is a crash.",
              lambda request: request.path.count("a") > bodies.LONG),
    _edge("any-route", "An unknown route is answered with an empty object.",
          _answering(lambda request: _NOWHERE.fullmatch(request.path) is not None,
                     HttpResponse(200, {"content-type": _JSON}, b"{}"))),
    _edge("any-method", "Any method reads a key.",
          _reading(lambda request: replace(request, method="GET")
                   if request.method in {"PUT", "POST", "BREW"} and _is_key(request)
                   else request)),
    _crashing("head", "HEAD is a crash.", lambda request: request.method == "HEAD"),
    _crashing("body-of-get", "A body of a GET is a crash.",
              lambda request: request.method == "GET" and bool(request.body)),
    _edge("query-refused", "An unknown query parameter is refused.",
          _answering(lambda request: "conformance=1" in request.query.split("&"),
                     _refusal(400, "ValidationException"))),
    _crashing("page-size", "A page size that is no integer is a crash.",
              lambda request: "limit=1.5" in request.query
              or b'"MaxResults":1.5' in request.body),
    _crashing("query", "A query that is not UTF-8 is a crash.",
              lambda request: "%FF" in request.query),
)  # fmt: skip

_CONNECTIONS = (
    _edge("chunks-unread", "A chunked body is passed over.",
          _reading(lambda request: replace(request, body=b"{}")
                   if "transfer-encoding" in request.headers else request)),
    _crashing("chunked", "A chunked body is a crash.",
              lambda request: "transfer-encoding" in request.headers),
    _connection("unknown-route-unread", "The body for an unknown route stays on the connection.",
                _unread_where(lambda head: _NOWHERE_LINE.match(head) is not None)),
    _connection("get-unread", "A body of a GET stays on the connection.",
                _unread_where(lambda head: head.startswith(b"GET "))),
    _connection("head-with-body", "HEAD is answered with the body of GET.",
                _replacing(rb"^HEAD ", b"GET ")),
    _connection("pipelining", "Of requests that come at once the last is answered.",
                lambda data: data[max(data.rfind(b"GET /"), 0):]
                if data.count(b" HTTP/1.1\r\n") > 1 else data),
    InjectedFault("protocol:error-codes-differ", "protocol", "The body names another error.",
          answer=failures(_disagree)),
    InjectedFault("protocol:errors-are-xml", "protocol", "Errors are XML.",
          answer=failures(lambda answer: replace(
              answer, body="<Error><Message>no</Message></Error>"))),
    InjectedFault("protocol:answers-trailed", "protocol", "Something follows a success's JSON.",
          answer=successes(lambda answer: replace(answer, tail="\n-- done"))),
    InjectedFault("protocol:errors-are-200", "protocol", "Errors have status 200.",
          answer=failures(lambda answer: replace(answer, status=200))),
)  # fmt: skip

FAULTS = (*_JSON_FAULTS, *_HEADERS, *_PATHS, *_CONNECTIONS)
