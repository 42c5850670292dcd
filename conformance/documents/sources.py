"""Where documents come from: files, folders and addresses, and whose service they are of.

The order matters, as later documents win: arguments in the order given; within a folder its
sub-folders by name, and in each the plain-text pages first (they carry neither address nor date and
are the oldest kind of copy), then the others by name.
"""

import codecs
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from conformance import __version__
from conformance.documents.lines import NEWLINE, front_matter
from conformance.documents.model import Document
from conformance.documents.problems import (
    BinaryDocument,
    DuplicateDocument,
    EmptyDocument,
    ServiceUnknown,
    UnreadableDocument,
)

SUFFIXES = {".txt", ".md", ".markdown", ".html", ".htm"}
SERVICE = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
ADDRESS = re.compile(r"https?://", re.IGNORECASE)
CANONICAL = re.compile(r"<link\b[^>]*\brel=[\"']?canonical\b[^>]*>", re.IGNORECASE)
HREF = re.compile(r"\bhref=[\"']([^\"']+)[\"']", re.IGNORECASE)
URL = re.compile(r"https?://[!-~]{1,2000}")
AWS_DOCUMENTS = "docs.aws.amazon.com"
MAX_BYTES = 20_000_000
UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
OTHERS = {
    b"%PDF": "a PDF file",
    b"PK\x03\x04": "a packed file (ZIP), or one of a word processor",
    b"\x1f\x8b": "a packed file (gzip)",
    b"From: <Saved by": "a page with everything around it (MHTML)",
    b"{": "JSON",
}
"""What is no page, by how it begins."""
SPACE = re.compile(r"&(?:nbsp|#160|#[xX][aA]0);|[\u00a0\u2000-\u200a\u202f\u205f\u3000]")
NOTHING = re.compile(r"&(?:shy|#173|ZeroWidthSpace|#8203);|[\f\v\u00ad\u200b-\u200d\u2060\ufeff]")
"""What browsers and word processors put between letters: it is no part of any statement."""
HYPHENS = {0x2010: "-", 0x2011: "-"}
HEADERS = {"User-Agent": f"conformance/{__version__}"}
ORDER_RULE = (
    "in the order given; within a folder plain text first, then by name; the later document wins"
)


def add(found: dict[tuple[str, str], Document], document: Document) -> None:
    """Add a document by service and name. Raises DuplicateDocument for another of that name."""
    other = found.setdefault((document.service, document.name), document)
    if other.sha256 != document.sha256:
        expected = f"one document named {document.name!r} for {document.service}"
        raise DuplicateDocument(document.shown, None, expected, other.shown)


def files_of(folder: Path) -> list[Path]:
    """The pages of a folder and of those in it. Raises UnreadableDocument where there is none."""
    found = list(_files_of(folder))
    if not found:
        expected = f"pages in the folder ({', '.join(sorted(SUFFIXES))})"
        raise UnreadableDocument(str(folder), None, expected, "none")
    return found


def _files_of(folder: Path) -> Iterator[Path]:
    entries = sorted(folder.iterdir(), key=lambda path: path.name)
    visible = [path for path in entries if not path.name.startswith(".")]
    pages = [path for path in visible if path.suffix.lower() in SUFFIXES and path.is_file()]
    yield from sorted(pages, key=lambda path: (path.suffix.lower() != ".txt", path.name))
    for path in visible:
        if path.is_dir():
            yield from _files_of(path)


def from_file(path: Path, service: str | None) -> Document:
    """The document of a file; its folder says which service, where ``service`` does not."""
    with path.open("rb") as stream:
        content = stream.read(MAX_BYTES + 1)
    folder = path.resolve().parent.name
    return _document(path.name, str(path), content, service or _service(str(path), folder))


def from_address(address: str, content: bytes, service: str | None) -> Document:
    parts = [unquote(part) for part in urlsplit(address).path.split("/") if part]
    name = re.sub(r"[^A-Za-z0-9._-]", "_", parts[-1]) if parts else "index.html"
    folders = parts[:-1] or [""]
    is_aws = urlsplit(address).hostname == AWS_DOCUMENTS
    of = service or _service(address, folders[0] if is_aws else folders[-1])
    return _document(name, address, content, of, address.partition("#")[0])


def _service(shown: str, folder: str) -> str:
    # Folders are called `doc_source` or `API Reference`, too: then the operations tell.
    folder = re.sub(r"[\W_]+", "-", folder.lower()).strip("-")
    if not SERVICE.fullmatch(folder):
        raise ServiceUnknown(shown, None, "a folder named as the service", folder or "none")
    return folder


def _document(
    name: str, shown: str, content: bytes, service: str, url: str | None = None
) -> Document:
    if len(content) > MAX_BYTES:
        raise UnreadableDocument(shown, None, f"at most {MAX_BYTES} bytes", "more")
    if not content.strip():
        raise EmptyDocument(shown, 1, "a page", "nothing")
    for start, found in OTHERS.items():
        if content.startswith(start):
            raise BinaryDocument(shown, 1, "the text of a page", found)
    try:
        text = content.decode("utf-16" if content.startswith(UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        found = f"the byte 0x{content[error.start]:02x}"
        raise BinaryDocument(shown, line, "UTF-8 text", found) from error
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise BinaryDocument(shown, line, "UTF-8 text", "a NUL byte")
    digest = hashlib.sha256(content).hexdigest()
    text = SPACE.sub(" ", NOTHING.sub("", text)).translate(HYPHENS)
    return Document(name, shown, service, text, digest, url or _stated_url(text))


def _stated_url(text: str) -> str | None:
    """The published address that a page states itself: front matter or a canonical link."""
    lines = NEWLINE.split(text)
    for line in lines[: front_matter(lines)]:
        key, _, value = line.partition(":")
        if key.strip() == "source_url" and URL.fullmatch(value.strip()):
            return value.strip()
    link = CANONICAL.search(text)
    href = HREF.search(link[0]) if link else None
    return href[1] if href and URL.fullmatch(href[1]) else None
