"""awsQuery and ec2Query: form parameters in dotted names go out, XML comes back."""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from conformance.contract.model import NO_NAMES, Kind, Member, Operation, Shape
from conformance.contract.places import ABSENT
from conformance.transport.exchange import Request, Response
from conformance.transport.protocols.http_bindings import request_without_bindings
from conformance.transport.protocols.json_text import text
from conformance.transport.protocols.seam import (
    ACTION,
    ReadBody,
    WireProtocol,
    WireRequest,
    WireVariant,
)
from conformance.transport.protocols.xml_reading import (
    children,
    entry_names,
    local,
    read_members,
    read_root,
    scalar,
)

FORM = "application/x-www-form-urlencoded; charset=utf-8"
Pairs = Iterator[tuple[str, str]]


class AwsQuery(WireProtocol):
    """awsQuery; ec2Query differs in a few names."""

    body_format = "XML"
    names_errors = "ErrorResponse/Error/Code"
    media = ("application/x-www-form-urlencoded",)
    by_name = True
    errors: tuple[tuple[str, ...], ...] = (("ErrorResponse", "Error"),)
    writes_empty_lists = True

    def write(
        self, operation: Operation, values: Mapping[str, Any], raw: bytes | None, form: WireVariant
    ) -> WireRequest:
        pairs = list(operation.selectors.items())
        for name, value in values.items():
            shape = operation.input[name].shape if name in operation.input else None
            pairs += self._pairs(self._named(name, shape), shape, value)
        body = urlencode(pairs, quote_via=quote, errors="surrogatepass").encode()
        sent = (body if raw is None else raw, FORM)
        return request_without_bindings(operation, sent, (("Accept", "*/*"),), form)

    def _named(self, name: str, shape: Shape | None) -> str:
        return (shape.names.name if shape is not None else None) or name

    def _pairs(self, prefix: str, shape: Shape | None, value: Any) -> Pairs:
        if value is None or value is ABSENT:
            return
        if isinstance(value, dict):
            yield from self._of_dict(prefix, shape, value)
        elif isinstance(value, list):
            inner = shape.element if shape is not None else None
            if not value and self.writes_empty_lists:
                yield prefix, ""
            for index, item in enumerate(value, 1):
                yield from self._pairs(f"{self._items(prefix, shape)}.{index}", inner, item)
        else:
            yield prefix, text(value)

    def _of_dict(self, prefix: str, shape: Shape | None, value: dict[str, Any]) -> Pairs:
        if shape is not None and shape.kind is Kind.MAP:
            key, inner = entry_names(shape)
            for index, (name, item) in enumerate(value.items(), 1):
                entry = f"{_entries(prefix, shape)}.{index}"
                yield f"{entry}.{key}", name
                yield from self._pairs(f"{entry}.{inner}", shape.element, item)
            return
        members = {} if shape is None else shape.members
        for name, item in value.items():
            one = members[name].shape if name in members else None
            yield from self._pairs(f"{prefix}.{self._named(name, one)}", one, item)

    def _items(self, prefix: str, shape: Shape | None) -> str:
        """What stands before the number of an item."""
        names = NO_NAMES if shape is None else shape.names
        if not names.wrapped:
            return prefix
        item = shape.element.names.name if shape is not None and shape.element else None
        return f"{prefix}.{item or 'member'}"

    # -- Reading a request back --------------------------------------------------------------

    def members(self, operation: Operation, request: Request) -> dict[str, Any]:
        body = (request.body or b"").decode("utf-8", "replace")
        flat = dict(parse_qsl(body, keep_blank_values=True, errors="surrogatepass"))
        return self._gathered_members("", operation.input, flat)

    def _gathered(self, prefix: str, shape: Shape, flat: Mapping[str, str]) -> Any:
        inner = [name for name in flat if name.startswith(f"{prefix}.")]
        if not inner:
            if prefix not in flat:
                return ABSENT
            # How an empty list differs from one that is not given is not published.
            empty = shape.kind is Kind.LIST and not flat[prefix]
            return ABSENT if empty else scalar(shape, flat[prefix])
        element = shape.element
        if shape.kind is Kind.LIST and element is not None:
            before = self._items(prefix, shape)
            return [self._gathered(f"{before}.{n}", element, flat) for n in _numbers(before, inner)]
        if shape.kind is Kind.MAP and element is not None:
            before, (key, value) = _entries(prefix, shape), entry_names(shape)
            entries = [f"{before}.{n}" for n in _numbers(before, inner)]
            return {
                flat.get(f"{one}.{key}", ""): self._gathered(f"{one}.{value}", element, flat)
                for one in entries
            }
        return self._gathered_members(f"{prefix}.", shape.members, flat)

    def _gathered_members(
        self, before: str, members: Mapping[str, Member], flat: Mapping[str, str]
    ) -> dict[str, Any]:
        found = {
            name: self._gathered(before + self._named(name, one.shape), one.shape, flat)
            for name, one in members.items()
        }
        return {name: value for name, value in found.items() if value is not ABSENT}

    # -- Reading an answer -------------------------------------------------------------------

    def read(self, operation: Operation | None, response: Response) -> ReadBody:
        root = read_root(response, self.errors, {"ErrorResponse", "Response", "Error"})
        if isinstance(root, ReadBody):
            return root
        if operation is None:
            return ReadBody(read_members({}, root))
        name, wanted = local(root.tag), f"{operation.name}Response"
        form = "" if name == wanted else f"XML with the root {name} instead of {wanted}"
        inside = children(root, operation.wrapper) if operation.wrapper else [root]
        return ReadBody(read_members(operation.output, inside[0]) if inside else {}, form=form)

    def is_for(self, operation: Operation, raw: bytes) -> bool:
        """Whether a body still names its operation."""
        return f"{ACTION}={operation.selectors.get(ACTION)}".encode() in raw

    def nowhere(self, request: WireRequest, nonce: str) -> WireRequest:
        action = f"Action=NoSuchOperation{nonce}".encode()
        body = re.sub(rb"Action=[^&]*", action, request.body or b"")
        return WireRequest(request.method, request.target, body, request.content_type)


class Ec2Query(AwsQuery):
    """ec2Query: other names, no word before the number of an item, nothing around members."""

    names_errors = "Response/Errors/Error/Code"
    errors = (("Response", "Errors", "Error"),)
    writes_empty_lists = False

    def _named(self, name: str, shape: Shape | None) -> str:
        return (shape.names.query if shape is not None else None) or name

    def _items(self, prefix: str, shape: Shape | None) -> str:  # noqa: ARG002
        return prefix


def _entries(prefix: str, shape: Shape) -> str:
    return f"{prefix}.entry" if shape.names.wrapped else prefix


def _numbers(prefix: str, names: list[str]) -> list[int]:
    """The numbers that come after a prefix, in their order."""
    found = re.compile(rf"{re.escape(prefix)}\.(\d{{1,6}})(\.|\Z)")
    return sorted({int(match[1]) for name in names if (match := found.match(name))})
