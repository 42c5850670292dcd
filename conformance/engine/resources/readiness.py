"""Waits for a resource that is still being made or changed, before anything else uses it.

Much of what AWS makes is there at once and works a moment later: an answer says CREATING, and
requests are refused until it says ACTIVE. What an answer shows of the state decides: nothing is
waited for where no state is shown.
"""

import re
import time
from collections import Counter
from collections.abc import Callable
from itertools import chain, repeat
from typing import Any

from conformance.contract.inference.naming import STATE
from conformance.engine.sending.exchange_log import RunResource, SentProbe, SetupFailed

READY = 5.0
"""Seconds that a resource has to become ready."""
READY_ON_AWS = 60.0
"""The same on AWS, where a table takes ten."""
PAUSES = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Seconds between the first looks; the last pause is repeated."""
NEVER_READY = 3
"""After so many kinds of which one was never ready, no resource is waited for."""
FIRST_OF_KIND = 2
"""So many resources of a kind are looked at although the creation did not show a state."""
_DEEPEST = 3
_NAMED = frozenset({"name", "code", "value"})
_PASSING = re.compile(
    r"(.*[_-])?(in[_-]?progress|pending|queued|(creat|provision|updat|modify|start|initiali[sz]"
    r"|initiat|attach|associat|enabl|deploy|prepar|configur|activat|allocat|build|launch|register"
    r"|scal|process)ing)",
    re.IGNORECASE,
)
"""The values of a state that are over in a moment, as services spell them."""


class Readiness:
    """The states of one service's resources; ``look`` reads one, None where that is impossible."""

    def __init__(
        self,
        look: Callable[[RunResource], SentProbe | None],
        limit: float = READY,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._look, self._limit, self._sleep = look, limit, sleep
        self._looked_at: Counter[str | None] = Counter()
        self._slow: set[str | None] = set()
        self._in_vain: set[str | None] = set()
        self._is_looking = False

    def note(self, sent: SentProbe, resource: RunResource) -> None:
        """What an accepted request showed of the state of the resource that it made or is about.

        A lasting state is the resource's own where the request made it; other answers may show that
        of something else.
        """
        shown = passing_state(sent.answer.body)
        if shown:
            resource.is_ready = False
        elif shown is not None and resource.created is sent:
            resource.is_ready = True

    def wait(self, resource: RunResource) -> None:
        if self._is_looking or not self._is_in_doubt(resource):
            return
        if not self._becomes_ready(resource):
            self._in_vain.add(resource.kind)
        resource.is_ready = True

    def _is_in_doubt(self, resource: RunResource) -> bool:
        """Whether a resource may not be ready, and waiting may help."""
        kind = resource.kind
        if resource.is_ready or resource.gone or resource.given or self._limit <= 0:
            return False
        if kind in self._in_vain or len(self._in_vain) >= NEVER_READY:
            return False
        if resource.is_ready is False or kind in self._slow:
            return True
        self._looked_at[kind] += 1
        return self._looked_at[kind] <= FIRST_OF_KIND

    def _becomes_ready(self, resource: RunResource) -> bool:
        """Look until the state is no passing one; True too where nothing shows a state."""
        waited = 0.0
        for pause in chain(PAUSES, repeat(PAUSES[-1])):
            state, took = self._state_of(resource)
            waited += took
            if not state:
                resource.ready_after = max(waited, resource.ready_after)
                return True
            self._slow.add(resource.kind)
            if waited + pause > self._limit:
                return False
            self._sleep(pause)
            waited += pause
        raise AssertionError  # the pauses never end

    def _state_of(self, resource: RunResource) -> tuple[str | None, float]:
        """The state that passes, if it is in one, and the seconds that the look took."""
        self._is_looking = True
        try:
            sent = self._look(resource)
        except SetupFailed:
            return None, 0.0
        finally:
            self._is_looking = False
        if sent is None or not sent.answer.ok:
            return None, 0.0
        return passing_state(sent.answer.body), sent.exchange.seconds


def passing_state(body: Any, depth: int = 0) -> str | None:
    """The state that an answer shows, where it is one that passes; empty for one that lasts.

    None where no state is shown. Looked for in the outermost structure that has one: what a
    resource is made of may have states that are not its own.
    """
    if isinstance(body, list):
        return passing_state(body[0], depth) if len(body) == 1 else None
    if not isinstance(body, dict) or depth > _DEEPEST:
        return None
    states = [text for name, value in body.items() if STATE.search(name) for text in _texts(value)]
    if states:
        return next((one for one in states if _PASSING.fullmatch(one)), "")
    inner = (passing_state(value, depth + 1) for value in body.values())
    return next((one for one in inner if one is not None), None)


def _texts(state: Any) -> list[str]:
    """A state as text, or as a structure with its name."""
    named = state.items() if isinstance(state, dict) else [("value", state)]
    return [one for name, one in named if name.lower() in _NAMED and isinstance(one, str)]
