"""Uses the public API as a program would; only its types matter, nothing runs it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import assert_type

import conformance
from conformance import RunResult
from conformance.contract.levels import Level
from conformance.engine.events import Decided, Event, Note, Progress, ServiceStarted
from conformance.errors import Problem
from conformance.record import Verdict, VerdictLine


def listen(event: Event) -> None:
    assert_type(event, ServiceStarted | Progress | Decided | Note)


result = conformance.run("http://127.0.0.1:5000")
assert_type(result, RunResult)
conformance.run(services="apigateway", requirements=["*/status/*"], exclude=("*/auth/*",))
conformance.run("moto", profile="quick", auth="off", baseline=Path("b.yaml"), specs="specs")
conformance.run("moto", seed=None, region="eu-west-1", timeout=1, rate=2.5, on_event=listen)
conformance.run("moto", headers={"X-Tenant": "blue"}, exclude="*/auth/*")

assert_type(result.verdicts, tuple[VerdictLine, ...])
assert_type(result.failures, tuple[VerdictLine, ...])
assert_type(result.counts, Mapping[Level, Mapping[Verdict, int]])
assert_type(result.exit_code, int)
assert_type(result.requests, int)
assert_type(result.seconds, float)
assert_type(result.problem, Problem | None)
assert_type(result.save("record.jsonl"), None)
assert_type(conformance.__version__, str)

conformance.run(42)  # type: ignore[arg-type]
conformance.run("moto", "apigateway")  # type: ignore[call-arg]
conformance.run(profile="thorough")  # type: ignore[arg-type]
conformance.run(auth="maybe")  # type: ignore[arg-type]
conformance.run(on_event=print, sevices=["apigateway"])  # type: ignore[call-arg]
conformance.check("moto")  # type: ignore[attr-defined]
result.exit_code = 0  # type: ignore[misc]
