"""Which SDK model the operations of a spec are of: found by their names, methods and paths.

Pages say neither which name requests are signed for nor what else the service can do; a model does.
Nothing is known of any service here: a model fits where it has the very same operations. Where
several fit, the title and the version that the pages state decide, and then the service's name.
"""

from dataclasses import dataclass
from functools import cache
from operator import itemgetter

from conformance.contract.model import Contract
from conformance.documents.sdk.matching import (
    best_of,
    loaded,
    models_having,
    plain,
    titles,
    unlabelled,
)
from conformance.documents.sdk.models import REST_JSON, SdkModel, load_model

Route = tuple[str, str, str]
"""An operation's name, method and path; labels without their names, which documents may change."""


@dataclass(frozen=True, slots=True)
class ModelMatch:
    """The names of the models that fit best: none, the one, or several between which none is."""

    names: tuple[str, ...] = ()

    @property
    def name(self) -> str | None:
        """The one model; None where there is none or more than one."""
        return self.names[0] if len(self.names) == 1 else None


def matching_model(contract: Contract, version: str = "") -> ModelMatch:
    """The model of a contract's operations; ``version`` is what its spec states as its own."""
    routes = frozenset(
        (one.name, one.method, unlabelled(one.path)) for one in contract.operations.values()
    )
    return _matched(contract.service, routes, contract.title, version)


@cache
def _matched(service: str, routes: frozenset[Route], title: str, version: str) -> ModelMatch:
    if not routes:
        return ModelMatch()
    own = _loaded(service)
    if own is not None and routes <= _routes(service):
        return ModelMatch((service,))
    found = models_having(routes, itemgetter(0), _has)
    if not found:
        return ModelMatch()
    return ModelMatch(
        best_of(
            found,
            lambda name: len(_routes(name) & routes),
            lambda name: plain(title) in titles(load_model(name)),
            lambda name: load_model(name).version == version,
            lambda name: name == service,
        )
    )


def _has(model: str, route: Route) -> bool:
    return _loaded(model) is not None and route in _routes(model)


def _loaded(name: str) -> SdkModel | None:
    model = loaded(name)
    return model if model is not None and model.protocol == REST_JSON else None


@cache
def _routes(name: str) -> frozenset[Route]:
    operations = load_model(name).data["operations"].items()
    return frozenset(
        (one, about["http"]["method"], unlabelled(about["http"]["requestUri"]))
        for one, about in operations
    )
