"""Headers that the user adds to every request: below what is recorded, so that none is kept."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from conformance.errors import BadInput
from conformance.transport.exchange import Exchange, Request, Transport

OURS = frozenset({
    "accept", "authorization", "connection", "content-encoding", "content-length", "content-type",
    "expect", "host", "te", "transfer-encoding", "x-amz-content-sha256", "x-amz-date",
    "x-amz-security-token", "x-amz-target",
})  # fmt: skip
"""Headers that requests of a run have or lack on purpose."""

HIDDEN = "***"
"""What stands for a secret where a command line is written down."""

_TOKEN = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_VALUE = re.compile(r"[\t\x20-\x7e\x80-\xff]*")
_VARIABLE = re.compile(r"\$\{(\w+)\}")
_NAMED = re.compile(r"(?:(?:bearer|basic|token|apikey) +)?\$\{\w+\}", re.IGNORECASE)
"""A secret that is not shown: a scheme, and where it comes from."""
_SECRET = re.compile(
    r"auth|token|key|secret|cookie|passw|credential|session|signature", re.IGNORECASE
)


class BadHeader(BadInput):
    """What ``--header`` was given cannot be sent."""

    hint = (
        "give NAME:VALUE, for example --header 'X-Tenant: blue'; ${NAME} stands for an "
        "environment variable"
    )

    def __init__(self, text: str, why: str) -> None:
        super().__init__(f"--header {masked(text)!r}: {why}")


@dataclass(frozen=True, slots=True)
class ExtraHeaders:
    """Names and values; ``secrets`` are the values that are not to be written down."""

    headers: tuple[tuple[str, str], ...] = ()
    secrets: tuple[str, ...] = ()

    def note(self) -> list[str]:
        """What a run says of them; nothing where there are none."""
        if not self.headers:
            return []
        names = ", ".join(dict.fromkeys(name for name, _ in self.headers))
        return [f"every request also carried {names}, which the recorded requests do not show"]


def read_headers(texts: Sequence[str], environment: Mapping[str, str]) -> ExtraHeaders:
    """The headers of a command line. Raises BadHeader."""
    headers, secrets = [], []
    for text in texts:
        name, colon, written = text.partition(":")
        name, written = name.strip(), written.strip()
        if not colon or not _TOKEN.fullmatch(name):
            raise BadHeader(text, "it is not NAME:VALUE")
        if name.lower() in OURS:
            raise BadHeader(text, "the tests set or leave out this header on purpose")
        for variable in _VARIABLE.findall(written):
            if variable not in environment:
                raise BadHeader(text, f"the environment has no {variable}")
        value = _VARIABLE.sub(lambda found: environment[found[1]], written)
        if not _VALUE.fullmatch(value):
            raise BadHeader(text, "a header cannot carry this value")
        headers.append((name, value))
        secrets += [environment[variable] for variable in _VARIABLE.findall(written)]
        if _SECRET.search(name):
            # A scheme before it, as in "Bearer abc", is none of the secret.
            secrets += [value, value.rpartition(" ")[2]]
    return ExtraHeaders(tuple(headers), tuple(dict.fromkeys(one for one in secrets if one)))


def masked(text: str) -> str:
    """The text of an option as it may be written down: of the environment it has only names."""
    name, colon, value = text.partition(":")
    if not colon or not _SECRET.search(name) or _NAMED.fullmatch(value.strip()):
        return text
    return f"{name}:{HIDDEN}"


class HeaderTransport:
    """Sends every request with the headers; what it gives back is the request without them."""

    def __init__(self, inner: Transport, extra: ExtraHeaders) -> None:
        self._inner, self._extra = inner, extra.headers

    def send(self, request: Request) -> Exchange:
        return replace(self._inner.send(self._with(request)), request=request)

    def send_all(self, requests: Sequence[Request], *, pipelined: bool) -> list[Exchange]:
        sent = self._inner.send_all([self._with(one) for one in requests], pipelined=pipelined)
        pairs = zip(sent, requests, strict=False)
        return [replace(exchange, request=request) for exchange, request in pairs]

    def _with(self, request: Request) -> Request:
        return replace(request, headers=(*request.headers, *self._extra))
