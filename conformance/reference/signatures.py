"""Signature Version 4 as a service checks it: from the bytes that came, with nothing of a client's.

is there a header -> is it well formed -> is the key known -> scope -> date -> signature
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import quote, unquote_to_bytes

from conformance.reference.http.message import HttpRequest
from conformance.reference.outcome import Refusal

ALGORITHM = "AWS4-HMAC-SHA256"
FIVE_MINUTES = 300.0
_PARTS = re.compile(
    rf"{ALGORITHM} +Credential=([^/,\s]+)/(\d{{8}})/([^/,\s]+)/([^/,\s]+)/aws4_request *, *"
    r"SignedHeaders=([^,\s]+) *, *Signature=([0-9a-f]{64})"
)
_REGION = re.compile(r"(af|ap|ca|cn|eu|il|me|mx|sa|us)(-[a-z]+)+-\d")
_SIGNED_AS = {"apigateway": "apigateway", "location": "geo"}
_UNRESERVED = "-_.~"
_MISSING = Refusal("MissingAuthenticationTokenException", 403, "Missing Authentication Token")
_UNKNOWN = Refusal(
    "UnrecognizedClientException", 403, "The security token included in the request is invalid."
)
_MISMATCH = (
    "The request signature we calculated does not match the signature you provided. Check your AWS"
    " Secret Access Key and signing method. Consult the service documentation for details."
)


@dataclass(frozen=True, slots=True)
class SigningKey:
    """An access key of the account; ``token`` is that of temporary credentials."""

    secret: str
    token: str | None = None


@dataclass(frozen=True, slots=True)
class Checks:
    """What is checked; a mutant checks less, or answers otherwise."""

    presence: bool = True
    form: bool = True
    key: bool = True
    signature: bool = True
    signature_with_body: bool = True
    oldest: float = FIVE_MINUTES
    """Seconds."""
    earliest: float = FIVE_MINUTES
    """Seconds ahead."""
    refuse: Callable[[Refusal], Refusal] = lambda refusal: refusal


@dataclass(frozen=True, slots=True)
class _Signed:
    """What an Authorization header says, and the request's own date."""

    access: str
    day: str
    region: str
    service: str
    names: tuple[str, ...]
    signature: str
    stamp: str


class Signatures:
    """Says of a request why its signature is not taken; None where it is."""

    def __init__(
        self, keys: Mapping[str, SigningKey], clock: Callable[[], float], checks: Checks
    ) -> None:
        self._keys, self._clock, self._checks = keys, clock, checks

    def __call__(self, request: HttpRequest, service: str) -> Refusal | None:
        """The refusal of a request for a service, by the first check that it fails."""
        refusal = self._refusal(request, service)
        return None if refusal is None else self._checks.refuse(refusal)

    def _refusal(self, request: HttpRequest, service: str) -> Refusal | None:
        checks, header = self._checks, request.headers.get("authorization")
        if header is None:
            return _MISSING if checks.presence else None
        signed = _read(header, request.headers.get("x-amz-date", ""))
        if signed is None:
            text = f"'{header.partition(' ')[2][:60]}' is no list of key=value pairs that is whole."
            incomplete = Refusal("IncompleteSignatureException", 403, text)
            return incomplete if checks.form else None
        key = self._keys.get(signed.access)
        token = request.headers.get("x-amz-security-token")
        if checks.key and (key is None or key.token != token):
            return _UNKNOWN
        message = _broken_scope(signed, service) or self._broken_date(signed)
        if not message and key is not None and not self._is_signed_by(key, signed, request):
            message = _MISMATCH
        return Refusal("InvalidSignatureException", 403, message) if message else None

    def _broken_date(self, signed: _Signed) -> str:
        when = datetime.strptime(signed.stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
        late = self._clock() - when
        if late > self._checks.oldest:
            return f"Signature expired: {signed.stamp} is too long ago."
        if -late > self._checks.earliest:
            return f"Signature not yet current: {signed.stamp} is still to come."
        return ""

    def _is_signed_by(self, key: SigningKey, signed: _Signed, request: HttpRequest) -> bool:
        checks = self._checks
        if not checks.signature or not (checks.signature_with_body or not request.body):
            return True
        scope = f"{signed.day}/{signed.region}/{signed.service}/aws4_request"
        digest = hashlib.sha256(_canonical(signed, request).encode()).hexdigest()
        text = f"{ALGORITHM}\n{signed.stamp}\n{scope}\n{digest}"
        signing_key = _signing_key(key.secret, signed.day, signed.region, signed.service)
        made = hmac.digest(signing_key, text.encode(), "sha256").hex()
        return hmac.compare_digest(made, signed.signature)


def _broken_scope(signed: _Signed, service: str) -> str:
    if signed.service != _SIGNED_AS[service]:
        return f"Credential should be scoped to correct service: '{_SIGNED_AS[service]}'."
    if not _REGION.fullmatch(signed.region):
        return f"Credential should be scoped to a valid region, not '{signed.region}'."
    return ""


def _read(header: str, stamp: str) -> _Signed | None:
    found = _PARTS.fullmatch(header.strip())
    if found is None or not re.fullmatch(r"\d{8}T([01]\d|2[0-3])[0-5]\d[0-5]\dZ", stamp):
        return None
    access, day, region, service, names, signature = found.groups()
    if not stamp.startswith(day):
        return None
    return _Signed(access, day, region, service, tuple(names.split(";")), signature, stamp)


def _canonical(signed: _Signed, request: HttpRequest) -> str:
    """The canonical request: method, path, query, headers, their names, the body's hash."""
    headers = (
        f"{name}:{' '.join(request.headers.get(name, '').split())}\n" for name in signed.names
    )
    parts = (
        request.method,
        _canonical_path(request.path),
        _canonical_query(request.query),
        "".join(headers),
        ";".join(signed.names),
        hashlib.sha256(request.body).hexdigest(),
    )
    return "\n".join(parts)


def _canonical_path(path: str) -> str:
    """Dot segments and doubled slashes taken out, then encoded once more than on the wire."""
    kept: list[str] = []
    for part in path.split("/"):
        if part == "..":
            del kept[-1:]
        elif part not in {"", "."}:
            kept.append(part)
    end = "/" if path.endswith("/") and kept else ""
    return quote(f"/{'/'.join(kept)}{end}", safe=f"/{_UNRESERVED}")


def _canonical_query(query: str) -> str:
    def again(text: str) -> str:
        return quote(unquote_to_bytes(text), safe=_UNRESERVED)

    pairs = (pair.partition("=") for pair in query.split("&") if pair)
    encoded = sorted((again(name), again(value)) for name, _, value in pairs)
    return "&".join(f"{name}={value}" for name, value in encoded)


@lru_cache(maxsize=64)
def _signing_key(secret: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
