"""What a change shows elsewhere than in the resource's own read.

``AttachUserPolicy`` shows in ``ListAttachedUserPolicies``, ``PutRetentionPolicy`` in the entry of
``DescribeLogGroups``, ``EnableKeyRotation`` in ``GetKeyRotationStatus``. A member of the request
stands in the answer under the same name, or as a structure of the same name, at one place alone;
what is switched shows as a flag or a listed value that is called after it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace

from conformance.contract.inference.naming import (
    STATE,
    noun_forms,
    plain,
    plurals,
    same,
    thing,
)
from conformance.contract.inference.undoing import undone_by
from conformance.contract.levels import Level
from conformance.contract.listing.certain import is_sure
from conformance.contract.listing.changes import SWITCHES, UndoneChanges, ends_later, prompt
from conformance.contract.listing.readback import SETTERS, is_hidden
from conformance.contract.listing.shown_members import (
    DEEPEST,
    OTHERS,
    How,
    has_known_values,
    is_alike,
    is_bare,
    is_called_after,
    is_no_setting,
    is_of_parts,
    is_of_shape,
    is_one_of,
    selected,
    single,
)
from conformance.contract.model import Contract, Kind, Member, Operation, Shape
from conformance.contract.places import ITEM, Place, show
from conformance.contract.vocabulary.overlay_rules import AnyRule, EffectRule

DEFAULT, _RUNS = "SetDefault", "Start"
_ADDED = {"Attach": "attached", "Associate": "associated", "Register": "registered"}
"""What the names of lists begin with, by the verb of what is added."""
_ASKED = ("status", "attribute", "attributes", "configuration", "settings")
"""What the name of a reader has after that of what it is of."""
_LISTS = 3
_WHICH = re.compile("version", re.IGNORECASE)
"""Words of members that say which state of a thing is meant: a read shows its own."""


@dataclass(frozen=True, slots=True)
class _Showing:
    """Where an operation shows something of one of the kind ``of``; ``asked`` says of what."""

    by: Operation
    of: str
    place: Place
    asked: Mapping[str, str]
    member: str | None = None


def effect_rules(contract: Contract, told: Collection[str]) -> dict[str, AnyRule]:
    """The rules of a contract without an overlay; ``told`` are addresses of what is sure anyway."""
    return dict(_Effects(contract, told).rules())


class _Effects(UndoneChanges):
    def __init__(self, contract: Contract, told: Collection[str]) -> None:
        super().__init__(contract)
        self._told = told

    def rules(self) -> Iterator[tuple[str, AnyRule]]:
        for operation in self.contract.tested:
            named = self.names.of(operation)
            if not named:
                continue
            yield from self._of_pair(operation, named)
            if operation.name.startswith(SETTERS):
                yield from self._of_setter(operation, named)
            if operation.name.startswith(DEFAULT):
                yield from self._of_default(operation, named)

    def _of_pair(self, do: Operation, named: Mapping[str, str]) -> Iterator[tuple[str, AnyRule]]:
        """That one operation has an effect, and that another one undoes it."""
        undo = undone_by(self.contract.operations, do)
        # ``undone`` leaves out answers that tell of failures, and what the change itself makes:
        # here, either would change which rules there are.
        if undo is None or not self.names_alike(do, named, undo, self.names.of(undo)):
            return
        judged = prompt(do, undo)
        shown = judged and (self._given_to(do, undo, named) or self._switched(do, named))
        if not shown:
            return
        for one in judged:
            statement = f"{one.name} changes what {shown.by.name} shows"
            rule = _rule(one, statement, shown, on=do.name, off=undo.name, member=shown.member)
            yield f"{one.name}/behavior/takes-effect", rule

    def _given_to(
        self, do: Operation, undo: Operation, named: Mapping[str, str]
    ) -> _Showing | None:
        """Where what both are given shows, or what is given to the one and taken by the other."""
        for name, member in () if do.name.startswith(_RUNS) else do.input.items():
            hidden = _WHICH.search(name) or OTHERS.search(name) or is_bare(member)
            hidden = hidden or is_hidden(name, member.shape)
            if not member.required or hidden:
                continue
            rest = {other: kind for other, kind in named.items() if other != name}
            taken = name in undo.input or not any(
                one.required and other not in rest for other, one in undo.input.items()
            )
            taken = taken and not {*self.open(do, named)} - {name}
            for reader, of in self._readers_of(do, rest, named.get(name)) if taken else ():
                kind = named.get(name, "")
                within = kind in {of, *self.names.needs(of)} or of in self.names.needs(kind)
                shown = None if within else self._at(reader, of, name, member.shape)
                if shown is not None and self._fits(do, shown, any, kind):
                    return shown
        return None

    def _switched(self, do: Operation, named: Mapping[str, str]) -> _Showing | None:
        """The one flag that is called after what is switched."""
        if not do.name.startswith(SWITCHES):
            return None
        for reader, of in self._readers_of(do, named):
            what = plain(thing(do.name)).removeprefix(plain(of)).removesuffix("s")
            flags = [
                place for place, one in self.leaves_of(reader)
                if plain(one.name).removeprefix("is").startswith(what)
                and (
                    one.shape.kind is Kind.BOOLEAN
                    or (one.shape.limit("enum") and STATE.search(one.name))
                )
            ]  # fmt: skip
            if len(what) > DEEPEST and len(flags) == 1 and self.asks_enough(reader, {}):
                return _Showing(reader, of, flags[0], {})
        return None

    def _of_setter(
        self, operation: Operation, named: Mapping[str, str]
    ) -> Iterator[tuple[str, AnyRule]]:
        """That another value of a member has an effect."""
        if self.open(operation, named) or ends_later(operation):
            return  # it is of something else within what it names
        undo = undone_by(self.contract.operations, operation)
        which = {name for name, one in undo.input.items() if one.required} if undo else set()
        for name, member in operation.input.items():
            told = f"{operation.name}/behavior/{name}-is-stored" in self._told
            other = name in named or name in which or told or is_no_setting(member)
            inner = None if other else single(member.shape)
            for reader, of in self._readers_of(operation, named) if inner is not None else ():
                shown = self._at(reader, of, name, member.shape)
                plain_one = replace(member, shape=inner) if inner is not None else member
                if (
                    shown is not None
                    and has_known_values(plain_one)
                    and self._is_own(operation, shown)
                    and not is_one_of(name, shown.place)
                    and self._fits(operation, shown, all)
                    and self._may_be(member, shown)
                    and is_sure(operation, reader, plain_one, plain_one.shape, "update")
                ):
                    statement = (
                        f"{operation.name} with another {name} changes what {reader.name} shows"
                    )
                    rule = _rule(operation, statement, shown, on=operation.name, member=name)
                    yield f"{operation.name}/behavior/{name}-takes-effect", rule
                    break

    def _fits(self, operation: Operation, shown: _Showing, how: How, given: str = "") -> bool:
        """Whether a reader or a place is called after the operation, and not the kind alone."""
        close = self._relation(operation, shown.by, shown.of, given or None) in {1, 2}
        close = close or same(thing(operation.name), shown.of)
        parts = is_of_parts(operation.name, shown.by, shown.place)
        return close or (parts and is_called_after(operation.name, shown.of, shown.place, how))

    def _may_be(self, member: Member, shown: _Showing) -> bool:
        """Whether a state may be all that is given: others go on by themselves."""
        listed = [one.shape for place, one in self.leaves_of(shown.by) if place == shown.place]
        is_state = STATE.search(member.name)
        return not is_state or listed[0].limit("enum") == member.shape.limit("enum")

    def _is_own(self, operation: Operation, shown: _Showing) -> bool:
        """Whether a place is of the resource itself, or of a part that the operation names."""
        one = self.contract.overlay.kinds()[shown.of]
        entry = shown.by.name in {one.read, one.list} or same(thing(shown.by.name), shown.of)
        return is_of_parts(operation.name, shown.by, shown.place) and (
            entry or ITEM not in shown.place
        )

    def _of_default(
        self, operation: Operation, named: Mapping[str, str]
    ) -> Iterator[tuple[str, AnyRule]]:
        """That what is set as the default shows that it is the default one."""
        for reader, of in self._readers_of(operation, named):
            flags = [
                place for place, one in self.leaves_of(reader)
                if one.shape.kind is Kind.BOOLEAN
                and plain(one.name).removeprefix("is").startswith("default")
            ]  # fmt: skip
            if len(flags) == 1 and of == self.names.about(operation) and ITEM not in flags[0]:
                shown = _Showing(reader, of, flags[0], {})
                statement = f"{operation.name} changes what {reader.name} shows"
                address = f"{operation.name}/behavior/takes-effect"
                yield address, _rule(operation, statement, shown, on=operation.name)
                return

    def _readers_of(
        self, operation: Operation, named: Mapping[str, str], given: str | None = None
    ) -> Iterator[tuple[Operation, str]]:
        """What shows one of a kind that a request names, each with the kind; the surest first.

        ``given`` is the kind of what is added to that.
        """
        kinds = {*named.values()}
        found = []
        for reader in self.readers:
            asked = {*self.names.of(reader).values()}
            own = self.names.about(reader)
            fits = own is not None and own in kinds and not self.open(reader, self.names.of(reader))
            listed = [
                kind for kind in sorted(kinds) if not asked and self.names.lists(reader, kind)
            ]
            for kind in [own] if fits and own is not None else listed:
                rank = self._relation(operation, reader, kind, given)
                if rank and (asked or rank == _LISTS):
                    found.append((rank, reader.name, reader, kind))
        for *_, reader, kind in sorted(found, key=lambda one: one[:2]):
            yield reader, kind

    def _relation(self, operation: Operation, reader: Operation, of: str, given: str | None) -> int:
        """How a reader is called after what an operation changes; 0 where it is not."""
        one = self.contract.overlay.kinds()[of]
        about, told = thing(operation.name), thing(reader.name)
        verb = next((one for one in _ADDED if operation.name.startswith(one)), "")
        short = told.removeprefix(_ADDED.get(verb, ""))
        if same(about, short) or any(told.startswith(form) for form in noun_forms(about)):
            return 1
        if given is not None and told.startswith(plurals(given.replace("-", ""))):
            return 2
        own = reader.name in {one.read, one.list} or same(told, of)
        return _LISTS if own or told in {f"{plain(of)}{word}" for word in _ASKED} else 0

    def _at(self, reader: Operation, of: str, name: str, shape: Shape) -> _Showing | None:
        """Where an answer has a member of a request, if that is one place alone."""
        leaves, asked = self.leaves_of(reader), selected(reader, name)
        found = [place for place, one in leaves if is_alike(name, shape, one)]
        found = found or [place for place, one in leaves if is_of_shape(shape, one.shape)]
        fits = len(found) == 1 and self.asks_enough(reader, asked)
        return _Showing(reader, of, found[0], asked, name) if fits else None


def _rule(
    operation: Operation, statement: str, shown: _Showing, on: str, off: str | None = None,
    member: str | None = None,
) -> EffectRule:  # fmt: skip
    return EffectRule(
        level=Level.EXPECTED, statement=statement, source=operation.source, on=on, off=off,
        member=member, by=shown.by.name, with_=shown.asked, of=shown.of, at=show(shown.place),
    )  # fmt: skip
