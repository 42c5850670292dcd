"""What pages lack to be sent, from the SDK model of their service: names, places and routes.

A page of most protocols shows neither which header or parameter names the operation nor what a
member is called on the wire. All that a request consists of is taken from the model; every
statement stays the page's own, and what only the model states is not added.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from conformance.documents.model import (
    BaseType,
    Document,
    DocumentedMember,
    Leaf,
    Node,
    ObjectNode,
    TypeName,
)
from conformance.documents.page_model import (
    Content,
    ErrorEntry,
    OperationPage,
    Parameter,
    ParameterLocation,
    ServicePages,
    StructurePage,
)
from conformance.documents.pages import unwired
from conformance.documents.problems import PageProblem
from conformance.documents.sdk.bindings import Bindings
from conformance.documents.sdk.matching import may_be, member_meant, parameter_meant
from conformance.documents.sdk.models import REST_JSON, SdkModel
from conformance.documents.sdk.pages import model_pages
from conformance.documents.slots import unplaced

ENVELOPE = frozenset({"requestid", "responsemetadata"})
"""What every answer of a protocol has around its members."""


def merge_model(pages: ServicePages, model: SdkModel) -> list[PageProblem]:
    """Complete pages by their model; what cannot be sent is taken out and is a problem."""
    return _ModelMerger(pages, model, model_pages(model, pages.service)).all()


@dataclass(slots=True)
class _ModelMerger:
    """One service's pages beside its model's."""

    pages: ServicePages
    model: SdkModel
    known: ServicePages
    alike: dict[str, str] = field(default_factory=dict)
    """The model's names of structures, by what pages call them."""
    problems: list[PageProblem] = field(default_factory=list)

    @property
    def is_json(self) -> bool:
        """Whether members have the names on the wire that pages have for them."""
        return self.model.protocol.startswith(("aws-json", "rpc", REST_JSON))

    def all(self) -> list[PageProblem]:
        """Wire operations first: they tell which structure is which."""
        for name, page in list(self.pages.operations.items()):
            modelled = self.known.operations.get(name)
            reason = self._refused(page, modelled)
            if modelled is None or reason:
                del self.pages.operations[name]
                self.problems.append(unwired(page, self.pages.shown(page.document), reason))
            else:
                self.pages.operations[name] = self._operation(page, modelled)
        self._structures()
        self.pages.protocol = None if self.model.protocol == REST_JSON else self.model.protocol
        self.pages.documents.append(
            Document(self.model.name, self.model.name, self.pages.service, "", self.model.sha256)
        )
        if self.pages.version.startswith("documents-"):
            self.pages.stated_version = self.model.version
        return self.problems

    def _refused(self, page: OperationPage, modelled: OperationPage | None) -> str:
        """Why a page cannot be sent; nothing where it can."""
        if modelled is None:
            return f"the model {self.model.name}, which has no {page.name}"
        needed = [one.name for one in modelled.request.members if one.required]
        listed = bool(page.request.members or page.parameters or page.unplaced)
        if needed and not (listed or page.request.payload):
            return f"no parameters at all, where {needed[0]} is needed: the page seems to be cut"
        return ""

    # -- operations ------------------------------------------------------------------------------

    def _operation(self, page: OperationPage, modelled: OperationPage) -> OperationPage:
        where = f"{page.name} ({page.document})"
        rest = self.model.protocol in {REST_JSON, "rest-xml"}
        if rest and page.method != modelled.method:
            self._note(f"{where}: sent as {modelled.method}, as the model says")
        placed = [*(one.member for one in page.parameters), *page.unplaced]
        answered = [one.member for one in page.response_headers]
        parameters = [
            *self._parameters(where, placed, modelled.parameters),
            *_labels(page, placed, modelled.parameters),
        ]
        return replace(
            page,
            method=modelled.method,
            path=modelled.path,
            literal_query=modelled.literal_query,
            parameters=tuple(parameters),
            request=self._content(f"{where} request", page.request, modelled.request),
            response_headers=tuple(self._parameters(where, answered, modelled.response_headers)),
            response=self._content(f"{where} response", page.response, modelled.response),
            errors=tuple(self._error(one, page.name) for one in page.errors),
            host_prefix=modelled.host_prefix,
            selectors=modelled.selectors,
            checksum=modelled.checksum,
            spoke_query=modelled.spoke_query,
        )

    def _parameters(
        self, where: str, listed: Sequence[DocumentedMember], candidates: Sequence[Parameter]
    ) -> Iterator[Parameter]:
        for member in listed:
            modelled = parameter_meant(member.name, candidates)
            note = f"{where}: {unplaced(member.name)}"
            if modelled is None:
                self._note(note)
                continue
            if note in self.pages.notes:
                self.pages.notes.remove(note)
            kind = modelled.member.type  # pages rarely state one, and then this is no statement
            if member.type is not None:
                kind = self._type(f"{where}: {member.name}", member.type, kind)
            yield replace(modelled, member=replace(member, name=modelled.member.name, type=kind))

    def _content(self, where: str, documented: Content, modelled: Content) -> Content:
        if modelled.payload is not None:
            return self._payload(where, documented, modelled, modelled.payload)
        listed = [
            *documented.members,
            *([documented.payload] if documented.payload is not None else []),
        ]
        members = tuple(self._of_structure(where, listed, modelled.members))
        if modelled.syntax is None and not members:
            return replace(documented, members=(), payload=None, syntax=None, names=None, root=None)
        line, shown = (
            (documented.syntax.line, documented.syntax.entries) if documented.syntax else (0, {})
        )
        nodes = shown if self.is_json else {}
        entries: dict[str, Node] = {
            one.name: nodes.get(one.name, Leaf("", quoted=False, line=0)) for one in members
        }
        return replace(
            documented, members=members, payload=None, syntax=ObjectNode(entries, line),
            names=modelled.names, root=None,
            media_type=modelled.media_type, media_place=modelled.media_place,
        )  # fmt: skip

    def _payload(
        self, where: str, documented: Content, modelled: Content, payload: DocumentedMember
    ) -> Content:
        """The one member that is the whole body; what the page lists inside belongs to its type."""
        stated = (
            documented.root
            or documented.payload
            or (documented.members[0] if len(documented.members) == 1 else None)
        )
        kind = payload.type
        structured = kind is not None and kind.base is BaseType.STRUCTURE
        if structured and kind is not None and kind.name and documented.members:
            self._inside(where, kind.name, documented)
        if stated is None:
            if documented.syntax is None and documented.place is None:
                return replace(documented, names=None)
            stated = DocumentedMember(payload.name, documented.place or payload.place)
        if not structured and stated.type is not None:
            kind = self._type(f"{where} {payload.name}", stated.type, payload.type)
        whole = DocumentedMember(
            payload.name, stated.place, kind, stated.place if structured else None,
            limits=() if structured else stated.limits,
            required=stated.required, required_place=stated.required_place, names=payload.names,
        )  # fmt: skip
        return Content(payload=whole, place=documented.place, media_type=modelled.media_type)

    def _inside(self, where: str, name: str, documented: Content) -> None:
        """Members of a structure that an operation page lists; its own page tells more."""
        self.alike.setdefault(name, name)
        if name not in self.pages.structures:
            document = documented.members[0].place.document
            place = documented.place or documented.members[0].place
            self.pages.structures[name] = StructurePage(document, name, place, documented.members)
        else:
            self._of_structure(where, documented.members, self.known.structures[name].members)

    def _error(self, error: ErrorEntry, operation: str) -> ErrorEntry:
        """The error under its wire name, where the page uses the name of its shape."""
        bindings = Bindings(self.model)
        for one in self.model.data["operations"][operation].get("errors", ()):
            shape = self.model.data["shapes"][one["shape"]]
            code = bindings.code(one["shape"], shape)
            short = re.sub(r"(Exception|Fault|Error)$", "", one["shape"])
            if error.name in {code, one["shape"], short}:
                return replace(error, name=code)
        return error

    # -- members and types -----------------------------------------------------------------------

    def _of_structure(
        self, where: str, listed: Sequence[DocumentedMember], candidates: Sequence[DocumentedMember]
    ) -> Iterator[DocumentedMember]:
        """Listed members with what the model has of each on the wire."""
        done = set()
        for member in listed:
            modelled = member_meant(member.name, candidates)
            if modelled is None or modelled.name in done:
                if self.is_json and modelled is None and "." not in member.name:
                    yield member
                elif member.name.lower() not in ENVELOPE:
                    self._note(
                        f"{where}: {member.name}: left out, because {self.model.name} does"
                        f" not have it"
                    )
                continue
            done.add(modelled.name)
            kind = modelled.type
            if member.type is not None:
                kind = self._type(f"{where}: {member.name}", member.type, modelled.type)
                if kind is None:
                    continue
            yield replace(member, name=modelled.name, type=kind, names=modelled.names)

    def _type(self, where: str, documented: TypeName, modelled: TypeName | None) -> TypeName | None:
        """A stated type with the model's names; None, with a note, where they cannot be one."""
        merged = self._merged(documented, modelled)
        if merged is None:
            self._note(f"{where}: left out, because it has a different type in {self.model.name}")
        return merged

    def _merged(self, documented: TypeName, modelled: TypeName | None) -> TypeName | None:
        if modelled is None or documented.base is BaseType.JSON:
            return documented
        documented = replace(documented, names=modelled.names, key_names=modelled.key_names)
        if documented.base is not modelled.base and documented.base is not BaseType.TIMESTAMP:
            return documented if may_be(documented.base, modelled.base) else None
        if documented.base is BaseType.STRUCTURE and documented.name and modelled.name:
            self.alike.setdefault(documented.name, modelled.name)
        element = documented.element and self._merged(documented.element, modelled.element)
        if documented.element is not None and element is None:
            return None
        if documented.base is BaseType.TIMESTAMP and modelled.base is not BaseType.TIMESTAMP:
            return modelled
        return replace(documented, element=element, wire=modelled.wire or documented.wire)

    # -- structures ------------------------------------------------------------------------------

    def _structures(self) -> None:
        """Wire the data types: from those that operations mention to those that these mention."""
        known = {name.lower(): name for name in self.known.structures}
        waiting = list(self.alike)
        done: dict[str, StructurePage] = {}
        everything = list(self.pages.structures)
        while waiting or everything:
            name = waiting.pop() if waiting else everything.pop(0)
            page = self.pages.structures.get(name)
            if page is None or name in done:
                continue
            modelled = self.known.structures.get(self.alike.get(name, known.get(name.lower(), "")))
            if modelled is None:
                done[name] = page
                if not self.is_json:
                    self._note(f"{name}: neither an operation nor {self.model.name} has it")
                continue
            before = set(self.alike)
            members = tuple(self._of_structure(name, page.members, modelled.members))
            done[name] = replace(page, members=members)
            waiting += [one for one in self.alike if one not in before]
        self.pages.structures = {name: done[name] for name in self.pages.structures}

    def _note(self, text: str) -> None:
        if text not in self.pages.notes:
            self.pages.notes.append(text)


def _labels(
    page: OperationPage, listed: Sequence[DocumentedMember], modelled: Sequence[Parameter]
) -> Iterator[Parameter]:
    """The labels of the path that a page does not list: without them no request is sent."""
    meant = [parameter_meant(one.name, modelled) for one in listed]
    for label in modelled:
        if label.where is ParameterLocation.PATH and label not in meant:
            own = label.member
            member = DocumentedMember(own.name, page.place, own.type, required=True)
            yield replace(label, member=member)
