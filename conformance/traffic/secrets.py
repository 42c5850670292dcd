"""What of recorded traffic may enter a record: few headers, no credentials, no key values."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from conformance.contract.model import Location, Operation
from conformance.contract.places import find
from conformance.engine.judge.redacted import Redacted
from conformance.engine.secrets.masking import Masker, secret_places
from conformance.traffic.bodies import is_text
from conformance.traffic.entries import Headers
from conformance.traffic.members import RequestMembers
from conformance.transport.exchange import Exchange, Request, Response

KEPT = re.compile(
    r"accept|content-(?:type|length|encoding)|user-agent|date|server|host|"
    r"x-amzn-(?:requestid|errortype|errormessage|trace-id)|x-amz-apigw-id|access-control-.*",
    re.IGNORECASE,
)
"""Headers that help to understand an answer. Whatever else was recorded may be a secret."""
LONG = re.compile(r"[A-Za-z0-9/+=_-]{16,}")
MEMBER = re.compile(r'[\"\'](\w+)[\"\']\s*:\s*[\"\']([^"\'\\]+)')
CELL = re.compile(r'[^,\s"]{20,128}')
NOWHERE = "https://recorded.invalid"
"""Stands for an address that was not recorded."""


def learn(
    masker: Masker, operation: Operation, exchange: Exchange, sent: RequestMembers, body: Any
) -> None:
    """Remember every secret of an exchange: key values, and what it was signed with."""
    found = [*_of_request(operation, sent.values, exchange.request), *_of_answer(operation, body)]
    if not sent.known:
        found += _in_text(operation, exchange.request.body)
    if exchange.response is not None and not isinstance(body, dict | list):
        found += _in_text(operation, exchange.response.body)
    for secret in found:
        if not isinstance(secret, Redacted):
            masker.learn(secret)


def _of_request(operation: Operation, values: Any, request: Request) -> Iterator[Any]:
    for place in secret_places(operation.input):
        yield from find(values, place)
    names = _names(operation)
    for listed in values.values():
        for entry in listed if isinstance(listed, list) else ():
            if isinstance(entry, dict) and str(entry.get("path", "")).rsplit("/", 1)[-1] in names:
                yield entry.get("value")
    if any(member.location is Location.PAYLOAD for member in operation.input.values()):
        yield from CELL.findall((request.body or b"").decode(errors="replace"))
    for name, value in request.headers:
        if name.lower() in {"authorization", "x-amz-security-token", "x-api-key", "cookie"}:
            yield from LONG.findall(value)
    for name, value in parse_qsl(urlsplit(request.url).query):
        if name.lower().startswith("x-amz-"):
            yield from LONG.findall(value)


def _of_answer(operation: Operation, body: Any) -> Iterator[Any]:
    for place in secret_places(operation.output):
        yield from find(body, place)
    # An answer that does not have the documented form may hold the value anywhere.
    yield from _named(body, _names(operation))


def _in_text(operation: Operation, body: bytes | None) -> Iterator[str]:
    """What stands beside the names of secrets in a body that could not be read as members."""
    names = _names(operation)
    for name, value in MEMBER.findall((body or b"").decode(errors="replace")):
        if name in names:
            yield value


def _names(operation: Operation) -> set[str]:
    places = (*secret_places(operation.input), *secret_places(operation.output))
    return {place[-1] for place in places}


def _named(value: Any, names: set[str]) -> Iterator[Any]:
    if isinstance(value, dict):
        for name, item in value.items():
            if name in names:
                yield item
            yield from _named(item, names)
    elif isinstance(value, list):
        for item in value:
            yield from _named(item, names)


def scrubbed(exchange: Exchange) -> Exchange:
    """The exchange as reports may have it: bodies that are no text are left out, too."""

    def kept(message: Request | Response, body: bytes | None) -> tuple[Headers, bytes | None]:
        headers = tuple(pair for pair in message.headers if KEPT.fullmatch(pair[0]))
        return headers, body if is_text(body or b"") else None

    request, response = exchange.request, exchange.response
    clean = Request(request.method, _url(request.url), *kept(request, request.body))
    if response is not None:
        headers, body = kept(response, response.body)
        response = replace(response, headers=headers, body=body or b"")
    return replace(exchange, request=clean, response=response)


def _url(url: str) -> str:
    """Without user information and without the parameters that a presigned address carries."""
    parts = urlsplit(url)
    query = parse_qsl(parts.query, keep_blank_values=True)
    left = [(name, value) for name, value in query if not name.lower().startswith("x-amz-")]
    shown = parts.query if len(left) == len(query) else urlencode(left)
    host = parts.netloc.rsplit("@", 1)[-1]
    origin = f"{parts.scheme}://{host}" if host else NOWHERE
    return f"{origin}{parts.path}" + (f"?{shown}" if shown else "")
