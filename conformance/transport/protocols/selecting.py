"""What of a request besides its method, path and query says which operation is meant."""

from __future__ import annotations

from urllib.parse import parse_qsl

from conformance.contract.routes import query_of
from conformance.transport.exchange import Request
from conformance.transport.protocols.aws_json import TARGET
from conformance.transport.protocols.form import ACTION

LONGEST_FORM = 1_000_000
"""Bytes of a body that may be a form's: a longer one is not looked at."""
_ACTION = f"{ACTION}=".encode()


def selectors_of(request: Request) -> dict[str, list[str]]:
    """The header of awsJson, the parameters of a form, and the headers that only some must have.

    They have names that no query parameter has beside them, so that they may go with a query.
    """
    found = {
        name.lower(): [value] for name, value in request.headers if name[:6].lower() == "x-amz-"
    }
    target = request.header(TARGET)
    if target is not None:
        found[TARGET] = [target]
    body = request.body or b""
    if body and _ACTION in body[:LONGEST_FORM]:
        pairs = parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True)
        found |= query_of(pairs)
    return found
