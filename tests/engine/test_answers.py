"""Members that only an earlier answer makes valid: asked for first, and again once used up."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

import pytest

from conformance.contract.building import build_contract
from conformance.contract.inference.inferring import inferred_overlay
from conformance.contract.listing.catalogue import catalogue
from conformance.engine.outcome import Job
from conformance.engine.run import RunConfig
from conformance.engine.service_run import Settings
from conformance.plan.valid_requests.base_requests import valid_request
from conformance.record import Role, Verdict
from conformance.runs.execution import run_all
from conformance.transport.credentials import TEST_CREDENTIALS
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.retry import RetryingTransport
from tests.json_double import OneByOne, Refused, given_members

if TYPE_CHECKING:
    from conformance.contract.model import Contract

MODEL = {"model": "mail-2020-01-01", "path": "/shapes"}
JSON = "application/json"
LONGEST = 20


def text(**limits: int) -> dict[str, Any]:
    return {
        "type": "string",
        "x-sources": {"type": MODEL, **dict.fromkeys(limits, MODEL)},
        **limits,
    }


def body(members: dict[str, Any], *required: str) -> dict[str, Any]:
    schema = {
        "type": "object", "x-type": "structure", "properties": members, "required": [*required],
        "x-sources": {"required": dict.fromkeys(required, MODEL)},
    }  # fmt: skip
    return {"content": {JSON: {"schema": schema}}}


def operation(
    name: str, *required: str, given: dict[str, Any], shown: dict[str, Any]
) -> dict[str, Any]:
    answers: dict[str, Any] = {"200": body(shown)}
    for status, code in ((404, "BoxNotFoundException"), (400, "ValidationException")):
        answers[str(status)] = {"x-errors": {code: {}}}
    label = {"name": "BoxId", "in": "path", "required": True, "schema": text()}
    return {
        "operationId": name,
        "parameters": [label] if name not in {"CreateBox", "OpenText"} else [],
        "requestBody": body(given, *required) if given else {},
        "responses": answers,
    }


BOX = "/boxes/{BoxId}"
TEXT, NOTE = {"Text": text(maxLength=40)}, {"Note": text(maxLength=LONGEST)}
LETTER = {"type": "object", "x-type": "structure", "properties": {**TEXT, "LetterHandle": text()}}
SPEC = {
    "info": {"title": "Mail"},
    "paths": {
        "/boxes": {"post": operation("CreateBox", given=NOTE, shown={"BoxId": text()})},
        BOX: {
            "get": operation("GetBox", given={}, shown={"BoxId": text()}),
            "delete": operation("DeleteBox", given={}, shown={}),
        },
        f"{BOX}/letters": {"post": operation("PostLetter", "Text", given=TEXT, shown={})},
        f"{BOX}/taken": {
            "post": operation(
                "ReceiveLetter", given=NOTE, shown={"Letters": {"type": "array", "items": LETTER}}
            )
        },
        f"{BOX}/dropped": {
            "post": operation(
                "DropLetter", "LetterHandle", given={"LetterHandle": text(), **NOTE}, shown={}
            )
        },
        f"{BOX}/sealed": {
            "post": operation(
                "SealText", "Text", "Way", given={**TEXT, "Way": text(maxLength=40)},
                shown={"SealedBlob": text()},
            )
        },
        "/opened": {
            "post": operation(
                "OpenText", "SealedBlob", "Way",
                given={"SealedBlob": text(), "Way": text(maxLength=40), **NOTE}, shown=TEXT,
            )
        },
    },
}  # fmt: skip


class Mail(OneByOne):
    """The right server; a letter is dropped once, and what was sealed is opened the same way."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        self.boxes: dict[str, int] = {}
        self.handles: dict[str, str] = {}
        self.sealed: dict[str, tuple[str, str]] = {}
        self.numbers = count(10_000)
        self.calls: list[str] = []

    def send(self, request: Request) -> Exchange:
        headers = [("content-type", JSON)]
        try:
            status, shown = 200, self.answer(request)
        except Refused as refused:
            status, shown = refused.status, {"message": refused.code}
            headers.append(("x-amzn-errortype", str(refused.code)))
        answer = Response(status, tuple(headers), json.dumps(shown).encode())
        return Exchange(request, answer, None, 0.0)

    def answer(self, request: Request) -> dict[str, Any]:
        _, root, *rest = urlsplit(request.url).path.split("/")
        if root not in {"boxes", "opened"}:
            raise Refused(404, "UnknownOperationException")
        given = self.read(request)
        if root == "opened":
            self.calls.append("OpenText")
            return self.opened(given)
        if not rest:
            self.keeps(given, "")
            return {"BoxId": self.new_box()}
        box, *rest = map(unquote, rest)
        if box not in self.boxes:
            raise Refused(404, "BoxNotFoundException")
        if not rest and request.method == "DELETE":
            del self.boxes[box]
            return {}
        return self.of_box(box, rest[0], given) if rest else {"BoxId": box}

    def new_box(self) -> str:
        box = f"box{next(self.numbers)}xyz"
        self.boxes[box] = 0
        return box

    def read(self, request: Request) -> dict[str, Any]:
        given = given_members(request)
        if any(not isinstance(one, str) for one in given.values()):
            raise Refused(400, "SerializationException")
        return given

    def keeps(self, given: dict[str, Any], fault: str) -> None:
        longest = LONGEST + (10 if fault in self.faults else 0)
        if len(given.get("Note", "")) > longest:
            raise Refused(400, "ValidationException")
        if max(map(len, given.values()), default=0) > 40 and "Handle" not in "".join(given):
            raise Refused(400, "ValidationException")

    def of_box(self, box: str, what: str, given: dict[str, Any]) -> dict[str, Any]:
        self.calls.append(what)
        if what == "letters" and "Text" in given:
            self.keeps(given, "")
            self.boxes[box] += 1
            return {}
        if what == "taken":
            self.keeps(given, "")
            if not self.boxes[box]:
                return {"Letters": []}
            self.boxes[box] -= 1
            handle = f"handle-{next(self.numbers)}"
            self.handles[handle] = box
            return {"Letters": [{"LetterHandle": handle, "Text": "a"}]}
        if what == "dropped" and "LetterHandle" in given:
            self.keeps(given, "long-notes")
            if self.handles.pop(given["LetterHandle"], None) != box:
                raise Refused(400, "ValidationException")
            return {}
        if what == "sealed" and {"Text", "Way"} <= given.keys():
            self.keeps(given, "")
            sealed = f"sealed{next(self.numbers)}"
            self.sealed[sealed] = (given["Text"], given["Way"])
            return {"SealedBlob": sealed}
        raise Refused(400, "ValidationException")

    def opened(self, given: dict[str, Any]) -> dict[str, Any]:
        self.keeps(given, "opens-with-long-notes")
        found = self.sealed.get(given.get("SealedBlob", ""))
        if found is None or found[1] != given.get("Way"):
            raise Refused(400, "ValidationException")
        return {"Text": found[0]}


