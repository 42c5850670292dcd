"""Read many documents: whole pages first, then those that lost names and may borrow them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from conformance.documents.model import Document
from conformance.documents.page_model import OperationPage, Page
from conformance.documents.pages import read_page
from conformance.documents.problems import NamesLost, PageProblem
from conformance.documents.sections import outline


@dataclass(frozen=True, slots=True)
class ReadPage:
    """A document and what it states."""

    document: Document
    page: Page


OnProblem = Callable[[Document, PageProblem], None]
"""What to do about a page that cannot be read, in place of stopping there."""


def read_pages(
    documents: Sequence[Document], on_problem: OnProblem | None = None
) -> list[ReadPage]:
    """Read every document, in order.

    A page that lost names is read again with the other pages of its operation at hand. Raises the
    first PageProblem met: nothing is read in part. With ``on_problem`` that is called instead, and
    the page is left out.
    """
    tell = on_problem or _stop
    first: list[tuple[Document, Page | NamesLost]] = []
    for document in documents:
        try:
            first.append((document, _attempt(document)))
        except PageProblem as problem:
            tell(document, problem)
    whole = {
        (document.service, page.name): page
        for document, page in first
        if isinstance(page, OperationPage) and not page.recovered
    }
    found = []
    for document, page in first:
        try:
            found.append(ReadPage(document, _completed(document, page, whole)))
        except PageProblem as problem:
            tell(document, problem)
    return found


def _stop(document: Document, problem: PageProblem) -> None:  # noqa: ARG001 - as OnProblem
    raise problem


def _attempt(document: Document) -> Page | NamesLost:
    try:
        return read_page(document)
    except NamesLost as lost:
        return lost


def _completed(
    document: Document, page: Page | NamesLost, whole: Mapping[tuple[str, str], OperationPage]
) -> Page:
    if isinstance(page, NamesLost):
        fuller = whole.get((document.service, outline(document).title))
        if fuller is None:
            raise page
        page = read_page(document, fuller)
    if isinstance(page, OperationPage) and any(error.name is None for error in page.errors):
        return _named_errors(page, whole.get((document.service, page.name)))
    return page


def _named_errors(page: OperationPage, fuller: OperationPage | None) -> OperationPage:
    """Take the names of errors from a fuller page, where the order of statuses leaves no choice."""
    count = len(page.errors)
    if fuller is None:
        note = f"{count} errors kept as statuses, because their names are missing"
        return replace(page, recovered=(*page.recovered, note))
    wanted, known = ([e.status or 0 for e in one.errors] for one in (page, fuller))
    ways = list(_embeddings(wanted, known))
    if len(ways) != 1:
        note = (
            f"{count} errors kept as statuses, because {fuller.document} does not settle their "
            f"names"
        )
        return replace(page, recovered=(*page.recovered, note))
    named = tuple(
        replace(error, name=fuller.errors[at].name)
        for error, at in zip(page.errors, ways[0], strict=True)
    )
    note = f"{count} error names from {fuller.document}, by the order of their statuses"
    return replace(page, errors=named, recovered=(*page.recovered, note))


def _embeddings(short: Sequence[int], long: Sequence[int]) -> Iterator[tuple[int, ...]]:
    """At most two ways in which ``short`` lies in ``long`` in order: one, or more than one.

    The leftmost and the rightmost embedding agree exactly when there is only one.
    """
    left = _leftmost(short, long)
    if left is None:
        return
    yield left
    mirrored = _leftmost(short[::-1], long[::-1])
    right = tuple(len(long) - 1 - at for at in reversed(mirrored or ()))
    if right != left:
        yield right


def _leftmost(short: Sequence[int], long: Sequence[int]) -> tuple[int, ...] | None:
    found = []
    start = 0
    for status in short:
        try:
            at = list(long).index(status, start)
        except ValueError:
            return None
        found.append(at)
        start = at + 1
    return tuple(found)
