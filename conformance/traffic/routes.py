"""Which operation of which service a recorded request is, if any."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from conformance.contract.model import Contract, Operation
from conformance.contract.routes import MatchedRoute, RouteMatcher, query_of
from conformance.engine.judge.redacted import is_redacted
from conformance.traffic.addresses import PORT, Host, host_of
from conformance.traffic.entries import TrafficEntry
from conformance.traffic.evidence import Sign, has_marks, is_sdk
from conformance.transport.exchange import Request
from conformance.transport.protocols.registry import selectors_of

FIRST_ALONE = 2
"""Slashes around the first label of a path, where nothing else is in it."""
SCHEMES = {"http", "https", ""}
SCOPE = re.compile(r"Credential=[^/,\s]*/[^/,\s]*/([\w-]+)/([\w-]+)/aws4_request")


@dataclass(frozen=True, slots=True)
class TrafficRoute:
    """What a request is: the operation, its path labels (decoded) and its query."""

    contract: Contract
    operation: Operation
    labels: Mapping[str, str]
    query: tuple[tuple[str, str], ...]
    origin: str
    """Scheme and authority, empty where they were not recorded."""
    region: str
    host: Host
    certain: bool
    """Nothing else has to show that the request was one to this service."""

    @property
    def is_trusted(self) -> bool:
        """AWS itself, or a recording that does not say: not an emulator under development."""
        return self.host.aws or self.host.hidden or not self.host.name

    @property
    def address(self) -> str:
        """The host of the request: all hidden hosts are one, and no host at all is another."""
        return self.origin or self.host.name

    @property
    def needs(self) -> Sign:
        """What must be seen at this address before the request counts."""
        if self.certain:
            return Sign.NONE
        return Sign.WEAK if self.host.near or self.host.hidden else Sign.STRONG


class Routes:
    """The operations of some contracts; ``targets`` are addresses that are meant in any case."""

    def __init__(self, contracts: Sequence[Contract], targets: Sequence[str] = ()) -> None:
        self._targets = [target.rstrip("/") for target in targets]
        # An ARN that was recorded decoded has slashes.
        self._matchers = [
            (one, RouteMatcher(one.operations.values(), arns=True)) for one in contracts
        ]

    def find(self, entry: TrafficEntry) -> TrafficRoute | None:
        """The operation that a recorded request is, None where it is none of these services'."""
        request = entry.exchange.request
        parts = urlsplit(request.url)
        address = parts.netloc.rsplit("@", 1)[-1]
        origin = f"{parts.scheme}://{address}" if address else ""
        path = self._path(origin + parts.path, origin, parts.path)
        if path is None or parts.scheme.lower() not in SCHEMES:
            return None
        host = host_of(parts.hostname or PORT.sub("", request.header("host") or ""))
        scope = _scope(request)
        region = scope[0] if scope else host.region or "us-east-1"
        query = tuple(parse_qsl(parts.query, keep_blank_values=True))
        found = []
        for contract, matcher in self._matchers:
            certain = self._is_of(contract, entry, host)
            if certain is None:
                continue
            label = _label(contract, host)
            below = f"/{label}{path}" if label else path
            if contract.overlay.endpoint.label and below.count("/") == FIRST_ALONE:
                below = below.removesuffix("/")
            one = _match(matcher, request, below, query)
            if one is not None:
                # A host that has a label in front is the same address as without.
                shown = "" if host.hidden else origin.replace(f"//{label}.", "//", 1)
                where = (one.operation, one.labels, query, shown, region, host)
                found.append(TrafficRoute(contract, *where, certain))
        # The same path with and without literal query parameters: the more it names the nearer.
        return max(found, key=lambda one: len(one.operation.query), default=None)

    def is_alike(self, entry: TrafficEntry) -> bool:
        """True for a request with the method and path of an operation, wherever it was sent."""
        request = entry.exchange.request
        parts = urlsplit(request.url)
        query = parse_qsl(parts.query, keep_blank_values=True)
        return any(
            _match(matcher, request, parts.path, query) is not None for _, matcher in self._matchers
        )

    def _path(self, url: str, origin: str, path: str) -> str | None:
        """The path below the target's address; None where the request is to another address."""
        if not self._targets:
            return path
        for target in self._targets:
            if url == target or url.startswith(f"{target}/"):
                return path.removeprefix(target.removeprefix(origin))
        return None

    def _is_of(self, contract: Contract, entry: TrafficEntry, host: Host) -> bool | None:
        """Whether a request of this service would be addressed and signed like that.

        True for certain; False where that is left to what else is seen at the address; None where
        it belongs to another service or its service is unknown.
        """
        signed = contract.signing_name
        if entry.service:
            return True if entry.service in (contract.service, signed) else None
        scope = _scope(entry.exchange.request)
        if host.aws:
            named = host.service == signed
            if scope is not None:
                # Many hosts are called otherwise than what they sign for; `s3-control` is not `s3`.
                named = scope[1] == signed and (named or not host.service.startswith(signed))
            return True if named else None
        if scope is not None:
            return True if scope[1] == signed else None
        if self._targets or not (host.name or host.hidden):
            return True
        if host.near or host.hidden or host.service == signed:
            return host.service == signed
        if host.service:
            return None
        return False if _may_be_aws(entry) else None


def _match(
    matcher: RouteMatcher, request: Request, path: str, query: Iterable[tuple[str, str]]
) -> MatchedRoute | None:
    return matcher.find(request.method, path, query_of(query) | selectors_of(request))


def _label(contract: Contract, host: Host) -> str:
    """The label of the path that stands in the host's name instead: a bucket of S3."""
    if not contract.overlay.endpoint.label:
        return ""
    if host.service == contract.signing_name:
        return host.label
    return "" if host.aws or host.near else ".".join(filter(None, (host.label, host.service)))


def _may_be_aws(entry: TrafficEntry) -> bool:
    """Whether an unsigned request to a host far from home may be one of an emulator's at all."""
    request, response = entry.exchange.request, entry.exchange.response
    if is_sdk(request) or is_redacted(request.header("authorization") or ""):
        return True
    return response is not None and has_marks(response)


def _scope(request: Request) -> tuple[str, str] | None:
    """Region and service that a request was signed for, None where that cannot be seen."""
    match = SCOPE.search(request.header("authorization") or "")
    if match is None:
        query = dict(parse_qsl(urlsplit(request.url).query))
        match = SCOPE.search(f"Credential={query.get('X-Amz-Credential', '')}")
    return (match[1], match[2]) if match else None
