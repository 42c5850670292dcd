"""What a sequence is made of.

A sequence is a generator: it yields steps, is sent the answer to each, and ends when the rule
held. It knows nothing of connections: its driver sends the requests, and may do other
work during a Pause. Resources are numbered within the sequence.
"""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass, field
from typing import Any

from conformance.contract.listing.requirements import Requirement
from conformance.contract.model import Contract, Operation
from conformance.transport.parsed_response import ParsedResponse
from conformance.transport.protocols.seam import WireVariant


@dataclass(frozen=True, slots=True)
class Make:
    """Create resource number ``key`` with these members (default: the base request).

    With ``may_fail`` a refusal is an answer like any other; else it ends the sequence.
    With ``anew`` what was sent before is no evidence of what is seen from here on. One of another
    ``kind`` than the rule is about is made of what number 0 is made of, and goes with that, unless
    it is to stay ``apart``.
    """

    key: int = 0
    values: Mapping[str, Any] | None = None
    may_fail: bool = False
    anew: bool = False
    kind: str | None = None
    apart: bool = False


@dataclass(frozen=True, slots=True)
class Send:
    """Send a request; ``${id}`` in its members is resource number ``key``.

    One that ``tidies`` comes after what decides, and is never what a target needs time for.
    """

    operation: Operation
    values: Mapping[str, Any] = field(default_factory=dict)
    key: int = 0
    raw: bytes | None = None
    form: WireVariant | None = None
    tidies: bool = False


@dataclass(frozen=True, slots=True)
class Connected:
    """Send requests over one separate connection; the answers are in ``parts``.

    There are fewer where the target ended the connection; a failure may be among them.
    """

    sends: tuple[Send, ...]
    pipelined: bool = False


@dataclass(frozen=True, slots=True)
class Together:
    """Send several requests at once; the answer has theirs, in the same order, in ``parts``."""

    sends: tuple[Send, ...]


@dataclass(frozen=True, slots=True)
class Pause:
    """Let so many seconds pass; the answer is that of the step before."""

    seconds: float


Step = Make | Send | Together | Connected | Pause
Sequence = Generator[Step, ParsedResponse, None]
Fill = Callable[[Any, int], Any]
"""Fills the placeholders of a value as they are filled for resource number so-and-so."""


@dataclass(frozen=True, slots=True)
class Script:
    """What a sequence is written from."""

    contract: Contract
    requirement: Requirement
    fill: Fill


class RuleBroken(Exception):
    """The rule does not hold: what the last answer should have shown, and what it showed."""

    def __init__(self, expected: str, seen: str) -> None:
        super().__init__(f"expected {expected}; seen {seen}")
        self.expected, self.seen = expected, seen


class Told(Exception):
    """The rule demands nothing: what was seen is reported and fails nothing."""


class NotShown(Exception):
    """The sequence could not get to where the rule is seen."""


def answered(send: Send, what: str) -> Generator[Step, ParsedResponse, ParsedResponse]:
    """The answer to a request that has to succeed. Raises NotShown where it does not."""
    answer = yield send
    if not answer.ok:
        raise NotShown(f"the answer to {what} was {answer.told()}")
    return answer


def operations_of(step: Make | Send | Together | Connected) -> list[str]:
    """The operations that a step probes; a creation is no probe."""
    if isinstance(step, Make):
        return []
    sends = [step] if isinstance(step, Send) else step.sends
    return [send.operation.name for send in sends]
