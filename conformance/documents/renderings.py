"""Tells how a document is written, and reads it into the one grammar of typed lines."""

from __future__ import annotations

import re

from conformance.documents.lines import NEWLINE, DocumentLine, markdown_lines, text_line
from conformance.documents.model import Document, Rendering

HTML_START = re.compile(
    r"\s*(?:<!--[^>]*-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype|html|head|body|div|h1|main)\b",
    re.IGNORECASE,
)


def rendering_of(document: Document) -> Rendering:
    """Tell how a document is written, by its content first and its name second."""
    suffix = document.name.rsplit(".", 1)[-1].lower()
    if suffix in {"html", "htm"} or HTML_START.match(document.text[:4096]):
        return Rendering.HTML
    if suffix in {"md", "markdown"} or re.search(r"^#{1,3} \S", document.text, re.MULTILINE):
        return Rendering.MARKDOWN
    return Rendering.PLAIN


def lines_of(document: Document) -> tuple[Rendering, list[DocumentLine]]:
    """The typed lines of a document and how it is written."""
    rendering = rendering_of(document)
    if rendering is Rendering.HTML:
        # Beautiful Soup is slow to load, and most documents are none of HTML.
        from conformance.documents.html import html_lines

        return rendering, html_lines(document.text)
    raw = NEWLINE.split(document.text)
    if rendering is Rendering.MARKDOWN:
        return rendering, list(markdown_lines(raw))
    return rendering, [text_line(line, number) for number, line in enumerate(raw, 1)]
