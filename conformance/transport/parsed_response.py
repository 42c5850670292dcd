"""What came back, read once: status, JSON, error identity."""

from __future__ import annotations

import codecs
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from conformance import error_identity
from conformance.transport.body_forms import form_of
from conformance.transport.exchange import Exchange, FailureKind, Request, Response


class NotJsonBody:
    """Stands for a body that is not JSON."""

    def __repr__(self) -> str:
        return "NOT_JSON"


NOT_JSON = NotJsonBody()
LONGEST_INTEGER = 400
"""Digits: a little more than the largest float has."""


@dataclass(frozen=True, slots=True)
class ParsedResponse:
    """A response as the judge sees it; ``failure`` says why there is none.

    ``code`` is the error's identity: ``x-amzn-errortype``, else ``__type`` or ``code`` of the
    body, cut at ``:`` and after ``#``; None where the answer names none.
    """

    status: int | None
    body: Any
    code: str | None
    message: str
    content_type: str
    size: int
    failure: FailureKind | None = None
    trouble: str = ""
    codes: tuple[str, ...] = ()
    """Every name that the error is given: by the header, ``__type`` and ``code``."""
    headers: frozenset[str] = frozenset()
    """The names of the response's headers, in lower case."""
    unasked: str = ""
    """The content coding of a body where the request accepts none."""
    parts: tuple[ParsedResponse, ...] = ()
    """Of several requests at once: the answer to each."""
    redirects_to: str = ""
    """Of a redirect: the scheme and host that it leads to."""
    form: str = ""
    """Of a body that is not JSON: what it is, for people."""

    @property
    def ok(self) -> bool:
        """A success status."""
        return self.status is not None and 200 <= self.status < 300

    @property
    def server_error(self) -> bool:
        """A 5xx that is not the target saying that it lacks something."""
        return self.status is not None and self.status >= 500 and self.status != 501

    @property
    def is_refusal(self) -> bool:
        """A status from 400 to 499."""
        return self.status is not None and 400 <= self.status < 500

    @property
    def is_gone(self) -> bool:
        """Of a deletion: what was to be deleted is not there any more, or never was."""
        return self.ok or self.status == 404

    @property
    def broken_off(self) -> bool:
        """A connection that was taken, and no answer on it that can be read."""
        return self.failure in {FailureKind.RESET, FailureKind.TIMEOUT, FailureKind.PROTOCOL}

    @property
    def throttled(self) -> bool:
        """An answer that says no more than that requests come too fast."""
        return error_identity.is_throttling(self.status, self.code)

    @property
    def passing(self) -> bool:
        """An answer that says that the same request may succeed in a moment."""
        return error_identity.is_passing(
            self.status, self.code, self.message, retry_after="retry-after" in self.headers
        )

    def told(self) -> str:
        """One line for people: '400 ValidationException: ...'."""
        if self.status is None:
            return self.trouble or "no answer"
        if self.redirects_to:
            return f"{self.status}, a redirect to {self.redirects_to}"
        nameless = f"(no error code{f'; the body is {self.form}' if self.form else ''})"
        parts = [str(self.status), self.code or ("" if self.ok else nameless)]
        head = " ".join(part for part in parts if part)
        return f"{head}: {self.message}"[:400] if self.message else head


def read(exchange: Exchange) -> ParsedResponse:
    """The answer of an exchange."""
    if exchange.response is None:
        failure = exchange.failure
        kind = failure.kind if failure else None
        return ParsedResponse(None, NOT_JSON, None, "", "", 0, kind, str(failure or "no answer"))
    response = exchange.response
    body = _json(response.body)
    named = error_identity.names(response.header(error_identity.HEADER), body)
    codes = named if response.status >= 300 else ()
    return ParsedResponse(
        status=response.status,
        body=body,
        code=codes[0] if codes else None,
        message=_message(body) if response.status >= 300 else "",
        content_type=response.header("content-type") or "",
        size=len(response.body),
        headers=frozenset(name.lower() for name, _ in response.headers),
        codes=codes,
        redirects_to=_leads_to(response),
        form=form_of(response) if body is NOT_JSON and response.body else "",
        unasked=_unasked_coding(exchange.request, response),
    )


def same(seen: Any, wanted: Any) -> bool:
    """Equal as JSON: a boolean is not a number."""
    return type(seen) is type(wanted) and bool(seen == wanted)


def _leads_to(response: Response) -> str:
    location = response.header("location") if 300 <= response.status < 400 else None
    if not location:
        return ""
    parts = urlsplit(location)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else location[:100]


def _unasked_coding(request: Request, response: Response) -> str:
    coding = (response.header("content-encoding") or "").strip().lower()
    asked = request.header("accept-encoding") is not None
    return "" if asked or coding == "identity" else coding


def _json(body: bytes) -> Any:
    if body.startswith(codecs.BOM_UTF8):
        return NOT_JSON  # RFC 8259, 8.1: JSON on a network does not begin with a byte order mark
    try:
        return json.loads(body.decode(), parse_constant=_no_constant, parse_int=_integer)
    except (ValueError, RecursionError):
        return NOT_JSON


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is no JSON value")


def _integer(digits: str) -> int | float:
    """An integer; one of more digits than anybody reads as the float that it is next to."""
    return int(digits) if len(digits) <= LONGEST_INTEGER else float(digits)


def _message(body: Any) -> str:
    if not isinstance(body, dict):
        return ""
    found = next((body[key] for key in ("message", "Message") if key in body), "")
    return found if isinstance(found, str) else json.dumps(found)
