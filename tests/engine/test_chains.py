"""Operations that need other resources first: made once a run, and deleted last."""

from __future__ import annotations

import itertools
import json
import re
from typing import Any
from urllib.parse import urlsplit

import pytest

from conformance.contract.building import build_contract
from conformance.contract.listing.catalogue import catalogue
from conformance.engine.outcome import Job
from conformance.engine.run import RunConfig
from conformance.engine.service_run import Settings
from conformance.plan.valid_requests.resources import kind_of, lifecycle_of, with_unknown_ids
from conformance.record import Role, Verdict
from conformance.runs.execution import run_all
from conformance.transport.credentials import TEST_CREDENTIALS
from conformance.transport.exchange import Exchange, Request, Response
from conformance.transport.retry import RetryingTransport
from tests.json_double import OneByOne

TEXT = {"type": "string", "maxLength": 40, "x-sources": {"maxLength": {"document": "p.md"}}}


def operation(name: str, status: int, labels: list[str], answer: list[str]) -> dict[str, Any]:
    """An operation object; its body, if it has one, is the component ``NameRequest``."""
    parameters = [
        {"name": one, "in": "path", "required": True, "schema": {"type": "string"}}
        for one in labels
    ]
    body = {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}Request"}}}
    errors = {"404": {"x-errors": {"NotFoundException": {"x-source": {"document": "p.md"}}}}}
    errors |= {"400": {"x-errors": {"BadRequestException": {"x-source": {"document": "p.md"}}}}}
    errors |= {"409": {"x-errors": {"ConflictException": {"x-source": {"document": "p.md"}}}}}
    success: dict[str, Any] = {"x-source": {"document": "p.md"}}
    if answer:
        properties = {one: {"type": "string"} for one in answer}
        schema = {"type": "object", "x-type": "structure", "properties": properties}
        success["content"] = {"application/json": {"schema": schema}}
    return {
        "operationId": name,
        "x-source": {"document": "p.md"},
        "parameters": parameters,
        **({"requestBody": {"content": body}} if status == 201 else {}),
        "responses": {str(status): success, **errors},
    }


def structure(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "x-type": "structure", "properties": properties, "required": required}


def library(*, foreign_kinds: bool = False) -> dict[str, Any]:
    """Shelves, books, and places of books on shelves."""
    shelf, place = "/shelves/{shelfId}", "/shelves/{shelfId}/places/{placeId}"
    book = {
        "name": "book",
        "create": "CreateBook",
        "delete": "DeleteBook",
        "identifier": {"label": "bookId", "created": "id", "unknown": "${alnum:9}"},
    }
    facts: dict[str, Any] = {
        "resource": {
            "alias": "shelf",
            "name": "shelf",
            "create": "CreateShelf",
            "read": "GetShelf",
            "delete": "DeleteShelf",
            "identifier": {"label": "shelfId", "created": "id", "unknown": "${alnum:8}"},
            "not-found": "NotFoundException",
        },
        "resources": {
            "book": {"service": "books"} if foreign_kinds else book,
            "place": {
                "name": "place",
                "create": "PlaceBook",
                "read": "GetPlace",
                "delete": "RemovePlace",
                "needs": {"shelf": "shared", "book": "fresh"},
                "identifier": {"label": "placeId", "created": "id", "unknown": "${alnum:9}"},
                "not-found": "NotFoundException",
                "unique": {"member": "bookId", "template": "alnum", "error": "ConflictException"},
            },
        },
        "operations": {
            "PlaceBook": {"base": {"shelfId": "${id.shelf}", "bookId": "${id.book}"}},
            "FindPlace": {"base": {"placeArn": "${made.arn}"}, "resource": "place"},
        },
    }
    spec: dict[str, Any] = {
        "info": {"title": "Library"},
        "paths": {
            "/shelves": {"post": operation("CreateShelf", 201, [], ["id"])},
            shelf: {
                "get": operation("GetShelf", 200, ["shelfId"], ["id"]),
                "delete": operation("DeleteShelf", 202, ["shelfId"], []),
            },
            f"{shelf}/places": {"post": operation("PlaceBook", 201, ["shelfId"], ["id"])},
            "/arns/{placeArn}": {"get": operation("FindPlace", 200, ["placeArn"], ["id"])},
            place: {
                "get": operation("GetPlace", 200, ["shelfId", "placeId"], ["id"]),
                "delete": operation("RemovePlace", 202, ["shelfId", "placeId"], []),
            },
        },
        "components": {
            "schemas": {
                "CreateShelfRequest": structure([], name=TEXT),
                "CreateBookRequest": structure([], title=TEXT),
                "PlaceBookRequest": structure(["bookId"], bookId={"type": "string"}, note=TEXT),
            }
        },
        "x-conformance": facts,
    }
    books = {
        "/books": {"post": operation("CreateBook", 201, [], ["id"])},
        "/books/{bookId}": {"delete": operation("DeleteBook", 202, ["bookId"], [])},
    }
    spec["paths"].update({} if foreign_kinds else books)
    return spec


