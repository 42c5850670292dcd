"""Signature Version 4, as a server checks it."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qsl, quote

from .intake import Crash
from .switches import Switches
from .wire import Refusal, Request

_SCOPE = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=([^/,]+)/(\d{8})/([^/,]+)/([^/,]+)/aws4_request *, *"
    r"SignedHeaders=([^, ]+) *, *Signature=([0-9a-f]+)"
)
SKEW = 300


def region(request: Request) -> str:
    """The region that a request is signed for."""
    found = _SCOPE.match(request.headers.get("authorization", ""))
    return found[3] if found else "us-east-1"


class Signatures:
    """Refuses what is not signed with a known key."""

    def __init__(self, sw: Switches, clock: Callable[[], float], secrets: dict[str, str]) -> None:
        self.sw = sw
        self.on = sw.on
        self.clock = clock
        self.secrets = secrets

    def check(self, request: Request) -> None:
        """Refusal for an unsigned or wrongly signed request."""
        header = request.headers.get("authorization")
        if self.on("auth-off") or (header is None and self.on("unsigned-accepted")):
            return
        if header is None:
            if self.on("unsigned-500"):
                raise Crash("KeyError: authorization")
            code = self.sw.pick(
                "MissingAuthenticationTokenException",
                {"unsigned-short-code": "MissingAuthenticationToken"},
            )
            raise self._refused(code, "Missing Authentication Token")
        found = _SCOPE.fullmatch(header.strip())
        if not found:
            if self.on("signature-malformed-accepted"):
                return
            if self.on("signature-malformed-500"):
                raise Crash("list index out of range")
            code = self.sw.pick(
                "IncompleteSignatureException", {"incomplete-short-code": "IncompleteSignature"}
            )
            raise self._refused(code, "Authorization header is not well formed")
        if found[1] not in self.secrets:
            if self.on("unknown-access-key-accepted"):
                return
            code = self.sw.pick(
                "UnrecognizedClientException",
                {"unknown-access-key-other-code": "BadRequestException"},
            )
            raise self._refused(code, "The security token included in the request is invalid.")
        self._check_time(request)
        self._check_signature(request, found)

    def _check_time(self, request: Request) -> None:
        stamp = request.headers.get("x-amz-date", "")
        try:
            signed = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        except ValueError:
            text = "Authorization header requires existence of an 'X-Amz-Date' header."
            raise self._refused("IncompleteSignatureException", text) from None
        late = self.clock() - signed
        if late > SKEW and not self.on("signature-old-accepted"):
            raise self._refused("InvalidSignatureException", f"Signature expired: {stamp}")
        if late < -SKEW and not self.on("signature-early-accepted"):
            raise self._refused("InvalidSignatureException", f"Signature not yet current: {stamp}")

    def _check_signature(self, request: Request, found: re.Match[str]) -> None:
        access, day, place, service, names, given = found.groups()
        if self.on("signature-unchecked"):
            return
        stamp = request.headers["x-amz-date"]
        key = f"AWS4{self.secrets[access]}".encode()
        for part in (day, place, service, "aws4_request"):
            key = hmac.digest(key, part.encode(), "sha256")
        scope = f"{day}/{place}/{service}/aws4_request"
        for canonical in self._canonical(request, names):
            digest = hashlib.sha256(canonical.encode("utf-8", "surrogateescape")).hexdigest()
            text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"
            if hmac.compare_digest(hmac.digest(key, text.encode(), "sha256").hex(), given):
                return
        raise self._refused(
            "InvalidSignatureException",
            "The request signature we calculated does not match the signature you provided. Check"
            " your AWS Secret Access Key and signing method. Consult the service documentation"
            " for details.",
        )

    def _canonical(self, request: Request, names: str) -> list[str]:
        """The canonical requests that a signer may have meant: paths encoded once or twice."""
        headers = "".join(
            f"{name}:{' '.join(request.headers.get(name, '').split())}\n"
            for name in names.split(";")
        )
        sent = request.headers.get("x-amz-content-sha256", "")
        payload = hashlib.sha256(request.body).hexdigest()
        if sent == "UNSIGNED-PAYLOAD":
            payload = sent
        pairs = sorted(pair if "=" in pair else pair + "=" for pair in request.query.split("&"))
        encoded = sorted(
            (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
            for name, value in parse_qsl(request.query, keep_blank_values=True)
        )
        queries = {"&".join(pairs) if request.query else ""}
        queries.add("&".join(f"{name}={value}" for name, value in encoded))
        paths = {quote(request.path, safe="/~"), request.path, quote(request.path, safe="/~%")}
        return [
            f"{request.method}\n{path}\n{query}\n{headers}\n{names}\n{payload}"
            for path in paths
            for query in queries
        ]

    def _refused(self, code: str, text: str) -> Refusal:
        if self.on("signature-errors-500"):
            raise Crash(text)
        status = self.sw.pick(403, {"signature-errors-401": 401, "signature-errors-400": 400})
        code = self.sw.pick(code, {"signature-errors-other-code": "SignatureError"})
        return Refusal(status, code, text)
