"""One failure proves little: it counts when it comes again, on resources that are made for that.

A policy says how often. The code that found the failure says how to provoke it again and
what shows it: a probe on a fresh resource, a request on one with the same history, a sequence that
is played on fresh resources. Rules that are played while others wait (``rule_decider``) count
their plays by the same policies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from conformance.engine.sending.patience import is_brief
from conformance.transport.exchange import Exchange
from conformance.transport.parsed_response import ParsedResponse


@dataclass(frozen=True, slots=True)
class ConfirmationPolicy:
    """How often a failure must come again; ``after_trouble``, where it may be a passing one.

    A server error or no answer may have nothing to do with the request.
    """

    times: int = 1
    after_trouble: int = 1

    def repeats(self, first: ParsedResponse | None) -> int:
        """How often what this answer showed must come again."""
        return self.after_trouble if first is not None and unreliable(first) else self.times


ONCE = ConfirmationPolicy()
ANSWER = ConfirmationPolicy(after_trouble=2)
"""Of what the answer to one request shows: of probes and of what is watched in every answer."""
RULES = {"one-connection": ConfirmationPolicy(times=2)}
"""Of rules over several requests, where that is not once: what becomes of a connection may be a
passing trouble."""

Seen = TypeVar("Seen")


def confirm(
    again: Callable[[], Seen | None],
    policy: ConfirmationPolicy = ONCE,
    first: ParsedResponse | None = None,
) -> Seen | None:
    """The failure as it came last, or None where it did not come again each time.

    ``again`` brings it about once more; ``first`` is the answer that showed it.
    """
    seen = None
    for _ in range(policy.repeats(first)):
        seen = again()
        if seen is None:
            return None
    return seen


def not_repeated(seen: str) -> str:
    """The reason of a failure that did not come again."""
    return f"did not repeat on a fresh resource: {seen}"


def repeats_of_silence(exchange: Exchange) -> int:
    """How often what was not answered in time is sent again before that counts.

    Once less where the run has waited for others without an answer, and so waited only briefly.
    """
    return 1 if is_brief(exchange) else 2


def unreliable(answer: ParsedResponse) -> bool:
    """True for what may be a passing trouble of the target."""
    return answer.server_error or answer.broken_off
