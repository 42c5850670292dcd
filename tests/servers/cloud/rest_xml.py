"""restXml, as Route 53 and CloudFront speak it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

from tests.servers.keys.wire import Refused
from tests.servers.testbed.wire import Request, Response

from .rest import Rest
from .typed import Xml
from .world import Members, Operation, World

SPACE = "https://route53.amazonaws.com/doc/2013-04-01/"


class RestXml(Rest):
    """A service with two codes: for what its model does not allow, and for what is no such XML."""

    def __init__(
        self,
        service: str,
        world: World,
        operations: dict[str, Operation],
        space: str = SPACE,
        codes: tuple[str, str] = ("InvalidInput", "InvalidInput"),
    ) -> None:
        super().__init__(service, world, operations)
        self.xml = Xml(service, world)
        self.space = space
        self._invalid, self._malformed = codes

    def invalid(self) -> str:
        return self._invalid

    def body(self, operation: Members, shape: Members, request: Request) -> Members:
        inside = {name: of for name, of in shape["members"].items() if "location" not in of}
        if not inside or not request.body:
            return {}
        payload = shape.get("payload")
        try:
            if b"<!" in request.body:
                raise Refused(self._malformed, "Invalid XML: no DTD is allowed.")
            root = ET.fromstring(request.body)  # noqa: S314 - no DTD is in it
        except (ET.ParseError, ValueError, LookupError) as error:
            raise Refused(self._malformed, "Invalid XML") from error
        if payload:
            tag = inside[payload].get("locationName", payload)
            if root.tag.rpartition("}")[2] != tag:
                raise Refused(self._malformed, f"Invalid XML: the root is {tag}")
            return {payload: self._value(inside[payload]["shape"], root)}
        return self._members(inside, root)

    def _members(self, inside: Members, element: ET.Element) -> Members:
        tags = {of.get("locationName", name): name for name, of in inside.items()}
        found: Members = {}
        for child in element:
            name = tags.get(child.tag.rpartition("}")[2])
            if name is None or name in found:
                text = f"cvc-complex-type.2.4.a: Invalid content: '{child.tag}'"
                raise Refused(self._malformed, text)
            found[name] = self._value(inside[name]["shape"], child)
        return found

    def _value(self, name: str, element: ET.Element) -> Any:
        shape = self.shapes[name]
        if shape["type"] == "structure":
            return self._members(shape["members"], element)
        if shape["type"] == "list":
            tag = shape["member"].get("locationName", "member")
            if any(child.tag.rpartition("}")[2] != tag for child in element):
                raise Refused(self._malformed, f"cvc-complex-type.2.4.a: a list of {tag}")
            return [self._value(shape["member"]["shape"], child) for child in element]
        if len(element):
            raise Refused(self._malformed, f"{element.tag} has no elements in it")
        return self._text(shape, element.text or "")

    def shown(self, name: str, operation: Members, answer: Members) -> Response:
        status = operation["http"].get("responseCode", 200)
        if "output" not in operation:
            return Response(status)
        output = operation["output"]["shape"]
        headers = {"Content-Type": "text/xml"}
        for member, of in self.shapes[output]["members"].items():
            if of.get("location") == "header" and answer.get(member) is not None:
                headers[of["locationName"]] = answer[member]
        payload = self.shapes[output].get("payload")
        if payload and isinstance(answer.get(payload), bytes):
            return Response(status, answer[payload], headers=headers)
        if payload:
            of = self.shapes[output]["members"][payload]
            tag, inner = (
                of.get("locationName", payload),
                self.xml.inside(of["shape"], answer[payload]),
            )
        else:
            tag, inner = f"{name}Response", self.xml.inside(output, answer)
        text = f'<?xml version="1.0"?>\n<{tag} xmlns="{self.space}">{inner}</{tag}>'
        return Response(status, text.encode(), headers=headers)

    def refusal(self, refused: Refused) -> Response:
        message = "" if self.world.on("terse") else escape(str(refused))
        tail = f"<RequestId>{uuid4()}</RequestId>"
        if refused.code == "InvalidChangeBatch" and self.world.on("other-codes"):
            inner = f"<Messages><Message>{message}</Message></Messages>{tail}"
            text = f'<InvalidChangeBatch xmlns="{self.space}">{inner}</InvalidChangeBatch>'
        else:
            error = f"<Type>Sender</Type><Code>{refused.code}</Code><Message>{message}</Message>"
            text = (
                f'<ErrorResponse xmlns="{self.space}"><Error>{error}</Error>{tail}</ErrorResponse>'
            )
        body = f'<?xml version="1.0"?>\n{text}'.encode()
        return Response(refused.status, body, headers={"Content-Type": "text/xml"})
