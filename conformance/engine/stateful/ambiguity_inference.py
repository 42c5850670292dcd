"""Which readings of the unrecorded a target follows: as much as its answers so far have shown.

A target is held to one choice of readings at a time. When an answer is none that this choice
allows, every choice near it is tried on the whole sequence; only when none of them explains all
the answers is the target wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import combinations
from typing import Any

from conformance.contract.model import Contract
from conformance.engine.sending.exchange_log import RunResource
from conformance.engine.session import Session
from conformance.engine.stateful.compare import Compared, ModelDifference, difference, plain
from conformance.engine.stateful.moves import ModelStep
from conformance.plan.valid_requests.resources import creators, identifiers
from conformance.reference.ambiguities import Ambiguities
from conformance.reference.application import Application, Setting
from conformance.reference.http import message
from conformance.reference.tables import load
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.parsed_response import ParsedResponse
from conformance.transport.protocols.registry import read, wire
from conformance.transport.protocols.seam import WireRequest

Answers = Callable[[WireRequest], ParsedResponse]


def model_of(service: str) -> ReferenceModel | None:
    """The model of a service; None where there is none."""
    contracts = tuple(contract for contract in load() if contract.service == service)
    return ReferenceModel(contracts) if contracts else None


class ReferenceModel:
    """One service of the reference, as it may behave.

    What is not recorded is a *reading*: each can be chosen or not, and a target is right when
    one choice explains everything that it answers.
    """

    def __init__(self, contracts: tuple[Contract, ...]) -> None:
        self._contracts = contracts
        self.readings = tuple(field.name for field in fields(Ambiguities))

    def world(self, chosen: frozenset[str]) -> Answers:
        """A new, empty application with these readings turned round, called without a socket."""
        setting = Setting(readings=Ambiguities(**dict.fromkeys(chosen, True)))
        application = Application(self._contracts, setting)

        def answer(request: WireRequest) -> ParsedResponse:
            path, _, query = request.target.partition("?")
            headers = {"accept": "application/json"}
            if request.content_type:
                headers["content-type"] = request.content_type
            told = application(
                message.HttpRequest(request.method, path, query, headers, request.body or b"")
            )
            response = Response(told.status, tuple(told.headers.items()), told.body)
            return read(Exchange(Request(request.method, request.target, ()), response, None, 0.0))

        return answer


AT_ONCE = 3
"""How many readings may have to be turned round together to explain one answer."""


@dataclass(frozen=True, slots=True)
class StepExchange:
    """A step that was played: what it was filled with and what the target answered."""

    step: ModelStep
    values: Mapping[str, Any]
    theirs: ParsedResponse
    slots: Mapping[str, int]
    """The number of each resource by the target's identifier."""


class ModelReplica:
    """The sequence on the model, in one choice of readings; ``ids`` go by resource number."""

    def __init__(self, session: Session, model: ReferenceModel, chosen: frozenset[str]) -> None:
        self.ids: dict[int, str] = {}
        self._session, self._world = session, model.world(chosen)
        self._created = _created(session.contract)

    def answer(self, turn: StepExchange) -> ParsedResponse:
        """The model's answer to a step."""
        step = turn.step
        values = self._session.placeholders.fill(turn.values, self._resource(step.slot))
        answer = self._world(wire(step.operation, values))
        if step.role == "create" and step.slot is not None and answer.ok:
            self.ids[step.slot] = next(identifiers(self._created, values, answer.body), "")
        return answer

    def difference(self, compared: Compared, turn: StepExchange) -> ModelDifference | None:
        """Play a step and compare."""
        ours = self.answer(turn)
        slots = {name: slot for slot, name in self.ids.items()}
        return difference(compared, turn.step, (ours, slots), (turn.theirs, turn.slots))

    def _resource(self, slot: int | None) -> RunResource | None:
        if slot is None or slot not in self.ids:
            return None
        # How it was made is never read.
        return RunResource(self.ids[slot], "", None)  # type: ignore[arg-type]


def _created(contract: Contract) -> str:
    main = contract.overlay.main
    return creators(main)[main.create or ""]


class AmbiguityTracker:
    """The choice of readings that explains a target so far."""

    def __init__(self, session: Session, model: ReferenceModel) -> None:
        self._session, self._model = session, model
        self._told: set[str] = set()
        self.chosen: frozenset[str] = frozenset()
        self.narrow = False
        """Try only readings that have made a difference before: while a failure is shortened,
        which is confirmed with all of them."""

    def mirror(self) -> ModelReplica:
        """An empty world as the target is believed to be."""
        return ModelReplica(self._session, self._model, self.chosen)

    def revised(self, compared: Compared, turns: Sequence[StepExchange]) -> ModelReplica | None:
        """A world that explains all turns, believed from now on; None where there is none."""
        for chosen in self._choices(turns):
            mirror = ModelReplica(self._session, self._model, chosen)
            if all(mirror.difference(compared, turn) is None for turn in turns):
                self.chosen = chosen
                return mirror
        return None

    def _choices(self, turns: Sequence[StepExchange]) -> Iterator[frozenset[str]]:
        """Choices near the present one, nearest first, then all readings turned round."""
        usual = self._trace(self.chosen, turns)
        tried = [one for one in self._model.readings if one in self._told or not self.narrow]
        telling = [one for one in tried if self._trace(self.chosen ^ {one}, turns) != usual]
        self._told.update(telling)
        for size in range(1, AT_ONCE + 1):
            for names in combinations(telling, size):
                yield self.chosen ^ frozenset(names)
        yield frozenset(self._model.readings)

    def _trace(self, chosen: frozenset[str], turns: Sequence[StepExchange]) -> list[Any]:
        mirror = ModelReplica(self._session, self._model, chosen)
        compared = Compared.of(self._session.contract)
        varying = {*compared.members.constant, *compared.members.stable_until_changed}
        return [_outline(mirror.answer(turn), varying) for turn in turns]


def _outline(answer: ParsedResponse, varying: set[str]) -> Any:
    """What two answers of one model have in common when a reading makes no difference."""
    return answer.status, answer.code, plain(_without(answer.body, varying))


def _without(value: Any, names: set[str]) -> Any:
    if isinstance(value, dict):
        return {name: _without(item, names) for name, item in value.items() if name not in names}
    if isinstance(value, list):
        return [_without(item, names) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else None
