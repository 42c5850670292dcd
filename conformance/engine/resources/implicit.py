"""What a target makes with what it is part of: the main route table of a network.

Where a target makes no other one for the asking, that one is as good.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from conformance.contract.inference.naming import plain
from conformance.contract.vocabulary.overlay_model import Resource
from conformance.engine.resources.placeholders import placeholder_facts
from conformance.engine.sending.exchange_log import RunResource, SetupFailed
from conformance.error_identity import says_exists, says_full


class GetResource(Protocol):
    """Gives the current resource of a kind, or a fresh one."""

    def __call__(self, *, fresh: bool = False, kind: str | None = None) -> RunResource:
        """Give it. Raises SetupFailed."""
        ...


def the_only_one(
    kind: str, current: RunResource | None, made: Sequence[RunResource], failed: SetupFailed
) -> RunResource | None:
    """The one that is there, where the refusal of another says that there may be no more.

    Of a directory there is one registration, and of an account one detector. What has changed it
    is better than nothing: without an overlay no refusal of what it is in counts against a target.
    """
    code = failed.sent.answer.code or ""
    if not failed.sent.answer.is_refusal or not (says_exists(code) or says_full(code)):
        return None
    there = [current, *(one for one in reversed(made) if one.kind == kind)]
    return next((one for one in there if one is not None and one.usable), None)


class ImplicitResources:
    """Resources that nobody asked for: the creations of their owners show them."""

    def __init__(self, kinds: Mapping[str, Resource], resource: GetResource) -> None:
        self._kinds, self._resource = kinds, resource
        self._owners: dict[str, str] = {}
        self._shown: list[RunResource] = []

    def first(self, kind: str) -> RunResource | None:
        """One of a kind that something that it is part of shows; remembered where there is one."""
        for owner in self._kinds[kind].needs:
            found = self._of(kind, owner)
            if found is not None:
                self._owners[kind] = owner
                return found
        return None

    def again(self, kind: str) -> RunResource | None:
        """Another one, where there was one before."""
        owner = self._owners.get(kind)
        return None if owner is None else self._of(kind, owner)

    def _of(self, kind: str, owner: str) -> RunResource | None:
        """That of the current owner or, if it is gone or used, of a new one; else the used one."""
        about = self._kinds[kind].identifier
        if about is None or about.given is not None:
            return None
        used: RunResource | None = None
        for fresh in (False, True):
            try:
                whole = self._resource(kind=owner, fresh=fresh)
            except SetupFailed:
                break
            wanted = plain(about.label)
            named = (
                text for name, text in placeholder_facts(whole).items() if plain(name) == wanted
            )
            name = next((text for text in named if text != whole.id), None)
            if name is None:
                break
            known = [one for one in self._shown if (one.kind, one.id) == (kind, name)]
            if any(one.gone for one in known):
                whole.touched = True  # it is not whole any more
                continue
            own = next((one for one in known if one.parents[owner] is whole), None)
            if own is None:
                parents = {**whole.parents, owner: whole}
                own = RunResource(name, name, whole.created, kind, parents=parents, given=True)
                self._shown.append(own)
            if not own.touched:
                return own
            whole.touched, used = True, own
        return used
