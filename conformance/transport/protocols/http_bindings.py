"""Members outside the body: path labels, query parameters and headers."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit

from conformance.contract.model import BINARY, Kind, Location, Member, Operation
from conformance.contract.places import ABSENT
from conformance.contract.routes import PathTemplate, query_of
from conformance.contract.texts import from_text, from_texts
from conformance.transport.exchange import Request
from conformance.transport.protocols.json_text import text
from conformance.transport.protocols.seam import WireRequest, WireVariant, merged

TypedBody = tuple[bytes | None, str | None]
"""A body, and its content type."""


@dataclass(slots=True)
class BoundRequest:
    """The members of a request, sorted by where they travel."""

    path: str
    query: list[tuple[str, str]]
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: dict[str, Any] = field(default_factory=dict)
    payload: tuple[str, Any] | None = None
    """Name and value of the member that is the whole body."""

    def whole_body(self, raw: bytes | None, media: str) -> TypedBody | None:
        """The body that no members are written to: ``raw``, or the payload."""
        if raw is not None:
            return raw, media
        if self.payload is None:
            return None
        return text(self.payload[1]).encode(errors="surrogatepass"), BINARY

    def request(
        self,
        operation: Operation,
        body: TypedBody,
        form: WireVariant,
        more: tuple[tuple[str, str], ...] = (),
    ) -> WireRequest:
        parts = [urlencode(self.query, quote_via=quote, errors="surrogatepass"), form.query]
        behind = "&".join(part for part in parts if part)
        if any(
            one.location is Location.HEADER and one.name.lower() == "content-type"
            for one in operation.input.values()
        ):
            body = (body[0], None)  # a header says it; left out, that is what is left out
        return WireRequest(
            form.method or operation.method,
            f"{self.path}?{behind}" if behind else self.path,
            *body,
            (*self.headers, *more, *form.overrides),
            form.names,
        )


def request_without_bindings(
    operation: Operation, body: TypedBody, headers: Iterable[tuple[str, str]], form: WireVariant
) -> WireRequest:
    """The request of a protocol whose members are all in the body, with its content type."""
    path = form.path or operation.path
    return WireRequest(
        form.method or operation.method,
        f"{path}?{form.query}" if form.query else path,
        *body,
        merged(headers, form),
        form.names,
    )


def asking_for_former_names(operation: Operation) -> tuple[tuple[str, str], ...]:
    """The header by which an SDK asks for the names that errors had in the query protocol."""
    return (("x-amzn-query-mode", "true"),) if operation.spoke_query else ()


def payload_placeholders(operation: Operation) -> dict[str, Any]:
    """Members that are the whole body of a request, which as bytes are not read."""
    members = operation.input.values()
    return {one.name: "" for one in members if one.location is Location.PAYLOAD}


def bind(operation: Operation, values: Mapping[str, Any], form: WireVariant) -> BoundRequest:
    """The members where the operation has them; one that it does not know is in the body."""
    bound = BoundRequest(form.path or operation.path, list(operation.query.items()))
    for name, value in values.items():
        location = operation.input[name].location if name in operation.input else Location.BODY
        if value is ABSENT:
            continue
        if location is Location.PATH:
            # The slashes of a greedy label stay what they are.
            parts = text(value).split("/") if name in operation.greedy else [text(value)]
            written = "/".join(map(form.labels.encoded, parts))
            bound.path = bound.path.replace(f"{{{name}}}", written)
        elif location is Location.QUERY:
            bound.query += _parameters(operation.input[name], value)
        elif location is Location.HEADER:
            bound.headers += _headers(name, value)
        elif location is Location.PAYLOAD:
            bound.payload = (name, value)
        else:
            bound.body[name] = value
    return bound


def _parameters(member: Member, value: Any) -> Iterator[tuple[str, str]]:
    """A query parameter, once for each item of a list; of a map one for each entry."""
    spread = member.shape.kind is Kind.MAP and isinstance(value, dict)
    for key, one in value.items() if spread else [(member.name, value)]:
        for item in one if isinstance(one, list) else [one]:
            if one is not None:
                yield key, text(item)


def _headers(name: str, value: Any) -> list[tuple[str, str]]:
    """A header, or of a map one for each entry; what no header can hold is left out."""
    if value is None:
        return []
    if isinstance(value, dict):
        pairs = [(f"{name}{key}", text(item)) for key, item in value.items()]
    elif isinstance(value, list):
        pairs = [(name, ",".join(text(item) for item in value))]
    else:
        pairs = [(name, text(value))]
    return [(key, item) for key, item in pairs if item.isascii() and item.isprintable()]


def bound_members(operation: Operation, request: Request) -> dict[str, Any]:
    """The members outside the body, read from a request's bytes."""
    parts = urlsplit(request.url)
    values = dict(_labels(operation, parts.path))
    query = query_of(parse_qsl(parts.query, keep_blank_values=True))
    for member in operation.input.values():
        if member.location is Location.QUERY and member.shape.kind is Kind.MAP:
            entries = _entries(operation, member, query)
            values |= {member.name: entries} if entries else {}
        elif member.location is Location.QUERY and member.name in query:
            values[member.name] = from_texts(member.shape, query[member.name])
        elif member.location is Location.HEADER and (seen := _header(member, request)) is not None:
            values[member.name] = seen
    return values


def _entries(
    operation: Operation, member: Member, query: Mapping[str, list[str]]
) -> dict[str, Any]:
    """The entries of a map that is spread over the query: the parameters that no other one is."""
    others = {one.name for one in operation.input.values() if one.location is Location.QUERY}
    rest = query.keys() - others - operation.query.keys()
    shape = member.shape.element or member.shape
    return {name: from_texts(shape, texts) for name, texts in query.items() if name in rest}


def _labels(operation: Operation, path: str) -> Iterator[tuple[str, Any]]:
    raw = PathTemplate(operation.path, operation.greedy, empty=True).match_end(path) or {}
    for name, value in raw.items():
        if name in operation.input:
            yield name, from_text(operation.input[name].shape, unquote(value))


def _header(member: Member, request: Request) -> Any:
    """A header's value; of a map, the headers whose names begin with the member's."""
    if member.shape.kind is Kind.MAP:
        begin = member.name.lower()
        shape = member.shape.element or member.shape
        found = {
            name[len(begin) :]: from_text(shape, value)
            for name, value in request.headers
            if name.lower().startswith(begin)
        }
        return found or None
    seen = request.header(member.name)
    if seen is None:
        return None
    return from_texts(member.shape, seen.split(",") if member.shape.kind is Kind.LIST else [seen])
