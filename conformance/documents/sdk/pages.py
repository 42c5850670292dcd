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
        """The model's shapes."""
        return Shapes(self.model.name, self.model.data["shapes"], self.bindings)

    @property
    def bindings(self) -> Bindings:
        """What the protocol decides."""
        return Bindings(self.model)

    def read(self, wanted: frozenset[str] | None) -> ServicePages:
        """All pages of the model."""
        pages = ServicePages(
            self.service,
            stated_title=self.model.title,
            stated_version=self.model.version,
            signing=self.model.signing,
            protocol=None if self.model.protocol == REST_JSON else self.model.protocol,
        )
        pages.documents.append(
            Document(self.model.name, self.model.name, self.service, "", self.model.sha256)
        )
        for name, operation in self.model.data["operations"].items():
            if wanted is not None and name not in wanted:
                continue
            if self._is_replaced(operation):
                pages.notes.append(
                    f"{name}: left out, because another operation has the same route"
                )
                continue
            if self._streams_events(operation):
                pages.notes.append(f"{name}: left out, because it uses event streams")
            else:
                pages.operations[name] = self._operation(name, operation)
        self._structures(pages)
        return pages

    def _is_replaced(self, operation: Mapping[str, Any]) -> bool:
        """True for a deprecated operation whose route a newer one has."""
        if not operation.get("deprecated") or not self.bindings.is_located:
            return False
        others = self.model.data["operations"].values()
        same = [one for one in others if one["http"] == operation["http"]]
        return any(not one.get("deprecated") for one in same)

    def _streams_events(self, operation: Mapping[str, Any]) -> bool:
        for side in ("input", "output"):
            shape = self._shape(operation, side)
            for about in shape.get("members", {}).values():
                if self.shapes.shapes[about["shape"]].get("eventstream"):
                    return True
        return False

    def _shape(self, operation: Mapping[str, Any], side: str) -> Mapping[str, Any]:
        found: Mapping[str, Any] = (
            self.shapes.shapes[operation[side]["shape"]] if side in operation else {}
        )
        return found

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
        """The members outside the body, and the body."""
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
        """What a member of a body is called."""
        return key if self.bindings.is_named else wire

    def _nothing(self, side: str) -> Content:
        """A body without members: where every message has one, it is there all the same."""
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
        shape = self.shapes.shapes[owner]
        place = self.shapes.place(owner)
        protocol = self._at("metadata", "protocol")
        if "payload" in shape and self.bindings.is_located:
            payload = self.shapes.member(owner, shape["payload"], shape["payload"])
            self._mention([payload.type])
            whole = self.shapes.shapes[shape["members"][shape["payload"]]["shape"]]
            named = self.bindings.is_named and whole["type"] == "structure"
            media = self.bindings.media(side) if named else None
            return Content(payload=payload, place=place, media_type=media)
        if not body and self.bindings.is_located:
            return Content(place=place)
        entries: dict[str, Node] = {member.name: OPENING for member in body}
        return Content(
            members=tuple(sorted(body, key=lambda member: member.name.lower())),
            syntax=ObjectNode(entries, 0),
            media_type=self.bindings.media(side),
            media_place=protocol,
            place=place,
            names=self.bindings.root(operation, side),
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
            keys = shape.get("members", {}).items()
            members = tuple(
                self.shapes.member(name, key, self._called(key, about.get("locationName", key)))
                for key, about in keys
            )
            union = bool(shape.get("union"))
            place = self.shapes.place(name)
            pages.structures[name] = StructurePage(
                self.model.name, name, place, members, union=union
            )
            self.mentioned.clear()
            self._mention(member.type for member in members)
            queue += self.mentioned
