"""Requests whose signature is wrong in exactly one way, and rightly presigned ones.

Each kind takes a request that the signer would sign rightly. The bytes of the request itself stay
as they are: only what vouches for them is wrong.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from conformance.transport.exchange import Request
from conformance.transport.signing import Credentials, Overrides, Signer, unsigned

UNKNOWN_KEY = Credentials("AKIACONFORMANCE22222", "conformance/knows/no/such/secret/access/key")
"""Well formed, and unknown everywhere."""
FOREIGN_TOKEN = "conformance-gave-no-such-session-token"  # noqa: S105 - unknown everywhere
NO_REGION = "xx-nowhere-1"
OTHER_SERVICE = "sts"
BESIDE_THE_CLOCK = timedelta(hours=1)
"""Far outside the five minutes that AWS was recorded to allow, whatever a clock is off by."""


class UnsignedRequest(NamedTuple):
    """A request before it is signed: what every kind begins with."""

    method: str
    url: str
    headers: Overrides
    body: bytes | None


Missign = Callable[[Signer, UnsignedRequest], Request]


def _signed(signer: Signer, plain: UnsignedRequest, at: datetime | None = None) -> Request:
    return signer.sign(plain.method, plain.url, plain.headers, plain.body, at=at)


def _with_header(request: Request, name: str, change: Callable[[str], str]) -> Request:
    headers = [(key, change(value) if key == name else value) for key, value in request.headers]
    return replace(request, headers=tuple(headers))


def _authorized(change: Callable[[str], str]) -> Missign:
    """The Authorization header is another one."""
    return lambda signer, plain: _with_header(_signed(signer, plain), "Authorization", change)


def _by(change: Callable[[Signer], Signer]) -> Missign:
    """Somebody else signs, or for something else."""
    return lambda signer, plain: _signed(change(signer), plain)


def _dated(offset: timedelta) -> Missign:
    return lambda signer, plain: _signed(signer, plain, datetime.now(UTC) + offset)


def _other_body(signer: Signer, plain: UnsignedRequest) -> Request:
    """A blank more was signed than is sent: the two bodies mean the same."""
    body = plain.body or b""
    request = replace(_signed(signer, plain._replace(body=body + b" ")), body=plain.body)
    return _with_header(request, "Content-Length", lambda _: str(len(body)))


def _presigned(signer: Signer, plain: UnsignedRequest) -> Request:
    return signer.presign(plain.method, plain.url, plain.headers, plain.body)


def _presigned_altered(signer: Signer, plain: UnsignedRequest) -> Request:
    request = _presigned(signer, plain)
    return replace(request, url=_other_end(request.url))


def _other_end(text: str) -> str:
    """The text with another hexadecimal digit at its end."""
    return text[:-1] + ("0" if text[-1] != "0" else "1")


def _with(credentials: Callable[[Credentials], Credentials]) -> Missign:
    """The same service, with other credentials."""
    return _by(lambda one: one.replaced(credentials=credentials(one.credentials)))


SIGNATURE_FAULTS: Mapping[str, Missign] = {
    "unsigned": lambda _, plain: unsigned(*plain),
    "cut-header": _authorized(lambda value: value.partition(",")[0]),
    "header-without-pairs": _authorized(lambda value: value.partition("=")[0]),
    "unknown-key": _with(lambda _: UNKNOWN_KEY),
    "wrong-secret": _with(lambda one: replace(one, secret_key=f"{one.secret_key}x")),
    "altered-signature": _authorized(_other_end),
    "other-body": _other_body,
    "expired": _dated(-BESIDE_THE_CLOCK),
    "future": _dated(BESIDE_THE_CLOCK),
    "no-region": _by(lambda one: one.replaced(region=NO_REGION)),
    "other-service": _by(lambda one: one.replaced(service=OTHER_SERVICE)),
    "foreign-token": _with(lambda one: replace(one, token=FOREIGN_TOKEN)),
    "without-token": _with(lambda one: replace(one, token=None)),
    "presigned": _presigned,
    "presigned-altered": _presigned_altered,
}
"""How a request can be signed wrongly (or, with ``presigned``, rightly in another way)."""


def inapplicable(kind: str, credentials: Credentials, body: bytes | None) -> str:
    """Why a request cannot be signed wrongly in this way; "" where it can."""
    if kind == "without-token" and credentials.token is None:
        return "the credentials that sign have no session token"
    if kind == "other-body" and body is None:
        return "the operation has no body"
    return ""


def sign_incorrectly(kind: str, signer: Signer, plain: UnsignedRequest) -> Request:
    return SIGNATURE_FAULTS[kind](signer, plain)
