"""The seam: what a protocol does for the rest of the tool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple, Protocol

from conformance.contract.model import Operation
from conformance.transport.exchange import Request, Response
from conformance.transport.protocols.message import WireRequest
from conformance.transport.protocols.variant import WireVariant


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


def spelled_bytes(word: str, written: bytes) -> bytes:
    """What a word stands for where it speaks of the bytes alone: all of them, or the first half."""
    return written[: len(written) // 2] if word.endswith("half") else written


class WireProtocol(Protocol):
    """One protocol."""

    @property
    def told(self) -> str:
        """What its bodies are, for people: ``JSON``."""
        ...

    @property
    def media(self) -> tuple[str, ...]:
        """The media types that a request's body may have."""
        ...

    @property
    def names_errors(self) -> str:
        """Where it names an error, for people."""
        ...

    @property
    def fillable(self) -> bool:
        """Whether placeholders in a body's bytes may be filled in as they stand."""
        ...

    @property
    def plain_json(self) -> bool:
        """Whether bodies are JSON under JSON's own label: read before the operation is known."""
        ...

    @property
    def by_name(self) -> bool:
        """Whether a name alone tells operations apart, and not a method and a path."""
        ...

    @property
    def paths_name(self) -> bool:
        """Whether any path names something: an unknown one is answered as what is not there."""
        ...

    def write(
        self,
        operation: Operation,
        values: Mapping[str, Any],
        raw: bytes | None,
        form: WireVariant,
    ) -> WireRequest:
        """The request of an operation with these members; ``raw`` replaces the body."""
        ...

    def read(self, operation: Operation | None, response: Response) -> ReadBody:
        """What an answer says; the operation may not be known."""
        ...

    def members(self, operation: Operation, request: Request) -> dict[str, Any]:
        """The members that a request carries, read from its bytes."""
        ...

    def is_for(self, operation: Operation, raw: bytes) -> bool:
        """Whether a request with these bytes for a body is still one for the operation."""
        ...

    def nowhere(self, request: WireRequest, nonce: str) -> WireRequest:
        """The same request for something that no service has."""
        ...

    def spelled(self, word: str, body: Mapping[str, Any], written: bytes) -> bytes:
        """What a word of a rule's body stands for, see ``spelling``.

        ``body`` are the members in the body of a valid request, ``written`` are its bytes.
        """
        ...
