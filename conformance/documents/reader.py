"""Read many documents: whole pages first, then those that lost names and may borrow them."""

from collections.abc import Callable, Mapping, Sequence
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
    first: list[tuple[Document, Page | NamesLost]] = []
    for document in documents:
        try:
            first.append((document, read_page(document)))
        except NamesLost as lost:
            first.append((document, lost))
        except PageProblem as problem:
            if on_problem is None:
                raise
            on_problem(document, problem)
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
            if on_problem is None:
                raise
            on_problem(document, problem)
    return found


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
    count, errors = len(page.errors), page.errors
    note = f"{count} errors kept as statuses, because their names are missing"
    if fuller is not None:
        lost, known = ([e.status or 0 for e in one.errors] for one in (page, fuller))
        places = _only_embedding(lost, known)
        note = (
            f"{count} errors kept as statuses, because {fuller.document} does not settle their "
            f"names"
        )
        if places is not None:
            note = f"{count} error names from {fuller.document}, by the order of their statuses"
            named = zip(errors, (fuller.errors[at].name for at in places), strict=True)
            errors = tuple(replace(error, name=name) for error, name in named)
    return replace(page, errors=errors, recovered=(*page.recovered, note))


def _only_embedding(short: Sequence[int], long: Sequence[int]) -> tuple[int, ...] | None:
    """The only place of ``short`` in ``long``: leftmost and rightmost embedding are the same."""
    left = _leftmost(short, long)
    mirrored = _leftmost(short[::-1], long[::-1])
    right = tuple(len(long) - 1 - at for at in reversed(mirrored or ()))
    return left if left == right else None


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
