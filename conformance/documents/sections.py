"""A page as sections: ``Request Syntax``, ``Request Body``, ``Errors`` and so on."""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from conformance.documents.lines import (
    IDENTIFIER,
    NEWLINE,
    DocumentLine,
    LineKind,
    markdown_lines,
    text_line,
)
from conformance.documents.model import Document, Rendering, SourceLocation
from conformance.documents.page_model import Layout
from conformance.documents.problems import (
    EmptyDocument,
    NotAnApiPage,
    OtherLanguage,
    SeveralPages,
    TruncatedPage,
)

OPERATION = (
    "Request Syntax", "URI Request Parameters", "Request Body",
    "Response Syntax", "Response Elements", "Errors", "See Also",
)  # fmt: skip
STRUCTURE = ("Contents", "See Also")
# In the order in which pages have them: in plain text a heading counts only in this order, as a
# member may have the name of a heading.
ORDER = (
    *("Contents", *OPERATION[:3], "Request Parameters", *OPERATION[3:-1]),
    *("Examples", "See Also"),
)
BEGINNINGS = {"Request Syntax", "Request Parameters", "Contents"}
"""The first sections that state something."""
ERRORS_INTRO = "For information about the errors that are common to all actions"
COMMON_TITLES = {"common error types", "common errors", "commonerrors"}
PATCH_TITLE = "Patch Operations"
TITLE = re.compile(r"([A-Za-z]\w*)(?: - (?:Amazon|AWS)\b.*)?")
TRANSLATED = re.compile(
    r"(?:Typ|Tipo|Erforderlich|Obligatoire|Obligatorio|Obbligatorio|Obrigatório) ?:\s|Type :\s|"
    r"Anforderungssyntax|Syntaxe de|Sintaxis de|Sintassi|Sintaxe|Inhalt$|Contenu$|Contenido$|"
    r"リクエスト|構文|必須|请求|請求|구문|요청"
)
SYNTAX_HEADINGS_HINT = "'Request Syntax' (an operation) or 'Contents' (a data type)"


@dataclass(frozen=True, slots=True)
class DocumentSection:
    """A section: its canonical title, the line of its heading and the lines below."""

    title: str
    line: int
    lines: tuple[DocumentLine, ...]


@dataclass(frozen=True, slots=True)
class DocumentOutline:
    """A page cut into sections, in order; ``last`` is the number of its last line."""

    document: Document
    rendering: Rendering
    title: str
    place: SourceLocation
    sections: dict[str, DocumentSection]
    last: int

    def section(self, title: str, layout: Layout = Layout.REST) -> DocumentSection:
        """The section of that title; TruncatedPage where the page has none."""
        if title not in self.sections:
            of = "" if layout is Layout.REST else f", as pages of {layout} have"
            expected = f"a section {title!r}{of}"
            raise TruncatedPage(self.document.shown, self.last, expected, "the end of the page")
        return self.sections[title]

    def at(self, title: str, line: int) -> SourceLocation:
        return SourceLocation(self.document.name, title, line)


def outline(document: Document) -> DocumentOutline:
    """Cut a document into sections. Raises EmptyDocument, OtherLanguage, NotAnApiPage."""
    if not document.text.strip():
        raise EmptyDocument(document.shown, 1, "a page", "nothing")
    rendering, lines = lines_of(document)
    title = _title(document, rendering, lines)
    lines = lines[lines.index(title) :]
    heads = _plain(lines) if rendering is Rendering.PLAIN else _marked(lines)
    sections: dict[str, DocumentSection] = {}
    for (start, name), (end, _) in pairwise([*heads, (len(lines), "")]):
        section = DocumentSection(name, lines[start].number, tuple(lines[start + 1 : end]))
        sections.setdefault(name, section)
    _check_alone(document, sections, lines)
    name = title.text.split(" - ", 1)[0].strip()
    place = SourceLocation(document.name, name, title.number)
    found = DocumentOutline(document, rendering, name, place, sections, max(1, lines[-1].number))
    _check_language(found, lines)
    return found


def _title(document: Document, rendering: Rendering, lines: Sequence[DocumentLine]) -> DocumentLine:
    heads = [line for line in lines if line.kind is LineKind.HEADING]
    if rendering is Rendering.PLAIN:
        heads = [line for line in lines if line.kind is LineKind.TEXT]
    if not heads:
        raise NotAnApiPage(document.shown, 1, "the title of an API-reference page", "none")
    # What stands before the title is of the site: a menu, a question about cookies.
    return next((head for head in heads if head.level == 1), heads[0])


