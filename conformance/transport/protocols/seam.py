"""The seam: what a protocol does for the rest of the tool, and the forms in which it writes."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple
from urllib.parse import quote

from conformance.contract.model import Operation
from conformance.contract.vocabulary.overlay_steps import WireForm
from conformance.transport.exchange import Request, Response

Overrides = tuple[tuple[str, str | None], ...]
"""Headers instead of the usual ones; None leaves one out."""

UNRESERVED = "-._~"
TARGET, ACTION = "X-Amz-Target", "Action"
"""The header and the parameter that say which operation is meant."""


class Labels(StrEnum):
    """How the text of a label is percent-encoded."""

    USUAL = "usual"
    ALL = "all"
    """Every octet, also of characters that need not be."""
    LOWER = "lower"
    """Likewise, with hexadecimal digits in lower case."""
    TWICE = "twice"
    """Every octet, and then the percent signs: another text after one decoding."""

    def encoded(self, text: str) -> str:
        if self is Labels.USUAL:
            return quote(text, safe=UNRESERVED, errors="surrogatepass")
        octets = "".join(f"%{octet:02X}" for octet in text.encode(errors="surrogatepass"))
        if self is Labels.LOWER:
            return octets.lower()
        return octets.replace("%", "%25") if self is Labels.TWICE else octets


@dataclass(frozen=True, slots=True)
class WireVariant:
    """A form; the empty one is how every request is written."""

    headers: Overrides = ()
    names: str = ""
    method: str = ""
    path: str = ""
    labels: Labels = Labels.USUAL
    query: str = ""
    chunked: bool = False
    connection: int = 0
    """Requests with the same number are sent over one separate connection."""
    pipelined: bool = False
    """And all of them before an answer is read."""

    @property
    def is_elsewhere(self) -> bool:
        """True when the request is not for the operation: another method, path or target."""
        targets = (name for name, _ in self.headers if name == TARGET)
        return bool(self.method or self.path or any(targets))

    @property
    def overrides(self) -> Overrides:
        """The headers, with those that frame the body."""
        if not self.chunked:
            return self.headers
        return (*self.headers, ("Content-Length", None), ("Transfer-Encoding", "chunked"))


def merged(usual: Iterable[tuple[str, str]], variant: WireVariant) -> Overrides:
    """The usual headers of a protocol, except those that the form replaces, then the form's."""
    own = {name.lower() for name, _ in variant.headers}
    kept = ((name, value) for name, value in usual if name.lower() not in own)
    return (*kept, *variant.overrides)


def form(written: WireForm) -> WireVariant:
    """The form that an overlay writes; where its path has a ``label``, that is left as it is."""
    return WireVariant(
        headers=tuple(written.headers.items()),
        names=written.names,
        method=written.method,
        path=written.path,
        labels=Labels(written.labels),
        query=written.query,
        chunked=written.chunked,
    )


@dataclass(frozen=True, slots=True)
class WireRequest:
    """What goes out: ``target`` is the path with its query; ``body`` None where there is none."""

    method: str
    target: str
    body: bytes | None
    content_type: str | None
    headers: Overrides = ()
    names: str = ""
    """The case of all header names, ``lower`` or ``upper``; as they are usually written without."""
    within: float | None = None
    """Seconds after which no answer is waited for, where that is less than the usual timeout."""


class ReadBody(NamedTuple):
    """What an answer's bytes say.

    ``members`` is NOT_JSON where the body is not of the protocol's form, and ``form`` then says
    what it is. ``codes`` are the names of the error, the one that counts first.
    """

    members: Any
    codes: tuple[str, ...] = ()
    message: str = ""
    form: str = ""
    is_error: bool = False
    """Whatever its status, the answer is an error by its form."""


class WireProtocol(ABC):
    """One protocol, with what most of them have in common."""

    body_format: str
    """What its bodies are, for people: ``JSON``."""
    media: tuple[str, ...]
    """The media types that a request's body may have."""
    names_errors: str
    """Where it names an error, for people."""
    fillable = False
    """Whether placeholders in a body's bytes may be filled in as they stand."""
    plain_json = False
    """Whether bodies are JSON under JSON's own label: read before the operation is known."""
    by_name = False
    """Whether a name alone tells operations apart, and not a method and a path."""
    paths_name = False
    """Whether any path names something: an unknown one is answered as what is not there."""

    @abstractmethod
    def write(
        self, operation: Operation, values: Mapping[str, Any], raw: bytes | None, form: WireVariant
    ) -> WireRequest:
        """The request of an operation with these members; ``raw`` replaces the body."""

    @abstractmethod
    def read(self, operation: Operation | None, response: Response) -> ReadBody:
        """What an answer says; the operation may not be known."""

    @abstractmethod
    def members(self, operation: Operation, request: Request) -> dict[str, Any]:
        """The members that a request carries, read from its bytes."""

    @abstractmethod
    def nowhere(self, request: WireRequest, nonce: str) -> WireRequest:
        """The same request for something that no service has."""

    def is_for(self, operation: Operation, raw: bytes) -> bool:  # noqa: ARG002
        """Whether a request with these bytes for a body is still one for the operation."""
        return True

    def spelled(self, word: str, body: Mapping[str, Any], written: bytes) -> bytes:  # noqa: ARG002
        """A word of a rule's body, of its bytes: all of them, or the first half.

        ``body`` are the members in the body of a valid request, ``written`` are its bytes.
        """
        return written[: len(written) // 2] if word.endswith("half") else written
