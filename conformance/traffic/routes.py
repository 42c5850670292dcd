"""Which operation of which service a recorded request is, if any."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, unquote, urlsplit

from conformance.contract.model import Contract, Operation
from conformance.judge.redacted import is_redacted
from conformance.target.exchange import Request
from conformance.traffic.entries import Entry

SCOPE = re.compile(r"Credential=[^/,\s]*/[^/,\s]*/([\w-]+)/([\w-]+)/aws4_request")
AWS = re.compile(r"(?:^|\.)(?:amazonaws\.com(?:\.cn)?|api\.aws)$")
NEAR = re.compile(
    r"(?:.*\.)?localhost(?:\.localstack\.cloud)?|host\.docker\.internal|[\w-]+|::1|"
    r"(?:127|10|172|192\.168)\.[\d.]+"
)
"""Hosts of one's own: this machine, a container's name, a private address."""
SDK = {"authorization", "x-amz-date", "x-amz-content-sha256", "amz-sdk-invocation-id"}


@dataclass(frozen=True, slots=True)
class Route:
    """What a request is: the operation, its path labels (decoded) and its query."""

    contract: Contract
    operation: Operation
    labels: Mapping[str, str]
    query: tuple[tuple[str, str], ...]
    origin: str
    """Scheme and authority, empty where they were not recorded."""
    region: str

    @property
    def is_trusted(self) -> bool:
        """AWS itself, or a recording that does not say: not an emulator under development."""
        host = urlsplit(self.origin).hostname or ""
        return not host or AWS.search(host) is not None


class Routes:
    """The operations of some contracts; ``targets`` are addresses that are meant in any case."""

    def __init__(self, contracts: Sequence[Contract], targets: Sequence[str] = ()) -> None:
        self._contracts = contracts
        self._targets = [target.rstrip("/") for target in targets]
        self._patterns = {
            (contract.service, one.name): _pattern(one)
            for contract in contracts
            for one in contract.operations.values()
        }

    def find(self, entry: Entry) -> Route | None:
        """The operation that a recorded request is, None where it is none of these services'."""
        request = entry.exchange.request
        parts = urlsplit(request.url)
        address = parts.netloc.rsplit("@", 1)[-1]
        origin = f"{parts.scheme}://{address}" if address else ""
        path = self._path(origin + parts.path, origin, parts.path)
        if path is None:
            return None
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        found = [
            Route(contract, operation, labels, query, origin, _region(request))
            for contract in self._contracts
            if self._is_of(contract, entry, _host(request, parts.hostname))
            for operation, labels in self._matching(contract, request.method, path, dict(query))
        ]
        # The same path with and without literal query parameters: the more it names the nearer.
        return max(found, key=lambda one: len(one.operation.query), default=None)

    def _path(self, url: str, origin: str, path: str) -> str | None:
        """The path below the target's address; None where the request is to another address."""
        if not self._targets:
            return path
        for target in self._targets:
            if url == target or url.startswith(f"{target}/"):
                return path.removeprefix(target.removeprefix(origin))
        return None

    def _matching(
        self, contract: Contract, method: str, path: str, query: Mapping[str, str]
    ) -> list[tuple[Operation, dict[str, str]]]:
        found = []
        for operation in contract.operations.values():
            if operation.method != method or not operation.query.items() <= query.items():
                continue
            match = self._patterns[contract.service, operation.name].fullmatch(path)
            if match is not None:
                named = zip(_names(operation), match.groups(), strict=True)
                found.append((operation, {name: unquote(text) for name, text in named}))
        return found

    def _is_of(self, contract: Contract, entry: Entry, host: str) -> bool:
        """Whether a request of this service would be addressed and signed like that."""
        signed: str = contract.facts.get("signing", {}).get("service", contract.service)
        if entry.service:
            return entry.service in (contract.service, signed)
        if AWS.search(host):
            return str(signed) in host.split(".")
        scope = _scope(entry.exchange.request)
        if scope is not None:
            return scope[1] == signed
        return bool(self._targets) or not host or _is_ours(host, entry.exchange.request)


def _is_ours(host: str, request: Request) -> bool:
    """An unsigned request counts where it went to a host of one's own or an SDK made it."""
    names = {name.lower() for name, _ in request.headers}
    return NEAR.fullmatch(host) is not None or bool(names & SDK)


def _host(request: Request, named: str | None) -> str:
    host = named or (request.header("host") or "").rsplit(":", 1)[0]
    return "" if is_redacted(host) else host.lower()


def _scope(request: Request) -> tuple[str, str] | None:
    """Region and service that a request was signed for, None where that cannot be seen."""
    match = SCOPE.search(request.header("authorization") or "")
    if match is None:
        query = dict(parse_qsl(urlsplit(request.url).query))
        match = SCOPE.search(f"Credential={query.get('X-Amz-Credential', '')}")
    return (match[1], match[2]) if match else None


def _region(request: Request) -> str:
    scope = _scope(request)
    return scope[0] if scope else "us-east-1"


def _names(operation: Operation) -> list[str]:
    return re.findall(r"\{(\w+)\}", operation.path)


def _pattern(operation: Operation) -> re.Pattern[str]:
    """The path template: a label is one segment, an ARN that was recorded decoded may be more."""
    text = re.sub(r"\\\{\w+\\\}", r"([^/]+|arn:.+)", re.escape(operation.path))
    return re.compile(text)
