"""Exchanges as a Python program (requests, botocore) that sends them again."""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from conformance.record import RecordedExchange
from conformance.reports.reproduce.quoting import Part, python_parts, python_text
from conformance.reports.reproduce.steps import (
    Capture,
    Keys,
    ReproductionStep,
    ValueEncoding,
    is_chunking,
    reproduction_steps,
    unsupported_comment,
    unsupported_reason,
)

_PLAIN = """\
import requests


def send(method, url, headers, body=None):
    request = requests.Request(method, url, headers=headers, data=body).prepare()
    request.url = url
    answer = requests.Session().send(request)
    print(answer.status_code, dict(answer.headers), answer.text, sep="\\n")
    return answer
"""
_SIGNED = """\
import os

import requests
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

ACCESS = os.environ.get("AWS_ACCESS_KEY_ID", "test")
SECRET = os.environ.get("AWS_SECRET_ACCESS_KEY", "test")
TOKEN = os.environ.get("AWS_SESSION_TOKEN")


def send(method, url, headers, body=None, sign=None, keys=(ACCESS, SECRET, TOKEN)):
    signed = AWSRequest(method, url, headers=headers, data=body)
    if sign:
        SigV4Auth(Credentials(*keys), *sign).add_auth(signed)
    request = requests.Request(method, url, headers=dict(signed.headers), data=body).prepare()
    request.url = url
    answer = requests.Session().send(request)
    print(answer.status_code, dict(answer.headers), answer.text, sep="\\n")
    return answer
"""


_KEYS = {
    Keys.NOBODYS: '("AKIACONFORMANCE22222", "nobody", None)',
    Keys.WRONG_SECRET: '(ACCESS, SECRET + "x", TOKEN)',
    Keys.WITHOUT_TOKEN: "(ACCESS, SECRET, None)",
}


def python_script(evidence: Sequence[RecordedExchange]) -> str:
    """A program that sends the exchanges again; needs requests, and botocore to sign."""
    why = unsupported_reason(evidence) or _rewritten(evidence)
    if why:
        return unsupported_comment(why, evidence)
    planned = reproduction_steps(evidence)
    imports = _imports(planned)
    signed = any(step.signature.signing for step in planned)
    calls = "\n".join(line for step in planned for line in _lines(step))
    return f"{imports}{_SIGNED if signed else _PLAIN}\n\n{calls}\n"


_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def _rewritten(evidence: Sequence[RecordedExchange]) -> str:
    """Why requests would change the URL or the body, else empty."""
    for exchange in evidence:
        parts = urlsplit(exchange.request.url)
        if parts.path.startswith("//") or _BROKEN_ESCAPE.search(exchange.request.url):
            return "requests would rewrite the path"
        if any(is_chunking(*header) for header in exchange.request.headers.items()):
            return "requests would not send a signed body in chunks"
    return ""


def _imports(planned: Sequence[ReproductionStep]) -> str:
    forms = {capture.form for step in planned for capture in step.captures}
    json = "import json\n" if ValueEncoding.JSON in forms else ""
    quote = "from urllib.parse import quote\n" if ValueEncoding.URL in forms else ""
    time = "import time\n" if any(step.pause for step in planned) else ""
    return f"{json}{time}{quote}"


def _lines(step: ReproductionStep) -> Iterator[str]:
    if step.signature.note:
        yield f"# {step.signature.note}"
        return
    answer = f"answer_{step.number}"
    if step.pause:
        yield f"time.sleep({step.pause:g})"
    yield f"{answer} = send(" if step.captures else "send("
    yield f"    {python_text(step.method)},"
    yield f"    {python_parts(step.url)},"
    yield f"    {{{_headers(step)}}},"
    if step.body is not None:
        yield f"    body={_body(step.body)},"
    signing, keys = step.signature.signing, step.signature.keys
    if signing is not None:
        yield f"    sign=({python_text(signing.service)}, {python_text(signing.region)}),"
        if keys in _KEYS:
            yield f"    keys={_KEYS[keys]},"
    yield ")"
    for capture in step.captures:
        yield f"{capture.name} = {_extraction(capture, answer)}"


def _headers(step: ReproductionStep) -> str:
    pairs = (f"{python_text(name)}: {python_parts(value)}" for name, value in step.headers)
    return ", ".join(pairs)


def _body(body: tuple[Part, ...] | bytes) -> str:
    if isinstance(body, bytes):
        return repr(body)
    text = python_parts(body)
    simple = len(body) == 1 and isinstance(body[0], str)
    return f"{text}.encode()" if simple or not body else f"({text}).encode()"


def _extraction(capture: Capture, answer: str) -> str:
    keys = "".join(f"[{key if isinstance(key, int) else python_text(key)}]" for key in capture.keys)
    value = f"{answer}.json(){keys}"
    if capture.form is ValueEncoding.URL:
        return f'quote({value}, safe="")'
    return f"json.dumps({value})[1:-1]" if capture.form is ValueEncoding.JSON else f"str({value})"
