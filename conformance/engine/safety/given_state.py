"""What was given as it was before a run, and put back as far as that can be done by updates.

Only what a run may change is looked at. It is read before the first request and after the last one;
where members differ that an update takes, they are given their old values again.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from conformance.contract.given import given_kinds, looks
from conformance.contract.inference.json_patch import patch_member
from conformance.contract.model import Kind, Location, Operation
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.engine.sending.exchange_log import RunResource, SetupFailed
from conformance.engine.session import Session
from conformance.engine.stops import TargetDied
from conformance.plan.valid_requests.base_requests import as_label, valid_request
from conformance.transport.parsed_response import same

SHOWN = 5


class GivenState:
    """What was given of the kinds of one service, each as a read showed it first."""

    def __init__(self, session: Session) -> None:
        self._session, self._contract = session, session.contract
        self._before: dict[str, Mapping[str, Any]] = {}
        self._resources: dict[str, RunResource] = {}

    def look(self) -> None:
        """Read everything that is given and may be changed."""
        if not self._contract.given.may_change:
            return
        for kind in given_kinds(self._contract):
            try:
                resource = self._session.inventory.resource(kind=kind)
            except SetupFailed:
                continue  # every requirement that needs it says so
            shown = resource.created.answer.body
            if isinstance(shown, dict):
                self._resources[kind], self._before[kind] = resource, shown

    def restore(self) -> list[str]:
        """Put everything back; what somebody has to know of that, as sentences."""
        said = []
        for kind, before in self._before.items():
            about = self._contract.overlay.kinds()[kind]
            name = str(given_kinds(self._contract)[kind])
            try:
                said.append(self._put_back(kind, about, before, name))
            except (SetupFailed, TargetDied) as failed:
                said.append(f"the given {name} may still be changed: {failed}")
        return [*filter(None, said), *self._others()]

    def _others(self) -> Iterator[str]:
        """What is given and cannot be read: whether it is as it was nobody can tell."""
        contract = self._contract
        read = {one.member for one in given_kinds(contract).values()}
        for one in contract.given.members if contract.given.may_change else ():
            changing = [
                op.name
                for op in contract.tested
                if one.member in op.input and not looks(contract, op)
            ]
            if one.member not in read and changing:
                shown = ", ".join(changing[:SHOWN])
                yield f"the given {one} may still be changed: nothing reads it ({shown})"

    def _put_back(self, kind: str, about: Resource, before: Mapping[str, Any], name: str) -> str:
        changed = self._changed(kind, about, before)
        if not changed:
            return ""
        update = self._contract.operations.get(about.update or "")
        if update is not None:
            for request in _updates(update, before, changed):
                self._send(kind, about, update, request)
        left = self._changed(kind, about, before)
        if left:
            shown = ", ".join(left[:SHOWN])
            return f"the given {name} is still changed: could not restore {shown}"
        return f"the given {name} was changed and has been restored"

    def _send(
        self, kind: str, about: Resource, update: Operation, request: Mapping[str, Any]
    ) -> None:
        """One update; where it is refused, once more with the flag that lets it be done."""
        resource = self._resources[kind]
        start = valid_request(self._contract, update)
        labels = {k: v for k, v in start.items() if update.input[k].location is Location.PATH}
        named = as_label(update, about.label or "", "${id}")
        values = {**labels, about.label or "": named, **request}
        sent = self._session.call(update, values, resource)
        flags = {
            one.name: True
            for one in update.input.values()
            if one.name.lower().startswith("force") and one.shape.kind is Kind.BOOLEAN
        }
        if sent.answer.is_refusal and flags:
            self._session.call(update, {**values, **flags}, resource)

    def _changed(self, kind: str, about: Resource, before: Mapping[str, Any]) -> list[str]:
        """The members that differ from before and that a request may set."""
        read = self._contract.operations[about.read or ""]
        named = as_label(read, about.label or "", "${id}")
        start = {**valid_request(self._contract, read), about.label or "": named}
        after = self._session.call(read, start, self._resources[kind]).answer.body
        if not isinstance(after, dict):
            return list(before)
        settable = {
            name
            for role in (about.create, about.update)
            if (operation := self._contract.operations.get(role or "")) is not None
            for name in operation.input
        }
        return [
            name
            for name in dict.fromkeys((*before, *after))
            if name in settable and not _alike(before.get(name), after.get(name))
        ]


def _alike(one: Any, other: Any) -> bool:
    """Whether two values are the same; nothing, an empty text and an empty list are, too."""
    if one in (None, "", [], {}) and other in (None, "", [], {}):
        return True
    return bool(same(one, other))


def _updates(
    update: Operation, before: Mapping[str, Any], changed: list[str]
) -> Iterator[dict[str, Any]]:
    """The updates that give what changed its old value: one, or a patch for each."""
    patch = patch_member(update)
    if patch is None:
        whole = {name: before.get(name, "") for name in changed if name in update.input}
        if whole:
            yield whole
        return
    for name in changed:
        old = before.get(name, "")
        if isinstance(old, str | bool):
            value = str(old).lower() if isinstance(old, bool) else old
            yield {patch.name: [{"op": "replace", "path": f"/{name}", "value": value}]}
