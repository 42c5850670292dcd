"""What a run would do, printed before it starts: requests, creations, time, permissions.

The number of requests depends on the answers, so it is not calculated but tried: on the embedded
reference, in this process.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec

from conformance.contract.model import Contract, Operation
from conformance.contract.routes import with_labels
from conformance.contract.vocabulary.overlay_access import Permissions
from conformance.engine.outcome import Job
from conformance.engine.resources.names import fill
from conformance.engine.run import RunConfig
from conformance.engine.safety.quotas import seconds
from conformance.engine.safety.request_classifier import RequestEffect, RouteTable
from conformance.reference.inprocess import URL, InProcess
from conformance.reference.server import ServerOptions
from conformance.runs.execution import run_all, settings_for
from conformance.transport.credentials import DEFAULT_REGION, TEST_CREDENTIALS
from conformance.transport.exchange import Exchange, Request
from conformance.transport.retry import RetryingTransport


@dataclass(frozen=True, slots=True)
class DryRun:
    """What a rehearsal sent, by service and operation, and how many resources it created."""

    sent: Mapping[tuple[str, str], int]
    created: Mapping[str, int]

    @property
    def requests(self) -> int:
        return sum(self.sent.values())


def rehearse(jobs: Sequence[Job], *, profile: str, seed: int) -> DryRun:
    """Run against the embedded reference and count."""
    counting = _Counting(jobs, URL)
    run_all(
        RunConfig(
            jobs=jobs, url=URL, credentials=TEST_CREDENTIALS, region=DEFAULT_REGION,
            transport=RetryingTransport(counting), settings=settings_for(profile, seed),
        )
    )  # fmt: skip
    return DryRun(counting.sent, counting.created)


class _Counting:
    """The reference, which counts every request."""

    def __init__(self, jobs: Sequence[Job], url: str) -> None:
        self._inner = InProcess(ServerOptions())
        self._routes = [RouteTable(job.contract, url) for job in jobs]
        self.sent: Counter[tuple[str, str]] = Counter()
        self.created: Counter[str] = Counter()

    def send(self, request: Request) -> Exchange:
        exchange = self._inner.send(request)
        self._count(request, exchange)
        return exchange

    def send_all(self, requests: Sequence[Request], *, pipelined: bool) -> list[Exchange]:
        exchanges = self._inner.send_all(requests, pipelined=pipelined)
        for exchange in exchanges:
            self._count(exchange.request, exchange)
        return exchanges

    def _count(self, request: Request, exchange: Exchange) -> None:
        for routes in self._routes:
            visit = routes.visit(request)
            if visit.operation is None:
                continue
            service = routes.contract.service
            self.sent[service, visit.operation.name] += 1
            if visit.kind is RequestEffect.CREATE:
                self.created[service] += len(routes.made(visit, exchange))
            break
        else:
            self.sent[self._routes[0].contract.service, "(no operation)"] += 1


def policy(
    contracts: Sequence[Contract], *, partition: str, region: str, account: str
) -> dict[str, Any]:
    """The least IAM policy that suffices, from what the overlays say of each service."""
    allowed: dict[str, set[str]] = {}
    for contract in contracts:
        needed = contract.overlay.permissions
        if needed is None:
            continue
        lookup = {"partition": partition, "region": region, "account": account}
        for operation in contract.operations.values():
            action, resource = _permission(needed, operation, lookup)
            allowed.setdefault(action, set()).add(resource)
        if needed.tagging is not None:
            tagging = _filled(msgspec.structs.asdict(needed.tagging), lookup)
            allowed.setdefault(tagging["action"], set()).add(tagging["resource"])
    statements = [
        {"Effect": "Allow", "Action": action, "Resource": _least(resources)}
        for action, resources in sorted(allowed.items())
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _permission(
    needed: Permissions, operation: Operation, lookup: Mapping[str, str]
) -> tuple[str, str]:
    path = with_labels(operation.path, "*")
    more = {**lookup, "method": operation.method, "path": path, "operation": operation.name}
    resource = needed.resources.get(operation.name, needed.resource)
    filled = _filled({"action": needed.action, "resource": resource}, more)
    return filled["action"], filled["resource"]


def _filled(value: Any, texts: Mapping[str, str]) -> Any:
    return fill(value, {name: lambda _, text=text: text for name, text in texts.items()})  # type: ignore[misc]


def _least(resources: set[str]) -> list[str]:
    return ["*"] if "*" in resources else sorted(resources)


def render(
    outline: DryRun,
    contracts: Sequence[Contract],
    *,
    target: str,
    factor: float,
    rate: float | None,
) -> list[str]:
    """The description of what a run would do; ``rate`` is the user's limit per second."""
    limited = target == "aws"
    least = seconds(outline.sent, contracts, factor) if limited else 0.0
    if rate:
        least = max(least, outline.requests / rate)
    lines = [f"what this run would do on {target}, estimated on the embedded reference:"]
    for contract in contracts:
        service = contract.service
        name = contract.overlay.main.name or "resource"
        total = sum(number for (of, _), number in outline.sent.items() if of == service)
        made = outline.created.get(service, 0)
        lines.append(
            f"  {service}: about {total:,} requests; creates about {made:,} resources ({name}),"
            " one or a few at a time, and deletes them"
        )
        parts = sorted(
            (-number, name) for (of, name), number in outline.sent.items() if of == service
        )
        lines.append("    " + ", ".join(f"{name} {-number:,}" for number, name in parts))
    if limited:
        lines.append(f"  at least {_time(least)} at the documented rate limits")
    elif rate:
        lines.append(f"  at least {_time(least)} at {rate:g} requests a second")
    return lines


def _time(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def as_json(policy: dict[str, Any]) -> str:
    return json.dumps(policy, indent=2)
