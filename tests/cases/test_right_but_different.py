"""What AWS may answer, and another server may answer otherwise: neither fails at a gate level."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from conformance.contract.levels import Level
from conformance.contract.listing.catalogue import catalogue
from conformance.engine.judge.refusal import judge_probe
from conformance.engine.judge.response import observe
from conformance.engine.sending.delivery import only_reads
from conformance.engine.sending.settling import SETTLE, SOON, Doubt, Time
from conformance.plan.probes import Fault, Probe, Side
from conformance.plan.sequences.steps import RuleBroken
from conformance.transport.parsed_response import ParsedResponse
from tests import contracts
from tests.clock import Clock
from tests.sampling import one_in, sampled

GATE = {Level.REQUIRED, Level.EXPECTED}


def broken(service: str, operation: str, status: int, body: Any = None) -> set[str]:
    """What a success breaks at the levels of the gate, less its label."""
    is_large = service == "quicksight"  # of which the rest has nothing to do with one answer
    contract = contracts.some(service, operation) if is_large else contracts.contract(service)
    levels = {one.id: one.level for one in catalogue(contract)}
    answer = ParsedResponse(status, body, None, "", "", 0 if body is None else 20)
    told = observe(contract, contract.operations[operation], answer)
    failed = {one.requirement for one in told if not one.held and levels[one.requirement] in GATE}
    return {one for one in failed if not one.endswith("/content-type")}


@pytest.mark.parametrize(
    ("service", "operation", "status", "held"),
    one_in(
        3,
        [
            ("eks", "TagResource", 204, True),
            ("eks", "TagResource", 201, False),
            ("scheduler", "DeleteSchedule", 204, True),
            ("scheduler", "CreateSchedule", 201, False),
            ("dlm", "UntagResource", 204, True),
            ("fis", "TagResource", 204, True),  # the model writes its 200 down
            ("quicksight", "TagResource", 202, True),
            ("quicksight", "TagResource", 206, False),
            ("quicksight", "TagResource", 204, False),  # it has members to show
            ("quicksight", "DescribeUser", 202, False),
            ("mq", "CreateTags", 200, False),
            ("kms", "CreateKey", 204, False),
            ("apigateway", "UpdateApiKey", 204, False),
        ],
    ),
)
def test_the_default_status_of_a_model_may_be_another_success(
    service: str, operation: str, status: int, held: bool
) -> None:
    assert any("/status/" in one for one in broken(service, operation, status)) is not held


@pytest.mark.parametrize(
    ("service", "operation", "body", "held"),
    [
        ("scheduler", "DeleteSchedule", {"addedLater": [None]}, True),
        ("scheduler", "DeleteSchedule", [1], False),
        ("location", "DeleteKey", {"addedLater": [None]}, False),
    ],
)
def test_members_may_be_added_to_a_model_that_has_none(
    service: str, operation: str, body: object, held: bool
) -> None:
    assert any(one.endswith("/empty") for one in broken(service, operation, 200, body)) is not held


@pytest.mark.parametrize(
    ("service", "operation", "body", "held"),
    [
        ("kms", "ListResourceTags", {"Tags": [], "NextMarker": None}, True),
        ("scheduler", "GetSchedule", {"Description": None}, True),
        ("secretsmanager", "DescribeSecret", {"Description": 1}, False),
        ("location", "DescribeKey", {"Description": None}, False),
        ("apigateway", "GetApiKey", {"description": None}, False),
    ],
)
def test_a_null_is_a_member_that_is_not_there_unless_it_was_recorded_otherwise(
    service: str, operation: str, body: dict[str, Any], held: bool
) -> None:
    assert any(one.endswith("/type") for one in broken(service, operation, 200, body)) is not held


@pytest.mark.parametrize(
    ("service", "operation", "code", "held"),
    one_in(
        5,
        [
            ("glue", "CreateTrigger", "AlreadyExistsException", True),
            ("glue", "CreateTrigger", "IdempotentParameterMismatchException", True),
            ("cloudformation", "CreateStackSet", "CreatedButModifiedException", True),
            ("connect", "CreateView", "ResourceInUseException", True),
            ("glue", "CreateTrigger", "InvalidInputException", False),
            ("rds", "CreateDBCluster", "DBClusterSnapshotAlreadyExistsFault", False),
        ],
    ),
)
def test_a_name_that_came_with_other_content_may_be_refused_for_that(
    service: str, operation: str, code: str, held: bool
) -> None:
    contract = contracts.contract(service)
    probe = Probe("r", contract.operations[operation], Side.REJECT, {}, "", Fault.CONFLICT)
    assert judge_probe(contract, probe, ParsedResponse(400, {}, code, "", "", 20)).held is held


Headers = list[tuple[str, str]]
Answer = tuple[int, Headers, bytes]
READS = ("Get", "List", "Describe")
STALE = 0.3
"""Seconds for which a read may be answered from what the same read showed before."""


def looks(method: str, path: str, headers: Headers) -> bool:
    """Whether a request is a read: by its method, its path or the name of its operation."""
    named = {name.lower(): value.rpartition(".")[2] for name, value in headers}
    target = named.get("x-amz-target", "")
    return method == "GET" or path.endswith("/list-keys") or target.startswith(READS)


class Otherwise:
    """What AWS may do otherwise than the server behind, all at once.

    Reads lag behind changes, pages are shorter than was asked for, members are newer than the
    documents and come in another order, errors have their names with namespace and address, and
    every answer has headers of its own and closes its connection.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._shown: dict[tuple[str, str, bytes | None], tuple[float, Answer]] = {}
        self._lock = threading.Lock()

    def request(
        self, method: str, path: str, headers: Headers, body: bytes | None, _: object
    ) -> tuple[Any, ...] | None:
        if looks(method, path, headers):
            with self._lock:
                since, shown = self._shown.get((method, path, body), (0.0, None))
            if shown is not None and self._clock.monotonic() - since < STALE:
                return shown
        size = re.search(rb'"MaxResults": ?(\d+)', body or b"")
        if size is not None and body is not None and 1 < int(size[1]) <= 50:
            half = b'"MaxResults": %d' % ((int(size[1]) + 1) // 2)
            return method, path, headers, body.replace(size[0], half)
        return None

    def answer(
        self,
        method: str,
        path: str,
        headers: Headers,
        body: bytes | None,
        status: int,
        answered: Headers,
        data: bytes,
        _upstream: object,
    ) -> Answer:
        try:
            members = json.loads(data)
        except ValueError:
            members = None
        if isinstance(members, dict):
            added: dict[str, Any] = {"addedLater": {"a": [None]}} if status < 300 else {}
            shown = {**added, **dict(sorted(members.items(), reverse=True))}
            data = json.dumps(shown, indent=1).encode() + b"\n"
        named = [
            (name, f"{value}:http://internal.example.com/coral/")
            if name.lower() == "x-amzn-errortype"
            else (name, value)
            for name, value in answered
            if name.lower() != "server"
        ]
        more = [("Vary", "Accept-Encoding"), ("x-amz-id-2", "a"), ("Connection", "close")]
        new = (status, [*named, *more], data)
        if status < 300 and looks(method, path, headers):
            with self._lock:
                self._shown[method, path, body] = (self._clock.monotonic(), new)
        return new


RULES = ("*/status/*", "*/response/*", "*/error/*", "protocol/error*", "*Key/behavior/*")


@pytest.mark.parametrize("service", sampled(["apigateway", "location"], "location"))
def test_a_right_server_may_do_all_of_it_otherwise(
    reference_port: int,
    proxied: Callable[..., str],
    run: Callable[..., Any],
    clock: Clock,
    service: str,
) -> None:
    asked = [part for rule in RULES for part in ("--requirement", f"{service}/{rule}")]
    url = proxied(Otherwise(clock), reference_port)
    ended = run(url, *asked, "--profile", "quick", "--seed", "1")
    assert not ended.failed(), ended.out
    assert ended.code == 0


@pytest.mark.parametrize(
    "requirement",
    [
        "secretsmanager/TagResource/behavior/adds-and-removes",
        "kms/TagResource/behavior/adds-and-removes",
        "kms/CreateAlias/behavior/stands-for-the-key",
    ],
)
def test_reads_may_lag_in_a_protocol_of_one_method(
    moto_port: int,
    proxied: Callable[..., str],
    run: Callable[..., Any],
    clock: Clock,
    requirement: str,
) -> None:
    url = proxied(Otherwise(clock), moto_port)
    ended = run(url, "--requirement", requirement, "--profile", "quick", "--seed", "1")
    assert ended.verdict(requirement) == "passed"


def test_a_read_that_comes_too_early_now_here_and_now_there_is_waited_for_everywhere() -> None:
    first = Doubt.of(RuleBroken("a", "b"), 7, SETTLE)
    assert first.time == Time(SOON, 7)
    for other in (3, 9):
        patient = first.given_more(other, SETTLE)
        assert patient is not None
        assert patient.time.everywhere
    same = first.given_more(7, SETTLE)
    assert same is not None
    assert same.time == Time(SETTLE, 7)


@pytest.mark.parametrize(
    ("name", "reads"),
    [
        ("GetItem", True),
        ("BatchGetItem", True),
        ("Query", True),
        ("Sign", True),
        ("VerifyMac", True),
        ("CheckDNSAvailability", True),
        ("Getaway", False),
        ("SignUp", False),
        ("SignalResource", False),
        ("CheckoutLicense", False),
        ("SelectedThing", False),
    ],
)
def test_a_read_is_known_by_the_whole_of_its_verb(name: str, reads: bool) -> None:
    contract = contracts.contract("kms")
    operation = replace(contract.operations["Decrypt"], name=name)
    assert only_reads(contract, operation) is reads