@pytest.fixture
def contract() -> Contract:
    """A fresh one: what a run finds out of it is not known to the next."""
    found = build_contract("mail", SPEC, {})
    return replace(found, overlay=inferred_overlay(found))


def run(contract: Contract, server: Mail) -> dict[str, Any]:
    config = RunConfig(
        jobs=[Job(contract, [one for one in catalogue(contract) if one.operation])],
        url="http://127.0.0.1:1", credentials=TEST_CREDENTIALS, region="us-east-1",
        transport=RetryingTransport(server, retries=0, base=0.0),
        settings=Settings(draws=0, seed=1, settle=0.0),
    )  # fmt: skip
    return {line.requirement: line for line in run_all(config).verdicts}


def test_requests_ask_for_what_only_an_answer_shows(contract: Contract) -> None:
    answers = contract.overlay.answers
    handle = answers["letter-handle"]
    assert (handle.operation, handle.at) == ("ReceiveLetter", "Letters[].LetterHandle")
    assert handle.first == "PostLetter", "a letter is there before it is taken"
    operations = contract.operations
    assert valid_request(contract, operations["DropLetter"]) == {
        "BoxId": "${id}", "LetterHandle": "${answer.letter-handle}",
    }  # fmt: skip
    # What was sealed is opened in the way in which it was.
    assert valid_request(contract, operations["OpenText"]) == {
        "SealedBlob": "${answer.sealed-blob}", "Way": "${answer.sealed-blob.Way}",
    }  # fmt: skip
    # What a request is free to choose is no answer's.
    assert "${answer" not in str(valid_request(contract, operations["PostLetter"]))


def test_what_answers_make_valid_is_tested(contract: Contract) -> None:
    server = Mail()
    lines = run(contract, server)
    bad = {Verdict.FAILED, Verdict.ERROR}
    assert {name: line.reason for name, line in lines.items() if line.verdict in bad} == {}
    for name in ("DropLetter", "OpenText"):
        for where in ("status/200", "request/Note/maxLength", "request/Note/type"):
            assert lines[f"mail/{name}/{where}"].verdict is Verdict.PASSED, (name, where)
    # What serves once is asked for again; what does not is kept.
    assert server.calls.count("taken") > 3
    assert server.calls.count("sealed") < server.calls.count("OpenText") * 3
    assert server.boxes == {}


@pytest.mark.parametrize(
    ("fault", "requirement", "first"),
    [
        ("long-notes", "mail/DropLetter/request/Note/maxLength", "LetterHandle"),
        ("opens-with-long-notes", "mail/OpenText/request/Note/maxLength", "SealedBlob"),
    ],
)
def test_a_fault_behind_an_answer_is_found(
    contract: Contract, fault: str, requirement: str, first: str
) -> None:
    lines = run(contract, Mail(fault))
    failed = [name for name, line in lines.items() if line.verdict is Verdict.FAILED]
    assert failed == [requirement]
    # The evidence has the request whose answer made this one valid.
    *before, last = lines[requirement].evidence
    assert {one.role for one in before} == {Role.SETUP}
    value = json.loads(last.request.body or "")[first]
    assert any(value in (one.response.body or "") for one in before)


class Silent(Mail):
    """It shows nothing that could be used."""

    def of_box(self, box: str, what: str, given: dict[str, Any]) -> dict[str, Any]:
        if what in {"taken", "sealed"}:
            raise Refused(400, "ValidationException")
        if what == "dropped":
            self.keeps(given, "")
            return {}
        return super().of_box(box, what, given)


def test_without_an_answer_a_made_up_value_is_tried(contract: Contract) -> None:
    lines = run(contract, Silent())
    assert lines["mail/DropLetter/request/Note/maxLength"].verdict is Verdict.PASSED
    assert lines["mail/OpenText/request/Note/maxLength"].verdict is not Verdict.FAILED


class Lacking(Silent):
    """It has no code either for what would take the value."""

    def of_box(self, box: str, what: str, given: dict[str, Any]) -> dict[str, Any]:
        if what == "dropped":
            raise Refused(404, "UnknownOperationException")
        return super().of_box(box, what, given)


def test_what_is_lacking_is_lacking_without_an_answer_too(contract: Contract) -> None:
    lines = run(contract, Lacking())
    assert lines["mail/DropLetter/status/200"].verdict is Verdict.UNSUPPORTED
    assert lines["mail/DropLetter/request/Note/maxLength"].verdict is Verdict.UNSUPPORTED
