"""What an overlay names must be there: operations, members, places, kinds, errors, placeholders."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from conformance.contract import overlay_model as words
from conformance.contract.model import Contract, Kind, Member, Operation, Shape
from conformance.contract.overlay_faults import OverlayFault, suggestion
from conformance.contract.places import KEY, Place, parse, texts
from conformance.contract.protocols import stated_rule
from conformance.contract.walk import step_into

Way = tuple[str | int, ...]
Members = Mapping[str, Member]

SECTIONS = ("auth", "behavior", "protocol")
"""Sections of rules that are about no single operation."""
FAULTS = ("limit", "enum", "type", "required", "patch", "syntax", "route")
SIGNATURE_FAULTS = (
    "unsigned",
    "cut-header",
    "header-without-pairs",
    "unknown-key",
    "wrong-secret",
    "altered-signature",
    "other-body",
    "expired",
    "future",
    "no-region",
    "other-service",
    "foreign-token",
    "without-token",
    "presigned",
    "presigned-altered",
)
"""The ways to sign wrongly that `target.missigning` knows; a test keeps the two the same."""
PLACEHOLDERS = (
    "name", "secret", "alnum", "long", "id", "ID", "taken", "made", "region", "future", "farther",
    "past", "each", "absent", "word", "uuid", "account", "aws",
)  # fmt: skip
_PLACEHOLDER = re.compile(r"\$\{([^}.:]*)(?:\.([^}:]*))?[^}]*\}")
_NAMED = frozenset({"id", "ID", "taken"})
_MAIN = "main"


def reference_faults(contract: Contract, overlay: words.Overlay) -> Iterator[OverlayFault]:
    """Every name in an overlay that nothing has."""
    yield from _Checker(contract, overlay).all()


@dataclass(frozen=True, slots=True)
class _Checker:
    contract: Contract
    overlay: words.Overlay

    def all(self) -> Iterator[OverlayFault]:
        at: Way = ("x-conformance",)
        for name, resource in self._kinds():
            way = (*at, "resource") if resource is self.overlay.resource else None
            yield from self._resource(resource, way or (*at, "resources", name))
        for name, about in self.overlay.operations.items():
            yield from self._operation_words(name, about, (*at, "operations", name))
        for address, rule in self.overlay.rules.items():
            yield from self._rule(address, rule, (*at, "rules", address))
        yield from self._rest(at)

    def _rest(self, at: Way) -> Iterator[OverlayFault]:
        for name in self.overlay.quotas.operations if self.overlay.quotas else ():
            yield from self._is_operation(name, (*at, "quotas", "operations", name))
        for name in self.overlay.permissions.resources if self.overlay.permissions else ():
            yield from self._is_operation(name, (*at, "permissions", "resources", name))
        for name in self.overlay.refusals:
            if name.partition("-")[0] not in FAULTS:
                yield _no("fault", name, FAULTS, (*at, "refusals", name))
        if self.overlay.model is not None:
            yield from self._model(self.overlay.model, (*at, "model"))

    # -- resources -----------------------------------------------------------------------------

    def _kinds(self) -> Iterator[tuple[str, words.Resource]]:
        main = self.overlay.resource
        if main is not None:
            yield main.called or _MAIN, main
        yield from self.overlay.resources.items()

    def _resource(self, one: words.Resource, at: Way) -> Iterator[OverlayFault]:
        for role, name in one.roles().items():
            yield from self._is_operation(name, (*at, role))
        for name in one.also_created_by:
            yield from self._is_operation(name, (*at, "also-created-by", name))
        for name in one.not_found_by or ():
            yield from self._is_operation(name, (*at, "not-found-by"))
        for kind in one.needs:
            yield from self._is_kind(kind, (*at, "needs", kind))
        for error in filter(None, (one.not_found, one.unique.error if one.unique else None)):
            yield from self._is_error(error, (*at, "not-found"))
        create, listed = self._named(one.create), self._named(one.list)
        if create is not None:
            yield from self._creation(one, create, at)
        if listed is not None and one.listing is not None:
            yield from _listing(one.listing, listed, (*at, "listing"))
        delete = self._named(one.delete)
        if delete is not None:
            yield from self._template(one.delete_with, delete.input, (*at, "delete-with"))
        if one.mark is not None and one.mark.tags_of is not None:
            way = (*at, "mark", "tags-of", "operation")
            yield from self._is_operation(one.mark.tags_of.operation, way)

    def _creation(self, one: words.Resource, create: Operation, at: Way) -> Iterator[OverlayFault]:
        if one.identifier is not None:
            way = (*at, "identifier")
            labels = {
                name
                for role in ("read", "update", "delete")
                if (operation := self._named(one.roles().get(role))) is not None
                for name in operation.input
            }
            if labels and one.identifier.label not in labels:
                yield _no("request member", one.identifier.label, labels, (*way, "label"))
            if one.identifier.created is not None:
                yield from _has(create.output, one.identifier.created, (*way, "created"))
            if one.identifier.given is not None:
                yield from _has(create.input, one.identifier.given, (*way, "given"))
        if one.unique is not None:
            yield from _has(create.input, one.unique.member, (*at, "unique", "member"))
        if one.mark is not None:
            for key, name in (("name", one.mark.name), ("tag", one.mark.tag_property)):
                if name is not None:
                    yield from _has(create.input, name, (*at, "mark", key))
        for number, request in enumerate(one.showcase):
            yield from self._template(request, create.input, (*at, "showcase", number))

    # -- operations and rules ------------------------------------------------------------------

    def _operation_words(
        self, name: str, one: words.OperationWords, at: Way
    ) -> Iterator[OverlayFault]:
        operation = self._named(name)
        if operation is None:
            yield from self._is_operation(name, at)
            return
        if one.resource is not None:
            yield from self._is_kind(one.resource, (*at, "resource"))
        yield from self._template(one.base or {}, operation.input, (*at, "base"))
        for place, request in one.bases.items():
            yield from _has(operation.input, place, (*at, "bases", place))
            yield from self._template(request, operation.input, (*at, "bases", place))
        for place in one.stateful:
            yield from _has(operation.input, place, (*at, "stateful"))
        paths = {row.path for row in operation.patch}
        for path in one.patch_values:
            if paths and path not in paths:
                yield _no("path of the patch table", path, paths, (*at, "patch-values", path))

    def _rule(self, address: str, rule: Any, at: Way) -> Iterator[OverlayFault]:
        head = address.partition("/")[0]
        if head not in SECTIONS and head not in self.contract.operations:
            yield _no("operation", head, {*SECTIONS, *self.contract.operations}, at)
            return
        yield from self._names(rule, at)
        if isinstance(rule, words.SingleRule):
            yield from self._single(rule, self._named(head), at)
        elif isinstance(rule, words.StepsRule):
            for number, step in enumerate(rule.steps):
                yield from self._step(step, head, (*at, "steps", number))
        elif isinstance(rule, words.OneConnectionRule):
            for number, first in enumerate(rule.first):
                yield from self._sent(first.send, head, (*at, "first", number, "send"))

    def _names(self, rule: Any, at: Way) -> Iterator[OverlayFault]:
        """What rules of several kinds name."""
        for name in getattr(rule, "operations", ()):
            yield from self._is_operation(name, (*at, "operations"))
        for kind in getattr(rule, "kinds", ()):
            if kind not in SIGNATURE_FAULTS:
                yield _no("way to sign wrongly", kind, SIGNATURE_FAULTS, (*at, "kinds"))

    def _single(
        self, rule: words.SingleRule, operation: Operation | None, at: Way
    ) -> Iterator[OverlayFault]:
        named = [self.contract.operations[one] for one in rule.operations if self._named(one)]
        about = named or ([operation] if operation else [])
        if not about and stated_rule(str(at[-1])) is None:
            yield OverlayFault(
                (*at, "operations"), "the rule is about no operation", "name `operations`"
            )
        for number, request in enumerate(rule.requests):
            yield from self._placeholders(request, (*at, "requests", number))
        if isinstance(rule.with_, Mapping):
            yield from self._placeholders(rule.with_, (*at, "with"))
        if rule.place is not None:
            for one in about:
                yield from _has(one.input, rule.place, (*at, "place"))
        for place in rule.shown:
            for one in about:
                yield from _has(one.output, place, (*at, "shown", place))

    # -- steps ---------------------------------------------------------------------------------

    def _step(self, step: words.Step, head: str, at: Way) -> Iterator[OverlayFault]:
        for number, one in enumerate(step.together):
            yield from self._step(one, head, (*at, "together", number))
        if step.send is not None:
            yield from self._sent(step.send, head, (*at, "send"))
        operation = self._of_step(step, head)
        if operation is None:
            return
        given = step.with_ if step.send is not None else step.make
        key = "with" if step.send is not None else "make"
        if isinstance(given, Mapping):
            yield from self._template(given, operation.input, (*at, key))
        shown = operation.output if not step.entry else self._entry(head)
        if shown is None:
            return
        for name in step.except_:
            if not any(name in one.output for one in self.contract.operations.values()):
                yield _no("member", name, shown, (*at, "except"))
        for key, places in _looked_at(step):
            for place in places:
                yield from _has(shown, place, (*at, key, place))

    def _of_step(self, step: words.Step, head: str) -> Operation | None:
        """The operation whose answer a step looks at."""
        if step.together or step.pause is not None:
            return None
        roles = self._roles(head)
        return self._named(roles.get(step.send or "create") or step.send)

    def _entry(self, head: str) -> Members | None:
        resource = self._resource_of(head)
        listed = self._named(resource.list) if resource is not None else None
        if resource is None or resource.listing is None or listed is None:
            return None
        shape = _shape_at(listed.output, parse(resource.listing.items))
        return shape.members if shape is not None and shape.members else None

    def _sent(self, name: str, head: str, at: Way) -> Iterator[OverlayFault]:
        roles = self._roles(head)
        if name in roles or name in self.contract.operations:
            return
        yield _no("role or operation", name, {*roles, *self.contract.operations}, at)

    def _roles(self, head: str) -> dict[str, str]:
        resource = self._resource_of(head)
        return {} if resource is None else resource.roles()

    def _resource_of(self, operation: str) -> words.Resource | None:
        """The kind whose lifecycle an operation is part of, as ``plan.resources`` finds it."""
        stated = self.overlay.operations.get(operation)
        kinds = dict(self._kinds())
        if stated is not None and stated.resource is not None:
            return kinds.get(stated.resource)
        for one in kinds.values():
            if operation in one.roles().values() or operation in one.also_created_by:
                return one
        return next(iter(kinds.values()), None)

    def _model(self, model: words.StateModel, at: Way) -> Iterator[OverlayFault]:
        main = self.overlay.resource
        if main is None:
            return
        for number, move in enumerate(model.moves):
            way = (*at, "moves", number)
            name = move.operation or main.roles().get(move.role or "")
            operation = self._named(name)
            if operation is None:
                known = {*main.roles(), *self.contract.operations}
                yield _no("role or operation", str(move.operation or move.role), known, way)
                continue
            for key, members in (("needs", move.needs), ("may", move.may)):
                yield from self._template(members, operation.input, (*way, key))
        read = self._named(main.read)
        for group, names in _plain(model.members).items():
            for name in names if read is not None else ():
                yield from _has(read.output, name, (*at, "members", group))  # type: ignore[union-attr]

    # -- what there is -------------------------------------------------------------------------

    def _named(self, name: str | None) -> Operation | None:
        return self.contract.operations.get(name or "")

    def _is_operation(self, name: str, at: Way) -> Iterator[OverlayFault]:
        if name not in self.contract.operations:
            yield _no("operation", name, self.contract.operations, at)

    def _is_kind(self, name: str, at: Way) -> Iterator[OverlayFault]:
        known = [kind for kind, _ in self._kinds()]
        if name not in known:
            yield _no("kind of resource", name, known, at)

    def _is_error(self, name: str, at: Way) -> Iterator[OverlayFault]:
        declared = {error for one in self.contract.operations.values() for error in one.errors}
        known = declared | {*self.contract.common_errors}
        if known and name not in known:
            yield _no("declared error", name, known, at)

    def _template(self, request: Any, members: Members, at: Way) -> Iterator[OverlayFault]:
        """Every member of a request is one that the operation takes."""
        if isinstance(request, Mapping):
            for name in request:
                if name not in members:
                    yield _no("request member", str(name), members, (*at, str(name)))
        yield from self._placeholders(request, at)

    def _placeholders(self, value: Any, at: Way) -> Iterator[OverlayFault]:
        for text in texts(value):
            for name, tag in _PLACEHOLDER.findall(text):
                if name not in PLACEHOLDERS:
                    yield _no("placeholder", name, PLACEHOLDERS, at)
                elif name in _NAMED and tag:
                    yield from self._is_kind(tag, at)


def _listing(one: words.Listing, listed: Operation, at: Way) -> Iterator[OverlayFault]:
    yield from _has(listed.output, one.items, (*at, "items"))
    entries = _shape_at(listed.output, parse(one.items))
    if entries is not None and entries.members and one.id not in entries.members:
        yield _no("member of an entry", one.id, entries.members, (*at, "id"))
    if one.page is not None:
        for key, name in (("limit", one.page.page_size), ("token", one.page.input_token)):
            yield from _has(listed.input, name, (*at, "page", key))
        yield from _has(listed.output, one.page.output_token, (*at, "page", "next"))


def _looked_at(step: words.Step) -> Iterator[tuple[str, Iterable[str]]]:
    """The places that a step compares, by key."""
    yield from (
        ("shows", step.shows), ("shows-instant", step.shows_instant), ("differs", step.differs),
        ("ends", step.ends), ("has", step.has), ("hides", step.hides), ("if", step.if_),
        ("equal", step.equal or ()),
    )  # fmt: skip
    if step.fraction is not None:
        yield "fraction", (step.fraction,)


def _has(members: Members, where: str, at: Way) -> Iterator[OverlayFault]:
    """The place is one that such members have."""
    place = parse(where)
    reached = members
    for depth, step in enumerate(place):
        shape = _shape_at(members, place[: depth + 1])
        if shape is None:
            yield _no("member", step, reached, at)
            return
        if shape.kind in {Kind.ANY, Kind.MAP}:
            return
        reached = (shape.element.members if shape.element else shape.members) or {}


def _shape_at(members: Members, place: Place) -> Shape | None:
    """The shape at a place; None where there is no such place."""
    if not place or place[0] not in members:
        return None
    shape = members[place[0]].shape
    for step in place[1:]:
        inner = _step_into(shape, step)
        if inner is None:
            return None
        shape = inner
    return shape


def _step_into(shape: Shape, step: str) -> Shape | None:
    if shape.kind is Kind.ANY:
        return shape
    if shape.kind is Kind.MAP and step != KEY:
        return shape.element  # an entry by its name
    return step_into(shape, step)


def _plain(value: Any) -> Any:
    from msgspec import to_builtins

    return to_builtins(value)


def _no(kind: str, name: str, known: Iterable[str], at: Way) -> OverlayFault:
    article = "an" if kind[0] in "aeiou" else "a"
    return OverlayFault(
        at, f"`{name}` is not {article} {kind} of this service", suggestion(name, known)
    )
