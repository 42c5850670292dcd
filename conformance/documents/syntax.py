"""Syntax blocks: a request or status line, header lines and a JSON-like body.

The block may stand on many lines or on one. Placeholders are in double braces, in quotes or bare;
which bare words of the request line are placeholders is decided where the names are known.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NoReturn

from conformance.documents.lines import NEWLINE, DocumentLine, LineKind
from conformance.documents.model import Document, Leaf, ListNode, Node, ObjectNode
from conformance.documents.problems import TruncatedPage, UnknownNotation

METHODS = "GET|PUT|POST|DELETE|PATCH|HEAD|OPTIONS"
REQUEST_LINE = re.compile(rf"\s*({METHODS})\s+(/\S*)\s+HTTP/1\.1(?=\s|$)")
STATUS_LINE = re.compile(r"\s*HTTP/1\.1\s+(\{\{\w+\}\}|[A-Za-z]\w*|\d{3})(?=\s|$)")
HEADER = re.compile(
    r"\s*([A-Za-z][A-Za-z0-9-]*\*?|\*):\s+([^\s{}\[\]\"<][^\s\"<]*|\{\{[^{}\"]+\}\}[^\s{}\"<]*)"
)
PLACEHOLDER = re.compile(r"\{\{\s*([^{}\"]+?)\s*\}\}")
# A body that is one text, which the block shows by what it holds.
DESCRIBED = re.compile(r"\{\s*([A-Za-z]\w*) in JSON format\s*\}")
ELIDED = r"\{\s*(?:\.\.\.|\u2026)\s*\}"
TOKEN = re.compile(
    rf"\s*({ELIDED}|\"(?:[^\"\\]|\\.)*\"|\{{\{{[^{{}}\"]+\}}\}}|[{{}}\[\]:,]|JSON value"
    rf"|[^\s{{}}\[\]:,\"]+)"
)
# Renderings that keep the emphasis of replaceable words: in asterisks, or in a code span.
EMPHASIS = re.compile(r"\*\*\*([^*\s]+)\*\*\*|`([^`\s]+)`")
XML_TAG = re.compile(r"<(/?)([A-Za-z_][\w:.-]*)((?:\s[^<>]*?)?)(/?)>|<[?!][^<>]*>")
XML_NAMESPACE = re.compile(r"""\bxmlns\s*=\s*["']([^"']+)["']""")
MAX_NESTING = 64
QUOTES = dict.fromkeys(map(ord, "\u201c\u201d\u201e\u201f\u00ab\u00bb"), '"')
"""What word processors make of straight quotes."""


@dataclass(frozen=True, slots=True)
class Head:
    """The first part of a syntax block: ``start`` is method and path, or the status text."""

    start: tuple[str, ...]
    headers: tuple[tuple[str, str, int], ...]
    line: int


@dataclass(frozen=True, slots=True)
class Element:
    """The element that a body in XML is; ``inside`` has a leaf for each name right inside it."""

    name: str
    namespace: str | None
    line: int
    inside: Mapping[str, Node]


class Block:
    """The text of a syntax block that knows the line of each character."""

    def __init__(self, document: Document, lines: list[DocumentLine]) -> None:
        self.document = document
        texts = [_marked(line) for line in lines]
        self.text = "\n".join(texts)
        self.numbers = [line.number for line in lines]
        self.starts = [0]
        for text in texts:
            self.starts.append(self.starts[-1] + len(text) + 1)

    def line_at(self, offset: int) -> int:
        index = bisect_right(self.starts, offset) - 1
        return self.numbers[min(index, len(self.numbers) - 1)]

    def fail(self, offset: int, expected: str) -> NoReturn:
        """Raise TruncatedPage at the end of the block, UnknownNotation before it."""
        rest = self.text[offset:].strip()
        error = UnknownNotation if rest else TruncatedPage
        found = NEWLINE.split(rest)[0] if rest else "the end of the block"
        raise error(self.document.shown, self.line_at(offset), expected, found)


def _marked(line: DocumentLine) -> str:
    """The line with its replaceable words in double braces, however they are marked."""
    text = (line.raw or line.text).translate(QUOTES)
    if line.kind is not LineKind.CODE:
        return text
    return EMPHASIS.sub(lambda match: f"{{{{{match[1] or match[2]}}}}}", text)


def read_head(block: Block, start: re.Pattern[str], expected: str) -> tuple[Head, int]:
    """The request or status line and the headers; with the offset where the body begins."""
    match = start.match(block.text)
    if match is None:
        block.fail(0, expected)
    headers, offset = [], match.end()
    while header := HEADER.match(block.text, offset):
        headers.append((header[1], header[2], block.line_at(header.start(1))))
        offset = header.end()
    return Head(match.groups(), tuple(headers), block.line_at(match.start(1))), offset


def read_body(block: Block, offset: int) -> Node | None:
    """The body of a syntax block, or None; a bare word is a Leaf: the body is that member."""
    rest = block.text[offset:].strip()
    if not rest:
        return None
    described = DESCRIBED.fullmatch(rest)
    if described:
        return Leaf(described[1], quoted=False, line=block.line_at(offset))
    return _BodyReader(block, offset).whole()


def read_element(block: Block, offset: int) -> Element:
    found: Element | None = None
    inside: dict[str, Node] = {}
    for depth, tag in _opening_tags(block, offset):
        name, line = tag[2], block.line_at(tag.start())
        if depth == 1:
            inside.setdefault(name, Leaf("", quoted=False, line=line))
        elif depth == 0:
            if found is not None:
                block.fail(tag.start(), "one element as the body")
            space = XML_NAMESPACE.search(tag[3])
            found = Element(name, space[1] if space else None, line, inside)
    if found is None:
        block.fail(len(block.text), "the end of the element of the body")
    return found


def _opening_tags(block: Block, offset: int) -> Iterator[tuple[int, re.Match[str]]]:
    """The tags that begin an element, with the number of elements around it."""
    opened: list[str] = []
    for tag in XML_TAG.finditer(block.text, offset):
        closes, name, _, empty = tag.groups()
        if closes:
            if not opened or opened.pop() != name:
                block.fail(tag.start(), "the end of the element that was opened last")
        elif name is not None:  # no declaration, and no comment
            if len(opened) > MAX_NESTING:
                block.fail(tag.start(), f"at most {MAX_NESTING} nested levels")
            yield len(opened), tag
            if not empty:
                opened.append(name)
    if opened:
        block.fail(len(block.text), "the end of the element of the body")


class _BodyReader:
    """A descent over the tokens of a body; its depth is bounded."""

    def __init__(self, block: Block, offset: int) -> None:
        self.block, self.offset = block, offset
        self.line = block.line_at(offset)

    def whole(self) -> Node:
        """The body, after which nothing may follow."""
        node = self._node(0)
        if self.block.text[self.offset :].strip():
            self.block.fail(self.offset, "the end of the syntax block")
        return node

    def _node(self, depth: int) -> Node:
        if depth > MAX_NESTING:
            self.block.fail(self.offset, f"at most {MAX_NESTING} nested levels")
        found = self._next("a value")
        line = self.line
        if found == "{":
            return self._object(depth, line)
        if found.startswith("{") and not found.startswith("{{"):
            return ObjectNode({}, line, elided=True)
        if found == "[":
            return self._list(depth, line)
        if found in "}]:,":
            self.block.fail(self.offset - 1, "a value")
        quoted = found.startswith('"')
        return Leaf(PLACEHOLDER.sub(r"\1", found[1:-1] if quoted else found), quoted, line)

    def _object(self, depth: int, line: int) -> ObjectNode:
        entries: dict[str, Node] = {}
        while self._peek() != "}":
            key = self._next("a member name in quotes")
            if not key.startswith('"'):
                self.block.fail(self.offset - len(key), "a member name in quotes")
            name = PLACEHOLDER.sub(r"\1", key[1:-1])
            if name in entries:
                self.block.fail(self.offset - len(key), "every member once")
            self._take(":")
            entries[name] = self._node(depth + 1)
            self._separator("}")
        self._take("}")
        return ObjectNode(entries, line)

    def _list(self, depth: int, line: int) -> ListNode:
        items = []
        while self._peek() != "]":
            items.append(self._node(depth + 1))
            self._separator("]")
        self._take("]")
        return ListNode(items[0] if items else None, line)

    def _separator(self, close: str) -> None:
        if self._peek() == ",":
            self._take(",")
        elif self._peek() != close:
            self.block.fail(self.offset, f"',' or '{close}'")

    def _peek(self) -> str:
        match = TOKEN.match(self.block.text, self.offset)
        return match[1] if match else ""

    def _next(self, expected: str) -> str:
        match = TOKEN.match(self.block.text, self.offset)
        if match is None:
            self.block.fail(self.offset, expected)
        self.line = self.block.line_at(match.start(1))
        self.offset = match.end()
        return match[1]

    def _take(self, token: str) -> None:
        if self._peek() != token:
            self.block.fail(self.offset, f"'{token}'")
        self._next(token)
