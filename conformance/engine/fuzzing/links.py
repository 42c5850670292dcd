"""Walks along the links of the merged spec, drawn by Schemathesis: what was made is used.

Loading Schemathesis takes most of a second: this module is loaded when walking begins.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping
from typing import Any

import requests
import schemathesis
from hypothesis import reject
from hypothesis import seed as seeded
from hypothesis.errors import Flaky, Unsatisfiable
from schemathesis.core.errors import NoLinksFound

from conformance.contract.load import merged_spec
from conformance.contract.locate import known_services
from conformance.engine.fuzzing.spec import prepared
from conformance.engine.sending.exchange_log import RunResource, SentProbe
from conformance.engine.session import Session
from conformance.plan.generation.determinism import (
    Enough,
    hypothesis_settings,
    seed_number,
    steady,
)
from conformance.plan.probes import Probe, Side
from conformance.transport.exchange import Exchange
from conformance.transport.protocols.json_text import encode

STEPS = 5
NO_BODY = object()
STEP = "a step of a walk along the links"


OVER = (Enough, Flaky, Unsatisfiable, NoLinksFound)
"""How walking ends: enough was sent, the target answered the same in two ways, nothing to draw.

Or there is no way: whose bodies are not JSON has no operations that Schemathesis could send.
"""


def walk_links(session: Session, budget: int, seed: str) -> list[SentProbe]:
    """Walk with at most ``budget`` requests; what was made is deleted again."""
    if session.contract.service not in known_services():
        return []
    document = prepared(session.contract, merged_spec(session.contract.service))
    walker = _Walker(session, budget)
    machine: Any = schemathesis.openapi.from_dict(document).as_state_machine()

    class LinkWalk(machine):  # type: ignore[misc]
        def call(self, case: schemathesis.Case[Any], **_: Any) -> schemathesis.Response:
            given = {**case.path_parameters, **case.query}
            return _response(walker.send(case.method, case.path, given, _body_of(case)))

        def validate_response(self, *_: Any, **__: Any) -> None:
            """The sender of the request judges the answer."""

    chosen = hypothesis_settings(max(1, budget), steps=STEPS, shrink=False)
    with steady(), contextlib.suppress(*OVER):
        seeded(seed_number(f"{seed}/walk"))(LinkWalk).run(settings=chosen)
    for made in session.inventory.made.all:
        if not made.gone and made.created.probe.note == STEP:
            session.disposal.delete(made)
    return walker.sent


class _Walker:
    """Sends the steps of walks, through the session that keeps the run's resources."""

    def __init__(self, session: Session, budget: int) -> None:
        self._session, self._budget = session, budget
        self.sent: list[SentProbe] = []

    def send(self, method: str, path: str, given: Mapping[str, Any], body: Any) -> Exchange:
        """One step; an identifier that this run made stands for its resource."""
        if len(self.sent) >= self._budget:
            raise Enough
        operation = next(
            one
            for one in self._session.contract.operations.values()
            if (one.method, one.path) == (method.upper(), path) and not one.query
        )
        values = {**given, **body} if isinstance(body, dict) else dict(given)
        resource = self._resource(values)
        if resource is not None:
            values = {k: "${id}" if v == resource.id else v for k, v in values.items()}
        raw = None if isinstance(body, dict | None) or body is NO_BODY else encode(body)
        sent = self._session.send(
            Probe("", operation, Side.OBSERVE, values, STEP, raw=raw), resource=resource
        )
        self.sent.append(sent)
        return sent.exchange

    def _resource(self, values: Mapping[str, Any]) -> RunResource | None:
        texts = {value for value in values.values() if isinstance(value, str)}
        return next(
            (one for one in reversed(self._session.inventory.made.all) if one.id in texts), None
        )


def _body_of(case: schemathesis.Case[Any]) -> Any:
    """A case's body as JSON; NO_BODY where it has none."""
    try:
        return json.loads(json.dumps(case.body))
    except (TypeError, ValueError):
        return NO_BODY


def _response(exchange: Exchange) -> schemathesis.Response:
    """An exchange as Schemathesis reads it, so that its links can take values from it."""
    response = exchange.response
    if response is None:
        reject()
    headers: dict[str, list[str]] = {}
    for name, value in response.headers:
        headers.setdefault(name.lower(), []).append(value)
    return schemathesis.Response(
        status_code=response.status,
        headers=headers,
        content=response.body,
        request=requests.Request(exchange.request.method, exchange.request.url).prepare(),
        elapsed=exchange.seconds,
        verify=True,
    )
