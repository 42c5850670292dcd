"""Pages of a reference that state nothing of an operation.

Some lead to others (the welcome page, the lists of actions and of types), some are of prose (how to
sign a request, the history of the guide). They are known, and passed over.
"""

import re
from collections.abc import Iterator
from html import unescape
from urllib.parse import urldefrag, urljoin, urlsplit

from conformance.documents.model import Document

HREF = re.compile(r"<a\b[^>]*?\bhref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s>]+))", re.IGNORECASE)
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+(?:\"[^\"]*\"|'[^']*'))?\s*\)")
PAGE = re.compile(r"[^/]*\.(?:html?|md|markdown|txt)|[^/.]+", re.IGNORECASE)
TITLES = {
    *("welcome", "actions", "operations", "datatypes", "resources", "commonparameters", "index"),
    *("apireference", "codeexamples", "usingtheapi", "makingapirequests", "makingrequests"),
    *("documenthistory", "dochistory", "history", "contents", "toc", "tableofcontents"),
    *("apioperations", "apiactions", "apidatatypes", "releasenotes", "endpoints", "quotas"),
}
FILES = {"readme", "license", "changelog", "contributing", "summary", *TITLES} - {
    *("actions", "operations", "resources", "endpoints", "quotas", "history", "contents")
}
"""Names of files, beside titles: a service may well have an operation of a shorter name."""
ENOUGH = 3
PROSE = 40
"""Words that a page of prose has: an error page of a site has fewer."""
API = re.compile(
    r"^\s*(?:#{1,3}\s*|<h[1-3][^>]*>\s*)?"
    r"(?:Request Syntax|Request Parameters|URI Request Parameters|Request Body|Contents"
    r"|Response Syntax|Response Elements|HTTP methods|Errors)\b",
    re.MULTILINE,
)
OPERATION_ID = re.compile(r"\bOperation ID:")
API_NAME = re.compile(r"api[-_]", re.IGNORECASE)
# A file name that claims one operation or type.
OF_ONE_THING = re.compile(r"api[-_](?!.*[-_])\w+\.\w+", re.IGNORECASE)
REFUSAL = re.compile(
    r"\b(?:access denied|forbidden|not found|sign[ -]?in|log[ -]?in|unauthori[sz]ed|unavailable"
    r"|bad gateway|gateway time-?out|error|captcha|are you (?:a )?(?:human|robot)|[45]\d\d)\b",
    re.IGNORECASE,
)
MARKUP = re.compile(r"<[^>]*>|[#*_`|]")


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
    return _folded(title) in TITLES or len(links(document, base)) >= ENOUGH


def is_prose(document: Document, title: str, base: str = "https://page/") -> bool:
    """Whether a page is one of a guide, without an operation or a type.

    Not a page that its site refused to show, nor one whose name says that it is of an operation.
    """
    if _folded(document.name.rpartition(".")[0]) in FILES:
        return True
    if API.search(document.text) or OPERATION_ID.search(document.text):
        return False
    if OF_ONE_THING.fullmatch(document.name) or len(title.split()) < 2 or REFUSAL.search(title):
        return False
    words = MARKUP.sub(" ", document.text).split()
    names = (link.rpartition("/")[2] for link in links(document, base))
    return len(words) >= PROSE or any(map(API_NAME.match, names))


def _folded(text: str) -> str:
    return re.sub(r"[^a-z]", "", text.lower())
