"""The other yardstick: the very requests of a run, signed anew and sent by a ``requests`` loop.

``python -m benchmarks.replayed FILE ARGUMENTS`` runs the command with these arguments and writes
down what it sends. A loop over one cheap request asks less of the target than a run does: this one
asks the same of it, but that it knows fewer of the identifiers.
"""

from __future__ import annotations

import base64
import json
import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING
from unittest import mock
from urllib.parse import urlsplit

import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

if TYPE_CHECKING:
    from pathlib import Path

    from conformance.transport.exchange import Exchange, Request

_SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/")
_OURS = frozenset({"host", "content-length", "authorization", "x-amz-date"})
_TIMEOUT = 10.0


def sent(target: str, services: list[str], seed: int, folder: Path, root: Path) -> Path:
    """A file with what a standard run of these services (or of all) sends."""
    file = folder / "sent.jsonl"
    options = [text for one in services for text in ("--service", one)]
    command = [sys.executable, "-m", "benchmarks.replayed", str(file), "run", target, *options]
    files = ["--record", str(folder / "sent-record.jsonl"), "--quiet", "--seed", str(seed)]
    subprocess.run([*command, *files], cwd=root, check=False, capture_output=True)
    return file


def rate(url: str, file: Path) -> float:
    """Requests a second of the loop; what no library sends so is left out."""
    lines = file.read_text(encoding="utf-8").splitlines()
    prepared = [one for one in map(_prepared, lines) if one is not None]
    parts, count = urlsplit(url), 0
    start = time.perf_counter()
    with requests.Session() as session:
        for signer, method, target, headers, body in prepared:
            signed = AWSRequest(
                method, f"{parts.scheme}://{parts.netloc}{target}", headers=headers, data=body
            )
            signer.add_auth(signed)
            named = dict(signed.headers.items())
            try:
                session.request(method, signed.url, headers=named, data=body, timeout=_TIMEOUT)
            except (requests.RequestException, UnicodeError):
                continue
            count += 1
    return count / (time.perf_counter() - start)


_Prepared = tuple[SigV4Auth, str, str, dict[str, str], bytes]
_signers: dict[tuple[str, str], SigV4Auth] = {}


def _prepared(line: str) -> _Prepared | None:
    method, url, headers, body = json.loads(line)
    scope = _SCOPE.search(dict(headers).get("Authorization", ""))
    if scope is None:
        return None
    if scope.groups() not in _signers:
        region, service = scope.groups()
        signer = SigV4Auth(Credentials("test", "test"), service, region)
        _signers[region, service] = signer
    parts = urlsplit(url)
    target = url[len(f"{parts.scheme}://{parts.netloc}") :]
    plain = {name: value for name, value in headers if name.lower() not in _OURS}
    return _signers[scope[1], scope[2]], method, target, plain, base64.b64decode(body)


def main() -> None:
    """Run the command, and write down what it sends."""
    from conformance.cli import main as command
    from conformance.transport.http import HttpTransport

    own, lines, file = HttpTransport.send, [], sys.argv.pop(1)

    def send(transport: HttpTransport, request: Request) -> Exchange:
        body = base64.b64encode(request.body or b"").decode()
        lines.append(json.dumps([request.method, request.url, request.headers, body]))
        return own(transport, request)

    try:
        with mock.patch.object(HttpTransport, "send", send):
            command()
    finally:
        with open(file, "w", encoding="utf-8") as written:  # noqa: PTH123 - as it is named
            written.write("\n".join(lines))


if __name__ == "__main__":
    main()
