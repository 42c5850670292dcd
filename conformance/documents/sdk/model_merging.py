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
from conformance.documents.sdk.matching import may_be, member_meant, of_name
from conformance.documents.sdk.models import REST_JSON, SdkModel
from conformance.documents.sdk.pages import model_pages
from conformance.documents.slots import unplaced

ENVELOPE = frozenset({"requestid", "responsemetadata"})
"""What every answer of a protocol has around its members."""


def merge_model(pages: ServicePages, model: SdkModel) -> list[PageProblem]:
    """Give the pages what they lack of the model's; what became of pages that cannot be sent.

    Those are taken out of ``pages``. Raises nothing: a page that the model does not know is one
    of the problems.
    """
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
            their = self.known.operations.get(name)
            reason = self._refused(page, their)
            if their is None or reason:
                del self.pages.operations[name]
                self.problems.append(unwired(page, self.pages.shown(page.document), reason))
            else:
                self.pages.operations[name] = self._operation(page, their)
        self._structures()
        self.pages.protocol = None if self.model.protocol == REST_JSON else self.model.protocol
        self.pages.documents.append(
            Document(self.model.name, self.model.name, self.pages.service, "", self.model.sha256)
        )
        if self.pages.version.startswith("documents-"):
            self.pages.stated_version = self.model.version
        return self.problems

    def _refused(self, page: OperationPage, their: OperationPage | None) -> str:
        """Why a page cannot be sent; nothing where it can."""
        if their is None:
            return f"the model {self.model.name}, which has no {page.name}"
        needed = [one.name for one in their.request.members if one.required]
        listed = bool(page.request.members or page.parameters or page.unplaced)
        if needed and not (listed or page.request.payload):
            return f"no parameters at all, where {needed[0]} is needed: the page seems to be cut"
        return ""

    # -- operations ------------------------------------------------------------------------------

    def _operation(self, page: OperationPage, their: OperationPage) -> OperationPage:
        where = f"{page.name} ({page.document})"
        rest = self.model.protocol in {REST_JSON, "rest-xml"}
        if rest and page.method != their.method:
            self._note(f"{where}: sent as {their.method}, as the model says")
        placed = [*(one.member for one in page.parameters), *page.unplaced]
        return replace(
            page,
            method=their.method,
            path=their.path,
            literal_query=their.literal_query,
            parameters=tuple(self._parameters(where, placed, their.parameters, page)),
            request=self._content(f"{where} request", page.request, their.request),
            response_headers=tuple(
                self._parameters(
                    where, [one.member for one in page.response_headers], their.response_headers
                )
            ),
            response=self._content(f"{where} response", page.response, their.response),
            errors=tuple(self._error(one, page.name) for one in page.errors),
            host_prefix=their.host_prefix,
            selectors=their.selectors,
            checksum=their.checksum,
            spoke_query=their.spoke_query,
        )

    def _parameters(
        self,
        where: str,
        listed: Sequence[DocumentedMember],
        theirs: Sequence[Parameter],
        page: OperationPage | None = None,
    ) -> Iterator[Parameter]:
        """Listed parameters in their places; and labels of the path, without which none is sent."""
        taken = set()
        for member in listed:
            their = of_name(member.name, {one.wire: one for one in theirs})
            their = their or of_name(member.name, {one.member.name: one for one in theirs})
            note = f"{where}: {unplaced(member.name)}"
            if their is None:
                self._note(note)
                continue
            if note in self.pages.notes:
                self.pages.notes.remove(note)
            taken.add(their.wire)
            own = replace(member, name=their.member.name, type=self._typed(where, member, their))
            yield replace(their, member=own)
        for their in theirs if page is not None else ():
            if their.where is ParameterLocation.PATH and their.wire not in taken:
                place = page.place if page is not None else their.member.place
                label = DocumentedMember(their.member.name, place, their.member.type, required=True)
                yield replace(their, member=label)

    def _typed(self, where: str, member: DocumentedMember, their: Parameter) -> TypeName | None:
        """The type of a parameter: pages rarely state one, and then the model's is no statement."""
        if member.type is None:
            return their.member.type
        return self._type(f"{where}: {member.name}", member.type, their.member.type)

    def _content(self, where: str, own: Content, their: Content) -> Content:
        if their.payload is not None:
            return self._payload(where, own, their)
        members = tuple(self._members(where, own, their))
        if their.syntax is None and not members:
            return replace(own, members=(), payload=None, syntax=None, names=None, root=None)
        nodes = own.syntax.entries if own.syntax is not None and self.is_json else {}
        entries: dict[str, Node] = {
            one.name: nodes.get(one.name, Leaf("", quoted=False, line=0)) for one in members
        }
        line = own.syntax.line if own.syntax is not None else 0
        return replace(
            own, members=members, payload=None, syntax=ObjectNode(entries, line),
            names=their.names, root=None,
            media_type=their.media_type, media_place=their.media_place,
        )  # fmt: skip

    def _members(self, where: str, own: Content, their: Content) -> Iterator[DocumentedMember]:
        listed = [*own.members, *([own.payload] if own.payload is not None else [])]
        yield from self._of_structure(where, listed, their.members)

    def _payload(self, where: str, own: Content, their: Content) -> Content:
        """The one member that a body is; what is right inside of its element is its type's."""
        payload = their.payload
        assert payload is not None  # noqa: S101 - its caller looked
        stated = own.root or own.payload or (own.members[0] if len(own.members) == 1 else None)
        place = stated.place if stated is not None else own.place or payload.place
        kind = payload.type
        structured = kind is not None and kind.base is BaseType.STRUCTURE
        if structured and kind is not None and kind.name and own.members:
            self._inside(where, kind.name, own)
        if not structured and stated is not None and stated.type is not None:
            kind = self._type(f"{where} {payload.name}", stated.type, payload.type)
        if stated is None and own.syntax is None and own.place is None:
            return replace(own, names=None)
        whole = DocumentedMember(
            payload.name, place, kind, place if structured else None,
            limits=stated.limits if stated is not None and not structured else (),
            required=stated.required if stated is not None else None,
            required_place=stated.required_place if stated is not None else None,
            names=payload.names,
        )  # fmt: skip
        return Content(payload=whole, place=own.place, media_type=their.media_type)

    def _inside(self, where: str, name: str, own: Content) -> None:
        """Members of a structure that an operation page lists; its own page tells more."""
        self.alike.setdefault(name, name)
        if name not in self.pages.structures:
            document = own.members[0].place.document
            place = own.place or own.members[0].place
            self.pages.structures[name] = StructurePage(document, name, place, own.members)
        else:
            self._of_structure(where, own.members, self.known.structures[name].members)

    def _error(self, error: ErrorEntry, operation: str) -> ErrorEntry:
        """The error under its name on the wire, where the page has that of its type."""
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
        self, where: str, listed: Sequence[DocumentedMember], theirs: Sequence[DocumentedMember]
    ) -> Iterator[DocumentedMember]:
        """Listed members with what the model has of each on the wire."""
        done = set()
        for member in listed:
            their = member_meant(member.name, theirs)
            if their is None or their.name in done:
                if self.is_json and their is None and "." not in member.name:
                    yield member
                elif member.name.lower() not in ENVELOPE:
                    self._note(
                        f"{where}: {member.name}: left out, because {self.model.name} does"
                        f" not have it"
                    )
                continue
            done.add(their.name)
            if member.type is not None:
                kind = self._type(f"{where}: {member.name}", member.type, their.type)
                if kind is None:
                    continue
                yield replace(member, name=their.name, type=kind, names=their.names)
            else:
                yield replace(member, name=their.name, type=their.type, names=their.names)

    def _type(self, where: str, own: TypeName, their: TypeName | None) -> TypeName | None:
        """A stated type with the model's names; None, with a note, where they cannot be one."""
        merged = self._merged(own, their)
        if merged is None:
            self._note(f"{where}: left out, because it has a different type in {self.model.name}")
        return merged

    def _merged(self, own: TypeName, their: TypeName | None) -> TypeName | None:
        if their is None or own.base is BaseType.JSON:
            return own
        own = replace(own, names=their.names, key_names=their.key_names)
        if own.base is not their.base and own.base is not BaseType.TIMESTAMP:
            return own if may_be(own.base, their.base) else None
        if own.base is BaseType.STRUCTURE and own.name and their.name:
            self.alike.setdefault(own.name, their.name)
        element = own.element
        if element is not None:
            element = self._merged(element, their.element)
            if element is None:
                return None
        if own.base is BaseType.TIMESTAMP and their.base is not BaseType.TIMESTAMP:
            return their
        return replace(own, element=element, wire=their.wire or own.wire)

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
            their = self.known.structures.get(self.alike.get(name, known.get(name.lower(), "")))
            if their is None:
                done[name] = page
                if not self.is_json:
                    self._note(f"{name}: neither an operation nor {self.model.name} has it")
                continue
            before = set(self.alike)
            members = tuple(self._of_structure(name, page.members, their.members))
            done[name] = replace(page, members=members)
            waiting += [one for one in self.alike if one not in before]
        self.pages.structures = {name: done[name] for name in self.pages.structures}

    def _note(self, text: str) -> None:
        if text not in self.pages.notes:
            self.pages.notes.append(text)
