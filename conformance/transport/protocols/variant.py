"""How a request is put on the wire where that is what is under test; its members stay the same.

An overlay writes a form as a mapping with these keys: ``headers`` (name to text, null to leave
one out), ``names`` (``lower`` or ``upper``: the case of all header names), ``method``, ``path``
(instead of the operation's, percent-encoded, with placeholders), ``labels`` (how labels are
percent-encoded), ``query`` (what is put behind the query, percent-encoded), ``chunked``.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import quote

from conformance.contract.vocabulary.overlay_steps import WireForm

Overrides = tuple[tuple[str, str | None], ...]
"""Headers instead of the usual ones; None leaves one out."""

UNRESERVED = "-._~"


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
        """The text as a path carries it."""
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
        targets = (name for name, _ in self.headers if name == "X-Amz-Target")
        return bool(self.method or self.path or any(targets))

    @property
    def overrides(self) -> Overrides:
        """The headers, with those that frame the body."""
        if not self.chunked:
            return self.headers
        return (*self.headers, ("Content-Length", None), ("Transfer-Encoding", "chunked"))


def merged(usual: Iterable[tuple[str, str]], variant: WireVariant) -> Overrides:
    """The headers that a protocol writes, less those that a form has others for, and those."""
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
