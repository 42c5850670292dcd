"""awsQuery and ec2Query: requests read from forms, answers and errors written as XML."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4
from xml.sax.saxutils import escape

from tests.servers.keys.shapes import faults, model
from tests.servers.keys.wire import Refused
from tests.servers.testbed.wire import Request, Response

from .typed import Xml, scalar
from .world import Members, Operation, World

Tree = dict[str, Any]


class Forms:
    """One service of these protocols; its operations by name."""

    def __init__(self, service: str, world: World, operations: dict[str, Operation]) -> None:
        self.model = model(service)
        self.shapes = self.model["shapes"]
        self.operations = operations
        self.world = world
        self.xml = Xml(service, world)
        self.ec2 = self.model["metadata"]["protocol"] == "ec2"

    def answer(self, request: Request) -> Response:
        try:
            form = _form(request)
            action = self._action(form)
            sent = self._read(self.model["operations"][action], form)
            return self._shown(action, self.operations[action](sent) or {})
        except Refused as refused:
            return self.refusal(refused)

    def _action(self, form: dict[str, str]) -> str:
        action, version = form.pop("Action", None), form.pop("Version", None)
        if action is None:
            raise Refused("MissingAction", "An action is needed.")
        if action not in self.operations or version not in {None, self._version}:
            text = f"Could not find operation {action} for version {version}"
            raise Refused("InvalidAction", text)
        return action

    @property
    def _version(self) -> str:
        return str(self.model["metadata"]["apiVersion"])

    def _read(self, operation: Members, form: dict[str, str]) -> Members:
        if "input" not in operation:
            return {}
        name = operation["input"]["shape"]
        tree = _tree(form)
        members: Members = self._structure(self.shapes[name], tree)
        if self.ec2:
            self._refuse_unknown(tree)
            self._demand_required(name, members, "")
        found = faults(self.shapes, name, members, "")
        if found:
            code = "InvalidParameterValue" if self.ec2 else "ValidationError"
            if self.world.on("other-codes") and not self.ec2:
                code = "MissingParameter" if "not be null" in found[0] else "InvalidParameterValue"
            raise Refused(code, f"{len(found)} validation errors detected: {'; '.join(found)}")
        return members

    def _refuse_unknown(self, tree: Tree) -> None:
        left = [name for name in tree if name not in {"", "AWSAccessKeyId"}]
        if left:
            raise Refused("UnknownParameter", f"The parameter {left[0]} is not recognized")

    def _demand_required(self, name: str, members: Members, at: str) -> None:
        shape = self.shapes[name]
        for member in shape.get("required", ()):
            if member not in members:
                parameter = f"{at}{member}"
                text = f"The request must contain the parameter {parameter}"
                raise Refused("MissingParameter", text)

    def _structure(self, shape: Members, tree: Tree) -> Members:
        """What a tree says of the members, which are taken out of it."""
        found = {}
        for member, of in shape["members"].items():
            tag = self._tag(member, of)
            if tag in tree:
                value = self._value(of["shape"], tree.pop(tag))
                if value is not None:
                    found[member] = value
        return found

    def _tag(self, member: str, of: Members) -> str:
        if not self.ec2:
            return str(of.get("locationName", member))
        location = of.get("locationName", member)
        return str(of.get("queryName", location[:1].upper() + location[1:]))

    def _value(self, name: str, tree: str | Tree) -> Any:
        shape = self.shapes[name]
        kind = shape["type"]
        if kind in {"structure", "list"}:
            if isinstance(tree, str):
                if tree:
                    raise Refused("MalformedInput", f"{tree[:40]} is no {kind}")
                return [] if kind == "list" else None
            text = tree.pop("", None)
            if text:
                raise Refused("MalformedInput", f"{text[:40]} is no {kind}")
            return self._structure(shape, tree) if kind == "structure" else self._list(shape, tree)
        if isinstance(tree, dict):
            inner = [one for one in tree if one]
            if inner or "" not in tree:
                raise Refused("MalformedInput", f"a {kind} has no {', '.join(inner)}")
            tree = tree[""]
        try:
            return scalar(shape, str(tree))
        except Refused as refused:
            code = "InvalidParameterValue" if self.ec2 else "MalformedInput"
            raise Refused(code, str(refused)) from refused

    def _list(self, shape: Members, tree: Tree) -> list[Any]:
        tag = shape["member"].get("locationName", "member")
        items = tree if self.ec2 else tree.pop(tag if tag in tree else "member", {})
        if tree and not self.ec2:
            raise Refused("MalformedInput", "a list has members")
        if not isinstance(items, dict) or not all(one.isdecimal() for one in items):
            raise Refused("MalformedInput", "a list has numbered members")
        inner = shape["member"]["shape"]
        return [
            self._value(inner, one) for _, one in sorted(items.items(), key=lambda one: int(one[0]))
        ]

    def _shown(self, action: str, answer: Members) -> Response:
        operation = self.model["operations"][action]
        output = operation.get("output")
        inner = self.xml.inside(output["shape"], answer) if output else ""
        space = self.model["metadata"].get("xmlNamespace", "")
        if self.ec2:
            space = f"http://ec2.amazonaws.com/doc/{self._version}/"
            told = inner or "<return>true</return>"
            body = f"<requestId>{uuid4()}</requestId>{told}"
        else:
            result = f"<{action}Result>{inner}</{action}Result>" if output else ""
            tail = f"<ResponseMetadata><RequestId>{uuid4()}</RequestId></ResponseMetadata>"
            body = result + tail
        return self._xml(200, f'<{action}Response xmlns="{space}">{body}</{action}Response>')

    def refusal(self, refused: Refused) -> Response:
        """An error as it is sent."""
        message = "" if self.world.on("terse") else escape(str(refused))
        code = f"<Code>{refused.code}</Code><Message>{message}</Message>"
        if self.ec2:
            inner = f"<Errors><Error>{code}</Error></Errors><RequestID>{uuid4()}</RequestID>"
            return self._xml(refused.status, f"<Response>{inner}</Response>")
        inner = f"<Error><Type>Sender</Type>{code}</Error><RequestId>{uuid4()}</RequestId>"
        space = self.model["metadata"].get("xmlNamespace", "")
        return self._xml(refused.status, f'<ErrorResponse xmlns="{space}">{inner}</ErrorResponse>')

    def _xml(self, status: int, text: str) -> Response:
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode()
        return Response(status, body, headers={"Content-Type": "text/xml;charset=UTF-8"})


def _form(request: Request) -> dict[str, str]:
    try:
        text = request.body.decode()
        pairs = parse_qsl(text, keep_blank_values=True, errors="strict")
    except UnicodeDecodeError as error:
        raise Refused("MalformedInput", "no UTF-8") from error
    return dict([*parse_qsl(request.query, keep_blank_values=True), *pairs])


def _tree(form: dict[str, str]) -> Tree:
    """The form by the parts of its names."""
    tree: Tree = {}
    for name, text in form.items():
        *above, last = name.split(".")
        at = tree
        for part in above:
            one = at.setdefault(part, {})
            if not isinstance(one, dict):
                at[part] = one = {"": one}
            at = one
        if isinstance(at.get(last), dict):
            at[last][""] = text
        else:
            at[last] = text
    return tree
