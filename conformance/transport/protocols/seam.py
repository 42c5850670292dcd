"""The seam: what a protocol does for the rest of the tool."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, NamedTuple

from conformance.contract.model import Operation
from conformance.transport.exchange import Request, Response
from conformance.transport.protocols.variant import WireRequest, WireVariant


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

    told: str
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
