"""A service's API reference as Markdown pages, written from its SDK model in our own words.

The pages have the grammar of the published ones, so that reading hundreds of them can be measured
and tested where no published reference is at hand. ``python -m benchmarks.pages SERVICE FOLDER``
writes them; ``--path GLOB`` takes only the operations on these paths.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from fnmatch import fnmatchcase
from pathlib import Path

from conformance.contract.deriving import ServicePages
from conformance.documents.model import BaseType, DocumentedMember, Limit, LimitTarget, TypeName
from conformance.documents.page_model import (
    Content,
    OperationPage,
    Parameter,
    ParameterLocation,
    StructurePage,
)
from conformance.documents.sdk.models import load_model
from conformance.documents.sdk.pages import model_pages

DEEPEST = 3
"""Structures further in stand in a syntax block by their names, as recursive ones do."""
SCALARS = {
    BaseType.STRING: "String",
    BaseType.INTEGER: "Integer",
    BaseType.LONG: "Long",
    BaseType.FLOAT: "Float",
    BaseType.DOUBLE: "Double",
    BaseType.NUMBER: "Number",
    BaseType.BOOLEAN: "Boolean",
    BaseType.TIMESTAMP: "Timestamp",
    BaseType.BLOB: "Base64-encoded binary data object",
    BaseType.JSON: "JSON value",
}
LEAVES = {
    BaseType.STRING: '"{{string}}"',
    BaseType.BOOLEAN: "{{boolean}}",
    BaseType.BLOB: "{{blob}}",
    BaseType.JSON: "{{JSON value}}",
}


def written(pages: ServicePages) -> dict[str, str]:
    """The text of every page, by file name."""
    return PageWriter(pages).every()


TEXT = TypeName(BaseType.STRING)


class PageWriter:
    """Writes pages of one service."""

    def __init__(self, pages: ServicePages) -> None:
        self.pages = pages

    def every(self) -> dict[str, str]:
        """The text of every page, by file name."""
        pages = self.pages
        found = {f"API_{name}.md": self.operation(page) for name, page in pages.operations.items()}
        types = {f"API_{name}.md": self.structure(page) for name, page in pages.structures.items()}
        return {**found, **types}

    def operation(self, page: OperationPage) -> str:
        """An operation page."""
        request = [*request_line(page), *self._block(page.request)]
        status = f"HTTP/1.1 {page.status}"
        headers = [
            f"{one.wire}{'*' if one.prefix else ''}: {one.member.name}"
            for one in page.response_headers
        ]
        response = [status, *headers, *self._block(page.response)]
        located = [listed(_on_page(one), typed=False) for one in page.parameters]
        answered = [listed(one.member, typed=False) for one in page.response_headers]
        empty = "" if has_body(page.response) else " with an empty HTTP body"
        return "\n".join(
            [
                title(page.name, f"Calls {page.name}."),
                *("## Request Syntax\n", "```", *request, "```\n"),
                *("## URI Request Parameters\n", *located),
                *("## Request Body\n", *members_of(page.request)),
                *("## Response Syntax\n", "```", *response, "```\n", "## Response Elements\n"),
                f"If it succeeds, the service sends back an HTTP {page.status} response{empty}.\n",
                *answered,
                *members_of(page.response, answer=True),
                *self.errors(page),
            ]
        )

    def errors(self, page: OperationPage) -> list[str]:
        """The end of an operation page."""
        errors = [
            f" ** {error.name} **\nThe request fails.\nHTTP Status Code: {error.status or 400}\n"
            for error in sorted(page.errors, key=lambda error: error.name or "")
        ]
        return ["## Errors\n", *errors, "## See Also\n"]

    def structure(self, page: StructurePage) -> str:
        """A data-type page."""
        union = "This data type is a UNION: one of its members may be set.\n" if page.union else ""
        head = title(page.name, f"The type {page.name}.")
        members = map(self.in_structure, page.members)
        return "\n".join([head, union, "## Contents\n", *members, "## See Also\n"])

    def in_structure(self, member: DocumentedMember) -> str:
        """A member of a data type."""
        return listed(member)

    def _block(self, content: Content) -> Iterator[str]:
        if content.payload is not None and content.payload.type is not None:
            kind = content.payload.type
            structure = kind.base is BaseType.STRUCTURE
            yield "\n" + (
                self._value(kind, 0, ()) if structure else f"{{{{{content.payload.name}}}}}"
            )
        elif content.members:
            yield "Content-type: application/json\n"
            yield self._object(content.members, 0, ())

    def _object(
        self, members: Sequence[DocumentedMember], depth: int, above: tuple[str, ...]
    ) -> str:
        pad = "   " * (depth + 1)
        lines = [
            f'{pad}"{one.name}": {self._value(one.type or TEXT, depth + 1, above)}'
            for one in sorted(members, key=lambda one: one.name.lower())
        ]
        return "{\n" + ",\n".join(lines) + "\n" + "   " * depth + "}"

    def _value(self, kind: TypeName, depth: int, above: tuple[str, ...]) -> str:
        if kind.base is BaseType.STRUCTURE and kind.name:
            if kind.name in above or len(above) >= DEEPEST:
                return f'"{kind.name}"'
            members = self.pages.structures[kind.name].members
            return self._object(members, depth, (*above, kind.name)) if members else "{ }"
        element = kind.element or TypeName(BaseType.STRING)
        if kind.base is BaseType.LIST:
            return f"[ {self._value(element, depth, above)} ]"
        if kind.base is BaseType.MAP:
            return f'{{ "{{{{string}}}}" : {self._value(element, depth, above)} }}'
        if kind.base is BaseType.TIMESTAMP:
            return "{{number}}" if kind.wire == "number" else '"{{string}}"'
        return LEAVES.get(kind.base, "{{number}}")


def title(name: str, sentence: str) -> str:
    """The heading of a page."""
    return f'# {name}\n<a name="API_{name}"></a>\n\n{sentence}\n'


def has_body(content: Content) -> bool:
    """Whether a message has a body."""
    return bool(content.members) or content.payload is not None


def _on_page(parameter: Parameter) -> DocumentedMember:
    """A label is listed by its name in the path, other parameters by the SDK's."""
    from dataclasses import replace

    is_label = parameter.where is ParameterLocation.PATH
    return replace(parameter.member, name=parameter.wire) if is_label else parameter.member