def _check_alone(
    document: Document, sections: Mapping[str, DocumentSection], lines: Sequence[DocumentLine]
) -> None:
    """Raise SeveralPages where another page begins after the end of the first."""
    last = sections.get("See Also")
    start = last.line if last is not None else math.inf
    after = [one for one in lines if one.number > start and one.kind is not LineKind.BLANK]
    for line, following in pairwise(after):
        heads = line.kind in {LineKind.HEADING, LineKind.TEXT} and line.text in BEGINNINGS
        # A list of the headings is a menu.
        if heads and following.text not in ORDER:
            expected = "the end of the page"
            raise SeveralPages(document.shown, line.number, expected, line.text)


def _marked(lines: Sequence[DocumentLine]) -> list[tuple[int, str]]:
    """The heads of a page whose headings are marked; smaller headings stay inside."""
    return [
        (index, line.text)
        for index, line in enumerate(lines)
        if line.kind is LineKind.HEADING and line.level in {1, 2}
    ]


def _plain(lines: Sequence[DocumentLine]) -> list[tuple[int, str]]:
    heads: list[tuple[int, str]] = []
    rank = -1
    for index in range(len(lines)):
        title = _plain_heading(lines, index)
        if title is not None and ORDER.index(title) > rank:
            heads.append((index, title))
            rank = ORDER.index(title)
    return heads


def _plain_heading(lines: Sequence[DocumentLine], index: int) -> str | None:
    """The heading that stands on a line of plain text, if any."""
    text = lines[index].text
    if text == "Errors":
        following = next((line.text for line in lines[index + 1 :] if line.text), "")
        return "Errors" if following.startswith(ERRORS_INTRO) else None
    if text.startswith(ERRORS_INTRO):
        return "Errors"
    return text if text in ORDER else None


def is_operation(page: DocumentOutline) -> bool:
    return "Request Syntax" in page.sections or (
        "Response Syntax" in page.sections and IDENTIFIER.fullmatch(page.title) is not None
    )


def is_common_errors(page: DocumentOutline) -> bool:
    """Whether the page lists the errors that every operation may answer."""
    return page.title.lower() in COMMON_TITLES


def check_title(page: DocumentOutline) -> None:
    """Raise NotAnApiPage unless the title is one name."""
    if not TITLE.fullmatch(page.title):
        expected = "the name of an operation or type"
        raise NotAnApiPage(page.document.shown, page.place.line, expected, page.title)


def _check_language(page: DocumentOutline, lines: Sequence[DocumentLine]) -> None:
    """Refuse a translated page: its address, or labels where English ones should stand."""
    url = page.document.url or ""
    locale = re.search(r"/([a-z]{2}_[a-z]{2})/", url)
    if locale and not locale[1].startswith("en"):
        raise OtherLanguage(page.document.shown, 1, "an English page", url)
    english = set(ORDER) & set(page.sections)
    if english or is_common_errors(page) or page.title == PATCH_TITLE:
        expected = "an English label such as 'Type:'"
        texts = [line for line in lines if line.kind is LineKind.TEXT]
        foreign = [line for line in texts if FOREIGN_LABEL.fullmatch(line.text)]
    else:
        expected = f"the English heading {SYNTAX_HEADINGS_HINT}"
        foreign = [line for line in lines if TRANSLATED.search(line.text)]
    if foreign:
        line = foreign[0]
        raise OtherLanguage(page.document.shown, line.number, expected, line.text)


FOREIGN_LABEL = re.compile(
    r"(?:Typ|Tipo|Erforderlich|Obligatoire|Obligatorio|Obbligatorio|Obrigatório"
    r"|Längenbeschränkungen|Muster|Gültige Werte|Type |Modèle |Contraintes de longueur "
    r"|タイプ|型|必須|类型|必需|유형|필수)"
    r"\s?[:：]\s?.*"  # noqa: RUF001 - the full-width colon of East Asian pages
)


HTML_START = re.compile(
    r"\s*(?:<!--[^>]*-->\s*|<\?xml[^>]*>\s*)*<(?:!doctype|html|head|body|div|h1|main)\b",
    re.IGNORECASE,
)


def lines_of(document: Document) -> tuple[Rendering, list[DocumentLine]]:
    """The typed lines of a document and how it is written: by its content first, then its name."""
    suffix = document.name.rsplit(".", 1)[-1].lower()
    if suffix in {"html", "htm"} or HTML_START.match(document.text[:4096]):
        # Beautiful Soup is slow to load, and most documents are none of HTML.
        from conformance.documents.html import html_lines

        return Rendering.HTML, html_lines(document.text)
    raw = NEWLINE.split(document.text)
    if suffix in {"md", "markdown"} or re.search(r"^#{1,3} \S", document.text, re.MULTILINE):
        return Rendering.MARKDOWN, markdown_lines(raw)
    return Rendering.PLAIN, [text_line(line, number) for number, line in enumerate(raw, 1)]
