"""Which SDK model the pages of a service are of: by what they link, name and state of themselves.

Nothing is known of any service here. Pages link to the guides of SDKs, under the name that the
model has, too; where they do not, the names of modelled operations, the service's and the title
decide.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, TypeVar

from conformance.documents.model import NUMBERS, BaseType, DocumentedMember
from conformance.documents.page_model import Layout, OperationPage, Parameter, ServicePages
from conformance.documents.reader import ReadPage
from conformance.documents.sdk.models import (
    MODEL,
    SdkModel,
    UnknownModel,
    UnspokenProtocol,
    load_model,
    model_loader,
    model_names,
    protocols_of,
)
from conformance.documents.sdk.operation_index import models_with

Wanted = TypeVar("Wanted", str, tuple[str, str, str])
SOUGHT = 3
"""Operations that are looked for in every model: the first may be one that only pages have."""
VENDOR = re.compile(r"\b(amazon|aws)\b")
LINKED = re.compile(r"goto/[A-Za-z0-9]+/([A-Za-z0-9.-]+?-\d{4}-\d{2}-\d{2})/")
SPEAKS = {
    Layout.JSON: ("aws-json-1.0", "aws-json-1.1", "rpc-v2-cbor"),
    Layout.QUERY: ("aws-query", "ec2-query", "aws-json-1.0", "aws-json-1.1", "rpc-v2-cbor"),
    Layout.XML: ("rest-xml", "rest-json-1"),
    Layout.REST: ("rest-json-1", "rest-xml"),
    Layout.RESOURCE: ("rest-json-1",),
}
"""The protocols that pages of a layout may be of, the likeliest first.

Of a JSON service a page of an operation that takes and answers nothing has no syntax either.
"""


def by_model(pages: Sequence[ReadPage]) -> list[ReadPage]:
    """The pages, where those of one folder that link to other models are of services of their own.

    What most of a folder's pages link to, and pages without a link, keep the folder's name.
    """
    links = [_linked(read.document.text) for read in pages]
    most: dict[str, Counter[str]] = {}
    for read, link in zip(pages, links, strict=True):
        if link and isinstance(read.page, OperationPage):
            most.setdefault(read.document.service, Counter())[link] += 1
    # The model of the folder's name, else the one that most pages link to.
    usual = {
        service: max(counted, key=lambda link: (_named(link) == service, counted[link]))
        for service, counted in most.items()
    }
    found = []
    for read, link in zip(pages, links, strict=True):
        service = read.document.service
        other = _named(link) if link and link != usual.get(service, link) else None
        document = replace(read.document, service=other) if other else read.document
        found.append(ReadPage(document, read.page))
    return found


def page_models(pages: ServicePages) -> tuple[str, ...]:
    """The models that fit pages best: none, the one, or several between which nothing decides."""
    if pages.model:
        return (pages.model,)
    names = frozenset(pages.operations)
    if not names:
        return ()
    linked = Counter(filter(None, (_linked(one.text) for one in pages.documents)))
    for link, _ in linked.most_common(1):
        name = _named(link)
        if name is not None and names & _operations(name):
            return (name,)
    if loaded(pages.service) is not None and names <= _operations(pages.service):
        return (pages.service,)
    layouts = {page.layout for page in pages.operations.values()}
    protocols = {one for layout in layouts for one in SPEAKS[layout]}
    having = models_having(
        names, str, lambda name, one: loaded(name) is not None and one in _operations(name)
    )
    return best_of(
        [one for one in having if protocols.intersection(protocols_of(_about(one)))],
        lambda name: len(_operations(name) & names),
        lambda name: _alike(pages, load_model(name)),
        lambda name: plain(pages.title) in titles(load_model(name)),
        lambda name: load_model(name).version == pages.version,
        lambda name: name == pages.service,
    )


def _about(name: str) -> Mapping[str, Any]:
    metadata: Mapping[str, Any] = load_model(name).data["metadata"]
    return metadata


def best_of(names: Sequence[str], *worths: Callable[[str], int]) -> tuple[str, ...]:
    """Those that are worth most: by the first, of these by the second, and so on."""
    best = tuple(names)
    for worth in worths:
        found = {name: worth(name) for name in best}
        best = tuple(name for name in best if found[name] == max(found.values()))
    return best


def unlabelled(path: str) -> str:
    """A path without its query and without the names of its labels, which documents may change."""
    return re.sub(r"\{[^}]*\}", "{}", path.partition("?")[0]).rstrip("/")


def _alike(pages: ServicePages, model: SdkModel) -> int:
    """How many of the listed names the model has for the same operations."""
    return sum(
        len(_listed(page) & _member_names(model, page.name))
        for page in pages.operations.values()
        if page.name in model.data["operations"]
    )


def _listed(page: OperationPage) -> set[str]:
    bodies = (page.request, page.response)
    members = [one for body in bodies for one in (*body.members, body.payload, body.root) if one]
    located = [one.member for one in (*page.parameters, *page.response_headers)]
    return {folded(one.name.partition(".")[0]) for one in (*members, *located, *page.unplaced)}


def _member_names(model: SdkModel, operation: str) -> set[str]:
    """The member names of a request and its answer, including those inside a payload."""
    shapes, about = model.data["shapes"], model.data["operations"][operation]
    found: set[str] = set()
    waiting = [about[side]["shape"] for side in ("input", "output") if side in about]
    while waiting:
        shape = shapes[waiting.pop()]
        for key, member in shape.get("members", {}).items():
            found |= {folded(key), folded(member.get("locationName", key))}
            if key == shape.get("payload"):
                waiting.append(member["shape"])
    return found


def folded(name: str) -> str:
    """A name in lower case without hyphens."""
    return name.replace("-", "").lower()


def protocol_of(pages: ServicePages, model: str) -> str | None:
    """The protocol that the pages are of, among those of their model; None for its usual one."""
    speaks = protocols_of(_about(model))
    layouts = Counter(page.layout for page in pages.operations.values())
    usual = (one for layout, _ in layouts.most_common(1) for one in SPEAKS[layout])
    return next((one for one in usual if one in speaks), None)


def loaded(name: str) -> SdkModel | None:
    try:
        return load_model(name)
    except (UnknownModel, UnspokenProtocol):
        return None


def titles(model: SdkModel) -> set[str]:
    about = model.data["metadata"]
    keys = ("serviceFullName", "serviceAbbreviation", "serviceId")
    return {plain(about[key]) for key in keys if about.get(key)}


def plain(title: str) -> str:
    """A title reduced to letters and digits, without the vendor's name."""
    return re.sub(r"[^a-z0-9]", "", VENDOR.sub("", title.lower()))