class Library(OneByOne):
    """The right server; ``faults`` make it wrong in one thing each."""

    def __init__(self, *faults: str) -> None:
        self.faults = faults
        self.shelves: dict[str, dict[str, str]] = {}
        self.books: set[str] = set()
        self.numbers = itertools.count(1000)
        self.calls: list[str] = []

    def send(self, request: Request) -> Exchange:
        status, body = self.answer(request)
        code = body.pop("code", "")
        headers = [("content-type", "application/json"), ("x-amzn-errortype", code)]
        content = json.dumps(body).encode() if body else b""
        response = Response(status, tuple(headers if code else headers[:1]), content)
        return Exchange(request, response, None, 0.0)

    def answer(self, request: Request) -> tuple[int, dict[str, str]]:
        path = urlsplit(request.url).path
        self.calls.append(f"{request.method} {path}")
        given = json.loads(request.body or b"{}")
        wrong = any(
            not isinstance(value, str) or (len(value) > 40 and "lax" not in self.faults)
            for value in given.values()
        )
        if wrong:
            return 400, {"code": "BadRequestException", "message": "no"}
        new = f"n{next(self.numbers)}xyz"
        if path == "/shelves" and request.method == "POST":
            self.shelves[new] = {}
            return 201, {"id": new}
        if path == "/books" and request.method == "POST":
            self.books.add(new)
            return 201, {"id": new}
        parts = path.strip("/").split("/")
        if parts[0] == "arns":
            known = {place for places in self.shelves.values() for place in places}
            return (200, {"id": "n"}) if parts[1].removeprefix("arn.") in known else missing()
        if parts[0] == "books" and len(parts) == 2:
            return (202, {}) if self.drop(parts[1]) else missing()
        if parts[0] == "shelves" and parts[1] in self.shelves:
            return self.on_shelf(request.method, parts[1], parts[2:], given, new)
        return missing() if parts[0] in {"shelves", "books", "arns"} else (403, {"code": "Odd"})

    def drop(self, book: str) -> bool:
        if book not in self.books:
            return False
        self.books.discard(book)
        return True

    def on_shelf(
        self, method: str, shelf: str, rest: list[str], given: dict[str, str], new: str
    ) -> tuple[int, dict[str, str]]:
        places = self.shelves[shelf]
        if not rest:
            if method == "DELETE":
                # As AWS: what has something on it stays.
                if places:
                    return 400, {"code": "BadRequestException", "message": "not empty"}
                del self.shelves[shelf]
                return 202, {}
            return 200, {"id": shelf}
        if len(rest) == 1:
            if "bookId" not in given:
                return 400, {"code": "BadRequestException", "message": "no book"}
            if given["bookId"] not in self.books:
                return missing()
            if given["bookId"] in places.values() and "twice" not in self.faults:
                return 409, {"code": "ConflictException", "message": "there"}
            places[new] = given["bookId"]
            return 201, {"id": new, "arn": f"arn.{new}"}
        if rest[1] not in places:
            return (200, {"id": rest[1]}) if "lost" in self.faults else missing()
        if method == "DELETE":
            del places[rest[1]]
            return 202, {}
        return 200, {"id": rest[1]}


def missing() -> tuple[int, dict[str, str]]:
    return 404, {"code": "NotFoundException", "message": "none"}


def run(server: Library, *, foreign_kinds: bool = False) -> dict[str, Any]:
    contract = build_contract("library", library(foreign_kinds=foreign_kinds), {})
    job = Job(contract, catalogue(contract))
    config = RunConfig(
        jobs=[job],
        url="http://127.0.0.1:1",
        credentials=TEST_CREDENTIALS,
        region="us-east-1",
        transport=RetryingTransport(server, retries=0, base=0.0),
        settings=Settings(draws=0, seed=1),
    )
    outcome = run_all(config)
    assert outcome.notes == []
    return {line.requirement: line for line in outcome.verdicts}


