"""A service without an overlay whose things are made one of the other, and are named in headers.

Its identifiers are the target's own: no made-up one is found, and that says nothing of its form.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

from conformance.contract.building import build_contract
from conformance.contract.inference.binding import Binding
from conformance.contract.inference.inferring import inferred_overlay
from conformance.contract.listing.catalogue import catalogue
from conformance.contract.protocols import with_protocol
from conformance.engine.events import Decided, Event
from conformance.engine.outcome import Job
from conformance.engine.resources.disposal import UNUSED, Disposal
from conformance.engine.resources.inventory import Inventory
from conformance.engine.run import RunConfig
from conformance.engine.sending.exchange_log import RunResource, SentProbe
from conformance.engine.service_run import Settings
from conformance.engine.stops import Limits
from conformance.engine.watching.response_coverage import ResponseCoverage
from conformance.plan.probes import Probe
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.plan.valid_requests.refusal_values import RefusalText
from conformance.plan.valid_requests.request_repair import repaired
from conformance.record import Verdict
from conformance.runs.execution import run_all
from conformance.transport.credentials import TEST_CREDENTIALS
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.protocols.registry import read
from conformance.transport.retry import RetryingTransport
from tests.json_double import OneByOne

MODEL = {"model": "grove-2020-01-01", "path": "/shapes"}
JSON = "application/json"
MISSING = "ResourceNotFoundException"
ID = re.compile(r"[a-z0-9]{1,20}")


def shape(kind: str, **more: Any) -> dict[str, Any]:
    return {"type": kind, "x-sources": {"type": MODEL, **dict.fromkeys(more, MODEL)}, **more}


def body(**members: Any) -> dict[str, Any]:
    return {JSON: {"schema": {"type": "object", "x-type": "structure", "properties": members}}}


def operation(
    name: str, labels: Sequence[str] = (), given: Any = None, shown: Any = None, **more: Any
) -> dict[str, Any]:
    success = {"content": body(**shown)} if shown else {}
    return {
        "operationId": name,
        "parameters": [
            {"name": one, "in": "path", "required": True, "schema": NAMED} for one in labels
        ],
        "requestBody": {"content": body(**given)} if given else {},
        "responses": {
            "200": {**success, **more},
            "400": {"x-errors": {"ValidationException": {}}},
            "404": {"x-errors": {MISSING: {}}},
        },
    }


NAMED = shape("string", minLength=1, maxLength=20, **{"x-pattern": "[a-z0-9]+"})
TEXT = shape("string", maxLength=40)
TREE = {"treeId": NAMED, "rootBranchId": NAMED, "keeperId": NAMED, "note": TEXT}
KEEPER = {"keeperId": NAMED, "note": TEXT}
BRANCH = {"branchId": NAMED, "parentId": NAMED, "note": TEXT}
JOB = {"x-grove-job-id": {"x-documented-name": "jobId", "schema": shape("string")}}
SPEC = {
    "info": {"title": "Grove"},
    "paths": {
        "/trees": {"post": operation("CreateTree", given={"note": TEXT}, shown=TREE)},
        "/trees/{treeId}": {
            "get": operation("GetTree", ["treeId"], shown=TREE),
            "delete": operation("DeleteTree", ["treeId"]),
        },
        "/trees/{treeId}/branches/{parentId}": {
            "post": operation("CreateBranch", ["treeId", "parentId"], {"note": TEXT}, BRANCH),
        },
        "/trees/{treeId}/branch/{branchId}": {
            "get": operation("GetBranch", ["treeId", "branchId"], shown=BRANCH),
            "delete": operation("DeleteBranch", ["treeId", "branchId"]),
        },
        "/trees/{treeId}/keepers": {
            "post": operation("CreateKeeper", ["treeId"], {"note": TEXT}, KEEPER),
        },
        "/trees/{treeId}/keepers/{keeperId}": {
            "get": operation("GetKeeper", ["treeId", "keeperId"], shown=KEEPER),
            "delete": operation("DeleteKeeper", ["treeId", "keeperId"]),
        },
        "/trees/{treeId}/jobs": {
            "post": operation("StartJob", ["treeId"], {"note": TEXT}, headers=JOB),
        },
        "/trees/{treeId}/jobs/{jobId}": {
            "get": operation("DescribeJob", ["treeId", "jobId"], shown={"note": TEXT}),
            "delete": operation("StopJob", ["treeId", "jobId"]),
        },
    },
}


class Refused(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status, self.code = status, code


@dataclass
class Grove(OneByOne):
    """A right server of the service above, but for its faults."""

    faults: frozenset[str] = frozenset()
    things: dict[str, dict[str, Any]] = field(default_factory=dict)
    made: int = 0
    most: int = 0

    def send(self, request: Request) -> Exchange:
        headers: tuple[tuple[str, str], ...] = (("Content-Type", JSON),)
        try:
            status, shown = 200, self._answer(request)
            if "jobId" in (shown or {}):
                headers = (*headers, ("X-Grove-Job-Id", shown.pop("jobId")))
            data = json.dumps(shown).encode() if shown else b""
        except Refused as refused:
            status, data = refused.status, b"{}"
            headers = (*headers, ("x-amzn-errortype", refused.code))
        return Exchange(request, Response(status, headers, data), None, 0.0)

    def _answer(self, request: Request) -> Any:
        parts = [unquote(one) for one in urlsplit(request.url).path.split("/")[1:]]
        found = next((one for one in ROUTES if self._is(one, request.method, parts)), None)
        if found is None:
            raise Refused(404, "UnknownOperationException")
        for label in parts[1::2]:
            if not ID.fullmatch(label) and "any-form" not in self.faults:
                raise Refused(400, "ValidationException")
        return getattr(self, found[2])(request, *parts[1::2])

    @staticmethod
    def _is(route: tuple[str, int, str, str], method: str, parts: list[str]) -> bool:
        return route[:2] == (method, len(parts)) and parts[::2] == route[3].split()

    def _read(self, request: Request) -> str:
        try:
            given = json.loads(request.body or b"{}")
        except (ValueError, RecursionError):
            raise Refused(400, "SerializationException") from None
        note = given.get("note") if isinstance(given, dict) else 0
        if note is not None and not isinstance(note, str):
            raise Refused(400, "SerializationException")
        if len(note or "") > 40:
            raise Refused(400, "ValidationException")
        return note or ""

    def _new(self, kind: str, **more: Any) -> dict[str, Any]:
        self.made += 1
        name = f"{kind}{self.made}"
        self.things[name] = {f"{kind}Id": name, **more}
        self.most = max(self.most, len(self.things))
        return self.things[name]

    def _known(self, name: str, within: str = "") -> dict[str, Any]:
        found = self.things.get(name)
        if found is None or (within and found.get("of") != within):
            if "missing-is-told" in self.faults:
                raise Refused(400, "NoSuchThing")
            raise Refused(404, MISSING)
        return found

    def _plant(self, request: Request) -> Any:
        tree = self._new("tree", note=self._read(request))
        root = self._new("branch", of=tree["treeId"], note="", parentId="")
        keeper = self._new("keeper", of=tree["treeId"], note="")
        tree |= {"rootBranchId": root["branchId"], "keeperId": keeper["keeperId"]}
        return self._shown(tree)

    def _tree(self, _: Request, tree: str) -> Any:
        return self._shown(self._known(tree))

    def _fell(self, _: Request, tree: str) -> Any:
        self._known(tree)
        self.things = {key: one for key, one in self.things.items()
                       if key != tree and one.get("of") != tree}  # fmt: skip

    def _branch_off(self, request: Request, tree: str, parent: str) -> Any:
        self._known(tree)
        self._known(parent, tree)
        branch = self._new("branch", of=tree, parentId=parent, note=self._read(request))
        return self._shown(branch)

    def _of_tree(self, _: Request, tree: str, name: str) -> Any:
        self._known(tree)
        shown = self._shown(self._known(name, tree))
        return {"note": shown["note"]} if "jobId" in shown else shown

    def _cut(self, _: Request, tree: str, name: str) -> Any:
        self._known(tree)
        self._known(name, tree)
        del self.things[name]

    def _hire(self, request: Request, tree: str) -> Any:
        self._known(tree)
        self._read(request)
        raise Refused(400, "ValidationException")  # who is not invited is none

    def _start(self, request: Request, tree: str) -> Any:
        self._known(tree)
        return {"jobId": self._new("job", of=tree, note=self._read(request))["jobId"]}

    def _shown(self, thing: dict[str, Any]) -> dict[str, Any]:
        note = 5 if "notes-are-numbers" in self.faults and "jobId" in thing else thing["note"]
        kept = {key: one for key, one in thing.items() if key != "of" and one != ""}
        return {**kept, "note": note}


ROUTES = (
    ("POST", 1, "_plant", "trees"),
    ("GET", 2, "_tree", "trees"),
    ("DELETE", 2, "_fell", "trees"),
    ("POST", 4, "_branch_off", "trees branches"),
    ("GET", 4, "_of_tree", "trees branch"),
    ("DELETE", 4, "_cut", "trees branch"),
    ("POST", 3, "_hire", "trees keepers"),
    ("GET", 4, "_of_tree", "trees keepers"),
    ("DELETE", 4, "_cut", "trees keepers"),
    ("POST", 3, "_start", "trees jobs"),
    ("GET", 4, "_of_tree", "trees jobs"),
    ("DELETE", 4, "_cut", "trees jobs"),
)


@pytest.fixture(scope="module")
def contract():
    found = build_contract("grove", SPEC, {})
    return with_protocol(replace(found, overlay=inferred_overlay(found)))


@pytest.fixture
def run(contract):
    def go(*faults: str, hear=lambda _event: None, **more: Any):
        grove = Grove(frozenset(faults))
        config = RunConfig(
            jobs=[Job(contract, [one for one in catalogue(contract) if one.operation])],
            url="http://127.0.0.1:1", credentials=TEST_CREDENTIALS, region="us-east-1",
            transport=RetryingTransport(grove, retries=0, base=0.0), emit=hear,
            settings=Settings(draws=0, seed=1, settle=0.0), **more,
        )  # fmt: skip
        lines = {line.requirement: line for line in run_all(config).verdicts}
        assert not grove.things, "what a run made is deleted"
        assert Verdict.ERROR not in {line.verdict for line in lines.values()}
        return lines, grove

    return go


def test_the_first_of_a_kind_is_made_of_the_one_that_came_with_its_parent(contract):
    made = valid_request(contract, contract.operations["CreateBranch"])
    assert made["parentId"] == "${made.tree.rootBranchId}"
    assert made["treeId"] == "${id.tree}"


def test_nothing_is_above_what_has_no_root(contract):
    spec = json.loads(json.dumps(SPEC).replace("rootBranchId", "rootLeaf"))
    binding = Binding(build_contract("grove", spec, {}))
    operations = build_contract("grove", spec, {}).operations
    assert "parentId" not in binding.of(operations["CreateBranch"]).members


def test_an_identifier_in_a_header_is_one(contract):
    job = contract.overlay.kinds()["job"].identifier
    assert job is not None
    assert (job.label, job.created) == ("jobId", "jobId")
    answer = Response(200, (("X-Grove-Job-Id", "j1"),), b"")
    request = Request("POST", "http://127.0.0.1:1/trees/t1/jobs", ())
    seen = read(Exchange(request, answer, None, 0.0), contract.operations["StartJob"])
    assert seen.members == {"jobId": "j1"}


def test_everything_of_a_right_server_is_reached_and_holds(run):
    lines, _ = run()
    wrong = [one.requirement for one in lines.values() if one.verdict is Verdict.FAILED]
    assert not wrong
    for name in ("CreateBranch", "GetBranch", "StartJob", "DescribeJob", "StopJob"):
        assert lines[f"grove/{name}/status/200"].verdict is Verdict.PASSED


def test_what_comes_along_stands_for_what_cannot_be_made(run):
    lines, _ = run()
    for name in ("GetKeeper", "DeleteKeeper"):
        assert lines[f"grove/{name}/status/200"].verdict is Verdict.PASSED
    about = lines["grove/CreateKeeper/status/200"]
    assert about.verdict in {Verdict.SKIPPED, Verdict.INCONCLUSIVE}, "nothing shows that it works"


def test_a_fault_behind_an_identifier_in_a_header_is_found(run):
    lines, _ = run("notes-are-numbers")
    assert lines["grove/DescribeJob/response/note/type"].verdict is Verdict.FAILED
    assert lines["grove/GetBranch/response/note/type"].verdict is Verdict.PASSED


def test_a_name_that_nothing_has_says_nothing_of_its_form(run):
    lines, _ = run("missing-is-told")
    for limit in ("maxLength", "pattern"):
        about = lines[f"grove/GetBranch/request/branchId/{limit}"]
        assert about.verdict is Verdict.PASSED, about.reason
        assert about.cases.accept
        assert about.cases.reject


def test_what_the_run_no_longer_uses_is_deleted_on_the_way(run):
    _, grove = run()
    assert grove.made > grove.most
    assert grove.most < grove.made / 2


def test_with_a_limit_answers_are_shown_once_before_what_is_odd(run, monkeypatch):
    heard: list[Event] = []
    before: list[int] = []
    show = ResponseCoverage.show

    def watched(self: ResponseCoverage) -> None:
        before.append(sum(isinstance(one, Decided) for one in heard))
        show(self)

    monkeypatch.setattr(ResponseCoverage, "show", watched)
    lines, _ = run(hear=heard.append, limits=Limits(seconds=600.0))
    assert len(before) == 1
    odd = [one for one in lines if "/robustness/" in one]
    assert odd
    assert before[0] < len(lines) - len(odd)
    assert lines["grove/GetTree/response/note/type"].verdict is Verdict.PASSED


def test_evidence_that_is_written_down_is_not_kept_besides(run):
    heard: list[Event] = []
    lines, _ = run("notes-are-numbers", hear=heard.append, keeps_evidence=False)
    told = {one.line.requirement: one.line for one in heard if isinstance(one, Decided)}
    about = "grove/DescribeJob/response/note/type"
    assert told[about].evidence
    assert not lines[about].evidence
    assert lines[about].reason == told[about].reason


def _inventory(contract, deleted: list[str]) -> tuple[Inventory, Disposal]:
    numbers = iter(range(1000))
    answers = {"CreateTree": lambda: {"treeId": f"tree{next(numbers)}", "rootBranchId": "b"},
               "CreateBranch": lambda: {"branchId": f"branch{next(numbers)}"}}  # fmt: skip

    def send(probe: Probe, *, resource: RunResource | None = None) -> SentProbe:
        name = probe.operation.name
        if name.startswith("Delete") and resource is not None:
            deleted.append(resource.id)
        data = json.dumps(answers.get(name, dict)()).encode()
        request = Request(probe.operation.method, "http://127.0.0.1:1/", ())
        exchange = Exchange(request, Response(200, (), data), None, 0.0)
        parents = inventory.parents(probe, resource)
        found = read(exchange, probe.operation)
        sent = SentProbe(probe, probe.values, exchange, found, resource, parents)
        inventory.made.note(sent)
        return sent

    inventory = Inventory(contract, send)
    return inventory, Disposal(contract, send, inventory)


def test_what_something_else_is_made_of_stays(contract):
    deleted: list[str] = []
    inventory, disposal = _inventory(contract, deleted)
    branch = inventory.resource(kind="branch")
    tree = branch.parents["tree"]
    for _ in range(UNUSED + 1):
        inventory.drop_current("tree")
        inventory.resource(kind="tree")
    disposal.tidy()
    assert deleted
    assert not tree.gone
    assert not inventory.resource(kind="tree").gone
    disposal.delete(branch)
    for _ in range(UNUSED + 1):
        inventory.drop_current("tree")
        inventory.resource(kind="tree")
    disposal.tidy()
    assert tree.gone


def test_what_was_only_looked_at_is_as_good_as_new(contract):
    inventory, _ = _inventory(contract, [])
    first = inventory.resource(kind="tree")
    assert inventory.resource(kind="tree", fresh=True) is first
    inventory.resource(kind="branch")
    assert inventory.resource(kind="tree", fresh=True) is not first


def _next(contract, message: str, code: str, **given: Any) -> dict[str, Any]:
    """The first request that is tried after a refusal of a new branch."""
    known = {"tree": None, "fruit-tree": None}
    refusal = RefusalText(400, code, message, known)
    start = {"treeId": "0", "parentId": "0", **given}
    return next(repaired(contract.operations["CreateBranch"], start, start, refusal))


def test_a_refusal_may_name_what_a_short_value_says(contract):
    changed = _next(contract, "Invalid version 2.2 requested", "BadRequestException", note="2.2")
    assert changed["note"] != "2.2"
    assert changed["treeId"] == changed["parentId"] == "0"