def request_line(page: OperationPage) -> Iterator[str]:
    """The request line of a syntax block, and its headers."""
    path = page.path.replace("{", "{{").replace("}", "}}")
    pairs = [f"{name}={value}" if value else name for name, value in page.literal_query.items()]
    queries = [one for one in page.parameters if one.where is ParameterLocation.QUERY]
    pairs += [f"{one.wire}={{{{{one.member.name}}}}}" for one in queries]
    yield f"{page.method} {path}{'?' if pairs else ''}{'&'.join(pairs)} HTTP/1.1"
    for one in page.parameters:
        if one.where is ParameterLocation.HEADER:
            yield f"{one.wire}{'*' if one.prefix else ''}: {{{{{one.member.name}}}}}"


def members_of(content: Content, *, answer: bool = False) -> list[str]:
    """The members of a body as a list."""
    payload = [content.payload] if content.payload else []
    shown = [
        listed(one, required=not answer, typed=one not in payload or _is_structure(one))
        for one in (*payload, *sorted(content.members, key=lambda one: one.name.lower()))
    ]
    return shown or ([] if answer else ["The request does not have a request body.\n"])


def _is_structure(member: DocumentedMember) -> bool:
    return member.type is not None and member.type.base is BaseType.STRUCTURE


def listed(member: DocumentedMember, *, typed: bool = True, required: bool = True) -> str:
    """A member as a list has it."""
    lines = [f" ** {member.name} **", f"What {member.name} is."]
    if typed and member.type is not None:
        lines.append(f"Type: {_type(member.type)}")
    lines += _limits(member)
    if required:
        lines.append(f"Required: {'Yes' if member.required else 'No'}")
    return "\n".join(lines) + "\n"


def _type(kind: TypeName, *, many: bool = False) -> str:
    if kind.base is BaseType.LIST and kind.element is not None:
        return f"{'arrays' if many else 'Array'} of {_type(kind.element, many=True)}"
    if kind.base is BaseType.MAP and kind.element is not None:
        inner = _type(kind.element)
        return f"String to {inner[0].lower() + inner[1:]} map{'s' if many else ''}"
    if kind.base is BaseType.STRUCTURE:
        return f"[{kind.name}](API_{kind.name}.md) object{'s' if many else ''}"
    text = SCALARS[kind.base]
    return f"{text.lower()}s" if many else text


def _limits(member: DocumentedMember) -> Iterator[str]:
    groups: dict[tuple[str, int], list[Limit]] = {}
    for limit in member.limits:
        groups.setdefault((_label(limit, member), limit.depth), []).append(limit)
    for (label, _), limits in groups.items():
        yield f"{label}: {_stated(label, limits)}"


LABELS = {
    LimitTarget.LIST: "Array Members",
    LimitTarget.MAP: "Map Entries",
}
RANGES = {"minLength", "maxLength"}


def _label(limit: Limit, member: DocumentedMember) -> str:
    if limit.on in LABELS:
        return LABELS[limit.on]
    part = {"pattern": "Pattern", "enum": "Valid Values"}.get(limit.name, "")
    part = part or ("Length Constraints" if limit.name in RANGES else "Valid Range")
    if limit.on is LimitTarget.KEY:
        return f"Key {part}"
    in_map = member.type is not None and member.type.base is BaseType.MAP
    return f"Value {part}" if in_map else part


def _stated(label: str, limits: Sequence[Limit]) -> str:
    if label.endswith("Pattern"):
        return f"`{limits[0].value}`"
    if label.endswith("Values"):
        return f"`{' | '.join(map(str, limits[0].value))}`"  # type: ignore[arg-type]
    unit = {"Array Members": "number", "Map Entries": "number"}.get(label, "length")
    unit = "value" if label.endswith("Valid Range") else unit
    items = " items" if unit == "number" else ""
    words = {"min": "Minimum", "max": "Maximum"}
    return " ".join(f"{words[one.name[:3]]} {unit} of {one.value}{items}." for one in limits)


def main() -> None:
    """Write the pages of a service into a folder."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages", description=__doc__)
    parser.add_argument("service")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--path", action="append", default=[], metavar="GLOB")
    given = parser.parse_args()
    model = load_model(given.service)
    wanted = frozenset(
        name
        for name, one in model.data["operations"].items()
        if any(fnmatchcase(one["http"]["requestUri"], glob) for glob in given.path or ["*"])
    )
    given.folder.mkdir(parents=True, exist_ok=True)
    texts = written(model_pages(model, given.service, wanted))
    for name, text in texts.items():
        (given.folder / name).write_text(text, encoding="utf-8")
    print(f"{len(texts)} pages in {given.folder}")


if __name__ == "__main__":
    main()
