"""Pages in the layouts of other protocols than restJson1, written from models in our own words.

They show what published ones show: bodies in JSON without a request line, parameters in dotted
names, bodies in XML with a part of the path in the host.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from benchmarks.pages import PageWriter, has_body, listed, members_of, request_line, title
from conformance.documents.model import BaseType, DocumentedMember, TypeName
from conformance.documents.page_model import Content, OperationPage, Parameter, ParameterLocation
from conformance.documents.sdk.models import SdkModel
from conformance.documents.sdk.pages import model_pages

EC2 = "ec2-query"


def pages_of(model: SdkModel, service: str) -> dict[str, str]:
    """The text of every page of a model, by file name, in the layout of its protocol."""
    pages = model_pages(model, service)
    protocol = pages.protocol or ""
    if protocol == "rest-xml":
        writer: PageWriter = XmlWriter(pages)
    elif protocol.endswith("query"):
        writer = QueryWriter(pages)
    else:
        writer = JsonWriter(pages) if protocol else PageWriter(pages)
    return writer.every()


class JsonWriter(PageWriter):
    """Bodies in JSON, and nothing of where they go."""

    def operation(self, page: OperationPage) -> str:
        """An operation page."""
        parts = [title(page.name, f"Calls {page.name}.")]
        for side, content, list_title in (
            ("Request Syntax", page.request, "Request Parameters"),
            ("Response Syntax", page.response, "Response Elements"),
        ):
            answer = side.startswith("Response")
            if content.members or not answer:
                parts += [f"## {side}\n", "```", self._object(content.members, 0, ()), "```\n"]
            parts.append(f"## {list_title}\n")
            if answer:
                parts.append("If it succeeds, the service sends back an HTTP 200 response.\n")
            parts += members_of(content, answer=answer) if content.members else []
        return "\n".join([*parts, *self.errors(page)])


class QueryWriter(PageWriter):
    """Parameters in dotted names, without a syntax."""

    def operation(self, page: OperationPage) -> str:
        """An operation page."""
        given = [self._listed(one, request=True) for one in page.request.members]
        shown = [self._listed(one, request=False) for one in page.response.members]
        return "\n".join(
            [
                title(page.name, f"Calls {page.name}."),
                *(["## Request Parameters\n", *given] if given else []),
                *(["## Response Elements\n", *shown] if shown else []),
                *self.errors(page),
            ]
        )

    def in_structure(self, member: DocumentedMember) -> str:
        """A member of a data type; of EC2 with the names of requests and of answers."""
        return self._listed(member, request=True, both=True)

    def _listed(self, member: DocumentedMember, *, request: bool, both: bool = False) -> str:
        text = listed(member, required=request)
        head = f" ** {member.name} **"
        return text.replace(head, f"**{self._named(member, request=request, both=both)}", 1)

    def _named(self, member: DocumentedMember, *, request: bool, both: bool) -> str:
        """The name of a member with what stands behind it, after the asterisks that open it."""
        shown = (member.names.name if member.names else None) or member.name
        if not request:
            return f"{shown}**"
        sent = (member.names.query if member.names else None) or shown
        kind, flat = member.type, not (member.names and member.names.wrapped)
        if kind is not None and kind.base is BaseType.MAP:
            entry = f"{sent}.N" if flat else f"{sent}.entry.N"
            return f"{sent}**{entry}.key (key){entry}.value (value)"
        if kind is not None and kind.base is BaseType.LIST:
            item = kind.element.names.name if kind.element and kind.element.names else None
            ec2 = self.pages.protocol == EC2
            return f"{sent}.N**" if flat or ec2 else f"{sent}.{item or 'member'}.N**"
        if both and sent != shown:
            return f"{sent}** (request), **{shown}** (response)"
        return f"{sent}**"


class XmlWriter(PageWriter):
    """A request line with a part of its path in the host, and bodies in XML."""

    def operation(self, page: OperationPage) -> str:
        """An operation page."""
        host, path = "", page.path
        if path.startswith("/{Bucket}"):
            host, path = "Host: Bucket.s3.amazonaws.com", path.removeprefix("/{Bucket}") or "/"
        line, *headers = request_line(replace(page, path=path))
        return "\n".join(
            [
                title(page.name, f"Calls {page.name}."),
                *("## Request Syntax\n", "```", line, *([host] if host else []), *headers),
                *(*self._element(page.request, f"{page.name}Request"), "```\n"),
                *("## URI Request Parameters\n", *map(_parameter, page.parameters)),
                *("## Request Body\n", *self._members(page.request, f"{page.name}Request")),
                *("## Response Syntax\n", "```", f"HTTP/1.1 {page.status}"),
                *(f"{one.wire}: {{{{{one.member.name}}}}}" for one in page.response_headers),
                *(*self._element(page.response, f"{page.name}Result"), "```\n"),
                "## Response Elements\n",
                f"If it succeeds, the service sends back an HTTP {page.status} response.\n",
                *map(_parameter, page.response_headers),
                *self._members(page.response, f"{page.name}Result"),
                *(self.errors(page) if page.errors else ["## See Also\n"]),
            ]
        )

    def _inside(self, content: Content) -> Sequence[DocumentedMember] | None:
        """What is right inside of the element of a body; None of a body that is no element."""
        kind = content.payload.type if content.payload else None
        if kind is None:
            return content.members or None
        if kind.base is not BaseType.STRUCTURE or not kind.name:
            return None
        return self.pages.structures[kind.name].members

    def _root(self, content: Content, usual: str) -> str:
        whole = content.payload
        named = whole.names.name if whole is not None and whole.names else None
        return named or (whole.name if whole else None) or _own(content) or usual

    def _element(self, content: Content, usual: str) -> Iterator[str]:
        inside, root = self._inside(content), self._root(content, usual)
        if inside is None:
            yield f"\n{{{{{content.payload.name}}}}}" if content.payload else ""
            return
        yield '<?xml version="1.0" encoding="UTF-8"?>'
        yield f"<{root}>"
        for one in inside:
            name = (one.names.name if one.names else None) or one.name
            yield f"   <{name}>{_shown(one.type)}</{name}>"
        yield f"</{root}>"

    def _members(self, content: Content, usual: str) -> list[str]:
        inside = self._inside(content)
        if inside is None:
            whole = content.payload
            return [listed(whole, typed=False)] if whole else ["The request has no body.\n"]
        required = content.payload is None or bool(content.payload.required)
        whole = DocumentedMember(self._root(content, usual), inside[0].place, required=required)
        return [listed(whole, typed=False), *(listed(_as_shown(one)) for one in inside)]


def _own(content: Content) -> str | None:
    return content.names.name if content.names and has_body(content) else None


def _as_shown(member: DocumentedMember) -> DocumentedMember:
    return replace(member, name=(member.names.name if member.names else None) or member.name)


def _parameter(parameter: Parameter) -> str:
    """A parameter under its name on the wire; a label under its own."""
    is_label = parameter.where is ParameterLocation.PATH
    name = parameter.wire if is_label or not parameter.prefix else parameter.member.name
    return listed(replace(parameter.member, name=name), typed=False)


def _shown(kind: TypeName | None) -> str:
    """A value of a block in XML: those of structures are left out."""
    return "..." if kind is not None and kind.base is BaseType.STRUCTURE else "string"
