"""What Schemathesis is told for a fair run: sign like everybody else, and count what is sent.

Loaded by Schemathesis itself (SCHEMATHESIS_HOOKS). Every response adds one line to the file that
BENCHMARK_COUNT names: its time on the monotonic clock, in seconds.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import schemathesis
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from requests.auth import AuthBase

if TYPE_CHECKING:
    import requests

_SIGNER = SigV4Auth(Credentials("test", "test"), "apigateway", "us-east-1")
_KEPT = ("Accept", "Content-Type")
_COUNT = Path(os.environ["BENCHMARK_COUNT"]).open("a", encoding="ascii")  # noqa: SIM115 - kept open


class _Signed(AuthBase):
    """botocore's signature on a prepared request."""

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        headers = {name: r.headers[name] for name in _KEPT if name in r.headers}
        body = r.body.encode() if isinstance(r.body, str) else r.body
        signed = AWSRequest(r.method, r.url, headers=headers, data=body)
        _SIGNER.add_auth(signed)
        r.headers.update(signed.headers.items())
        return r


schemathesis.auth.set_from_requests(_Signed())  # type: ignore[attr-defined]


@schemathesis.hook
def after_call(context: Any, case: Any, response: Any) -> None:  # noqa: ARG001 - a hook's names
    """Count."""
    _COUNT.write(f"{time.monotonic()}\n")
    _COUNT.flush()
