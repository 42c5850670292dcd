"""The transport of a run to which resources of others were given.

They are used and, where the user says so, changed. None is ever deleted, whatever the rest of the
tool does: that is read from the bytes of each request, where a name of what is given stands.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from conformance.contract.given import OPTION, deletes, looks, makes_another
from conformance.contract.given_values import GivenMember
from conformance.contract.places import texts
from conformance.engine.safety.guard import withheld
from conformance.engine.safety.request_classifier import (
    ClassifiedRequest,
    RequestEffect,
    RouteTable,
)
from conformance.transport.exchange import Exchange, Request, Transport

TIMES_DECODED = 3
"""How often a path is percent-decoded to find a name in it: servers differ in that."""


class GivenGuard:
    """Sends what looks or speaks of nothing that is given; else only what may be done to it.

    ``inner`` sends what is about something that is given; everything else goes by ``guarded``, the
    transport that keeps a run to what it made itself, which may be the same one.
    """

    def __init__(self, inner: Transport, guarded: Transport, routes: RouteTable) -> None:
        self._inner, self._guarded, self._routes = inner, guarded, routes
        self._given = routes.contract.given

    def send(self, request: Request) -> Exchange:
        """Send the request, or say why not."""
        one, why = self._judged(request)
        if why:
            return withheld(request, why)
        return (self._guarded if one is None else self._inner).send(request)

    def send_all(self, requests: Sequence[Request], *, pipelined: bool) -> list[Exchange]:
        """Send the requests over one connection where none does what must not be done."""
        judged = [self._judged(request) for request in requests]
        for request, (_, why) in zip(requests, judged, strict=True):
            if why:
                return [withheld(request, why)]
        about_given = all(one is not None for one, _ in judged)
        way = self._inner if about_given else self._guarded
        return way.send_all(requests, pipelined=pipelined)

    def _judged(self, request: Request) -> tuple[GivenMember | None, str]:
        """What of what is given the request would change, and why it is not sent, if it is not."""
        visit = self._routes.visit(request)
        operation = visit.operation
        if operation is None:
            one = next(self._in_path(request.url), None)
            is_look = visit.kind is RequestEffect.LOOK
            return None, "" if one is None or is_look else f"{one} is given, and this no operation"
        contract = self._routes.contract
        if looks(contract, operation) or makes_another(contract, operation):
            return None, ""  # what is made is made in what is given, or of it
        is_deletion = deletes(contract, operation) or visit.kind is RequestEffect.DELETE
        if visit.kind is RequestEffect.CREATE:
            said = self._chosen(request, visit)
        else:
            said = [*[*visit.labels.values()][-1:], *(visit.texts if visit.labels else ())]
            if not said or is_deletion:
                said += _said(request, query=not said)
        one = next((one for one in self._given.members if _is_named(one, said)), None)
        if one is None:
            return None, ""
        if visit.kind is RequestEffect.CREATE:
            return one, f"{one} is given, and nothing is made in its place"
        if is_deletion:
            return one, f"{one} is given, and what is given is never deleted"
        may = self._given.may_change
        return one, "" if may else f"{one} is given, and changed only with {OPTION}"

    def _chosen(self, request: Request, visit: ClassifiedRequest) -> list[str]:
        """The names that a creation gives to what it makes."""
        labels = {one.label for one in self._routes.contract.overlay.kinds().values()}
        body = _body(request)
        chosen = {**(body if isinstance(body, dict) else {}), **visit.labels}
        return [text for name in labels if isinstance(text := chosen.get(name or ""), str)]

    def _in_path(self, url: str) -> Iterator[GivenMember]:
        path = urlsplit(url).path
        yield from (one for one in self._given.members if _is_named(one, [*path.split("/"), path]))


def _is_named(one: GivenMember, said: Sequence[str]) -> bool:
    """Whether one of the texts is what is given, or an ARN of it; in any case and encoding."""
    value = one.value.casefold()
    names = {value, *_ends(value)}
    for text in said:
        decoded = text.casefold()
        for _ in range(TIMES_DECODED):
            if decoded in names or not names.isdisjoint(_ends(decoded)):
                return True
            decoded = unquote(decoded)
    return False


def _ends(text: str) -> Iterator[str]:
    """What an ARN names, with and without the kind before it."""
    if text.startswith("arn:"):
        resource = text.split(":", 5)[-1]
        yield resource
        yield resource.rpartition("/")[2]
        yield resource.rpartition(":")[2]
        yield resource.partition("/")[2]


def _said(request: Request, *, query: bool) -> Iterator[str]:
    """Every text of a request's body, and of its query where that says what it is about."""
    if query:
        for _, value in parse_qsl(urlsplit(request.url).query, keep_blank_values=True):
            yield value
    yield from texts(_body(request))


def _body(request: Request) -> Any:
    """The body as JSON; as a text where it is none."""
    try:
        return json.loads(request.body or b"null")
    except (ValueError, RecursionError):
        return (request.body or b"").decode(errors="replace")
