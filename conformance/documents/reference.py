"""Whole API references: folders and published indexes, read page by page.

A page that was named itself must be readable, or a known one without operations. Of a folder or an
index everything readable is read, and every other page is reported with the reason.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from conformance.documents.crawl import CrawlOptions, Fetcher, crawl, usual_cache
from conformance.documents.index_pages import is_contents, is_prose, links
from conformance.documents.model import Document
from conformance.documents.problems import NotAnApiPage, PageProblem, UnreadableDocument
from conformance.documents.reader import ReadPage, read_pages
from conformance.documents.sources import ADDRESS, add, files_of, from_address, from_file


@dataclass(slots=True)
class ReferenceReading:
    """What was read, the ``problems`` of skipped pages, and known pages without operations."""

    pages: list[ReadPage] = field(default_factory=list)
    problems: list[PageProblem] = field(default_factory=list)
    contents: list[str] = field(default_factory=list)
    whole: bool = False
    """Whether a folder or an index was read, so that pages may have been skipped."""


def read_reference(
    arguments: Sequence[str], service: str | None = None, how: CrawlOptions | None = None
) -> ReferenceReading:
    """Read files, folders and addresses; of an address that is an index, what it leads to.

    Raises the PageProblem of a page that was named itself, and of a folder without pages.
    """
    return _PageReader(service, how or CrawlOptions(usual_cache())).read(arguments)


class _PageReader:
    """Gathers documents, then reads them."""

    def __init__(self, service: str | None, how: CrawlOptions) -> None:
        self._service, self._fetcher = service, Fetcher(how)
        self._found: dict[tuple[str, str], Document] = {}
        self._named: set[str] = set()
        self._reading = ReferenceReading()

    def read(self, arguments: Sequence[str]) -> ReferenceReading:
        """Read all; problems of pages that were not named themselves are kept."""
        try:
            for argument in arguments:
                self._take(argument)
        finally:
            self._fetcher.close()
        self._reading.pages = read_pages(list(self._found.values()), self._on_problem)
        return self._reading

    def _take(self, argument: str) -> None:
        if ADDRESS.match(argument):
            self._address(argument)
        elif Path(argument).is_dir():
            self._reading.whole = True
            self._folder(Path(argument))
        else:
            self._name(document_of(Path(argument), self._service))

    def _name(self, document: Document) -> None:
        self._named.add(document.shown)
        add(self._found, document)

    def _folder(self, folder: Path) -> None:
        for file in files_of(folder):
            with self._skipping():
                add(self._found, document_of(file, self._service))

    @contextmanager
    def _skipping(self) -> Iterator[None]:
        try:
            yield
        except PageProblem as problem:
            self._reading.problems.append(problem)

    def _address(self, address: str) -> None:
        document = from_address(address, self._fetcher.page(address), self._service)
        if not is_contents(document, "", address):
            self._name(document)
            return
        self._reading.whole = True
        for at, content in crawl(address, self._fetcher, self._follow):
            if isinstance(content, PageProblem):
                self._reading.problems.append(content)
                continue
            with self._skipping():
                add(self._found, from_address(at, content, document.service))

    def _follow(self, address: str, content: bytes) -> Iterator[str]:
        """Where a page leads to, if it states nothing itself."""
        try:
            document = from_address(address, content, self._service or "reference")
        except PageProblem:
            return
        if is_contents(document, "", address):
            yield from links(document, address)

    def _on_problem(self, document: Document, problem: PageProblem) -> None:
        title, base = problem.found, document.url or "https://page/"
        # A reference has pages of no operation beside the others.
        if isinstance(problem, NotAnApiPage) and (
            is_contents(document, title, base) or is_prose(document, title, base)
        ):
            self._reading.contents.append(document.shown)
        elif document.shown in self._named:
            raise problem
        else:
            self._reading.problems.append(problem)


def document_of(path: Path, service: str | None) -> Document:
    """The document of a file. Raises UnreadableDocument where the system does not give it."""
    try:
        return from_file(path, service)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise UnreadableDocument(str(path), None, "a readable file or folder", reason) from error