def models_having(
    wanted: Iterable[Wanted], named: Callable[[Wanted], str], has: Callable[[str, Wanted], bool]
) -> list[str]:
    """The models that have one of the wanted operations, sought by the first few of them.

    ``named`` gives the name of one, ``has`` says whether the model of a name has it.
    """
    for one in sorted(wanted)[:SOUGHT]:
        found = [name for name in models_with(named(one)) if has(name, one)]
        if found:
            return found
    return []


@cache
def _operations(name: str) -> frozenset[str]:
    return frozenset(load_model(name).data["operations"])


def _linked(text: str) -> str | None:
    """The model that most links of a page name."""
    found = Counter(LINKED.findall(text))
    return found.most_common(1)[0][0].lower() if found else None


@cache
def _named(link: str) -> str | None:
    """The service whose model a link names."""
    loader, names = model_loader(), model_names()
    name, version = link[:-11], link[-10:]
    near = sorted(names, key=lambda one: one != name)
    for one in near:
        if loader.determine_latest_version(one, MODEL) != version and one != name:
            continue
        model = loaded(one)
        about = model.data["metadata"] if model is not None else {}
        if link in {about.get("uid", "").lower(), f"{about.get('endpointPrefix')}-{version}"}:
            return one
    return name if name in names else None


Known = TypeVar("Known")


def may_be(documented: BaseType, modelled: BaseType) -> bool:
    """Whether two types are of one kind: pages and models count numbers differently."""
    texts = {BaseType.STRING, BaseType.TIMESTAMP, BaseType.BLOB, BaseType.JSON}
    return {documented, modelled} <= NUMBERS or {documented, modelled} <= texts


def member_meant(given: str, candidates: Sequence[DocumentedMember]) -> DocumentedMember | None:
    """The model's member that a page lists: by its own name, its wire name, or as a list entry."""
    plain, _, entries = given.partition(".")
    by_name = {one.name: one for one in candidates}
    by_query = {one.names.query: one for one in candidates if one.names and one.names.query}
    by_wire = {one.names.name: one for one in candidates if one.names and one.names.name}
    names = (plain, f"{plain}s") if entries else (plain,)
    found = (of_name(name, known) for name in names for known in (by_name, by_query, by_wire))
    return next((one for one in found if one is not None), None)


def parameter_meant(name: str, candidates: Sequence[Parameter]) -> Parameter | None:
    """The model's parameter that a page lists, by its name on the wire or its own."""
    by_wire = of_name(name, {one.wire: one for one in candidates})
    return by_wire or of_name(name, {one.member.name: one for one in candidates})


def of_name(name: str, known: Mapping[str, Known]) -> Known | None:
    """Look a name up: exactly, else ignoring case and hyphens."""
    if name in known:
        return known[name]
    alike = [one for key, one in known.items() if folded(key) == folded(name)]
    return alike[0] if len(alike) == 1 else None
