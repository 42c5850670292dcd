"""One OpenAPI 3.1 document of a service, from its pages, which are sorted by service first."""

from collections.abc import Iterable, Sequence
from typing import Any

from conformance.contract.deriving import operations
from conformance.contract.deriving.facts import differences, operation_facts, structure_facts
from conformance.contract.deriving.schemas import Schema, SchemaBuilder, pointer, tidy
from conformance.contract.deriving.shown import SyntaxExamples, look
from conformance.documents.page_model import (
    CommonErrorsPage,
    OperationPage,
    Page,
    PatchPage,
    ResourcePage,
    ServicePages,
    StructurePage,
)
from conformance.documents.reader import ReadPage
from conformance.errors import BadInput

OPENAPI = "3.1.0"


class SameRequest(BadInput):
    """Two operations of a service have one method and path: ``first`` and ``second``."""

    hint = "derive them under two names with --service, or leave one page out"

    def __init__(self, service: str, first: str, second: str) -> None:
        self.second = second
        super().__init__(f"{service}: {first} and {second} have the same method and path")


ERROR = "Error"


def assemble_whole(pages: ServicePages) -> tuple[dict[str, Any], list[SameRequest]]:
    """The document of a service, and the second of two equal requests, which was left out."""
    skipped: list[SameRequest] = []
    while True:
        try:
            return assemble(pages), skipped
        except SameRequest as problem:
            skipped.append(problem)
            del pages.operations[problem.second]


def assemble(pages: ServicePages) -> dict[str, Any]:
    """The OpenAPI document as plain data; what could not be kept is added to ``pages.notes``."""
    shown = look(pages)
    components = _component_names(pages, shown)
    structures = {name: components[name] for name in shown.sights}
    structures.update({name: components[name] for name in pages.structures})
    builder = SchemaBuilder(shown.usual_timestamp, structures)
    schemas = dict(_bodies(pages, builder, components))
    schemas.update(_structures(pages, shown, builder))
    # The body of any error: what it holds besides a message differs by error.
    error_body = {"type": "object", "x-type": "structure", "properties": {}}
    schemas[components[f"={ERROR}"]] = error_body
    found: dict[str, Any] = {
        "openapi": OPENAPI,
        "info": {"title": pages.title, "version": pages.version},
        "x-service": pages.service,
        **({"x-protocol": pages.protocol} if pages.protocol else {}),
        **({"x-signing": dict(pages.signing)} if pages.signing else {}),
        **({"x-model": pages.model} if pages.model else {}),
        "x-documents": {
            one.name: {**({"url": one.url} if one.url else {}), "sha256": one.sha256}
            for one in pages.documents
        },
    }
    if pages.common_errors:
        found["x-common-errors"] = {
            name: {"status": error.status or 400, "x-source": pointer(error.place)}
            for name, error in pages.common_errors.items()
        }
    found["paths"] = _paths(pages, builder, components)
    found["components"] = {"schemas": dict(sorted(schemas.items()))}
    pages.notes.extend(builder.notes)
    return found


def _component_names(pages: ServicePages, shown: SyntaxExamples) -> dict[str, str]:
    """Names by structure; ours, with the key ``=NAME``, give way to documented ones."""
    found = {name: name for name in (*shown.sights, *pages.structures)}
    taken = set(found)
    own = [f"{name}{part}" for name in pages.operations for part in ("Request", "Response")]
    for wanted in (*own, ERROR):
        name = wanted
        while name in taken:
            name = f"{name}_"
        taken.add(name)
        found[f"={wanted}"] = name
    return found


def _bodies(
    pages: ServicePages, builder: SchemaBuilder, names: dict[str, str]
) -> Iterable[tuple[str, Schema]]:
    for page in pages.operations.values():
        for content, part in ((page.request, "Request"), (page.response, "Response")):
            if content.syntax is not None and content.payload is None:
                key = f"{page.name}{part}"
                yield names[f"={key}"], operations.object_schema(key, content, builder)


