"""Requests of services of any protocol, for what is made before a test: written as the SDK does.

botocore writes the request and reads the answer; it is signed and sent as every other request.
"""

import base64
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from conformance.documents.sdk.models import MODEL, model_loader
from conformance.transport.exchange import Exchange, Request, Transport
from conformance.transport.signing import Credentials, Signer

WITHIN = 30.0
"""Seconds to wait for an answer: a target may load a whole service at its first request."""


class SdkAnswer(NamedTuple):
    """What came of a call: the members of a successful answer, else None and the reason."""

    members: Mapping[str, Any] | None
    told: str = ""
    sent: bool = True
    """Whether the target may have carried it out."""
    code: str = ""
    """The code of a refusal that has one."""


class SdkCaller:
    """Calls operations of any service at one address."""

    def __init__(
        self, url: str, credentials: Credentials, region: str, transport: Transport
    ) -> None:
        self._url, self._credentials, self._region = url, credentials, region
        self._transport = transport

    def call(self, service: str, operation: str, members: Mapping[str, Any]) -> SdkAnswer:
        """Send a request of an operation; what is not answered with a success has no members."""
        about = _operation(service, operation)
        given = _with_bytes(about.input_shape, members) if about.input_shape else {}
        signer = Signer(self._credentials, self._region, about.service_model.signing_name)
        exchange = self._transport.send(self._written(signer, about, given))
        response = exchange.response
        if response is None:
            return SdkAnswer(None, f"{service} {operation}: {exchange.failure}")
        if not 200 <= response.status < 300:
            told = f"{service} {operation}: {response.status}"
            code = str(_read(about, exchange).get("Error", {}).get("Code", ""))
            return SdkAnswer(None, told, sent=False, code=code)
        return SdkAnswer(_read(about, exchange))

    def _written(self, signer: Signer, about: Any, members: Mapping[str, Any]) -> Request:
        from botocore.awsrequest import prepare_request_dict
        from botocore.serialize import create_serializer

        protocol = about.service_model.resolved_protocol
        serializer = create_serializer(protocol, include_validation=False)
        written: dict[str, Any] = serializer.serialize_to_request(dict(members), about)
        prepare_request_dict(written, endpoint_url=self._url)
        body = written["body"]
        headers = {"Accept": "*/*", **dict(written["headers"])}
        if isinstance(body, dict):
            from urllib.parse import urlencode

            body = urlencode(body)
        data = body.encode() if isinstance(body, str) else bytes(body or b"")
        pairs = tuple((name, value) for name, value in headers.items())
        signed = signer.sign(written["method"], written["url"], pairs, data or None)
        return Request(signed.method, signed.url, signed.headers, signed.body, WITHIN)


@cache
def _operation(service: str, name: str) -> Any:
    """What botocore knows of one operation; a whole model is large, and read again in no time."""
    from botocore.model import ServiceModel

    data = _model(service)
    about = data["operations"][name]
    shapes = _reached(data["shapes"], (about.get("input"), about.get("output")))
    part = {"metadata": data["metadata"], "operations": {name: about}, "shapes": shapes}
    return ServiceModel(part, service).operation_model(name)


def _model(service: str) -> Any:
    """A model without its prose, which is most of it: what that takes is not given back."""
    from botocore.loaders import JSONFileLoader, Loader

    class Bare(JSONFileLoader):  # type: ignore[misc]
        """Leaves prose out while it reads."""

        def _load_file(self, full_path: str, open_method: Any) -> Any:
            if not Path(full_path).is_file():
                return None
            with open_method(full_path, "rb") as file:
                return json.loads(file.read(), object_pairs_hook=_without_prose)

    class Knowing(Loader):  # type: ignore[misc]
        """Does not look for all services again, which takes longer than to read most models."""

        def list_available_services(self, type_name: str) -> list[str]:
            known: list[str] = model_loader().list_available_services(type_name)
            return known

    return Knowing(file_loader=Bare()).load_service_model(service, MODEL)


def _without_prose(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    # What is called so itself, as a member may be, is no text.
    return {name: one for name, one in pairs
            if name != "documentation" or not isinstance(one, str)}  # fmt: skip


def _reached(shapes: Mapping[str, Any], ends: tuple[Mapping[str, Any] | None, ...]) -> Any:
    """The shapes that lead to these."""
    found: dict[str, Any] = {}
    waiting = [end["shape"] for end in ends if end]
    while waiting:
        name = waiting.pop()
        if name not in found:
            shape = found[name] = shapes[name]
            inner = (shape.get("member"), shape.get("key"), shape.get("value"))
            parts = (*shape.get("members", {}).values(), *inner)
            waiting += [part["shape"] for part in parts if part]
    return found


def _read(about: Any, exchange: Exchange) -> Mapping[str, Any]:
    """The members of an answer, or its ``Error``; none where it cannot be read."""
    from botocore.compat import HTTPHeaders
    from botocore.parsers import create_parser

    response = exchange.response
    if response is None or (about.output_shape is None and response.status < 300):
        return {}
    raw = {
        "status_code": response.status,
        "headers": HTTPHeaders.from_pairs(response.headers),
        "body": response.body,
    }
    try:
        parser = create_parser(about.service_model.resolved_protocol)
        members = parser.parse(raw, about.output_shape)
    except Exception:  # noqa: BLE001 - what botocore raises of a wrong form is what Python does
        return {}
    return members if isinstance(members, Mapping) else {}


def _with_bytes(shape: Any, value: Any) -> Any:
    """The members with texts decoded where a blob is meant: a file of data has base64."""
    if shape.type_name == "structure" and isinstance(value, Mapping):
        return {name: _with_bytes(shape.members[name], one) for name, one in value.items()}
    if shape.type_name == "list" and isinstance(value, list | tuple):
        return [_with_bytes(shape.member, one) for one in value]
    if shape.type_name == "blob" and isinstance(value, str):
        return base64.b64decode(value)
    return value
