"""A small right server of things in each protocol, with faults that can be switched on.

It shares no line with the tool: requests are taken apart and answers put together here.
"""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import cbor2

from tests.transport.protocols.things import TARGET, VERSION

NAME = re.compile(r"[a-zA-Z0-9-]{1,64}")
FIELDS: dict[str, Any] = {
    "Name": str, "Size": int, "Active": bool, "Kinds": [str], "Labels": {"": str},
    "Points": [{"X": int}], "MaxResults": int, "NextToken": str,
}  # fmt: skip
MEMBERS = {
    "CreateThing": ("Name", "Size", "Active", "Kinds", "Labels", "Points"),
    "GetThing": ("Name",),
    "ListThings": ("MaxResults", "NextToken"),
    "DeleteThing": ("Name",),
}
LOOKS = 2
"""So often a thing of a slow server is seen to be in the making."""
Headers = dict[str, str]
Answer = tuple[int, Headers, bytes]


class Refused(Exception):
    """A refusal: the code and the status that REST has for it."""

    def __init__(self, code: str, status: int = 400) -> None:
        super().__init__(f"{code} it is")
        self.code, self.status = code, status


class Things:
    """The service itself: members in, members out."""

    def __init__(self, faults: frozenset[str]) -> None:
        self.faults, self.made, self.lock = faults, dict[str, dict[str, Any]](), threading.Lock()
        self.looks: dict[str, int] = {}

    def on(self, fault: str) -> bool:
        return fault in self.faults

    def do(self, operation: str, given: dict[str, Any]) -> dict[str, Any] | None:
        known = {name: value for name, value in given.items() if name in MEMBERS[operation]}
        self._check(known)
        with self.lock:
            found: dict[str, Any] | None = getattr(self, f"_{operation}")(known)
        return found

    def _check(self, given: dict[str, Any]) -> None:
        if "Name" in given and not NAME.fullmatch(given["Name"]):
            raise Refused("ValidationException")
        if not 1 <= given.get("Size", 1) <= (10**9 if self.on("size-unchecked") else 10):
            raise Refused("ValidationException")
        if not 1 <= given.get("MaxResults", 1) <= 100:
            raise Refused("ValidationException")
        kinds = given.get("Kinds", ["round"])
        if not 1 <= len(kinds) <= 3 or not set(kinds) <= {"round", "square"}:
            raise Refused("ValidationException")
        for key, value in given.get("Labels", {}).items():
            if not 1 <= len(key) <= 20 or len(value) > 30:
                raise Refused("ValidationException")
        points = given.get("Points", [])
        if len(points) > 2 or any(not 1 <= point.get("X", 0) <= 10 for point in points):
            raise Refused("ValidationException")

    def _name(self, given: dict[str, Any]) -> str:
        if "Name" not in given and not self.on("name-optional"):
            raise Refused("ValidationException")
        return str(given.get("Name", f"none-{len(self.made)}"))

    def _CreateThing(self, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        name = self._name(given)
        if name in self.made and not self.on("taken-names"):
            raise Refused("ThingAlreadyExists", 409)
        now = datetime.now(UTC).replace(microsecond=0)
        status = "CREATING" if self.on("slow") else "ACTIVE"
        thing = {"Size": 1, "Active": False, **given, "Name": name, "CreatedAt": now}
        self.made[name] = thing = {**thing, "ThingStatus": status}
        self.looks[name] = 0
        return {"Thing": thing}

    def _GetThing(self, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        thing = self.made.get(self._name(given))
        if thing is None:
            raise Refused("Elsewhere" if self.on("other-code") else "ThingNotFound", 404)
        self.looks[thing["Name"]] += 1
        if self.looks[thing["Name"]] > LOOKS:
            thing["ThingStatus"] = "ACTIVE"
        return {"Thing": dict(thing)}

    def _ListThings(self, given: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        token = given.get("NextToken", "0")
        if not token.isascii() or not token.isdecimal() or len(token) > 9:
            raise Refused("ValidationException")
        start, size = int(token), given.get("MaxResults", 100)
        things = list(self.made.values())
        page: dict[str, Any] = {"Things": things[start : start + size]}
        if start + size < len(things):
            page["NextToken"] = str(start + size)
        return page

    def _DeleteThing(self, given: dict[str, Any]) -> None:  # noqa: N802
        thing = self.made.get(self._name(given))
        if thing is None:
            raise Refused("ThingNotFound", 404)
        if thing["ThingStatus"] == "CREATING":
            raise Refused("ValidationException")
        del self.made[thing["Name"]]


def typed(value: Any, kind: Any, *, texts: bool) -> Any:
    """A value of its type; with ``texts`` what is a text on the wire. Raises Refused."""
    wrong = Refused("ValidationException" if texts else "SerializationException")
    if isinstance(kind, list):
        if not isinstance(value, list):
            raise wrong
        return [typed(item, kind[0], texts=texts) for item in value]
    if isinstance(kind, dict):
        if not isinstance(value, dict):
            raise wrong
        found = {
            key: typed(item, kind.get(key, kind.get("")), texts=texts)
            for key, item in value.items()
            if key in kind or "" in kind
        }
        return {key: item for key, item in found.items() if item is not None}
    if value is None or kind is None:
        return None
    if texts and isinstance(value, str):
        return _of_text(value, kind, wrong)
    if type(value) is not kind:
        raise wrong
    return value


def _of_text(text: str, kind: type, wrong: Refused) -> Any:
    if kind is bool:
        if text not in {"true", "false"}:
            raise wrong
        return text == "true"
    if kind is int:
        if not re.fullmatch(r"-?[0-9]{1,9}", text):
            raise wrong
        return int(text)
    return text


def known(operation: str, code: str) -> None:
    """Refuse what is no operation of the service."""
    if operation not in MEMBERS:
        raise Refused(code)


def members(given: Any, *, texts: bool) -> dict[str, Any]:
    """The members of a request, typed; null ones are none. Raises Refused."""
    if not isinstance(given, dict):
        raise Refused("SerializationException")
    found = {}
    for name, value in given.items():
        if name in FIELDS and value is not None:
            found[name] = typed(value, FIELDS[name], texts=texts)
            _no_nulls(found[name])
    return found


def right_sizes(given: Any) -> Any:
    """A request without a size that is none."""
    is_wrong = isinstance(given, dict) and type(given.get("Size")) is not int
    return {key: one for key, one in given.items() if key != "Size"} if is_wrong else given


def _no_nulls(value: Any) -> None:
    if isinstance(value, list):
        for item in value:
            if item is None:
                raise Refused("SerializationException")
            _no_nulls(item)


# -- The protocols -------------------------------------------------------------------------------


class Asked:
    """A request as it came."""

    def __init__(self, method: str, url: str, headers: Headers, body: bytes) -> None:
        parts = urlsplit(url)
        self.method, self.path = method, parts.path
        self.query, self.headers, self.body = parts.query, headers, body


def json_things(things: Things, asked: Asked) -> Answer:
    """awsJson of both versions."""
    media = asked.headers.get("content-type", "application/x-amz-json-1.0")
    media = media if media.startswith("application/x-amz-json") else "application/x-amz-json-1.0"
    head = {"Content-Type": "text/html" if things.on("media") else media}
    prefix, _, operation = asked.headers.get("x-amz-target", "").partition(".")
    try:
        if things.on("any-target") and operation not in MEMBERS:
            return 200, head, b"{}"
        known(operation if prefix == TARGET else "", "UnknownOperationException")
        given = _json(asked.body) if not things.on("any-body") else _json(asked.body, {})
        given = right_sizes(given) if things.on("any-size") else given
        found = things.do(operation, members(given, texts=False))
    except Refused as refusal:
        code = "" if things.on("no-code") else f"com.things#{refusal.code}"
        told = {"__type": code, "message": str(refusal)}
        status = 200 if things.on("error-as-success") else 400
        if things.on("xml-errors"):
            return status, head, b"<Error><Code>ThingNotFound</Code></Error>"
        return status, head, json.dumps(told).encode()
    body = json.dumps(plain(things, found or {}, number=True)).encode()
    return 200, head, body + (b" and more" if things.on("trailing") else b"")


def _json(body: bytes, otherwise: Any = None) -> Any:
    try:
        found = json.loads(body.decode())
        json.dumps(found).encode()
    except (ValueError, RecursionError):
        if otherwise is None:
            raise Refused("SerializationException") from None
        return otherwise
    return found


def plain(things: Things, value: Any, *, number: bool) -> Any:
    """An answer with its instants as the protocol has them, and the faults of its members."""
    if isinstance(value, dict):
        found = {key: plain(things, item, number=number) for key, item in value.items()}
        if "CreatedAt" in found:
            if things.on("size-as-text"):
                found["Size"] = "three"
            if things.on("lost-member"):
                del found["Active"]
        return found
    if isinstance(value, list):
        return [plain(things, item, number=number) for item in value]
    if isinstance(value, datetime):
        if things.on("odd-instant"):
            return "yesterday"
        return int(value.timestamp()) if number else value.strftime("%Y-%m-%dT%H:%M:%SZ")
    return value


def form_things(things: Things, asked: Asked, *, ec2: bool = False) -> Answer:
    """awsQuery, and ec2Query."""
    head = {"Content-Type": "text/xml"}
    operation = ""
    try:
        pairs = _pairs(asked)
        operation, version = pairs.get("Action", ""), pairs.get("Version")
        if things.on("any-action") and operation not in MEMBERS:
            operation = "ListThings"
        known(operation if version in {VERSION, None} else "", "InvalidAction")
        given = {name: _dotted(name, FIELDS[name], pairs, ec2=ec2) for name in MEMBERS[operation]}
        found = things.do(operation, members(given, texts=True))
    except Refused as refusal:
        code = "" if things.on("no-code") else f"<Code>{refusal.code}</Code>"
        error = f"<Error><Type>Sender</Type>{code}<Message>{refusal}</Message></Error>"
        other = things.on("other-envelope")
        ec2_way = ec2 != other
        body = (
            f"<Response><Errors>{error}</Errors></Response>"
            if ec2_way
            else (f"<ErrorResponse>{error}</ErrorResponse>")
        )
        if things.on("json-errors"):
            body = json.dumps({"__type": refusal.code})
        status = 200 if things.on("error-as-success") else refusal.status
        return status, head, body.encode()
    inside = "".join(xml(things, key, one, ec2=ec2) for key, one in (found or {}).items())
    if not ec2 and not things.on("no-wrapper"):
        inside = f"<{operation}Result>{inside}</{operation}Result>"
    root = "Answer" if things.on("other-root") else f"{operation}Response"
    tail = "<" if things.on("broken-xml") else ""
    return 200, head, f'<{root} xmlns="http://things/">{inside}</{root}>{tail}'.encode()


def _pairs(asked: Asked) -> dict[str, str]:
    try:
        text = asked.body.decode("ascii")
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict")
    except ValueError:
        raise Refused("MalformedInput") from None
    for name, value in pairs:
        if not (name + value).isprintable() and "\n" not in value:
            raise Refused("ValidationException")
    return dict(pairs)


def _dotted(prefix: str, kind: Any, pairs: dict[str, str], *, ec2: bool) -> Any:
    inner = [name for name in pairs if name.startswith(f"{prefix}.")]
    if isinstance(kind, list):
        middle = "" if ec2 else ".member"
        found, number = [], 1
        while any(
            name == f"{prefix}{middle}.{number}" or name.startswith(f"{prefix}{middle}.{number}.")
            for name in inner
        ):
            found.append(_dotted(f"{prefix}{middle}.{number}", kind[0], pairs, ec2=ec2))
            number += 1
        if not found and prefix in pairs and pairs[prefix]:
            raise Refused("ValidationException")
        return found or None
    if isinstance(kind, dict) and "" in kind:
        middle = "" if ec2 else ".entry"
        entries, number = {}, 1
        while f"{prefix}{middle}.{number}.key" in pairs:
            at = f"{prefix}{middle}.{number}"
            entries[pairs[f"{at}.key"]] = pairs.get(f"{at}.value", "")
            number += 1
        return entries or None
    if isinstance(kind, dict):
        return {key: _dotted(f"{prefix}.{key}", one, pairs, ec2=ec2) for key, one in kind.items()}
    if inner:
        raise Refused("ValidationException")
    return pairs.get(prefix)


def xml(things: Things, name: str, value: Any, *, ec2: bool = False) -> str:
    """A member as XML."""
    if isinstance(value, dict) and "CreatedAt" in value:
        value = plain(things, value, number=False)
    tag = name[0].lower() + name[1:] if ec2 else name
    item = "item" if ec2 != things.on("other-items") else "member"
    if name == "Labels":
        inside = "".join(
            f"<entry><key>{escape(key)}</key><value>{escape(one)}</value></entry>"
            for key, one in value.items()
        )
    elif isinstance(value, list):
        whole = [plain(things, one, number=False) for one in value]
        inside = "".join(f"<{item}>{_inside(things, one, ec2=ec2)}</{item}>" for one in whole)
    else:
        inside = _inside(things, value, ec2=ec2)
    return f"<{tag}>{inside}</{tag}>"


def _inside(things: Things, value: Any, *, ec2: bool) -> str:
    if isinstance(value, dict):
        return "".join(xml(things, key, one, ec2=ec2) for key, one in value.items())
    if isinstance(value, bool):
        text = "true" if value else "false"
        return text.capitalize() if things.on("other-booleans") else text
    return escape(str(plain(things, value, number=False)))


def rest_xml_things(things: Things, asked: Asked) -> Answer:
    """restXml."""
    head = {"Content-Type": "application/xml"}
    try:
        operation, given = _rest(things, asked)
        found = things.do(operation, members(given, texts=True))
    except Refused as refusal:
        code = "" if things.on("no-code") else f"<Code>{refusal.code}</Code>"
        error = f"<Error>{code}<Message>{refusal}</Message></Error>"
        body = f"<Errors>{error}</Errors>" if things.on("other-envelope") else error
        if things.on("json-errors"):
            body = json.dumps({"__type": refusal.code})
        return refusal.status, head, b"" if asked.method == "HEAD" else body.encode()
    if operation == "DeleteThing":
        return 204, {}, b""
    inside = "".join(xml(things, key, one) for key, one in (found or {}).items())
    tail = "<" if things.on("broken-xml") else ""
    return 200, head, f"<{operation}Answer>{inside}</{operation}Answer>{tail}".encode()


def _rest(things: Things, asked: Asked) -> tuple[str, dict[str, Any]]:
    route = re.fullmatch(r"/things(?:/([^/]+))?", asked.path)
    method = "GET" if asked.method == "HEAD" else asked.method
    if route is None:
        raise Refused("NoSuchRoute", 404)
    if route[1] is not None:
        if method not in {"GET", "DELETE"}:
            raise Refused("MethodNotAllowed", 405)
        return f"{method.capitalize()}Thing", {"Name": unquote(route[1])}
    if method == "GET":
        pairs = parse_qs(asked.query, keep_blank_values=True)
        return "ListThings", {name: values[-1] for name, values in pairs.items()}
    if method != "POST":
        raise Refused("MethodNotAllowed", 405)
    if things.on("any-body") and not asked.body.startswith(b"<C"):
        return "ListThings", {}
    try:
        if b"<!" in asked.body:
            raise Refused("MalformedXML")
        root = ET.fromstring(asked.body or b"<CreateThingRequest/>")  # noqa: S314 - the tool's own
    except (ET.ParseError, ValueError):
        raise Refused("MalformedXML") from None
    return "CreateThing", {_local(one): _element(one, FIELDS.get(_local(one))) for one in root}


def _local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


def _element(element: ET.Element, kind: Any) -> Any:
    if isinstance(kind, list):
        if (element.text or "").strip():
            raise Refused("MalformedXML")
        return [_element(one, kind[0]) for one in element]
    if isinstance(kind, dict) and "" in kind:
        try:
            return {
                entry.findtext("{*}key", ""): entry.findtext("{*}value", "") for entry in element
            }
        except TypeError:
            raise Refused("MalformedXML") from None
    if isinstance(kind, dict):
        return {_local(one): _element(one, kind.get(_local(one))) for one in element}
    if len(element):
        raise Refused("MalformedXML")
    return element.text or ""


def cbor_things(things: Things, asked: Asked) -> Answer:
    """rpcv2Cbor."""
    head = {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}
    if things.on("no-protocol"):
        del head["smithy-protocol"]
    route = re.fullmatch(rf"/service/{TARGET}/operation/(\w+)", asked.path)
    try:
        operation = route[1] if route else ""
        if things.on("any-route") and operation not in MEMBERS:
            return 200, head, cbor2.dumps({})
        known(operation, "UnknownOperationException")
        found = things.do(operation, members(_cbor(things, asked.body), texts=False))
    except Refused as refusal:
        code = {} if things.on("no-code") else {"__type": f"com.things#{refusal.code}"}
        body = cbor2.dumps({**code, "message": str(refusal)})
        return 400, head, b"{}" if things.on("json-errors") else body
    return 200, head, cbor2.dumps(_for_cbor(things, found or {}))


def _cbor(things: Things, body: bytes) -> Any:
    try:
        return cbor2.loads(body)
    except (cbor2.CBORDecodeError, ValueError, RecursionError):
        if things.on("any-body"):
            return {}
        raise Refused("SerializationException") from None


def _for_cbor(things: Things, value: Any) -> Any:
    if isinstance(value, dict):
        found = {key: _for_cbor(things, item) for key, item in value.items()}
        if "CreatedAt" in found and things.on("size-as-text"):
            found["Size"] = "three"
        if "CreatedAt" in found and things.on("lost-member"):
            del found["Active"]
        return found
    if isinstance(value, list):
        return [_for_cbor(things, item) for item in value]
    if isinstance(value, datetime):
        seconds = int(value.timestamp())
        return seconds if things.on("untagged-instant") else cbor2.CBORTag(1, seconds)
    return value


SPEAKS: dict[str, Callable[[Things, Asked], Answer]] = {
    "aws-json-1.0": json_things,
    "aws-json-1.1": json_things,
    "aws-query": form_things,
    "ec2-query": lambda things, asked: form_things(things, asked, ec2=True),
    "rest-xml": rest_xml_things,
    "rpc-v2-cbor": cbor_things,
}


@contextmanager
def serving(protocol: str, *faults: str) -> Iterator[str]:
    """The URL of a server of its own on loopback; it ends with the block."""
    things, speak = Things(frozenset(faults)), SPEAKS[protocol]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 20

        def handle_one_request(self) -> None:
            try:
                self.raw_requestline = self.rfile.readline(65537)
            except TimeoutError:
                self.raw_requestline = b""
            if not self.raw_requestline or not self.parse_request():
                self.close_connection = True
                return
            body = self._body()
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, given, answer = speak(things, Asked(self.command, self.path, headers, body))
            self.send_response(status)
            for name, value in given.items():
                self.send_header(name, value)
            if status != 204:
                self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer)

        def _body(self) -> bytes:
            if (self.headers.get("transfer-encoding") or "").lower() == "chunked":
                found = b""
                while size := int(self.rfile.readline().split(b";")[0], 16):
                    found += self.rfile.read(size)
                    self.rfile.readline()
                self.rfile.readline()
                return found
            return self.rfile.read(int(self.headers.get("content-length") or 0))

        def log_message(self, *_: Any) -> None:
            """Nothing is logged."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
