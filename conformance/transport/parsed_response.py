"""What came back, read once: status, members, error identity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from conformance import error_identity
from conformance.transport.exchange import FailureKind


class NotJsonBody:
    """Stands for a body that is not of the form that its protocol has."""

    def __repr__(self) -> str:
        return "NOT_JSON"


NOT_JSON = NotJsonBody()


@dataclass(frozen=True, slots=True)
class ParsedResponse:
    """A response as the judge sees it; ``failure`` says why there is none.

    ``code`` is the error's identity, from where its protocol names it; None where the answer
    names none.
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
    """Every name that the error is given, the one that counts first."""
    headers: frozenset[str] = frozenset()
    """The names of the response's headers, in lower case."""
    unasked: str = ""
    """The content coding of a body where the request accepts none."""
    parts: tuple[ParsedResponse, ...] = ()
    """Of several requests at once: the answer to each."""
    redirects_to: str = ""
    """Of a redirect: the scheme and host that it leads to."""
    form: str = ""
    """Of a body that is not of its protocol's form: what it is, for people."""
    in_headers: tuple[tuple[str, Any], ...] = ()
    """The members that came in headers."""

    @property
    def members(self) -> Any:
        """The members of the body, and those that came in headers; anything else as it is."""
        if not self.in_headers:
            return self.body
        return {**dict(self.in_headers), **(self.body if isinstance(self.body, dict) else {})}

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
        return self.ok or self.is_missing

    @property
    def is_missing(self) -> bool:
        """The resource does not exist: by the status, or by the name of the error."""
        named = self.status == 400 and error_identity.says_missing(self.code or "")
        return self.status == error_identity.NOT_FOUND or named

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
        named = self.code or ("" if self.ok else nameless)
        head = f"{self.status} {named}".rstrip()
        return f"{head}: {self.message}"[:400] if self.message else head


def same(seen: Any, wanted: Any) -> bool:
    """Equal as JSON: a boolean is not a number."""
    return type(seen) is type(wanted) and bool(seen == wanted)
