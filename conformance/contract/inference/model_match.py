"""Which SDK model the operations of a spec are of: found by their names, methods and paths.

Pages say neither which name requests are signed for nor what else the service can do; a model does.
Nothing is known of any service here: a model fits where it has the very same operations. Where
several fit, the title and the version that the pages state decide, and then the service's name.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from operator import itemgetter

from conformance.contract.model import Contract, Operation
from conformance.documents.sdk.matching import loaded, models_having, plain, titles
from conformance.documents.sdk.models import REST_JSON, SdkModel, load_model

Route = tuple[str, str, str]
"""An operation's name, method and path; labels without their names, which documents may change."""
LABEL = re.compile(r"\{[^}]*\}")


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
    routes = frozenset(route_of(one) for one in contract.operations.values())
    return _matched(contract.service, routes, contract.title, version)


def route_of(operation: Operation) -> Route:
    """What a model and a page must agree on to speak of one operation."""
    return _route(operation.name, operation.method, operation.path)


def _route(name: str, method: str, path: str) -> Route:
    return name, method, LABEL.sub("{}", path.partition("?")[0]).rstrip("/")


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
    shared = {name: len(_routes(name) & routes) for name in found}
    best = [name for name in found if shared[name] == max(shared.values())]
    for agrees in (
        lambda model: plain(title) in titles(model),
        lambda model: model.version == version,
    ):
        agreeing = [name for name in best if agrees(load_model(name))]
        best = agreeing or best
    exact = [name for name in best if name == service]
    return ModelMatch(tuple(exact or best))


def _has(model: str, route: Route) -> bool:
    return _loaded(model) is not None and route in _routes(model)


def _loaded(name: str) -> SdkModel | None:
    model = loaded(name)
    return model if model is not None and model.protocol == REST_JSON else None


@cache
def _routes(name: str) -> frozenset[Route]:
    operations = load_model(name).data["operations"].items()
    return frozenset(
        _route(one, about["http"]["method"], about["http"]["requestUri"])
        for one, about in operations
    )
