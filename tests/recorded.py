"""A whole run against the reference, kept so that every test that reads one reads the same one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from conformance.engine.outcome import exit_code
from conformance.engine.run import RunConfig
from conformance.engine.service_run import Settings
from conformance.record import Verdict, VerdictLine
from conformance.reference.inprocess import URL, InProcess
from conformance.reference.server import TEST_KEYS, ServerOptions
from conformance.runs.execution import run_all
from conformance.transport.credentials import TEST_CREDENTIALS
from conformance.transport.retry import RetryingTransport
from conformance.transport.signing import Signer
from tests import contracts

LISTS = {
    "apigateway": ("GET", "/apikeys?limit=500", None, "item"),
    "geo": ("POST", "/metadata/v0/list-keys", b"{}", "Entries"),
}
"""How each service lists its keys, by the name it is signed for, and the member they are in."""


class RememberingReference(InProcess):
    """A reference that remembers what it was sent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(ServerOptions(keys=TEST_KEYS, **options))
        self.requests: list[tuple[str, str, bytes | None]] = []

    def send(self, request):
        self.requests.append((request.method, request.url, request.body))
        return super().send(request)

    def keys_left(self) -> int:
        """How many keys of both services are there."""
        return sum(len(self._listed(*how)) for how in LISTS.items())

    def _listed(self, service: str, how: tuple[str, str, bytes | None, str]) -> list[Any]:
        method, target, body, member = how
        signed = Signer(TEST_CREDENTIALS, "us-east-1", service)
        exchange = InProcess.send(self, signed.sign(method, URL + target, (), body))
        assert exchange.response is not None
        found: list[Any] = json.loads(exchange.response.body)[member]
        return found


@dataclass(frozen=True)
class ReferenceRun:
    """What a run of every requirement came to, and what it did at the reference."""

    lines: tuple[VerdictLine, ...]
    exit: int
    notes: tuple[str, ...]
    problem: str
    requests: int
    created: int
    deleted: int
    left: int

    @property
    def verdicts(self) -> dict[str, Verdict]:
        return {line.requirement: line.verdict for line in self.lines}


def run_reference(reading: str) -> ReferenceRun:
    """A run of every requirement with two random values for each, against one reading."""
    target = RememberingReference(reading=reading, seed=1)
    config = RunConfig(
        jobs=contracts.jobs((), ()),
        url=URL,
        credentials=TEST_CREDENTIALS,
        region="us-east-1",
        transport=RetryingTransport(target, retries=1, base=0.0),
        settings=Settings(draws=2, seed=7),
    )
    outcome = run_all(config)
    keys = [method for method, url, _ in target.requests if "apikeys" in url]
    return ReferenceRun(
        tuple(outcome.verdicts), exit_code(outcome, strict=False), tuple(outcome.notes),
        str(outcome.problem or ""), outcome.requests, keys.count("POST"), keys.count("DELETE"),
        target.keys_left(),
    )  # fmt: skip
