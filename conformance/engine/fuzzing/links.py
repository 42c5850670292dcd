"""Walks along the links of the merged spec, drawn by Schemathesis: what was made is used.

Loading Schemathesis takes most of a second: this module is loaded when walking begins.
"""

import contextlib
import json
from collections.abc import Iterator, Mapping
from typing import Any

import requests
import schemathesis
from hypothesis import reject
from hypothesis import seed as seeded
from hypothesis.errors import Flaky, Unsatisfiable
from schemathesis.core.errors import NoLinksFound

from conformance.contract.load import merged_spec
from conformance.contract.locate import known_services
from conformance.contract.model import Contract
from conformance.engine.sending.exchange_log import RunResource, SentProbe
from conformance.engine.session import Session
from conformance.plan.generation.determinism import (
    BudgetExhausted,
    hypothesis_settings,
    seed_number,
    without_local_constants,
)
from conformance.plan.probes import Probe, Side
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.transport.exchange import Exchange
from conformance.transport.protocols.json_text import encode

METHODS = frozenset({"get", "put", "post", "delete", "patch"})


def prepared(contract: Contract, document: Mapping[str, Any]) -> dict[str, Any]:
    """An OpenAPI document to generate from.

    Operations that a literal query selects or that carry anything but JSON are left out. The
    resource's identifier becomes a placeholder that a session fills; a resource is made with the
    base request, so that walks get on; where values are known to be valid, nothing else is drawn;
    what only Java's patterns can say is not said.
    """
    main = contract.overlay.main
    label = main.label or ""
    paths = {path: _operations(item) for path, item in document["paths"].items() if "?" not in path}
    schemas = _plain(document.get("components", {}).get("schemas", {}))
    create = contract.operations.get(main.create or "")
    plain = {path: _labelled(_plain(item), label) for path, item in paths.items() if item}
    if create is not None:
        _with_base(plain, create.name, valid_request(contract, create))
    return {
        "openapi": document["openapi"],
        "info": dict(document["info"]),
        "paths": plain,
        "components": {"schemas": schemas},
    }


def _with_base(paths: Mapping[str, Any], create: str, values: dict[str, Any]) -> None:
    """Require every body; a new resource's is the base request."""
    for _, operation in _each(paths):
        if _body(operation):
            operation["requestBody"]["required"] = True
        if _body(operation) and operation["operationId"] == create:
            operation["requestBody"]["content"]["application/json"]["schema"] = {"enum": [values]}


def _each(paths: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in paths.items():
        yield from ((path, about) for name, about in item.items() if name in METHODS)


def _body(operation: Mapping[str, Any]) -> Mapping[str, Any]:
    content = operation.get("requestBody", {}).get("content", {})
    schema: Mapping[str, Any] = content.get("application/json", {}).get("schema", {})
    return schema


def _operations(item: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: about for name, about in item.items() if name not in METHODS or _speaks_json(about)
    }


def _speaks_json(operation: Mapping[str, Any]) -> bool:
    content = operation.get("requestBody", {}).get("content", {})
    return not content or "application/json" in content


def _plain(node: Any) -> Any:
    """A copy without extensions; schemas as the docstring of ``prepared`` says."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    if node.get("x-examples"):
        return {"enum": list(node["x-examples"])}
    if node.get("x-type") == "timestamp" and node.get("type") == "string":
        return {"enum": ["${future}"]}
    kept = {
        name: _plain(item)
        for name, item in node.items()
        if not name.startswith("x-") and not (name == "pattern" and "\\p" in str(item))
    }
    if node.get("x-union") and node.get("properties"):
        kept.update(minProperties=1, maxProperties=1)
    if isinstance(node.get("properties"), dict):
        kept.setdefault("additionalProperties", False)
    return kept


def _labelled(item: dict[str, Any], label: str) -> dict[str, Any]:
    """The operations of a path, with a placeholder for the identifier in their parameters."""
    for _, operation in _each({"": item}):
        for parameter in operation.get("parameters", ()):
            if (parameter.get("in"), parameter.get("name")) == ("path", label):
                parameter["schema"] = {"enum": ["${id}"]}
    return item


STEPS = 5
NO_BODY = object()
STEP = "a step of a walk along the links"


OVER = (BudgetExhausted, Flaky, Unsatisfiable, NoLinksFound)
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
    with without_local_constants(), contextlib.suppress(*OVER):
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
        """Send one step; an identifier that this run made stands for its resource."""
        if len(self.sent) >= self._budget:
            raise BudgetExhausted
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
