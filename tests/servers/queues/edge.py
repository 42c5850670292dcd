"""From an HTTP request to the operation that it names, and back."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Any
from uuid import uuid4

from tests.servers.testbed.wire import Members, NotJson, Refusal, Request, Response, parse

from .manage import Managing
from .messages import Messaging
from .model import Model
from .moving import Moving
from .query import Query, asked
from .queue import Store
from .readings import Readings
from .sns import Topics
from .ssm import Parameters

CODES = {
    "InvalidParameterValue": "InvalidParameterValueException",
    "MissingParameter": "MissingRequiredParameterException",
}
SNS = "http://sns.amazonaws.com/doc/2010-03-31/"
OTHER_CODES = {
    "InvalidAttributeValue": "InvalidParameterValue",
    "MissingParameter": "InvalidParameterValue",
    "ParameterPatternMismatchException": "InvalidAllowedPatternException",
    "InvalidAllowedPatternException": "ParameterPatternMismatchException",
    "HierarchyLevelLimitExceededException": "ValidationException",
}
QUERY_CODES = {
    "QueueDoesNotExist": "AWS.SimpleQueueService.NonExistentQueue",
    "QueueNameExists": "QueueAlreadyExists",
}


def region_of(request: Request) -> str:
    scope = re.search(r"Credential=[^/]+/\d{8}/([^/]+)/", request.headers.get("authorization", ""))
    return scope[1] if scope else "us-east-1"


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


class JsonService:
    """A service of a JSON protocol: its model, and the objects that have its operations."""

    def __init__(self, model: Model, lock: Any, version: str, *parts: object) -> None:
        self.model = model
        self.lock = lock
        self.kind = f"application/x-amz-json-{version}"
        self.operations = {
            name: getattr(part, snake(name))
            for name in model.operations
            for part in parts
            if hasattr(part, snake(name))
        }

    def answer(self, operation: str, body: Members, request: Request) -> tuple[Members, bool]:
        """What the operation answers, and whether it has an output at all."""
        members = self.model.read(operation, body)
        missing = self.model.missing(operation, members)
        if missing:
            raise Refusal(400, "MissingParameter", f"The request must contain {missing[0]}.")
        host = request.headers.get("host", "localhost")
        with self.lock:
            answer = self.operations[operation](members, region_of(request), host)
        return answer, "output" in self.model.operations[operation]


class Edge:
    """All services of this server behind one address."""

    def __init__(self, readings: Iterable[str] = ()) -> None:
        self.readings = Readings(readings)
        self.readings.on("nulls")
        store = Store(self.readings)
        sqs = (Managing(store), Messaging(store), Moving(store))
        ssm = Parameters(self.readings)
        self.query = Query(Model("sns", constraints=True), SNS)
        self.topics = JsonService(self.query.model, store.changed, "", Topics(store))
        self.services = {
            "AmazonSQS": JsonService(Model("sqs", constraints=False), store.changed, "1.0", *sqs),
            "AmazonSSM": JsonService(Model("ssm", constraints=True), ssm.lock, "1.1", ssm),
        }

    def answer(self, request: Request) -> Response:
        if "x-amz-target" not in request.headers:
            response = self._queried(request)
            response.headers["X-AMZN-RequestId"] = str(uuid4())
            return response
        prefix, _, operation = request.headers.get("x-amz-target", "").partition(".")
        service = self.services.get(prefix)
        try:
            response = self._called(service, operation, request)
        except Refusal as refusal:
            response = self._refused(refusal, sqs=prefix == "AmazonSQS")
        kind = service.kind if service else "application/json"
        response.headers |= {"X-AMZN-RequestId": str(uuid4()), "Content-Type": kind}
        return response

    def _queried(self, request: Request) -> Response:
        params = asked(request)
        operation = params.get("Action", "")
        if operation not in self.topics.operations or request.method not in {"GET", "POST"}:
            return self.query.refused(Refusal(400, "InvalidAction", "There is no such action."))
        try:
            members = self.query.members(operation, params)
            answer, _ = self.topics.answer(operation, members, request)
        except Refusal as refusal:
            code = {"ValidationException": "ValidationError"}.get(refusal.code, refusal.code)
            return self.query.refused(Refusal(refusal.status, code, refusal.message))
        return self.query.answered(operation, answer)

    def _called(self, service: JsonService | None, operation: str, request: Request) -> Response:
        if service is None or request.method != "POST":
            raise Refusal(404, "UnknownOperationException", "There is no such operation.")
        if operation not in service.operations:
            raise Refusal(400, "UnknownOperationException", "There is no such operation.")
        answer, told = service.answer(operation, _members(request), request)
        if self.readings.on("more"):
            answer = {**answer, "Further": {"Notes": ["none"]}}
        if not told and self.readings.on("terse"):
            return Response(200)
        return self._json(answer)

    def _json(self, body: Members, status: int = 200) -> Response:
        return Response(status, json.dumps(body, indent=1).encode())

    def _refused(self, refusal: Refusal, *, sqs: bool) -> Response:
        kind = refusal.code
        if self.readings.on("other-codes"):
            kind = OTHER_CODES.get(kind, kind)
        if sqs and not self.readings.on("short-codes"):
            kind = CODES.get(kind, kind)
            coral = kind.endswith("Exception")
            kind = f"{'com.amazon.coral.service' if coral else 'com.amazonaws.sqs'}#{kind}"
        body: Members = {"message": refusal.message, "__type": kind}
        if self.readings.on("terse"):
            del body["message"]
        response = self._json(body, refusal.status)
        if sqs:
            query = QUERY_CODES.get(refusal.code, refusal.code)
            response.headers["x-amzn-query-error"] = f"{query};Sender"
        return response


def _members(request: Request) -> Members:
    try:
        body = parse(request.body)
    except NotJson as error:
        raise Refusal(400, "SerializationException", "The body is not JSON.") from error
    if not isinstance(body, dict):
        raise Refusal(400, "SerializationException", "The body is not an object.")
    return body
