"""The ARNs in answers: region, partition and account of what the run itself made.

Sees every exchange of a session, because what a request gave may be shown by a later answer,
and because an account is only known from the answers before.
"""

import contextlib
import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

from conformance.contract.inference.naming import plain
from conformance.contract.listing.catalogue import ADDRESS, NAMED
from conformance.contract.model import Contract
from conformance.engine.judge.findings import Finding
from conformance.engine.resources.names import Names
from conformance.engine.sending.exchange_log import SentProbe
from conformance.plan.valid_requests.resources import all_creators, identifiers
from conformance.transport.aws import partition_of
from conformance.transport.exchange import Request
from conformance.transport.parsed_response import ParsedResponse

ARN = re.compile(r"arn:([a-z0-9-]+):([a-z0-9-]+):([a-z0-9-]*):([0-9a-z-]*):(.+)", re.DOTALL)
HEAD = re.compile(r"arn:[a-z0-9-]+:[a-z0-9-]+:[a-z0-9-]*:[0-9a-z-]*:")
"""All of an ARN but the resource."""
REGION = re.compile(r"[a-z]{2,5}(-[a-z]+)+-\d{1,2}")
ACCOUNT = re.compile(r"\d{12}")
_LATER = frozenset(["pending", "pending confirmation", "pendingconfirmation"])
SCOPE = re.compile(r"Credential=([^/,\s]+)/\d{8}/([^/,\s]+)/")
"""The access key and the region that a request is signed with."""


class Arns:
    """What the ARNs of one session's answers hold or break."""

    def __init__(self, contract: Contract, names: Names) -> None:
        self._requirement = f"{contract.service}/{ADDRESS}"
        self._creators = all_creators(contract)
        self._names = names
        self._given: set[str] = set()
        self._accounts: dict[tuple[str, str], str] = {}

    def learn(self, sent: SentProbe) -> None:
        """Note what ARNs a request gives: an answer may show them again."""
        request = sent.exchange.request
        if _may_have_arns(request):
            self._given.update(HEAD.findall(_text(request)))

    def observe(self, sent: SentProbe, answer: ParsedResponse) -> Iterator[Finding]:
        """The finding of each ARN of our own in an answer."""
        request, response = sent.exchange.request, sent.exchange.response
        if not answer.ok or response is None:
            return
        yield from self._no_arns(sent, answer)
        if not _may_be_an_arn(response.body):
            return
        scope = SCOPE.search(request.header("authorization") or "")
        if scope is None or not REGION.fullmatch(scope[2]):
            return
        for name, arn in _named(answer.body):
            found = ARN.fullmatch(arn)
            head = HEAD.match(arn)
            if found is None or head is None or head[0] in self._given:
                continue  # no ARN, or one of a place that a request spoke of
            if self._is_ours(sent, answer, name, found) and f'"{found[3]}"' not in _text(request):
                yield self._finding(name, found, access=scope[1], region=scope[2])

    def _no_arns(self, sent: SentProbe, answer: ParsedResponse) -> Iterator[Finding]:
        """What a creation answers as the ARN of what it made, and is none; nor what is to come."""
        kind = self._creators.get(sent.probe.operation.name, ("",))[0]
        for name, text in _named(answer.body) if kind else ():
            own = plain(name) == f"{plain(kind)}arn" and text and text.lower() not in _LATER
            if own and not text.startswith("arn:"):
                yield self._broken(f"{name} is an ARN", text)

    def _finding(self, name: str, found: re.Match[str], *, access: str, region: str) -> Finding:
        """Region first: it says which partition is right."""
        partition, _, stated, account, _ = found.groups()
        if REGION.fullmatch(stated):
            right = partition_of(region)
            if stated != region:
                return self._broken(f"{name} with the region {region}", found[0])
            if right is not None and partition != right:
                return self._broken(f"{name} with the partition {right}", found[0])
        if ACCOUNT.fullmatch(account):
            known = self._accounts.setdefault((access, name), account)
            if account != known:
                return self._broken(f"{name} with the account {known}, as before", found[0])
        return Finding(self._requirement, True)

    def _broken(self, expected: str, seen: str) -> Finding:
        return Finding(self._requirement, False, expected, seen)

    def _is_ours(
        self, sent: SentProbe, answer: ParsedResponse, name: str, arn: re.Match[str]
    ) -> bool:
        """Whether an ARN surely belongs to this run; a creation may also show others' ARNs."""
        parts = set(re.split("[/:]", arn[5]))
        if self._names.made_by_us(arn[5]):
            return True
        if sent.probe.operation.name not in self._creators:
            return sent.resource is not None and sent.resource.id in parts
        kind, place = self._creators[sent.probe.operation.name]
        made = set(identifiers(place, sent.values, answer.members))
        return bool(made & {arn[0], *parts}) or plain(name) in {"arn", f"{plain(kind)}arn"}


def _named(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    """The texts of the members that are called ARN, at any depth."""
    if isinstance(value, str):
        if NAMED.fullmatch(name):
            yield name, value
    elif isinstance(value, dict):
        for inner, item in value.items():
            yield from _named(item, inner)
    elif isinstance(value, list):
        for item in value:
            yield from _named(item)


def _may_have_arns(request: Request) -> bool:
    """False where it is plain at a glance that there is none: so it is with most requests."""
    return "%" in request.url or _may_be_an_arn(request.body or b"") or "arn:" in request.url


def _may_be_an_arn(body: bytes) -> bool:
    """The same of a body alone, in which letters may be escaped."""
    return b"arn:" in body or b"\\" in body or b"&#" in body


def _text(request: Request) -> str:
    """The texts of a request as they were meant: its URL decoded, its body as plain JSON."""
    body = (request.body or b"").decode(errors="replace")
    if "\\" in body:
        with contextlib.suppress(ValueError, RecursionError):
            body = json.dumps(json.loads(body), ensure_ascii=False)
    return f"{unquote(request.url)}\n{body}"
