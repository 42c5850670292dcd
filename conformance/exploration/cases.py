"""What Schemathesis generates: bodies that break the contract, and walks along the spec's links.

Loading Schemathesis takes most of a second: this module is loaded when exploring begins.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import requests
import schemathesis
from hypothesis import given, reject, settings
from hypothesis import seed as seeded
from hypothesis.errors import Flaky, Unsatisfiable

from conformance.plan.steady import draw_settings, seed_number, steady
from conformance.target.exchange import Exchange

Body = Callable[[Any], None]
Call = Callable[[str, str, Mapping[str, Any], Any], Exchange]
"""Takes method, path template, parameters and body of a case; sends it."""

STEPS = 5
NO_BODY = object()


class Enough(BaseException):
    """Ends the drawing of cases; passes through Hypothesis as an interrupt does."""


OVER = (Enough, Flaky, Unsatisfiable)
"""How drawing ends: enough was sent, the target answered the same in two ways, nothing to draw."""


class Cases:
    """The cases of one document."""

    def __init__(self, document: dict[str, Any], seed: str) -> None:
        self._schema = schemathesis.openapi.from_dict(document)
        self._seed = seed

    def bodies(self, path: str, method: str, count: int, take: Body) -> None:
        """Draw ``count`` bodies of an operation that Schemathesis means to be wrong."""
        drawn = self._schema[path][method].as_strategy(
            generation_mode=schemathesis.GenerationMode.NEGATIVE
        )

        def case(case: schemathesis.Case[Any]) -> None:
            body = body_of(case)
            if body is not NO_BODY:
                take(body)

        test = seeded(self._number(path))(_drawing(count)(given(case=drawn)(case)))
        with steady(), contextlib.suppress(*OVER):
            test()

    def walk(self, count: int, call: Call) -> None:
        """Follow the links of the document ``count`` times: what was made is used."""

        class Walk(self._schema.as_state_machine()):  # type: ignore[misc]
            def call(self, case: schemathesis.Case[Any], **_: Any) -> schemathesis.Response:
                given = {**case.path_parameters, **case.query}
                return _response(call(case.method, case.path, given, body_of(case)))

            def validate_response(self, *_: Any, **__: Any) -> None:
                """Whoever sends the request judges the answer."""

        with steady(), contextlib.suppress(*OVER):
            seeded(self._number("walk"))(Walk).run(settings=_drawing(count))

    def _number(self, name: str) -> int:
        return seed_number(f"{self._seed}/{name}")


def body_of(case: schemathesis.Case[Any]) -> Any:
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


def _drawing(count: int) -> settings:
    return draw_settings(max(1, count), steps=STEPS, shrink=False)
