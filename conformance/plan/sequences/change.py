"""The requests of a change and of what undoes it, as the resource that is looked at has them."""

from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from conformance.contract.listing.named_kinds import NamedKinds
from conformance.contract.places import ITEM, Place, find, texts
from conformance.plan.sequences.steps import NotShown, Pause, Script, Send, Sequence, Step
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.other_values import Request, tagged
from conformance.plan.valid_requests.resources import referenced_kinds
from conformance.transport.parsed_response import ParsedResponse

PAUSES = (0.5, 1.0, 1.5)
"""Seconds between looks at what is under way, or may show late."""
_LONGER = (*PAUSES, 2.0, 3.0)
_RUNS = ("Start", "Activate", "Pause", "Suspend")
"""The verbs of what may take its time before it shows that it runs, or does not."""
Seen = TypeVar("Seen")


def looked_again(
    seen: Seen,
    look: Callable[[], Generator[Step, ParsedResponse, Seen]],
    is_enough: Callable[[Seen], bool],
    pauses: tuple[float, ...] = PAUSES,
) -> Generator[Step, ParsedResponse, Seen]:
    """What is seen, looked at again for a while until it is enough."""
    for pause in pauses:
        if is_enough(seen):
            break
        yield Pause(pause)
        seen = yield from look()
    return seen


@dataclass(frozen=True, slots=True)
class Change:
    """What the operation ``on`` does to one of the kind ``of``, and ``off`` undoes."""

    script: Script
    names: NamedKinds
    of: str
    on: str
    off: str | None

    def request(self, name: str, given: Mapping[str, Any] | None = None) -> Request:
        """The valid request of an operation. Raises NotShown where it names something else."""
        contract = self.script.contract
        operation = contract.operations[name]
        request = tagged(valid_request(contract, operation)) if given is None else dict(given)
        binds = contract.overlay.words_of(name).binds
        if any(request.get(one) != binds[one] for one in self.names.of(operation)):
            raise NotShown(f"the request of {name} that is known to be valid names something else")
        found: Request = self.names.seen_from(self.of, operation, request)
        return found

    @property
    def pauses(self) -> tuple[float, ...]:
        """Seconds between the looks for a change."""
        return _LONGER if self.on.startswith(_RUNS) else PAUSES

    def send(self, name: str, request: Request) -> Send:
        return Send(self.script.contract.operations[name], request)

    def undoing(self, request: Request) -> Request:
        """The request that undoes another one: it names the same."""
        undo = self.request(self.off or "")
        return {**undo, **{name: request[name] for name in undo if name in request}}

    def beside(self, request: Request) -> Iterator[str]:
        """The kinds that a request names besides the one that is looked at and what that is in."""
        kinds = self.script.contract.overlay.kinds()
        own = {self.of, *self.names.needs(self.of)}
        yield from (one for one in dict.fromkeys(referenced_kinds(request))
                    if one in kinds and one not in own and kinds[one].service is None)  # fmt: skip

    def own(self, send: Send, body: Any, place: Place) -> list[Any]:
        """What an answer shows of the resource alone: its entries, where it shows all of a kind."""
        cut = self._cut(send, place)
        own = self.script.fill("${id}", 0)
        return [one for one in find(body, place[:cut]) if not cut or own in texts(one)]

    def place_in(self, send: Send, place: Place) -> Place:
        """A place of an answer as it is within that."""
        return place[self._cut(send, place) :]

    def _cut(self, send: Send, place: Place) -> int:
        """Where an entry of a list begins whose request does not say which one is meant."""
        named = self.names.of(send.operation)
        says = any(named.get(name) == self.of for name in send.values)
        return place.index(ITEM) + 1 if ITEM in place and not says else 0

    def tidy(self, request: Request) -> Sequence:
        """Undo it, so that nothing keeps the resource from being deleted."""
        if self.off is not None:
            yield replace(self.send(self.off, self.undoing(request)), tidies=True)
