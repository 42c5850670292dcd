"""One service's requests on their way to a target: signed over the final bytes, then sent."""

from __future__ import annotations

from conformance.target.exchange import Exchange
from conformance.target.missigning import Unsigned, inapplicable, missigned
from conformance.target.signing import Signer
from conformance.target.transport import Transport


class SignedChannel:
    """Signs with one signer and sends through one transport."""

    def __init__(self, url: str, signer: Signer, transport: Transport) -> None:
        self._url, self._signer, self._transport = url, signer, transport
        self.region = signer.region

    def send(
        self, method: str, target: str, body: bytes | None, content_type: str | None
    ) -> Exchange:
        """Send one request; ``target`` is its path and query, percent-encoded."""
        plain = self._plain(method, target, body, content_type)
        request = self._signer.sign(plain.method, plain.url, plain.headers, plain.body)
        return self._transport.send(request)

    def missigned(self, kind: str) -> MissignedChannel:
        """A channel like this one that signs wrongly, in one way."""
        return MissignedChannel(self._url, self._signer, self._transport, kind)

    def _plain(
        self, method: str, target: str, body: bytes | None, content_type: str | None
    ) -> Unsigned:
        headers = (("Content-Type", content_type),) if content_type else ()
        return Unsigned(method, self._url + target, headers, body)


class MissignedChannel(SignedChannel):
    """Signs every request wrongly in one way; see conformance.target.missigning."""

    def __init__(self, url: str, signer: Signer, transport: Transport, kind: str) -> None:
        super().__init__(url, signer, transport)
        self.kind = kind

    def send(
        self, method: str, target: str, body: bytes | None, content_type: str | None
    ) -> Exchange:
        """Send one request, signed wrongly."""
        plain = self._plain(method, target, body, content_type)
        return self._transport.send(missigned(self.kind, self._signer, plain))

    def why_not(self, body: bytes | None) -> str:
        """Why a request with this body cannot be signed wrongly so; "" where it can."""
        return inapplicable(self.kind, self._signer.credentials, body)
