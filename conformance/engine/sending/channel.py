"""One service's requests on their way to a target: signed over the final bytes, then sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Protocol

from conformance.transport.bad_signatures import UnsignedRequest, inapplicable, sign_incorrectly
from conformance.transport.exchange import Exchange, Request, Transport
from conformance.transport.protocols.seam import WireRequest
from conformance.transport.signing import Signer


class Channel(Protocol):
    """Where a session's requests go: signs them for the service and sends them."""

    region: str

    def send(self, request: WireRequest) -> Exchange: ...

    def send_all(self, requests: Sequence[WireRequest], *, pipelined: bool) -> list[Exchange]: ...


class SignedChannel:
    """Signs with one signer and sends through one transport."""

    def __init__(self, url: str, signer: Signer, transport: Transport) -> None:
        self._url, self._signer, self._transport = url, signer, transport
        self.region = signer.region
        self.usual_within: Callable[[], float | None] = lambda: None
        """Seconds for requests that do not say themselves how long an answer is waited for."""

    def send(self, request: WireRequest) -> Exchange:
        return self._transport.send(self._written(request))

    def send_all(self, requests: Sequence[WireRequest], *, pipelined: bool) -> list[Exchange]:
        written = [self._written(request) for request in requests]
        return self._transport.send_all(written, pipelined=pipelined)

    def sign_incorrectly(self, kind: str) -> MissignedChannel:
        """A channel like this one that signs wrongly, in one way."""
        return MissignedChannel(self._url, self._signer, self._transport, kind)

    def _written(self, wired: WireRequest) -> Request:
        request = self._signed(self._plain(wired))
        within = wired.within if wired.within is not None else self.usual_within()
        if within is not None:
            request = replace(request, within=within)
        if not wired.names:
            return request
        named = str.lower if wired.names == "lower" else str.upper
        return replace(
            request, headers=tuple((named(name), value) for name, value in request.headers)
        )

    def _plain(self, wired: WireRequest) -> UnsignedRequest:
        own = {name.lower() for name, _ in wired.headers}
        typed = wired.content_type is not None and "content-type" not in own
        usual = (("Content-Type", wired.content_type),) if typed else ()
        return UnsignedRequest(
            wired.method, self._url + wired.target, (*usual, *wired.headers), wired.body
        )

    def _signed(self, plain: UnsignedRequest) -> Request:
        return self._signer.sign(plain.method, plain.url, plain.headers, plain.body)


class MissignedChannel(SignedChannel):
    """Signs every request wrongly in one way; see conformance.transport.bad_signatures."""

    def __init__(self, url: str, signer: Signer, transport: Transport, kind: str) -> None:
        super().__init__(url, signer, transport)
        self.kind = kind

    def _signed(self, plain: UnsignedRequest) -> Request:
        return sign_incorrectly(self.kind, self._signer, plain)

    def why_not(self, body: bytes | None) -> str:
        """Why a request with this body cannot be signed wrongly so; "" where it can."""
        return inapplicable(self.kind, self._signer.credentials, body)
