"""Sends the exchanges of a verdict again, with identifiers and names of today."""

from __future__ import annotations

import base64
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from conformance import record
from conformance.engine.channel import SignedChannel
from conformance.engine.names import random_text
from conformance.judge.answer import Answer, read
from conformance.record.marks import MARK
from conformance.target.exchange import Exchange, Response
from conformance.target.missigning import KINDS

NAME = re.compile(r"conformance-([a-z0-9]{8})-(?=\d{5})")


LONGEST_PAUSE = 60.0
"""Seconds; a record may say more, and nobody would wait so long."""


@dataclass(frozen=True, slots=True)
class Replayed:
    """One exchange of the record and what came back today."""

    recorded: record.Exchange
    exchange: Exchange
    answer: Answer

    @property
    def same(self) -> bool:
        """The answer has the status and the error code that it had in the record."""
        return signature(recorded_answer(self.recorded)) == signature(self.answer)


def replay(evidence: Sequence[record.Exchange], channel: SignedChannel) -> list[Replayed]:
    """Send every exchange in order.

    Names of the recorded run get a new nonce, identifiers that came from an answer are taken from
    today's answer, masked secrets become random texts of their length.
    """
    stand_ins = _StandIns()
    done: list[Replayed] = []
    for recorded in evidence:
        time.sleep(min(recorded.pause or 0.0, LONGEST_PAUSE))
        for use in recorded.uses:
            new = _pointed(done[use.source].answer.body, use.pointer)
            if isinstance(new, str):
                stand_ins.learn(use.value, new)
        parts = urlsplit(stand_ins.put(recorded.request.url))
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        content_type = next(
            (v for k, v in recorded.request.headers.items() if k.lower() == "content-type"), None
        )
        signing = recorded.request.signing
        fault = signing.fault if signing else None
        by = channel.missigned(fault) if fault is not None and fault in KINDS else channel
        exchange = by.send(
            recorded.request.method, target, _body(recorded.request, stand_ins), content_type
        )
        done.append(Replayed(recorded, exchange, read(exchange)))
    return done


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
        return MARK.sub(self._secret, text)

    def _secret(self, match: re.Match[str]) -> str:
        return self._known.setdefault(match.group(0), random_text(int(match.group(2))))


def _body(request: record.Request, stand_ins: _StandIns) -> bytes | None:
    if request.body_base64 is not None:
        return base64.b64decode(request.body_base64)
    return None if request.body is None else stand_ins.put(request.body).encode()


def _pointed(body: Any, pointer: str) -> Any:
    for step in pointer.strip("/").split("/"):
        body = body.get(step) if isinstance(body, dict) else None
    return body


def recorded_answer(recorded: record.Exchange) -> Answer:
    """The answer that a record holds, as the judge reads it."""
    from conformance.target.exchange import Request

    request = Request(recorded.request.method, recorded.request.url, ())
    if recorded.response is None:
        return read(Exchange(request, None, None, 0.0))
    response = recorded.response
    body = (response.body or "").encode("utf-8", "surrogatepass")
    if response.body_base64 is not None:
        body = base64.b64decode(response.body_base64)
    told = Response(response.status, tuple(response.headers.items()), body)
    return read(Exchange(request, told, None, 0.0))


def signature(answer: Answer) -> tuple[int | None, str | None]:
    """What makes two answers the same kind of answer."""
    return answer.status, answer.code
