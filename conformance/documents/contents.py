"""Pages of a reference that lead to others: its welcome page, its lists of actions and types."""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING
from urllib.parse import urldefrag, urljoin, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conformance.documents.model import Document

HREF = re.compile(r"<a\b[^>]*?\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
PAGE = re.compile(r"[^/]*\.(?:html?|md|markdown|txt)|[^/.]+", re.IGNORECASE)
TITLES = {
    *("Welcome", "Actions", "Operations", "Data Types", "Resources", "Common Parameters"),
    *("API Reference", "Code Examples", "Using the API", "Making API requests", "Document History"),
}
ENOUGH = 3
API = re.compile(r"^\s*(?:#{1,3}\s*|<h[1-3][^>]*>\s*)?(?:Request Syntax|Contents)\b", re.MULTILINE)


def links(document: Document, base: str) -> list[str]:
    """Where a page leads to, below the folder of ``base``, each address once, in order."""
    root = urlsplit(urljoin(base, "."))
    found: dict[str, None] = {}
    for target in _targets(document.text):
        address = urldefrag(urljoin(base, target)).url.partition("?")[0]
        parts = urlsplit(address)
        beside = (parts.scheme, parts.netloc) == (root.scheme, root.netloc)
        name = parts.path.removeprefix(root.path)
        if beside and parts.path.startswith(root.path) and PAGE.fullmatch(name):
            found.setdefault(address)
    return [address for address in found if address != urldefrag(base).url]


def _targets(text: str) -> Iterator[str]:
    for match in HREF.finditer(text):
        yield unescape(next(group for group in match.groups() if group is not None))
    for match in LINK.finditer(text):
        yield match[1]


def is_contents(document: Document, title: str, base: str = "https://page/") -> bool:
    """Whether a page that states nothing itself is one of those that lead to others.

    A page of an error, or of something else, leads nowhere in the reference.
    """
    if API.search(document.text):
        return False
    return title in TITLES or len(links(document, base)) >= ENOUGH
