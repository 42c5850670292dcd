"""The yardstick: how many signed PATCH requests a second a plain ``requests`` loop sends."""

from __future__ import annotations

import time

import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

_BODY = b'{"patchOperations": [{"op": "replace", "path": "/description", "value": "benchmark"}]}'
_HEADERS = {"Accept": "application/json", "Content-Type": "application/json"}
_TIMEOUT = 10.0
_OK = 200


def rate(url: str, seconds: float) -> float:
    """Requests a second of PATCH on one API key, over about ``seconds`` seconds."""
    signer = SigV4Auth(Credentials("test", "test"), "apigateway", "us-east-1")
    with requests.Session() as session:
        created = _send(session, signer, "POST", f"{url}/apikeys", b'{"name": "benchmark"}')
        key = f"{url}/apikeys/{created.json()['id']}"
        sent = 0
        start = time.perf_counter()
        while time.perf_counter() - start < seconds:
            if _send(session, signer, "PATCH", key, _BODY).status_code != _OK:
                raise RuntimeError("the yardstick's own request was refused")
            sent += 1
        return sent / (time.perf_counter() - start)


def _send(
    session: requests.Session, signer: SigV4Auth, method: str, url: str, body: bytes
) -> requests.Response:
    signed = AWSRequest(method, url, headers=_HEADERS, data=body)
    signer.add_auth(signed)
    headers = dict(signed.headers.items())
    return session.request(method, url, headers=headers, data=body, timeout=_TIMEOUT)