def test_operations_behind_others_are_reached() -> None:
    server = Library()
    lines = run(server)
    bad = {Verdict.FAILED, Verdict.ERROR, Verdict.INCONCLUSIVE}
    assert {name: line.reason for name, line in lines.items() if line.verdict in bad} == {}
    for name in ("status/201", "error/ConflictException", "request/note/maxLength"):
        assert lines[f"library/PlaceBook/{name}"].verdict is Verdict.PASSED, name
    assert lines["library/FindPlace/status/200"].verdict is Verdict.PASSED
    for name in ("GetPlace", "RemovePlace"):
        assert lines[f"library/{name}/error/NotFoundException"].verdict is Verdict.PASSED
    # Nothing is left, and nothing was deleted before what is made of it.
    assert (server.shelves, server.books) == ({}, set())


def test_what_can_be_shared_is_made_once() -> None:
    server = Library()
    run(server)
    placed = [call for call in server.calls if call.endswith("/places")]
    assert len(placed) > 12
    # One for all of them, one that does not exist, and one after it was deleted itself.
    assert len({re.sub(r"/places$", "", call) for call in placed}) <= 4
    # Of a book a place can be made once only: each has its own.
    assert server.calls.count("POST /books") > len(placed) - 4


@pytest.mark.parametrize(
    ("fault", "requirement"),
    [
        ("twice", "library/PlaceBook/error/ConflictException"),
        ("lost", "library/GetPlace/error/NotFoundException"),
        ("lax", "library/PlaceBook/request/note/maxLength"),
    ],
)
def test_a_fault_behind_a_chain_is_found(fault: str, requirement: str) -> None:
    lines = run(Library(fault))
    line = lines[requirement]
    assert line.verdict is Verdict.FAILED
    # The evidence makes all that the request needs, and says where each identifier is from.
    roles = [exchange.role for exchange in line.evidence]
    assert roles[-1] is Role.PROBE
    assert roles[:-1] == [Role.SETUP] * (len(roles) - 1)
    made = [urlsplit(exchange.request.url).path for exchange in line.evidence[:-1]]
    assert made[:1] == ["/shelves"]
    sent = line.evidence[-1].request
    for use in line.evidence[-1].uses:
        assert use.value in sent.url + (sent.body or "")
    assert {use.pointer for use in line.evidence[-1].uses} == {"/id"}


def test_a_borrowed_kind_is_made_by_its_own_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    spec = library()
    whole = spec["x-conformance"]["resources"]["book"]
    spec["x-conformance"] = {"resource": whole}
    books = build_contract("books", spec, {})
    monkeypatch.setattr("conformance.contract.load.load_contract", {"books": books}.__getitem__)
    server = Library()
    lines = run(server, foreign_kinds=True)
    assert lines["library/PlaceBook/status/201"].verdict is Verdict.PASSED
    assert not any("CreateBook" in name for name in lines)
    deleted = {call.rpartition("/")[2] for call in server.calls if call.startswith("DELETE /books")}
    asked = {call.rpartition("/")[2] for call in server.calls if call.startswith("GET /shelves")}
    assert deleted
    assert not deleted & asked, "a book is read by its own contract"
    assert (server.shelves, server.books) == ({}, set())


def test_kinds_of_operations() -> None:
    contract = build_contract("library", library(), {})
    found = {name: kind_of(contract, name) for name in contract.operations}
    assert found == {
        "CreateShelf": "shelf", "GetShelf": "shelf", "DeleteShelf": "shelf",
        "CreateBook": "book", "DeleteBook": "book",
        "PlaceBook": "place", "GetPlace": "place", "RemovePlace": "place", "FindPlace": "place",
    }  # fmt: skip
    assert lifecycle_of(contract, "GetPlace").create == "PlaceBook"
    place = contract.operations["GetPlace"]
    filled = with_unknown_ids(contract, place, {"shelfId": "${id.shelf}", "placeId": "${id}"})
    assert filled == {"shelfId": "${alnum:8}", "placeId": "${alnum:9}"}
