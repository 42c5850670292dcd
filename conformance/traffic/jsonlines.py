"""JSON Lines of exchanges: the run record's, and the plainer shape of published recordings.

The record's exchange has ``url``, ``headers`` and bodies as texts. The plain one has ``path`` and
``params``, bodies as JSON values, ``error_code``, and abbreviates long texts (``a x1025``).
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from conformance.record.redaction import unfold
from conformance.traffic.bodies import as_bytes, from_base64, unpacked
from conformance.traffic.entries import (
    Headers,
    MalformedEntry,
    TrafficEntry,
    exchange,
    kind,
    mapping,
    pairs,
    status_of,
)
from conformance.traffic.errors import MalformedTraffic
from conformance.transport.exchange import Response

REPEATED = re.compile(r"(\w) x(\d{2,6})")
SAFE = "/:-._~%{}<>"


def entries(path: Path, text: str) -> Iterator[TrafficEntry]:
    """The exchanges of a file, one a line; empty lines are left out. Raises MalformedTraffic."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as wrong:
            why = getattr(wrong, "msg", "too deep")
            raise MalformedTraffic(path, number, f"not JSON: {why}") from None
        yield one(path, number, value)


def one(path: Path, number: int, value: Any) -> TrafficEntry:
    """The exchange of one JSON value. Raises MalformedTraffic."""
    try:
        given = mapping(value, "the exchange")
        request = mapping(given.get("request"), "the request")
        made = _wire if "url" in request else _plain
        return made(f"{path.name}:{number}", given, request)
    except MalformedEntry as wrong:
        raise MalformedTraffic(path, number, str(wrong)) from None


def _wire(place: str, given: dict[str, Any], request: dict[str, Any]) -> TrafficEntry:
    headers = pairs(request.get("headers"))
    body, known = _text(request, headers)
    answer, answer_known = None, False
    if given.get("response") is not None:
        response = mapping(given["response"], "the response")
        got = pairs(response.get("headers"))
        content, answer_known = _text(response, got)
        status = status_of(response.get("status"))
        answer = Response(status, got, content or b"") if status else None
    made = exchange(request.get("method"), request["url"], headers, body, answer)
    return TrafficEntry(place, made, known, answer_known)


def _text(message: dict[str, Any], headers: Headers) -> tuple[bytes | None, bool]:
    if message.get("cut") is not None:
        return None, False  # a record has the beginning of it alone
    if message.get("body_base64") is not None:
        return unpacked(from_base64(message["body_base64"]), headers)
    match message.get("body"):
        case None:
            return None, True
        case dict() | list() as body:
            return json.dumps(body).encode(), True
        case body:
            return unpacked(as_bytes(unfold(body) if isinstance(body, str) else body), headers)


def _plain(place: str, given: dict[str, Any], request: dict[str, Any]) -> TrafficEntry:
    path, service = request.get("path"), given.get("service")
    if not isinstance(path, str) or not path:
        raise MalformedEntry("the request has neither url nor path")
    parameters = request.get("params") or {}
    if not isinstance(parameters, dict):
        raise MalformedEntry(f"params are {kind(parameters)}, not an object")
    query = urlencode(parameters, doseq=True, quote_via=quote)
    url = quote(path, safe=SAFE) + (f"?{query}" if query else "")
    body = _json(request["body"]) if request.get("body") is not None else None
    # Where a note stands in place of the request nothing is known of what was sent.
    known = "note" not in request
    answer, answer_known = _plain_answer(given.get("response"))
    made = exchange(request.get("method"), url, pairs(request.get("headers")), body, answer)
    name = service if isinstance(service, str) else ""
    return TrafficEntry(place, made, known, answer_known, parsed=True, service=name)


def _plain_answer(value: Any) -> tuple[Response | None, bool]:
    if value is None:
        return None, False
    response = mapping(value, "the response")
    headers = pairs(response.get("headers"))
    code = response.get("error_code")
    if isinstance(code, str) and not any(name.lower() == "x-amzn-errortype" for name, _ in headers):
        headers = (*headers, ("x-amzn-errortype", code))
    known = "body" in response and "body_note" not in response
    status = status_of(response.get("status"))
    if status == 0:
        return None, False
    body = b"" if response.get("body") is None else _json(response["body"])
    return Response(status, headers, body), known


def _json(body: Any) -> bytes:
    if isinstance(body, str):
        return body.encode("utf-8", "surrogatepass")
    return json.dumps(_whole(body)).encode()


def _whole(value: Any) -> Any:
    """The value with abbreviated texts written out: ``a x1025`` is 1,025 letters."""
    if isinstance(value, dict):
        return {name: _whole(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_whole(item) for item in value]
    repeated = REPEATED.fullmatch(value) if isinstance(value, str) else None
    return repeated[1] * int(repeated[2]) if repeated else value
