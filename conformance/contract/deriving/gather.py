"""The pages of one service, sorted by kind, where the later document has replaced the earlier."""

from __future__ import annotations

from collections.abc import Sequence

from conformance.contract.deriving.facts import differences, operation_facts, structure_facts
from conformance.documents.page_model import (
    CommonErrorsPage,
    OperationPage,
    Page,
    PatchPage,
    ResourcePage,
    StructurePage,
)
from conformance.documents.reader import ReadPage
from conformance.documents.service_pages import ServicePages


def by_service(pages: Sequence[ReadPage]) -> dict[str, ServicePages]:
    """Sort pages by service and kind; services by name."""
    found: dict[str, ServicePages] = {}
    for read in pages:
        service = read.document.service
        found.setdefault(service, ServicePages(service))
        _add(found[service], read)
    return dict(sorted(found.items()))


def _add(pages: ServicePages, read: ReadPage) -> None:
    pages.documents.append(read.document)
    _sort(pages, read.page)


def _sort(pages: ServicePages, page: Page) -> None:
    if isinstance(page, ResourcePage):
        parts: list[Page] = [*page.operations, *page.structures]
        for one in parts:
            _sort(pages, one)
    elif isinstance(page, OperationPage):
        earlier = pages.operations.pop(page.name, None)
        if earlier is not None:
            pages.differences += differences(
                page.name,
                earlier.document,
                operation_facts(earlier),
                page.document,
                operation_facts(page),
            )
        pages.operations[page.name] = page
        pages.notes += [f"{page.name} ({page.document}): {note}" for note in page.left_out]
        pages.recoveries += [f"{page.name} ({page.document}): {note}" for note in page.recovered]
    elif isinstance(page, StructurePage):
        before = pages.structures.pop(page.name, None)
        if before is not None:
            pages.differences += differences(
                page.name,
                before.document,
                structure_facts(before),
                page.document,
                structure_facts(page),
            )
        pages.structures[page.name] = page
    elif isinstance(page, PatchPage):
        pages.patches.update(page.tables)
    elif isinstance(page, CommonErrorsPage):
        pages.common_errors.update({error.name or "": error for error in page.errors})
