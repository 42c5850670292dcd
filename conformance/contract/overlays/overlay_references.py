"""What an overlay names must be there: operations, members, places, kinds, errors, placeholders."""

from collections.abc import Iterator

from msgspec import to_builtins

from conformance.contract.model import Contract, Operation
from conformance.contract.overlays.overlay_faults import OverlayFault, Way
from conformance.contract.overlays.overlay_names import (
    OverlayNames,
    has_place,
    not_here,
    shape_at,
)
from conformance.contract.overlays.overlay_rule_references import RuleReferences
from conformance.contract.places import parse
from conformance.contract.vocabulary import overlay_model as words

FAULTS = ("limit", "enum", "type", "required", "patch", "syntax", "route")


def reference_faults(contract: Contract) -> Iterator[OverlayFault]:
    return _Checker(contract).all()


class _Checker(OverlayNames):
    def all(self) -> Iterator[OverlayFault]:
        at: Way = ("x-conformance",)
        for name, resource in self.kinds.items():
            way = (*at, "resource") if resource is self.overlay.resource else None
            yield from self._resource(resource, way or (*at, "resources", name))
        for name, one in self.overlay.answers.items():
            yield from self._answer(one, (*at, "answers", name))
        for name, about in self.overlay.operations.items():
            yield from self._operation_words(name, about, (*at, "operations", name))
        rules = RuleReferences(self.contract)
        for address, rule in self.overlay.rules.items():
            yield from rules.faults(address, rule, (*at, "rules", address))
        yield from self._rest(at)

    def _rest(self, at: Way) -> Iterator[OverlayFault]:
        for name in self.overlay.quotas.operations if self.overlay.quotas else ():
            yield from self.is_operation(name, (*at, "quotas", "operations", name))
        for name in self.overlay.permissions.resources if self.overlay.permissions else ():
            yield from self.is_operation(name, (*at, "permissions", "resources", name))
        for name in self.overlay.refusals:
            if name.partition("-")[0] not in FAULTS:
                yield not_here("fault", name, FAULTS, (*at, "refusals", name))
        if self.overlay.model is not None:
            yield from self._model(self.overlay.model, (*at, "model"))

    def _answer(self, one: words.Answered, at: Way) -> Iterator[OverlayFault]:
        for key, name in (("operation", one.operation), ("first", one.first)):
            yield from self.is_operation(name, (*at, key)) if name is not None else ()
        operation = self.named(one.operation)
        if operation is not None:
            yield from has_place(operation.output, one.at, (*at, "at"))
            yield from self.template(one.with_, operation.input, (*at, "with"))

    def _resource(self, one: words.Resource, at: Way) -> Iterator[OverlayFault]:
        for role, name in one.roles().items():
            yield from self.is_operation(name, (*at, role))
        for name in one.also_created_by:
            yield from self.is_operation(name, (*at, "also-created-by", name))
        for name in one.not_found_by or ():
            yield from self.is_operation(name, (*at, "not-found-by"))
        for kind in one.needs:
            yield from self.is_kind(kind, (*at, "needs", kind))
        for error in filter(None, (one.not_found, one.unique.error if one.unique else None)):
            yield from self.is_error(error, (*at, "not-found"))
        create, listed = self.named(one.create), self.named(one.list)
        if create is not None:
            yield from self._creation(one, create, at)
            yield from self.template(one.create_with, create.input, (*at, "create-with"))
        if listed is not None and one.listing is not None:
            yield from _listing(one.listing, listed, (*at, "listing"))
        yield from self._other_lists(one, (*at, "also-listed-by"))
        delete = self.named(one.delete)
        if delete is not None:
            yield from self.template(one.delete_with, delete.input, (*at, "delete-with"))
        for name, way in _further(one):
            yield from self.is_operation(name, (*at, *way))

    def _other_lists(self, one: words.Resource, at: Way) -> Iterator[OverlayFault]:
        for name, listing in one.also_listed_by.items():
            yield from self.is_operation(name, (*at, name))
            operation = self.named(name)
            if operation is not None:
                yield from _listing(listing, operation, (*at, name))

    def _creation(self, one: words.Resource, create: Operation, at: Way) -> Iterator[OverlayFault]:
        if one.identifier is not None:
            way = (*at, "identifier")
            labels = {
                name
                for role in ("read", "update", "delete")
                if (operation := self.named(one.roles().get(role))) is not None
                for name in operation.input
            }
            if labels and one.identifier.label not in labels:
                yield not_here("request member", one.identifier.label, labels, (*way, "label"))
            if one.identifier.created is not None:
                yield from has_place(create.output, one.identifier.created, (*way, "created"))
            if one.identifier.given is not None:
                yield from has_place(create.input, one.identifier.given, (*way, "given"))
        if one.unique is not None:
            yield from has_place(create.input, one.unique.member, (*at, "unique", "member"))
        if one.ownership is not None:
            owned = one.ownership
            for key, name in (("name", owned.name), ("property", owned.tag_property)):
                if name is not None:
                    yield from has_place(create.input, name, (*at, "ownership", key))
        for number, request in enumerate(one.show_all_members):
            yield from self.template(request, create.input, (*at, "show-all-members", number))

    def _operation_words(
        self, name: str, one: words.OperationWords, at: Way
    ) -> Iterator[OverlayFault]:
        operation = self.named(name)
        if operation is None:
            yield from self.is_operation(name, at)
            return
        if one.resource is not None:
            yield from self.is_kind(one.resource, (*at, "resource"))
        yield from self.template(one.base or {}, operation.input, (*at, "base"))
        for place, request in one.bases.items():
            yield from has_place(operation.input, place, (*at, "bases", place))
            yield from self.template(request, operation.input, (*at, "bases", place))
        for place in one.stateful:
            yield from has_place(operation.input, place, (*at, "stateful"))
        paths = {row.path for row in operation.patch}
        for path in one.patch_values:
            if paths and path not in paths:
                yield not_here("path of the patch table", path, paths, (*at, "patch-values", path))

    def _model(self, model: words.StateModel, at: Way) -> Iterator[OverlayFault]:
        main = self.overlay.resource
        if main is None:
            return
        for number, move in enumerate(model.moves):
            way = (*at, "moves", number)
            name = move.operation or main.roles().get(move.role or "")
            operation = self.named(name)
            if operation is None:
                known = {*main.roles(), *self.contract.operations}
                yield not_here("role or operation", str(move.operation or move.role), known, way)
                continue
            for key, members in (("needs", move.needs), ("may", move.may)):
                yield from self.template(members, operation.input, (*way, key))
        read = self.named(main.read)
        if read is not None:
            for group, names in to_builtins(model.members).items():
                for name in names:
                    yield from has_place(read.output, name, (*at, "members", group))


def _further(one: words.Resource) -> Iterator[tuple[str, Way]]:
    """The operations that a kind names besides those of its roles."""
    if one.contents is not None:
        yield one.contents.list, ("contents", "list")
        yield one.contents.delete, ("contents", "delete")
    for number, held in enumerate(one.also_holds):
        yield held.list, ("also-holds", number, "list")
        yield held.delete, ("also-holds", number, "delete")
    if one.ownership is not None and one.ownership.tags_of is not None:
        yield one.ownership.tags_of.operation, ("ownership", "tags-of", "operation")


def _listing(one: words.Listing, listed: Operation, at: Way) -> Iterator[OverlayFault]:
    yield from has_place(listed.output, one.items, (*at, "items"))
    entries = shape_at(listed.output, parse(one.items))
    if entries is not None and entries.members and one.id not in entries.members:
        yield not_here("member of an entry", one.id, entries.members, (*at, "id"))
    if one.page is not None:
        for key, name in (("pageSize", one.page.page_size), ("inputToken", one.page.input_token)):
            yield from has_place(listed.input, name, (*at, "page", key))
        yield from has_place(listed.output, one.page.output_token, (*at, "page", "outputToken"))
