"""A model as the pages of its service: what they would state, with the node that states it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from conformance.documents.model import (
    Document,
    DocumentedMember,
    Leaf,
    ModelPlace,
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
from conformance.documents.sdk.bindings import Bindings
from conformance.documents.sdk.models import REST_JSON, SdkModel
from conformance.documents.sdk.types import Shapes

PLACES = {
    "uri": ParameterLocation.PATH,
    "querystring": ParameterLocation.QUERY,
    "header": ParameterLocation.HEADER,
    "headers": ParameterLocation.HEADER,
}
OPENING = Leaf("", quoted=False, line=0)
"""Stands for every member of a body: its form is stated by its type."""


def model_pages(
    model: SdkModel, service: str, wanted: frozenset[str] | None = None
) -> ServicePages:
    """The pages that the model stands for; of the ``wanted`` operations only, where that is given.

    Operations that no single request and answer make up (event streams) are left out, with a note.
    """
    return _ModelReader(model, service).read(wanted)


@dataclass(slots=True)
class _ModelReader:
    model: SdkModel
    service: str
    mentioned: dict[str, None] = field(default_factory=dict)

    @property
    def shapes(self) -> Shapes:
        return Shapes(self.model.name, self.model.data["shapes"], self.bindings)

    @property
    def bindings(self) -> Bindings:
        return Bindings(self.model)

    def read(self, wanted: frozenset[str] | None) -> ServicePages:
        model = self.model
        pages = ServicePages(
            self.service,
            stated_title=model.title,
            stated_version=model.version,
            signing=model.signing,
            protocol=None if model.protocol == REST_JSON else model.protocol,
        )
        pages.documents.append(Document(model.name, model.name, self.service, "", model.sha256))
        for name, operation in model.data["operations"].items():
            if wanted is not None and name not in wanted:
                continue
            why = self._unreadable(operation)
            if why:
                pages.notes.append(f"{name}: left out, because {why}")
            else:
                pages.operations[name] = self._operation(name, operation)
        self._structures(pages)
        return pages

    def _unreadable(self, operation: Mapping[str, Any]) -> str:
        """Why an operation is left out; "" where it is not."""
        if operation.get("deprecated") and self.bindings.is_located:
            others = self.model.data["operations"].values()
            same = [one for one in others if one["http"] == operation["http"]]
            if not all(one.get("deprecated") for one in same):
                return "another operation has the same route"
        shapes = self.shapes.shapes
        for side in ("input", "output"):
            shape = shapes[operation[side]["shape"]] if side in operation else {}
            members = shape.get("members", {}).values()
            if any(shapes[about["shape"]].get("eventstream") for about in members):
                return "it uses event streams"
        return ""

    def _operation(self, name: str, operation: Mapping[str, Any]) -> OperationPage:
        bindings = self.bindings
        method, uri = bindings.route(operation)
        path, _, query = uri.partition("?")
        place = self._at("operations", name)
        given, request = self._content(operation, "input")
        answered, response = self._content(operation, "output")
        return OperationPage(
            document=self.model.name,
            name=name,
            place=place,
            method=method,
            path=path.replace("+}", "}"),
            literal_query=dict(parse_qsl(query, keep_blank_values=True)),
            parameters=given,
            request=request,
            status=operation["http"].get("responseCode", 200) if bindings.is_located else 200,
            status_place=self._at("operations", name, "http"),
            response_headers=answered,
            response=response,
            errors=tuple(self._errors(operation)),
            host_prefix=operation.get("endpoint", {}).get("hostPrefix"),
            selectors=bindings.selectors(operation),
            checksum=bool(operation.get("httpChecksum", {}).get("requestChecksumRequired")),
            spoke_query=bindings.spoke_query,
        )

    def _at(self, *parts: str) -> ModelPlace:
        return ModelPlace(self.model.name, path="/" + "/".join(parts))

    def _errors(self, operation: Mapping[str, Any]) -> Iterator[ErrorEntry]:
        for error in operation.get("errors", ()):
            shape = self.shapes.shapes[error["shape"]]
            code = self.bindings.code(error["shape"], shape)
            status = self.bindings.status(shape)
            yield ErrorEntry(code, status, self.shapes.place(error["shape"]))

    def _content(
        self, operation: Mapping[str, Any], side: str
    ) -> tuple[tuple[Parameter, ...], Content]:
        if side not in operation:
            return (), self._nothing(side)
        owner = operation[side]["shape"]
        shape = self.shapes.shapes[owner]
        located: list[Parameter] = []
        body: list[DocumentedMember] = []
        for key, about in shape.get("members", {}).items():
            location = about.get("location", "") if self.bindings.is_located else ""
            wire = about.get("locationName", key)
            if location == "header" and side == "input" and wire.lower() == "content-length":
                continue  # it frames the message: whoever sends one says how long it is
            if location in PLACES:
                member = self.shapes.member(owner, key, key, location)
                greedy = f"{{{wire}+}}" in operation["http"]["requestUri"]
                located.append(
                    Parameter(member, PLACES[location], wire, location == "headers", greedy)
                )
            elif location != "statusCode" and key != shape.get("payload"):
                body.append(self.shapes.member(owner, key, self._called(key, wire)))
        self._mention(one.type for one in body)
        self._mention(one.member.type for one in located)
        return tuple(located), self._body(operation, side, owner, body)

    def _called(self, key: str, wire: str) -> str:
        return key if self.bindings.is_named else wire

    def _nothing(self, side: str) -> Content:
        """A body without members; some protocols send one all the same."""
        if self.bindings.is_located or (self.bindings.is_named and side == "input"):
            return Content()
        return Content(
            syntax=ObjectNode({}, 0),
            media_type=self.bindings.media(side),
            media_place=self._at("metadata", "protocol"),
        )

    def _body(
        self, operation: Mapping[str, Any], side: str, owner: str, body: list[DocumentedMember]
    ) -> Content:
        bindings, shape = self.bindings, self.shapes.shapes[owner]
        place = self.shapes.place(owner)
        if "payload" in shape and bindings.is_located:
            payload = self.shapes.member(owner, shape["payload"], shape["payload"])
            self._mention([payload.type])
            whole = self.shapes.shapes[shape["members"][shape["payload"]]["shape"]]
            named = bindings.is_named and whole["type"] == "structure"
            media = bindings.media(side) if named else None
            return Content(payload=payload, place=place, media_type=media)
        if not body and bindings.is_located:
            return Content(place=place)
        entries: dict[str, Node] = {member.name: OPENING for member in body}
        return Content(
            members=tuple(sorted(body, key=lambda member: member.name.lower())),
            syntax=ObjectNode(entries, 0),
            media_type=bindings.media(side),
            media_place=self._at("metadata", "protocol"),
            place=place,
            names=bindings.root(operation, side),
        )

    def _mention(self, types: Any) -> None:
        """Note the structures that types end in."""
        for stated in types:
            inner: TypeName | None = stated
            while inner is not None:
                if inner.name:
                    self.mentioned.setdefault(inner.name)
                inner = inner.element

    def _structures(self, pages: ServicePages) -> None:
        """The data types that operations mention, and those that these mention."""
        queue = list(self.mentioned)
        while queue:
            name = queue.pop()
            if name in pages.structures:
                continue
            shape = self.shapes.shapes[name]
            members = tuple(
                self.shapes.member(name, key, self._called(key, about.get("locationName", key)))
                for key, about in shape.get("members", {}).items()
            )
            place, union = self.shapes.place(name), bool(shape.get("union"))
            pages.structures[name] = StructurePage(self.model.name, name, place, members, union)
            self.mentioned.clear()
            self._mention(member.type for member in members)
            queue += self.mentioned
