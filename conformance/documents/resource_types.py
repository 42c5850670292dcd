"""The types of a page of one resource, from the tables below its properties."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from conformance.documents.lines import DocumentLine, LineKind
from conformance.documents.members import CALLOUTS
from conformance.documents.model import (
    BaseType,
    DocumentedMember,
    Limit,
    LimitTarget,
    SourceLocation,
    TypeName,
)
from conformance.documents.page_model import StructurePage
from conformance.documents.problems import UnknownNotation
from conformance.documents.sections import DocumentOutline
from conformance.documents.types import SCALARS

PROPERTIES = "Properties"
COLUMNS = re.compile(
    r"(?:(?P<where>Path|Query|Header) parameters)?\s*"
    r"(?:Name\s*Type\s*Required\s*Description|Property\s*Type\s*Required\s*Description"
    r"|(?P<answers>Responses)?\s*Status code\s*Response model\s*Description)"
)
CONSTRAINT = re.compile(
    r"\b(Format|MinLength|MaxLength|Minimum|Maximum|MinItems|MaxItems|Pattern|Values): *"
)
KEYWORDS = frozenset({"minLength", "maxLength", "minimum", "maximum"})
ARRAY = "Array of type "
ANY_NAME = "*"
WORDS = {
    **{
        name: SCALARS[name]
        for name in ("string", "integer", "number", "boolean", "long", "double", "float")
    },
    "object": BaseType.JSON,
}


@dataclass(slots=True)
class ResourceRow:
    """A member of a type: the lines of its name, its type and its limits."""

    start: DocumentLine
    kind: DocumentLine
    required: bool
    limits: list[DocumentLine]

    @property
    def name(self) -> str:
        return self.start.text.strip("`")


@dataclass(slots=True)
class ResourceTable:
    """A type: its members, or its values."""

    start: DocumentLine
    rows: list[ResourceRow] = field(default_factory=list)
    values: list[str] = field(default_factory=list)


class ResourceTypes:
    """Those of one page."""

    def __init__(self, page: DocumentOutline) -> None:
        self.page = page
        self.tables = self._tables()

    def _place(self, line: DocumentLine) -> SourceLocation:
        return SourceLocation(self.page.document.name, PROPERTIES, line.number)

    def _tables(self) -> dict[str, ResourceTable]:
        section = self.page.sections.get(PROPERTIES)
        found: dict[str, ResourceTable] = {}
        table: ResourceTable | None = None
        pending: list[DocumentLine] = []
        for line in section.lines if section is not None else ():
            if line.kind is LineKind.HEADING:
                if line.text in CALLOUTS:
                    continue
                table, pending = ResourceTable(line), []
                found[line.text] = table
            elif table is not None and line.text.strip():
                text = COLUMNS.sub("", line.text).strip()
                if text in {"True", "False"}:
                    _add_row(table, pending, required=text == "True")
                    pending = []
                elif text:
                    pending.append(replace(line, text=text))
                    value = re.fullmatch(r"[-\u2022] `?([\w.:/-]+)`?", line.text)
                    if value and not table.rows:
                        table.values.append(value[1])
        return found

    def structures(self) -> Iterator[StructurePage]:
        """The types that have members of their own."""
        for name, table in self.tables.items():
            if table.rows and not self._as_map(table):
                place = self._place(table.start)
                members = tuple(self.members(table))
                yield StructurePage(self.page.document.name, name, place, members)

    def _as_map(self, table: ResourceTable) -> TypeName | None:
        """The type of a table whose one row stands for every name."""
        if [row.name for row in table.rows] != [ANY_NAME]:
            return None
        element, _ = self._type(table.rows[0].kind)
        return TypeName(BaseType.MAP, element=element)

    def members(self, table: ResourceTable) -> Iterator[DocumentedMember]:
        for row in table.rows:
            place = self._place(row.start)
            stated, values = self._type(row.kind)
            limits = [Limit("enum", tuple(values), LimitTarget.LEAF, place)] if values else []
            stated, more = self._limited(stated, [row.kind, *row.limits])
            yield DocumentedMember(
                row.name, place, stated, self._place(row.kind), (*limits, *more),
                required=row.required, required_place=place,
            )  # fmt: skip

    def _type(self, line: DocumentLine) -> tuple[TypeName, list[str]]:
        """A type, and the values that are listed of it."""
        text = CONSTRAINT.split(line.text, maxsplit=1)[0].strip("` ")
        if text.startswith(ARRAY):
            element, values = self._type(replace(line, text=text.removeprefix(ARRAY)))
            return TypeName(BaseType.LIST, element=element), values
        if text in WORDS:
            return TypeName(WORDS[text]), []
        if not re.fullmatch(r"\w+", text):
            shown = self.page.document.shown
            raise UnknownNotation(shown, line.number, "a type such as 'string'", text)
        table = self.tables.get(text, ResourceTable(line))
        if table.values and not table.rows:
            return TypeName(BaseType.STRING), table.values
        return self._as_map(table) or TypeName(BaseType.STRUCTURE, name=text), []

    def _limited(
        self, stated: TypeName, lines: Sequence[DocumentLine]
    ) -> tuple[TypeName, list[Limit]]:
        """The type with its format, and the limits behind it."""
        limits = []
        for line in lines:
            parts = [part.strip() for part in CONSTRAINT.split(line.text)[1:]]
            for label, value in zip(parts[::2], parts[1::2], strict=True):
                keyword = label[0].lower() + label[1:]
                if label == "Format" and value == "date-time":
                    stated = TypeName(BaseType.TIMESTAMP, wire="string")
                elif keyword in KEYWORDS and re.fullmatch(r"-?\d+", value):
                    place = self._place(line)
                    limits.append(Limit(keyword, int(value), LimitTarget.LEAF, place))
        return stated, limits


def _add_row(table: ResourceTable, lines: list[DocumentLine], *, required: bool) -> None:
    """A row of a type: its name, its type and limits are right before whether it is required."""
    limits = []
    while lines and CONSTRAINT.match(lines[-1].text):
        limits.append(lines.pop())
    if len(lines) >= 2:
        table.rows.append(ResourceRow(lines[-2], lines[-1], required, limits))
