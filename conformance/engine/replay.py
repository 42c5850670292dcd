"""Sends the exchanges of a verdict again, with identifiers and names of today."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import unquote, urlsplit

from conformance import record
from conformance.engine.resources.names import random_text
from conformance.engine.sending.channel import SignedChannel
from conformance.record.redaction import MARK, unfold
from conformance.transport.bad_signatures import SIGNATURE_FAULTS
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.parsed_response import ParsedResponse
from conformance.transport.protocols.registry import read
from conformance.transport.protocols.seam import Labels, WireRequest

ENCODED = re.compile(r"(?:%(?:25)?[0-9A-Fa-f]{2})+")
ANEW = {
    "host", "user-agent", "content-length", "authorization", "x-amz-date", "x-amz-security-token",
    "x-amz-content-sha256",
}  # fmt: skip
USUAL = ("Accept", "Content-Type", "Content-Length")
NAME = re.compile(r"conformance-([a-z0-9]{8})-(?=\d{5})")


LONGEST_PAUSE = 120.0
"""Seconds; a record may say more, which would be too long to wait."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One exchange of the record and what came back today."""

    recorded: record.RecordedExchange
    exchange: Exchange
    answer: ParsedResponse

    @property
    def same(self) -> bool:
        """The answer has the status and the error code that it had in the record."""
        return signature(recorded_answer(self.recorded)) == signature(self.answer)


def replay(evidence: Sequence[record.RecordedExchange], channel: SignedChannel) -> list[Replayed]:
    """Send every exchange in order, with a new nonce, new identifiers and random secrets."""
    stand_ins = _StandIns()
    done: list[Replayed] = []
    for _, together in groupby(enumerate(evidence), _connection):
        group = [recorded for _, recorded in together]
        time.sleep(min(group[0].pause or 0.0, LONGEST_PAUSE))
        for use in [use for recorded in group for use in recorded.uses]:
            new = _pointed(done[use.source].answer.body, use.pointer)
            if isinstance(new, str):
                stand_ins.learn(use.value, new)
        wired = [_wired(recorded.request, stand_ins) for recorded in group]
        signing = group[0].request.signing
        fault = signing.fault if signing else None
        by = (
            channel.sign_incorrectly(fault)
            if fault is not None and fault in SIGNATURE_FAULTS
            else channel
        )
        for recorded, exchange in zip(group, _sent(group, wired, by), strict=False):
            done.append(Replayed(recorded, exchange, read(exchange)))
    return done


def _connection(numbered: tuple[int, record.RecordedExchange]) -> tuple[int, int]:
    """What groups exchanges: those of one connection are sent together, all others alone."""
    index, exchange = numbered
    return exchange.connection, 0 if exchange.connection else index


def _sent(
    group: Sequence[record.RecordedExchange], wired: Sequence[WireRequest], channel: SignedChannel
) -> list[Exchange]:
    if group[0].connection:
        return channel.send_all(wired, pipelined=group[0].pipelined)
    return [channel.send(one) for one in wired]


def _wired(request: record.RecordedRequest, stand_ins: _StandIns) -> WireRequest:
    """The request with its headers as they were, but for those that are made anew."""
    parts = urlsplit(stand_ins.put_in_url(request.url))
    target = f"{parts.path}?{parts.query}" if parts.query else parts.path
    known = {name.lower() for name in request.headers}
    kept = ((name, stand_ins.put(value)) for name, value in request.headers.items())
    headers: list[tuple[str, str | None]] = [one for one in kept if one[0].lower() not in ANEW]
    headers += [(name, None) for name in USUAL if name.lower() not in known]
    named = {str.isupper: "upper", str.islower: "lower"}
    names = next((how for is_so, how in named.items() if all(map(is_so, request.headers))), "")
    return WireRequest(
        request.method, target, _body(request, stand_ins), None, tuple(headers), names
    )


class _StandIns:
    """What stands today for texts of the recorded run."""

    def __init__(self) -> None:
        self._known: dict[str, str] = {}
        self._nonce = random_text(8)

    def learn(self, old: str, new: str) -> None:
        self._known[old] = new

    def put(self, text: str) -> str:
        for old, new in self._known.items():
            text = text.replace(old, new)
        text = NAME.sub(f"conformance-{self._nonce}-", text)
        return MARK.sub(self._secret, unfold(text))

    def put_in_url(self, url: str) -> str:
        """The same for a URL, whose labels may be percent-encoded through and through."""
        return ENCODED.sub(self._encoded, self.put(url))

    def _encoded(self, match: re.Match[str]) -> str:
        text = unquote(unquote(match[0]))
        how = next((one for one in Labels if one.encoded(text) == match[0]), None)
        return match[0] if how is None else how.encoded(self.put(text))

    def _secret(self, match: re.Match[str]) -> str:
        return self._known.setdefault(match.group(0), random_text(int(match.group(2))))


def _body(request: record.RecordedRequest, stand_ins: _StandIns) -> bytes | None:
    if request.body_base64 is not None:
        return base64.b64decode(request.body_base64)
    if request.body is None:
        return None
    return stand_ins.put(request.body).encode(errors="surrogatepass")


def _pointed(body: Any, pointer: str) -> Any:
    for step in pointer.strip("/").split("/"):
        if isinstance(body, list) and step.isdigit():
            body = dict(enumerate(body)).get(int(step))
        else:
            body = body.get(step) if isinstance(body, dict) else None
    return body


def recorded_answer(recorded: record.RecordedExchange) -> ParsedResponse:
    """The answer that a record holds, as the judge reads it."""
    request = Request(recorded.request.method, recorded.request.url, ())
    if recorded.response is None:
        return read(Exchange(request, None, None, 0.0))
    response = recorded.response
    body = (response.body or "").encode("utf-8", "surrogatepass")
    if response.body_base64 is not None:
        body = base64.b64decode(response.body_base64)
    told = Response(response.status, tuple(response.headers.items()), body)
    return read(Exchange(request, told, None, 0.0))


def signature(answer: ParsedResponse) -> tuple[int | None, str | None]:
    """What makes two answers the same kind of answer."""
    return answer.status, answer.code
