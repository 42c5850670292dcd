"""One service's requests on their way to a target: signed over the final bytes, then sent."""

from __future__ import annotations

from conformance.target.exchange import Exchange
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
        headers = (("Content-Type", content_type),) if content_type else ()
        request = self._signer.sign(method, self._url + target, headers, body)
        return self._transport.send(request)
