"""Whether a request on a path of AWS was one to AWS or to an emulator of it, or another program's.

Many programs have an ``/apikeys`` path. A signature for the service, a host of AWS and an
address that the user named leave no doubt. Elsewhere something at the address must show it once:
what an AWS client sends, what AWS puts into the headers of its answers, or an answer that has the
documented form. An answer's headers alone are not enough far from home, since a program behind API
Gateway or a load balancer has them as well.
"""

import re
from collections.abc import Mapping
from enum import IntEnum
from typing import Any

from conformance.contract.model import Member, Operation
from conformance.engine.judge.redacted import is_redacted
from conformance.traffic.entries import TrafficEntry
from conformance.transport.exchange import Request, Response
from conformance.transport.protocols.registry import read

CLIENTS = re.compile(
    r"(?:^|\s|md/|/)(?:boto3|botocore|aws-cli|aws-sdk-[\w-]+|aws-internal|apn/\d)\b|terraform-provider-aws",
    re.IGNORECASE,
)
SDK = {"x-amz-date", "x-amz-content-sha256", "x-amz-security-token",
       "amz-sdk-invocation-id", "amz-sdk-request"}  # fmt: skip
ANSWERS = {"x-amzn-requestid", "x-amzn-errortype", "x-amz-apigw-id", "x-amz-request-id"}
LEAST = 4
"""Documented members that an answer must have to be known by them."""


class Sign(IntEnum):
    """How sure one exchange makes of what answers at its address."""

    NONE = 0
    WEAK = 1
    STRONG = 2


def sign_of(entry: TrafficEntry, operation: Operation) -> Sign:
    """What an exchange shows of who answered."""
    request, response = entry.exchange.request, entry.exchange.response
    if is_sdk(request) or (response is not None and _has_form(entry, operation)):
        return Sign.STRONG
    hidden = is_redacted(request.header("authorization") or "")
    if hidden or (response is not None and has_marks(response)):
        return Sign.WEAK
    return Sign.NONE


def is_sdk(request: Request) -> bool:
    if SDK & {name.lower() for name, _ in request.headers}:
        return True
    if (request.header("authorization") or "").startswith("AWS4-"):
        return True
    agents = (request.header("user-agent"), request.header("x-amz-user-agent"))
    return any(CLIENTS.search(one) for one in agents if one)


def has_marks(response: Response) -> bool:
    """True for an answer with headers of AWS."""
    return bool(ANSWERS & {name.lower() for name, _ in response.headers})


def is_page(entry: TrafficEntry) -> bool:
    """True for what a browser does to show a page: no client of AWS asks for one."""
    request, response = entry.exchange.request, entry.exchange.response
    if (request.header("sec-fetch-dest") or "").lower() == "document":
        return True
    media = (response.header("content-type") or "").lower() if response is not None else ""
    shown = response is not None and response.status < 400 and media.startswith("text/html")
    return shown or (request.header("accept") or "").lower().startswith("text/html")


def _has_form(entry: TrafficEntry, operation: Operation) -> bool:
    """True for a success that consists of the documented members, but for one at most."""
    answer = read(entry.exchange, operation)
    return answer.ok and _is_like(answer.body, operation.output)


def _is_like(body: Any, members: Mapping[str, Member]) -> bool:
    if not isinstance(body, dict):
        return False
    for member in members.values():
        inner = member.shape.element
        listed = body.get(member.name)
        if inner is not None and inner.members and isinstance(listed, list) and listed:
            return all(_is_like(one, inner.members) for one in listed)
    known = body.keys() & members.keys()
    needed = {name for name, member in members.items() if member.required}
    if len(needed) < LEAST:
        return len(known) >= min(LEAST, len(needed) or LEAST) and body.keys() <= members.keys()
    return len(known) >= LEAST and len(needed - known) <= 1 and len(body.keys() - known) <= 1
