"""HTML pages in the text grammar of the other renderings.

Beautiful Soup parses; the walk below keeps no recursion, as a page may nest as deep as it likes.
"""

import re
from collections.abc import Iterator

from bs4 import BeautifulSoup
from bs4.element import NavigableString, PageElement, PreformattedString, Tag

from conformance.documents import lines
from conformance.documents.lines import DocumentLine, LineKind

SKIPPED = {"script", "style", "nav", "header", "footer", "head", "template", "noscript"}
BLOCKS = {
    *("p", "div", "li", "ul", "ol", "dl", "dt", "dd", "section", "article", "main", "br"),
    *("table", "tbody", "thead", "tr", "td", "th", "body", "html", "blockquote", "hr"),
}
HEADINGS = {f"h{level}": level for level in range(1, 7)}
PLACEHOLDER_TAGS = ["em", "i", "var", "code", "span"]


def html_lines(text: str) -> list[DocumentLine]:
    """The typed lines of an HTML page, each with the number of its tag's line."""
    walk = _HtmlWalk()
    for node, leaving in _events(BeautifulSoup(text, "html.parser")):
        if isinstance(node, Tag):
            walk.leave(node) if leaving else walk.enter(node)
        elif isinstance(node, NavigableString) and not isinstance(node, PreformattedString):
            walk.words.append(str(node))
    walk.flush()
    return walk.lines


def _events(soup: BeautifulSoup) -> Iterator[tuple[PageElement, bool]]:
    """Every node when it begins and every tag when it ends; whole subtrees are left out."""
    stack: list[tuple[PageElement, bool]] = [(soup, False)]
    while stack:
        node, leaving = stack.pop()
        if isinstance(node, Tag) and node.name in SKIPPED:
            continue
        yield node, leaving
        if isinstance(node, Tag) and not leaving:
            stack.append((node, True))
            if not _is_leaf(node):
                stack.extend((child, False) for child in reversed(node.contents))


def _is_leaf(tag: Tag) -> bool:
    return tag.name in HEADINGS or tag.name in {"pre", "dt", "tr", "code"}


class _HtmlWalk:
    """What the walk over a page has gathered so far."""

    def __init__(self) -> None:
        self.lines: list[DocumentLine] = []
        self.words: list[str] = []
        self.line = 1
        self.items = 0

    def enter(self, tag: Tag) -> None:
        if tag.name in BLOCKS or (_is_leaf(tag) and tag.name != "code"):
            self.flush()
            self.line = tag.sourceline or self.line
        self.items += tag.name == "li"
        text = " ".join(tag.get_text().split()) if _is_leaf(tag) else ""
        if tag.name in HEADINGS:
            level = HEADINGS[tag.name]
            self.lines.append(DocumentLine(LineKind.HEADING, text, self.line, text, level))
        elif tag.name == "pre":
            self._syntax(tag)
        elif tag.name == "dt" and (name := lines.name_in(text)) is not None:
            self.lines.append(DocumentLine(LineKind.NAME, name, self.line, text))
        elif tag.name == "dt":
            self.lines.append(lines.text_line(text, self.line))
        elif tag.name == "tr":
            # Paragraphs of a cell do not run into each other.
            parts = [cell.find_all("p") or [cell] for cell in tag.find_all(["td", "th"])]
            cells = [" ".join(part.get_text() for part in cell).split() for cell in parts]
            self.lines.extend(lines.table_lines([*map(" ".join, cells)], self.line))
        elif tag.name == "code":
            self.words.append(re.sub(r"\s*\n\s*", " ", tag.get_text()).replace(" ", "\0"))

    def leave(self, tag: Tag) -> None:
        if tag.name in BLOCKS:
            self.flush()
        self.items -= tag.name == "li"
        if tag.name in BLOCKS and self.lines and self.lines[-1].kind is not LineKind.BLANK:
            self.lines.append(DocumentLine(LineKind.BLANK, "", self.line))

    def flush(self) -> None:
        """End a paragraph: white space outside of code is one space."""
        text = " ".join("".join(self.words).split()).replace("\0", " ")
        self.words.clear()
        if text:
            marked = lines.BULLET + text if self.items else text
            self.lines.append(lines.text_line(marked, self.line))

    def _syntax(self, tag: Tag) -> None:
        """The lines of a syntax block, with replaceable words in double braces."""
        for part in tag.find_all(PLACEHOLDER_TAGS):
            if "replaceable" in part.get_attribute_list("class") or part.name in {"em", "var"}:
                part.replace_with(f"{{{{{part.get_text()}}}}}")
        for offset, text in enumerate(lines.NEWLINE.split(tag.get_text())):
            self.lines.append(DocumentLine(LineKind.CODE, text, self.line + offset, text))
