"""Completes pages that cannot be sent as they are, by the one SDK model that fits them."""

from dataclasses import replace

from conformance.documents.page_model import (
    Layout,
    ServicePages,
)
from conformance.documents.pages import unwired
from conformance.documents.problems import PageProblem
from conformance.documents.sdk.matching import page_models, protocol_of, unlabelled
from conformance.documents.sdk.model_merging import merge_model
from conformance.documents.sdk.models import REST_JSON, SdkModel, load_model
from conformance.documents.sdk.pages import model_pages

SHOWN = 6


def complete(pages: ServicePages) -> list[PageProblem]:
    """Complete pages by the model that fits; what none completes is taken out and is a problem."""
    lacking = [page for page in pages.operations.values() if not page.layout.shows_request]
    models = page_models(pages)
    if len(models) == 1:
        model = load_model(models[0], protocol_of(pages, models[0]))
        if lacking or model.protocol != REST_JSON:
            pages.model = models[0]
            return merge_model(pages, model)
        _name_errors(pages, model)
        _type_parameters(pages, model)
        return []
    for page in lacking:
        del pages.operations[page.name]
    found = f"several of them: {', '.join(models[:SHOWN])}" if models else "none"
    return [unwired(page, pages.shown(page.document), found) for page in lacking]


def _name_errors(pages: ServicePages, model: SdkModel) -> None:
    """Resource pages name an error by its body: keep that only where the model knows it."""
    for name, page in pages.operations.items():
        about = model.data["operations"].get(name)
        if page.layout is Layout.RESOURCE and about is not None:
            known = {one["shape"] for one in about.get("errors", ())}
            errors = (one if one.name in known else replace(one, name=None) for one in page.errors)
            pages.operations[name] = replace(page, errors=tuple(errors))


def _type_parameters(pages: ServicePages, model: SdkModel) -> None:
    """Parameters whose type the pages do not state get the model's type; it makes no statement."""
    wanted = frozenset(pages.operations).intersection(model.data["operations"])
    known = model_pages(model, pages.service, wanted).operations
    for name, page in pages.operations.items():
        modelled = known.get(name)
        if modelled is None or modelled.method != page.method:
            continue
        if unlabelled(modelled.path) != unlabelled(page.path):
            continue
        types = {(one.where, one.wire): one.member.type for one in modelled.parameters}
        typed = (
            replace(one, member=replace(
                one.member, type=one.member.type or types.get((one.where, one.wire))))
            for one in page.parameters
        )  # fmt: skip
        pages.operations[name] = replace(page, parameters=tuple(typed))
