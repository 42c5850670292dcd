"""What a run has made of one service, and what became of it."""

from conformance.contract.inference.naming import looks_only
from conformance.contract.model import Contract
from conformance.contract.places import find
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.engine.resources.names import ANSWERED
from conformance.engine.sending.exchange_log import RunResource, SentProbe
from conformance.plan.probes import Side
from conformance.plan.valid_requests.resources import GIVEN, all_creators, identifiers

REMEMBERED = 60
"""So many of the last that were made are kept when they are gone."""


class MadeResources:
    """Everything that was created, oldest first; what has been gone for long is forgotten."""

    def __init__(self, contract: Contract) -> None:
        self.all: list[RunResource] = []
        self._contract = contract
        self._kinds, self._creators = contract.overlay.kinds(), all_creators(contract)
        self._crowded = 2 * REMEMBERED

    def lifecycle(self, kind: str | None) -> Resource:
        """The lifecycle of a kind, or that of the main one."""
        return self._kinds.get(kind or "", self._contract.overlay.main)

    def kind_made_by(self, operation: str) -> str | None:
        return self._creators.get(operation, (None, ""))[0]

    def by(self, sent: SentProbe) -> RunResource | None:
        return next((made for made in reversed(self.all) if made.created is sent), None)

    def latest(self, kind: str) -> str:
        """The identifier of the last one of a kind that was made; empty where there is none."""
        return next((one.id for one in reversed(self.all) if one.kind == kind), "")

    def note(self, sent: SentProbe) -> None:
        """Keep account of what an accepted request made, changed or deleted."""
        _touch(sent)
        if not sent.answer.ok:
            return
        name = sent.probe.operation.name
        if name in self._creators:
            self._add(sent, *self._creators[name])
        if sent.resource is not None:
            of = self.lifecycle(sent.resource.kind)
            if name != of.read:
                sent.resource.seen = None
            if name == of.delete:
                sent.resource.gone = True
            elif name == of.update:
                sent.resource.changed(sent)

    def _add(self, sent: SentProbe, kind: str, pointer: str) -> None:
        for found in self._identifiers(pointer, sent):
            self.add(found, sent, kind)
        if len(self.all) > self._crowded:
            there = [one for one in self.all[:-REMEMBERED] if not one.gone]
            self.all[:-REMEMBERED] = there
            self._crowded = 2 * len(self.all)

    def _identifiers(self, pointer: str, sent: SentProbe) -> list[str]:
        """What a creation's answer calls what it made, or else what its request called it."""
        inferred = self._contract.overlay.inferred
        shown = [*identifiers(pointer, sent.values, sent.answer.members, inferred=inferred)]
        if shown or not inferred:
            return shown
        return [*identifiers(f"{GIVEN}{pointer}", sent.values, {}, inferred=True)]

    def add(self, identifier: str, sent: SentProbe, kind: str) -> RunResource:
        """Keep one that a request made; gives it."""
        about = self._kinds[kind]
        unique = about.unique_member or ""
        given = about.unique_in(sent.values) or next(find(sent.answer.members, (unique,)), "")
        parents = {of: one for part in sent.parents.values() for of, one in part.parents.items()}
        parents.update(sent.parents)
        made = RunResource(identifier, str(given), sent, kind, parents=parents)
        self.all.append(made)
        return made

    def forget_twins(self, deleted: RunResource) -> None:
        """Two creations may have answered with one identifier: it is deleted once."""
        for one in self.all:
            if (one.kind, one.id) == (deleted.kind, deleted.id):
                one.gone = one.gone or deleted.gone


def _touch(sent: SentProbe) -> None:
    """Note that what a request speaks of may have changed, or that an answer is of no use now."""
    refused = sent.answer.is_refusal
    changed = not (refused or looks_only(sent.probe.operation.name))
    spent = refused and sent.probe.side is not Side.REJECT
    for of, one in (*sent.parents.items(), ("", sent.resource)):
        if one is not None and (changed or (spent and of.startswith(f"{ANSWERED}."))):
            one.touched = True
