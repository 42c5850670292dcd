"""From the JSON of a record line, already held to the schema, to its typed value.

JSON Schema counts 1.0 as an integer, hence the ``int`` around every integer.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.contract.levels import Level, Source
from conformance.record.exchanges import (
    RecordedExchange,
    RecordedRequest,
    RecordedResponse,
    RecordedSigning,
    Role,
    Use,
)
from conformance.record.values import (
    BaselineUse,
    Cases,
    Coverage,
    Obstacle,
    ObstacleCause,
    RecordedTarget,
    RunLine,
    Shard,
    SummaryLine,
    Verdict,
    VerdictLine,
)

Json = Mapping[str, Any]


def run_line(line: Json) -> RunLine:
    """The typed form of a run line."""
    target = line["target"]
    return RunLine(
        target=RecordedTarget(target["name"], target.get("url"), target.get("version")),
        seed=int(line["seed"]),
        tool=line["tool"],
        start=line["start"],
        profile=line["profile"],
        services=tuple(line["services"]),
        specs=line["specs"],
        command=line.get("command", ""),
        strict=line.get("strict", False),
        shard=_shard(line.get("shard")),
    )


def verdict_line(line: Json) -> VerdictLine:
    """The typed form of a verdict line."""
    return VerdictLine(
        requirement=line["requirement"],
        level=Level(line["level"]),
        verdict=Verdict(line["verdict"]),
        service=line["service"],
        statement=line["statement"],
        operation=line["operation"],
        reason=line.get("reason") or "",
        source=Source.of(line["source"]),
        cases=Cases(int(line["cases"]["accept"]), int(line["cases"]["reject"])),
        seconds=line.get("seconds", 0.0),
        requests=line.get("requests", 0),
        evidence=tuple(_exchange(exchange) for exchange in line["evidence"]),
        related=tuple(line.get("related", ())),
        baseline=line.get("baseline"),
        obstacle=_obstacle(line.get("obstacle")),
    )


def _obstacle(obstacle: Json | None) -> Obstacle | None:
    if obstacle is None:
        return None
    return Obstacle(ObstacleCause(obstacle["cause"]), obstacle.get("because"))


def summary_line(line: Json) -> SummaryLine:
    """The typed form of a summary line."""
    coverage = line.get("coverage")
    counts = {
        Level(level): {Verdict(verdict): int(n) for verdict, n in row.items()}
        for level, row in line["counts"].items()
    }
    return SummaryLine(
        requests=int(line["requests"]),
        seconds=line["seconds"],
        counts=counts,
        exit=int(line["exit"]),
        interrupted=line.get("interrupted", False),
        coverage=None if coverage is None else _coverage(coverage),
        notes=tuple(line.get("notes", ())),
        baseline=_baseline(line.get("baseline")),
    )


def _coverage(coverage: Json) -> Coverage:
    return Coverage(int(coverage["both_sides"]), int(coverage["of"]))


def _shard(shard: Json | None) -> Shard | None:
    return None if shard is None else Shard(int(shard["index"]), int(shard["of"]))


def _baseline(use: Json | None) -> BaselineUse | None:
    if use is None:
        return None
    return BaselineUse(
        file=use["file"],
        strict=use.get("strict", False),
        accepted=int(use.get("accepted", 0)),
        passing=tuple(use.get("passing", ())),
        expired=tuple(use.get("expired", ())),
        unknown=tuple(use.get("unknown", ())),
    )


def _exchange(exchange: Json) -> RecordedExchange:
    response = exchange["response"]
    return RecordedExchange(
        request=_request(exchange["request"]),
        response=None if response is None else _response(response),
        expected=exchange["expected"],
        seen=exchange["seen"],
        role=Role(exchange.get("role", "probe")),
        seconds=exchange.get("seconds"),
        pause=exchange.get("pause"),
        connection=int(exchange.get("connection", 0)),
        pipelined=exchange.get("pipelined", False),
        uses=tuple(
            Use(use["value"], int(use["from"]), use["pointer"]) for use in exchange.get("uses", ())
        ),
    )


def _request(request: Json) -> RecordedRequest:
    signing = request.get("signing")
    return RecordedRequest(
        method=request["method"],
        url=request["url"],
        headers=request["headers"],
        body=request.get("body"),
        body_base64=request.get("body_base64"),
        signing=None if signing is None else _signing(signing),
    )


def _signing(signing: Json) -> RecordedSigning:
    return RecordedSigning(signing["service"], signing["region"], signing.get("fault"))


def _response(response: Json) -> RecordedResponse:
    return RecordedResponse(
        status=int(response["status"]),
        headers=response["headers"],
        body=response.get("body"),
        body_base64=response.get("body_base64"),
    )