def _structures(
    pages: ServicePages, shown: SyntaxExamples, builder: SchemaBuilder
) -> Iterable[tuple[str, Schema]]:
    for name, component in builder.names.items():
        page = pages.structures.get(name)
        schema = _from_page(page, shown, builder) if page else _from_syntax(name, shown, builder)
        yield component, schema


def _from_page(page: StructurePage, shown: SyntaxExamples, builder: SchemaBuilder) -> Schema:
    properties = {
        member.name: builder.member(
            page.name, member, None, shown.timestamp(page.name, member.name)
        )
        for member in page.members
    }
    union = {"x-union": True} if page.union else {}
    return tidy(
        {
            "type": "object",
            "x-type": "structure",
            "x-source": pointer(page.place),
            "properties": properties,
            **operations.required_list(page.members),
            **union,
        }
    )


def _from_syntax(name: str, shown: SyntaxExamples, builder: SchemaBuilder) -> Schema:
    """A structure without a page: from the last syntax block that shows it, else its name alone."""
    sights = shown.sights.get(name, [])
    if not sights:
        builder.notes.append(f"{name}: no page or syntax block shows its members")
        return {"type": "object", "x-type": "structure", "x-from": "name only"}
    sight = sights[-1]
    schema = builder.shown(sight.node, sight.document, sight.section)
    schema.pop("x-sources")
    builder.notes.append(f"{name}: no page; members from a syntax block of {sight.document}")
    return tidy({**schema, "x-from": "syntax", "x-source": pointer(sight.place)})


def _paths(pages: ServicePages, builder: SchemaBuilder, names: dict[str, str]) -> dict[str, Any]:
    paths: dict[str, Any] = {}
    present = operations.distinguishing_parameters(pages.operations)
    for name, page in sorted(pages.operations.items()):
        item = paths.setdefault(operations.path_key(page, present.get(name, ())), {})
        if page.method.lower() in item:
            other = item[page.method.lower()]["operationId"]
            raise SameRequest(pages.service, other, name)
        parts = {
            "request": names[f"={name}Request"],
            "response": names[f"={name}Response"],
            "error": names[f"={ERROR}"],
        }
        rows = pages.patches.get(name, ())
        made = operations.operation(page, builder, parts, rows)
        if name in present:
            made["x-query-present"] = present[name]
        item[page.method.lower()] = made
    return dict(sorted(paths.items()))


def by_service(pages: Sequence[ReadPage]) -> dict[str, ServicePages]:
    """Sort pages by service and kind; services by name."""
    found: dict[str, ServicePages] = {}
    for read in pages:
        service = read.document.service
        of_service = found.setdefault(service, ServicePages(service))
        of_service.documents.append(read.document)
        _sort(of_service, read.page)
    return dict(sorted(found.items()))


def _sort(pages: ServicePages, page: Page) -> None:
    if isinstance(page, ResourcePage):
        parts: list[Page] = [*page.operations, *page.structures]
        for one in parts:
            _sort(pages, one)
    elif isinstance(page, OperationPage):
        earlier = pages.operations.pop(page.name, None)
        if earlier is not None:
            pages.differences += differences(earlier, page, operation_facts)
        pages.operations[page.name] = page
        pages.notes += [f"{page.name} ({page.document}): {note}" for note in page.left_out]
        pages.recoveries += [f"{page.name} ({page.document}): {note}" for note in page.recovered]
    elif isinstance(page, StructurePage):
        before = pages.structures.pop(page.name, None)
        if before is not None:
            pages.differences += differences(before, page, structure_facts)
        pages.structures[page.name] = page
    elif isinstance(page, PatchPage):
        pages.patches.update(page.tables)
    elif isinstance(page, CommonErrorsPage):
        pages.common_errors.update({error.name or "": error for error in page.errors})
