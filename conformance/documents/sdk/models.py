"""Find a service's model among those that botocore ships."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from conformance.errors import BadInput

REST_JSON = "rest-json-1"
MODEL = "service-2"
"""The type of a botocore file that has the operations of a service."""
NAMES = {
    "smithy-rpc-v2-cbor": "rpc-v2-cbor",
    "json": "aws-json-{version}",
    "rest-json": REST_JSON,
    "rest-xml": "rest-xml",
    "query": "aws-query",
    "ec2": "ec2-query",
}
"""botocore's names of protocols, in the order in which an SDK prefers them, and our names."""


class UnknownModel(BadInput):
    """botocore has no model of that name: ``service``."""

    hint = "name the service as the AWS CLI and boto3 do, for example `apigateway` or `scheduler`"

    def __init__(self, service: str) -> None:
        self.service = service
        super().__init__(f"botocore has no model for the service {service!r}")


class UnspokenProtocol(BadInput):
    """A protocol that a service does not have: ``service``, ``protocol`` and what it ``speaks``."""

    def __init__(self, service: str, protocol: str, speaks: Sequence[str]) -> None:
        self.service, self.protocol, self.speaks = service, protocol, tuple(speaks)
        hint = f"it speaks {', '.join(speaks) or 'no known protocol'}"
        super().__init__(f"{service} does not speak {protocol}", hint)


class NoOperations(BadInput):
    """No operation of a model has a requested path or name."""

    hint = "give globs of paths as the model writes them ('/usageplans*'), or of names ('*Table')"

    def __init__(self, service: str, paths: tuple[str, ...]) -> None:
        self.service, self.paths = service, paths
        super().__init__(f"the model of {service} has no operation on {', '.join(paths)}")


@dataclass(frozen=True, slots=True)
class SdkModel:
    """A model as plain data: ``name`` has service and version, ``sha256`` is of its content.

    ``protocol`` is the one that it is read for.
    """

    name: str
    sha256: str
    data: Mapping[str, Any]
    protocol: str = REST_JSON

    @property
    def title(self) -> str:
        return str(self.data["metadata"]["serviceFullName"])

    @property
    def version(self) -> str:
        return str(self.data["metadata"]["apiVersion"])

    @property
    def signing(self) -> dict[str, str]:
        """What requests are signed for, and what AWS's own hosts begin with.

        ``host-prefix`` is there where it is one text for every operation.
        """
        about, operations = self.data["metadata"], self.data["operations"].values()
        found = {
            "service": about.get("signingName") or about["endpointPrefix"],
            "endpoint-prefix": about["endpointPrefix"],
        }
        if about.get("signatureVersion") in {"s3", "s3v4"}:
            found["version"] = "s3v4"
        prefixes = {one.get("endpoint", {}).get("hostPrefix", "") for one in operations}
        same = prefixes.pop() if len(prefixes) == 1 else ""
        return {**found, "host-prefix": same} if same and "{" not in same else found


def protocols_of(about: Mapping[str, Any]) -> list[str]:
    """The protocols of a model by our names, the one that SDKs use first."""
    stated = about.get("protocols") or [about.get("protocol", "none")]
    version = about.get("jsonVersion", "1.0")
    return [name.format(version=version) for theirs, name in NAMES.items() if theirs in stated]


@cache
def model_loader() -> Any:
    """Botocore's loader, once a process: each looks through the folders of all services first."""
    from botocore.loaders import create_loader

    return create_loader()


@cache
def model_names() -> tuple[str, ...]:
    """The services that there are models of."""
    return tuple(model_loader().list_available_services(MODEL))


@cache
def load_model(service: str, protocol: str | None = None) -> SdkModel:
    """The newest model, for this protocol or the usual. Raises UnknownModel, UnspokenProtocol."""
    from botocore.exceptions import DataNotFoundError, UnknownServiceError

    try:
        data = model_loader().load_service_model(service, MODEL)
    except (DataNotFoundError, UnknownServiceError) as error:
        raise UnknownModel(service) from error
    speaks = protocols_of(data["metadata"])
    if not speaks or protocol not in {None, *speaks}:
        raise UnspokenProtocol(service, protocol or data["metadata"]["protocol"], speaks)
    content = json.dumps(data, sort_keys=True, separators=(",", ":")).encode()
    name = f"{service}-{data['metadata']['apiVersion']}"
    # A plain string: a caller's enumeration is equal to it, and would be kept for all callers.
    return SdkModel(name, hashlib.sha256(content).hexdigest(), data, str(protocol or speaks[0]))
