"""The REST protocols: requests found by their paths, members read from wherever they stand."""

from __future__ import annotations

import re
from typing import Any, NamedTuple
from urllib.parse import unquote

from tests.servers.keys.shapes import model, refuse_faults
from tests.servers.keys.wire import Refused
from tests.servers.testbed.wire import Request, Response

from .typed import scalar
from .world import Members, Operation, World


class Route(NamedTuple):
    """How an operation is recognized."""

    name: str
    method: str
    path: re.Pattern[str]
    literal: int


class Rest:
    """What REST services have in common; how a body is read and written is of the protocol."""

    space = ""

    def __init__(self, service: str, world: World, operations: dict[str, Operation]) -> None:
        self.model = model(service)
        self.shapes = self.model["shapes"]
        self.operations = operations
        self.world = world
        routes = [_route(name, one["http"]) for name, one in self.model["operations"].items()]
        self._routes = sorted(routes, key=lambda one: -one.literal)

    def answer(self, request: Request) -> Response:
        try:
            name, labels = self._found(request)
            operation = self.model["operations"][name]
            sent = self._read(operation, labels, request)
            answer = self.operations[name](sent) or {}
            return self.shown(name, operation, answer)
        except Refused as refused:
            return self.refusal(refused)

    def _found(self, request: Request) -> tuple[str, dict[str, str]]:
        for route in self._routes:
            match = route.path.fullmatch(request.path)
            if match and route.method == request.method and route.name in self.operations:
                return route.name, {key: unquote(one) for key, one in match.groupdict().items()}
        raise Refused("UnknownOperationException", "There is no such operation.", 404)

    def _read(self, operation: Members, labels: dict[str, str], request: Request) -> Members:
        if "input" not in operation:
            return {}
        name = operation["input"]["shape"]
        shape = self.shapes[name]
        found = self.body(operation, shape, request)
        params = request.params
        for member, of in shape["members"].items():
            tag, place = of.get("locationName", member), of.get("location")
            inner = self.shapes[of["shape"]]
            if place == "uri" and tag in labels:
                found[member] = self._text(inner, labels[tag])
            elif place == "querystring" and tag in params:
                if inner["type"] == "list":
                    found[member] = params[tag]
                else:
                    found[member] = self._text(inner, params[tag][0])
            elif place == "header" and tag.lower() in request.headers:
                found[member] = self._text(inner, request.headers[tag.lower()])
        try:
            refuse_faults(self.shapes, name, found)
        except Refused as refused:
            raise Refused(self.invalid(), str(refused)) from refused
        return found

    def _text(self, shape: Members, text: str) -> Any:
        try:
            return scalar(shape, text)
        except Refused as refused:
            raise Refused(self.invalid(), str(refused)) from refused

    def invalid(self) -> str:
        """The code for what a model does not allow."""
        raise NotImplementedError

    def body(self, operation: Members, shape: Members, request: Request) -> Members:
        """The members of the body."""
        raise NotImplementedError

    def shown(self, name: str, operation: Members, answer: Members) -> Response:
        """An answer as it is sent."""
        raise NotImplementedError

    def refusal(self, refused: Refused) -> Response:
        """An error as it is sent."""
        raise NotImplementedError


def _route(name: str, http: Members) -> Route:
    path = http["requestUri"].partition("?")[0]
    parts = re.split(r"(\{\w+\+?\})", path)
    pattern = ""
    for part in parts:
        label = re.fullmatch(r"\{(\w+)(\+?)\}", part)
        inside = ".+" if label and label[2] else "[^/]+"
        pattern += f"(?P<{label[1]}>{inside})" if label else re.escape(part)
    literal = sum(len(part) for part in parts if not part.startswith("{"))
    return Route(name, http["method"], re.compile(pattern.removesuffix("/") + "/?"), literal)
