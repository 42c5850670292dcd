"""What a model is: something that answers requests as the service may, and is cheap to restart."""

from __future__ import annotations

from typing import Protocol

from conformance.transport.parsed_response import ParsedResponse
from conformance.transport.protocols.message import WireRequest


class ModelState(Protocol):
    """One set of resources, empty at first, that nothing else changes."""

    def answer(self, request: WireRequest) -> ParsedResponse:
        """What the service answers, and changes by it."""
        ...


class Model(Protocol):
    """A service as it may behave.

    What is not recorded is a *reading*: each can be chosen or not, and a target is right when
    one choice explains everything that it answers.
    """

    readings: tuple[str, ...]

    def world(self, chosen: frozenset[str]) -> ModelState:
        """A new, empty world in which the chosen readings hold."""
        ...
