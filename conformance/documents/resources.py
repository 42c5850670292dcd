"""Pages of one resource: its address, the operations on it by method, and the types in tables.

Renderings without tables have what the cells held one after another, the first row behind the
heads of the columns; those with tables have a line for each cell. Both are read alike.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from conformance.documents.lines import BULLET, DocumentLine, LineKind
from conformance.documents.model import DocumentedMember, Leaf, Node, ObjectNode, SourceLocation
from conformance.documents.page_model import (
    Content,
    ErrorEntry,
    Layout,
    OperationPage,
    Parameter,
    ParameterLocation,
    ResourcePage,
)
from conformance.documents.problems import TruncatedPage
from conformance.documents.resource_types import COLUMNS, PROPERTIES, ResourceTypes
from conformance.documents.sections import DocumentOutline

URI, METHODS, SCHEMAS = "URI", "HTTP methods", "Schemas"
METHOD = re.compile(r"GET|PUT|POST|DELETE|PATCH|HEAD|OPTIONS")
OPERATION_ID = re.compile(r"Operation ID:\s*`?(\w+)`?")
PARAMETER = re.compile(
    r"`?(?P<name>[A-Za-z][\w.-]*?)`?\s*(?P<type>String|Integer|Number|Boolean|Long|Array)"
    r"\s*(?P<required>True|False)"
)
ANSWER = re.compile(r"`?(?P<status>\d{3})`?\s*`{0,2}\s*(?P<model>[A-Z]\w*)`?")
INPUTS = ("Input", "Request")
NO_NAMES = frozenset({"Error", "None"})
"""What answers any error, or nothing: no name of one."""


def is_resource(page: DocumentOutline) -> bool:
    return {METHODS, URI} <= page.sections.keys()


def read_resource(page: DocumentOutline) -> ResourcePage:
    """Raises TruncatedPage where the address or an operation is missing, UnknownNotation."""
    return _ResourceReader(page).read()


@dataclass(slots=True)
class _Method:
    """One operation: its lines, and its ``id``."""

    method: str
    id: str
    start: DocumentLine
    lines: list[DocumentLine] = field(default_factory=list)


class _ResourceReader:
    """One page."""

    def __init__(self, page: DocumentOutline) -> None:
        self.page = page
        self.types = ResourceTypes(page)

    def read(self) -> ResourcePage:
        methods = list(self._methods())
        if not methods:
            section = self.page.section(METHODS)
            raise TruncatedPage(self.page.document.shown, section.line, "an 'Operation ID:'")
        inputs = self._inputs(methods)
        operations = tuple(self._operation(one, inputs.get(one.id, "")) for one in methods)
        return ResourcePage(operations, tuple(self.types.structures()))

    # -- operations ------------------------------------------------------------------------------

    def _methods(self) -> Iterator[_Method]:
        """The operations that have a name."""
        found: list[_Method] = []
        for line in self.page.section(METHODS).lines:
            if line.kind is LineKind.HEADING and METHOD.fullmatch(line.text):
                found.append(_Method(line.text, "", line))
            elif found:
                stated = OPERATION_ID.search(line.text.replace("*", ""))
                found[-1].id = found[-1].id or (stated[1] if stated else "")
                found[-1].lines.append(line)
        return (one for one in found if one.id)

    def _operation(self, one: _Method, taken: str) -> OperationPage:
        parameters = list(self._parameters(one))
        labels = {each.wire for each in parameters if each.where is ParameterLocation.PATH}
        status, given, errors = self._answers(one)
        place = self.page.at(METHODS, one.start.number)
        return OperationPage(
            document=self.page.document.name,
            name=one.id,
            place=place,
            method=one.method,
            path=self._path(labels),
            literal_query={},
            parameters=tuple(parameters),
            request=self._body(taken, place),
            status=status,
            status_place=place,
            response_headers=(),
            response=self._body(given, place),
            errors=tuple(errors),
            layout=Layout.RESOURCE,
        )

    def _path(self, labels: set[str]) -> str:
        section = self.page.section(URI)
        text = next((line.text.strip("` ") for line in section.lines if "/" in line.text), "")
        if not text.startswith("/"):
            raise TruncatedPage(self.page.document.shown, section.line, "a path", text or "none")
        parts = [part.strip("{}") for part in text.split("/")]
        return "/".join(f"{{{part}}}" if part in labels else part for part in parts)

    def _parameters(self, one: _Method) -> Iterator[Parameter]:
        where: ParameterLocation | None = None
        for line, text in _cells(one.lines):
            head = COLUMNS.match(text) or re.match(r"(?P<where>Path|Query|Header) parameters", text)
            if head and head["where"]:
                where = ParameterLocation(head["where"].lower())
            if re.match(r"Responses|Status code", text):
                return
            cells = COLUMNS.sub("", text)
            row = PARAMETER.search(cells)
            if where is not None and row is not None and row.end() == len(cells):
                place, required = self.page.at(METHODS, line.number), row["required"] == "True"
                # What these tables call text may be a number or a list: all are texts on the wire.
                member = DocumentedMember(
                    row["name"], place, required=required, required_place=place
                )
                yield Parameter(member, where, row["name"])

    def _answers(self, one: _Method) -> tuple[int | None, str, list[ErrorEntry]]:
        """The status of success, the type of its body, and the errors."""
        status, given, errors = None, "", []
        behind = False
        for line, text in _cells(one.lines):
            behind = behind or text.startswith(("Responses", "Status code"))
            row = ANSWER.fullmatch(COLUMNS.sub("", text)) if behind else None
            if row is None:
                continue
            number, model = int(row["status"]), row["model"]
            if number >= 300:
                place = self.page.at(METHODS, line.number)
                errors.append(ErrorEntry(None if model in NO_NAMES else model, number, place))
            elif status is None:
                status, given = number, "" if model == "None" else model
        if status is None:
            expected = f"a response of {one.id} below 'HTTP methods'"
            raise TruncatedPage(self.page.document.shown, one.start.number, expected, "none")
        return status, given, errors

    def _body(self, name: str, place: SourceLocation) -> Content:
        """A body of a type; empty where the page does not show the type."""
        table = self.types.tables.get(name)
        if table is None or not table.rows:
            return Content()
        members = tuple(self.types.members(table))
        entries: dict[str, Node] = {
            one.name: Leaf("", quoted=False, line=one.place.line) for one in members
        }
        shown = ObjectNode(entries, table.start.number)
        return Content(members=members, syntax=shown, syntax_section=PROPERTIES, place=place)

    def _inputs(self, methods: Sequence[_Method]) -> Mapping[str, str]:
        """The type of the body that each operation takes, by its name, else by its members."""
        found, tables, shown = {}, self.types.tables, self._shown()
        for one in methods:
            named = [f"{one.id}{end}" for end in INPUTS if f"{one.id}{end}" in tables]
            keys = shown.get(one.method)
            same = [
                name
                for name, table in tables.items()
                if keys and {row.name for row in table.rows} == keys
            ]
            if (named or same) and one.method not in {"GET", "HEAD", "DELETE", "OPTIONS"}:
                found[one.id] = (*named, *same)[0]
        return found

    def _shown(self) -> dict[str, set[str]]:
        """The members below a heading that names a method, by that method."""
        section = self.page.sections.get(SCHEMAS)
        found: dict[str, set[str]] = {}
        method, requests = "", False
        for line in section.lines if section is not None else ():
            if line.kind is LineKind.HEADING:
                requests = line.text.startswith("Request") or (requests and line.level > 3)
                word = line.text.split(" ", 1)[0]
                method = word if METHOD.fullmatch(word) else ""
            key = re.match(r'  "(\w+)":', line.raw) if line.kind is LineKind.CODE else None
            if key and method and requests:
                found.setdefault(method, set()).add(key[1])
        return found


def _cells(lines: Sequence[DocumentLine]) -> Iterator[tuple[DocumentLine, str]]:
    """Every line, and every run of two or three lines: a row may be split over several."""
    written = [line for line in lines if line.text.strip()]
    for index, line in enumerate(written):
        yield line, line.text
        for more in (2, 3):
            cut = written[index : index + more]
            row = [one.text.removeprefix(BULLET).strip("` ") for one in cut]
            if len(row) == more:
                yield line, "\n".join(row)
