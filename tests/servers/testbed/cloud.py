"""A strict stand-in for AWS: signatures, quotas, accounts, and other people's things in it.

It counts what a client may not do: requests beyond the quotas, and changes to what the client did
not create.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from random import Random
from threading import Lock

from .edge import Upright
from .gateway_model import ApiKey
from .switches import Switches
from .wire import Members, Refusal, Request, Response, render

ACCOUNT = "123456789012"
RATES = {
    "gateway": (10.0, 40.0),
    "POST /apikeys": (5.0, 1.0),
    "DELETE /apikeys": (5.0, 1.0),
    "POST /metadata/v0/keys": (10.0, 8.0),
    "GET /metadata/v0/keys": (10.0, 8.0),
    "PATCH /metadata/v0/keys": (10.0, 8.0),
    "DELETE /metadata/v0/keys": (10.0, 8.0),
    "POST /metadata/v0/list-keys": (10.0, 8.0),
}
"""Requests a second and burst, as the quota pages of both services have them."""

_IDENTITY = """<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<GetCallerIdentityResult><Arn>arn:aws:iam::{0}:user/tester</Arn><UserId>AIDATESTER</UserId>
<Account>{0}</Account></GetCallerIdentityResult>
<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata></GetCallerIdentityResponse>"""

_FOREIGN_NAMES = ("", "a", "aa", "null", "conformance-otherrun-00001", "UPPER lower MiXeD")


class Bucket:
    """A token bucket that lets everything through and remembers how deep in debt it was."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst, self.tokens = rate, burst, burst
        self.at: float | None = None
        self.worst = 0.0
        self.refused = 0

    def take(self, now: float) -> bool:
        """Whether a request comes within the quota; refused beyond the burst over again."""
        if self.at is not None:
            self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        self.tokens -= 1.0
        self.worst = max(self.worst, -self.tokens)
        if self.tokens < -self.burst:
            self.tokens += 1.0
            self.refused += 1
            return False
        return True


class Cloud:
    """Both services and STS behind one address; ``scale`` makes its seconds shorter."""

    def __init__(
        self,
        secrets: dict[str, str],
        *,
        scale: float = 1.0,
        clock: Callable[[], float] = time.time,
        account: str = ACCOUNT,
    ) -> None:
        self.upright = Upright(Switches(), clock, Random(1), secrets)
        self.account = account
        self.buckets = {n: Bucket(r * scale, max(1, b * scale)) for n, (r, b) in RATES.items()}
        self.lock = Lock()
        self.requests: list[str] = []
        self.foreign = self._foreign()
        self.before = self._pictured()

    def _foreign(self) -> list[tuple[str, str]]:
        """Things of other people, with names that a careless client would take for its own."""
        store = self.upright.gateway.store
        for name in _FOREIGN_NAMES:
            store.add(ApiKey("", f"value-of-another-{len(store.keys):04}", 0, 1, 1, name))
        for name in ("a", "aa", "a" * 99, "a" * 100, "0", "conformance-otherrun-00001"):
            self._make_key(name)
        keys = [("apigateway", one) for one in store.keys]
        return keys + [("location", one) for one in self.upright.location.keys]

    def _make_key(self, name: str) -> None:
        restrictions: Members = {
            "AllowActions": ["geo-maps:*"],
            "AllowResources": ["arn:aws:geo-maps:us-east-1::provider/default"],
        }
        body: Members = {"KeyName": name, "NoExpiry": True, "Restrictions": restrictions}
        self.upright.location.create(
            Request("POST", "/metadata/v0/keys", "", {}, render(body)), "us-east-1"
        )

    def _pictured(self) -> dict[tuple[str, str], str]:
        keys = {("apigateway", n): repr(k) for n, k in self.upright.gateway.store.keys.items()}
        keys |= {("location", n): repr(k) for n, k in self.upright.location.keys.items()}
        return keys

    def left(self) -> list[tuple[str, str]]:
        """What is there beside what was there before."""
        return [one for one in self._pictured() if one not in self.before]

    def harmed(self) -> list[tuple[str, str]]:
        """What was there before and is not any more as it was."""
        now = self._pictured()
        return [one for one, picture in self.before.items() if now.get(one) != picture]

    def overrun(self) -> dict[str, float]:
        """By how many requests each quota was exceeded at the worst moment, in bursts."""
        return {name: one.worst / one.burst for name, one in self.buckets.items()}

    def answer(self, request: Request) -> Response:
        """The answer to any request."""
        with self.lock:
            self.requests.append(f"{request.method} {request.path}")
        if request.method == "POST" and b"Action=GetCallerIdentity" in request.body:
            return self._identity(request)
        if not self._within_quotas(request):
            location = request.path.startswith("/metadata/")
            code = "ThrottlingException" if location else "TooManyRequestsException"
            headers = {"x-amzn-errortype": code, "content-type": "application/json"}
            return Response(429, b'{"message":"Too Many Requests"}', headers=headers)
        return self.upright.answer(request)

    def _identity(self, request: Request) -> Response:
        text = _IDENTITY.format(self.account).encode()
        signed = self._is_signed(request)
        response = Response(200, text) if signed else Response(403, b"<ErrorResponse/>")
        response.headers["content-type"] = "text/xml"
        return response

    def _is_signed(self, request: Request) -> bool:
        try:
            self.upright.signatures.check(request)
        except Refusal:
            return False
        return True

    def _within_quotas(self, request: Request) -> bool:
        parts = request.path.split("/")
        if parts[1] == "apikeys" or parts[1] == "tags":
            names = ["gateway", f"{request.method} /apikeys" if parts[1] == "apikeys" else ""]
            if "mode=import" in request.query:
                names = ["gateway"]
        else:
            names = [f"{request.method} {'/'.join(parts[:4])}"]
        with self.lock:
            now = time.monotonic()
            taken = [self.buckets[name].take(now) for name in names if name in self.buckets]
            return all(taken)

    def told(self) -> str:
        """Everything that a test asks about, as JSON."""
        return json.dumps({"left": self.left(), "harmed": self.harmed(), "overrun": self.overrun()})
