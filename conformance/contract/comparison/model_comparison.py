"""What the documents of a service and the official model of it state differently."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from conformance.contract.building import METHODS
from conformance.contract.comparison.model_facts import Fact, facts_of
from conformance.contract.globs import glob
from conformance.contract.vocabulary.overlay_access import KnownDifference, Sdk
from conformance.documents.sdk.models import SdkModel
from conformance.documents.sdk.pages import model_pages

Json = Mapping[str, Any]
Facts = dict[str, Fact]


class Only(StrEnum):
    """Which side states the fact, or that both state it differently."""

    DOCUMENTS = "documents"
    MODEL = "model"
    BOTH = "both"
    """Both state it, with different values."""


@dataclass(frozen=True, slots=True)
class FactDifference:
    """A fact on which both disagree. A side without it has the source of what stands above."""

    address: str
    kind: str
    only: Only
    documents: Any
    model: Any
    document_source: Json
    model_source: Json
    reason: str | None = None


@dataclass(slots=True)
class Count:
    """For one kind of fact: how many each side states, and on how many both agree."""

    documents: int = 0
    model: int = 0
    same: int = 0

    @property
    def precision(self) -> float:
        """The share of the documents' facts that the model states too."""
        return self.same / self.documents if self.documents else 1.0

    @property
    def recall(self) -> float:
        """The share of the model's facts that the documents state too."""
        return self.same / self.model if self.model else 1.0


@dataclass(slots=True)
class Comparison:
    """The whole comparison; ``stale`` are explanations of the overlay that explain nothing."""

    service: str
    model: str
    counts: dict[str, Count] = field(default_factory=dict)
    differences: list[FactDifference] = field(default_factory=list)
    stale: list[str] = field(default_factory=list)
    outside: int = 0
    """Operations of the model on paths that the contract is not about."""

    @property
    def unexplained(self) -> list[FactDifference]:
        return [one for one in self.differences if one.reason is None]


def compare(service: str, derived: Json, model: SdkModel, about: Sdk) -> Comparison:
    """Compare a derived spec with a model; ``about`` is the overlay's ``sdk``."""
    from conformance.contract.deriving.assemble import assemble_whole

    stated = operation_names(derived)
    within = [glob(path) for path in about.paths or ("*",)]
    everything = model.data["operations"]
    wanted = frozenset(
        name
        for name, one in everything.items()
        if name in stated
        or any(path.fullmatch(one["http"]["requestUri"]) or path.fullmatch(name) for path in within)
    )
    document, _ = assemble_whole(model_pages(model, service, wanted))
    found = Comparison(service, model.name, outside=len(everything) - len(wanted))
    _count(found, facts_of(derived), facts_of(document))
    _explain(found, about.differences)
    return found


def operation_names(spec: Json) -> set[str]:
    items = spec["paths"].values()
    return {item[method]["operationId"] for item in items for method in METHODS if method in item}


def _count(found: Comparison, documents: Facts, model: Facts) -> None:
    for address in documents | model:
        stated, modelled = documents.get(address), model.get(address)
        fact = stated or modelled
        if fact is None or _within_missing(address, fact, documents, model):
            continue
        count = found.counts.setdefault(fact.kind, Count())
        count.documents += stated is not None
        count.model += modelled is not None
        if stated is not None and modelled is not None and stated.value == modelled.value:
            count.same += 1
        else:
            only = Only.BOTH if stated and modelled else Only.DOCUMENTS if stated else Only.MODEL
            found.differences.append(FactDifference(
                address, fact.kind, only,
                documents=stated.value if stated else None,
                model=modelled.value if modelled else None,
                document_source=_source(stated, fact.above, documents),
                model_source=_source(modelled, fact.above, model),
            ))  # fmt: skip


def _within_missing(address: str, fact: Fact, documents: Facts, model: Facts) -> bool:
    """True for the parts of an operation or type that one side lacks: only the whole is listed."""
    top = "/".join(address.split("/")[: 2 if address.startswith("types/") else 1])
    return address != top and (top in documents) != (top in model) and fact.above != ""


def _source(stated: Fact | None, address: str, facts: Facts) -> Json:
    """The source of a fact, else that of the nearest stated thing above it."""
    if stated is not None:
        return stated.source
    while address and address not in facts:
        address = address.rpartition("/")[0]
    return facts[address].source if address in facts else {}


def _explain(found: Comparison, explanations: Sequence[KnownDifference]) -> None:
    """Give each difference the first explanation that fits."""
    used: set[int] = set()
    compiled = [(glob(one.at), one) for one in explanations]
    for index, difference in enumerate(found.differences):
        for number, (pattern, one) in enumerate(compiled):
            if one.only in {None, difference.only} and pattern.fullmatch(difference.address):
                found.differences[index] = replace(difference, reason=one.reason)
                used.add(number)
                break
    found.stale = [one.at for number, one in enumerate(explanations) if number not in used]
