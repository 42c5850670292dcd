"""Values that only an answer gives, asked for when a request speaks of one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from conformance.contract.inference.answered import named_answers
from conformance.contract.model import Contract
from conformance.contract.places import find, parse
from conformance.contract.vocabulary.overlay_model import Answered
from conformance.engine.resources.inventory import IN_VAIN, Inventory
from conformance.engine.resources.listed import SendRequest
from conformance.engine.resources.names import ANSWERED, token_texts
from conformance.engine.resources.placeholders import needs_resource
from conformance.engine.sending.exchange_log import RunResource, SentProbe, SetupFailed
from conformance.plan.generation.values import sample
from conformance.plan.probes import Fault, Probe, Side
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.resources import kind_of

LASTS = 20.0
"""Seconds that a value is used: a message that was received is hidden for thirty."""


class Answers:
    """The values of one run of one service.

    One is used for one request after the other, as long as none of them was accepted that may have
    used it up, and none refused that was to be accepted.
    """

    def __init__(
        self,
        contract: Contract,
        send: SendRequest,
        inventory: Inventory,
        improve: Callable[[SentProbe], SentProbe | None],
    ) -> None:
        self._contract, self._send, self._inventory = contract, send, inventory
        self._improve = improve
        self._current: dict[str, RunResource] = {}
        words = contract.overlay.operations.items()
        self._fed = {name for name, one in words if named_answers([one.base, one.binds])}
        self._asking: set[str] = set()
        self._in_vain: dict[str, list[SentProbe]] = {}

    def parents(self, probe: Probe, resource: RunResource | None) -> dict[str, RunResource]:
        """The other resources and answers that a template mentions. Raises SetupFailed."""
        found = self._inventory.parents(probe, resource)
        if not self._contract.overlay.answers:
            return found
        without = None
        if probe.place and probe.operation.name in self._fed:
            # A request that lacks the very value is sent in the same state as one that has it.
            without = valid_request(self._contract, probe.operation).get(str(probe.place[0]))
        named = {**named_answers(token_texts(probe.values)), **named_answers(without)}
        known = {of: one for whole in (*found.values(), *([resource] if resource else []))
                 for of, one in (*whole.parents.items(), (whole.kind or "", whole))}  # fmt: skip
        # What is asked for may need what it is asked for: that is sent as it is, and refused.
        free = [f"{ANSWERED}.{name}" for name in named if name not in self._asking]
        return {**found, **{name: self._given(name, probe, known) for name in free}}

    def _given(self, name: str, probe: Probe, known: Mapping[str, RunResource]) -> RunResource:
        """An answer; of what nothing has none is to be had, and a made-up value does as well."""
        try:
            return self._one(name, known)
        except SetupFailed as failed:
            member = next(
                (one for one in probe.values if f"{name}}}" in str(probe.values[one])), ""
            )
            if probe.fault is not Fault.NOT_FOUND or not member:
                raise
            made_up = str(sample(probe.operation.input[member].shape))
            return RunResource(made_up, "", failed.sent, name, is_ready=True)

    def _one(self, name: str, known: Mapping[str, RunResource]) -> RunResource:
        current = self._current.get(name)
        if current is None or not _may_be_used(current, known):
            current = self._current[name] = self._asked(name, known)
        else:
            current.has_arrived = True
        return current

    def _asked(self, name: str, known: Mapping[str, RunResource]) -> RunResource:
        failed = self._in_vain.setdefault(name, [])
        if len(failed) == IN_VAIN:
            raise SetupFailed(failed[-1])
        asked = name.removeprefix(f"{ANSWERED}.")
        self._asking.add(asked)
        try:
            sent, value = self._shown(self._contract.overlay.answers[asked], known)
        finally:
            self._asking.discard(asked)
        if value is None:
            failed.append(sent)
            raise SetupFailed(sent)
        failed.clear()
        parents = {of: one for part in sent.parents.values() for of, one in part.parents.items()}
        parents |= sent.parents
        if sent.resource is not None:
            parents |= {**sent.resource.parents, sent.resource.kind or "": sent.resource}
        return RunResource(value, "", sent, name, parents=parents, is_ready=True)

    def _shown(
        self, about: Answered, known: Mapping[str, RunResource]
    ) -> tuple[SentProbe, str | None]:
        """The answer that shows a value, and the value; after what puts something there."""
        first = None if about.first is None else self._called(about.first, known, {})
        sent = self._called(about.operation, known, about.with_)
        if first is not None and about.first is not None:
            # What shows a failure has to send it, too.
            before = RunResource(about.first, "", first)
            sent = replace(sent, parents={**sent.parents, f"{ANSWERED}.{about.first}": before})
        if not sent.answer.ok:
            return sent, None
        found = find(sent.answer.members, parse(about.at))
        return sent, next((one for one in found if isinstance(one, str) and one), None)

    def _called(
        self, name: str, known: Mapping[str, RunResource], more: Mapping[str, object]
    ) -> SentProbe:
        operation = self._contract.operations[name]
        values = {**valid_request(self._contract, operation), **more}
        asked = Probe("", operation, Side.ACCEPT, values, "asked for the probe")
        own = kind_of(self._contract, name) if needs_resource(asked) else None
        sent = self._send(asked, resource=known.get(own or ""))
        return sent if sent.answer.ok else self._improve(sent) or sent


def _may_be_used(one: RunResource, known: Mapping[str, RunResource]) -> bool:
    """Whether a value is as good as new, and of the same resources as the rest of a request."""
    same = all(known.get(of, parent) is parent for of, parent in one.parents.items())
    return same and one.usable and not one.touched and one.age < LASTS
