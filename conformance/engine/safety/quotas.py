"""The quotas that overlays state, by the request that counts for them."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from conformance.contract.model import Contract
from conformance.contract.vocabulary.overlay_access import Quotas
from conformance.engine.safety.request_classifier import RouteTable
from conformance.transport.exchange import Request
from conformance.transport.retry import QuotaLimit

ALL = "*"


def quotas(contracts: Iterable[Contract], factor: float = 1.0) -> dict[str, QuotaLimit]:
    """The quotas of services: ``SERVICE/*`` for all its operations, ``SERVICE/OPERATION``."""
    found: dict[str, QuotaLimit] = {}
    for contract in contracts:
        known = contract.overlay.quotas or Quotas()
        whole = {} if known.all is None else {ALL: known.all}
        for name, quota in {**whole, **known.operations}.items():
            made = QuotaLimit(quota.rate, 1.0 if quota.burst is None else quota.burst)
            found[f"{contract.service}/{name}"] = made.times(factor)
    return found


def counter(routes: Sequence[tuple[str, RouteTable]]) -> Callable[[Request], list[str]]:
    """Says which quotas a request counts for; ``routes`` by the URL that each is below."""

    def counts_for(request: Request) -> list[str]:
        below = [one for url, one in routes if request.url.startswith(url)]
        for table in below:
            operation, _ = table.match(request)
            if operation is not None:
                return counted(table.contract, operation.name)
        # A route that no service has counts for every service.
        return [f"{one.contract.service}/{ALL}" for one in below]

    return counts_for


def counted(contract: Contract, operation: str) -> list[str]:
    """The quotas that an operation counts for."""
    return [f"{contract.service}/{ALL}", f"{contract.service}/{operation}"]


def seconds(
    sent: Mapping[tuple[str, str], int], contracts: Sequence[Contract], factor: float = 1.0
) -> float:
    """The least time that requests, counted by service and operation, take at the quotas."""
    limits = quotas(contracts, factor)
    whole = 0.0
    for contract in contracts:
        counts: dict[str, int] = {}
        for (service, operation), number in sent.items():
            if service == contract.service:
                for name in counted(contract, operation):
                    counts[name] = counts.get(name, 0) + number
        times = [
            max(0.0, number - limits[name].burst) / limits[name].rate
            for name, number in counts.items()
            if name in limits
        ]
        whole += max(times, default=0.0)
    return whole
