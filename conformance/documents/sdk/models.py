"""Find a service's model among those that botocore ships."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from conformance.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Mapping

RESTJSON = "rest-json"


class UnknownModel(BadInput):
    """botocore has no model of that name: ``service``."""

    hint = "name the service as the AWS CLI and boto3 do, for example `apigateway` or `scheduler`"

    def __init__(self, service: str) -> None:
        self.service = service
        super().__init__(f"botocore has no model of the service {service!r}")


class NotRestJson(BadInput):
    """A service that speaks another protocol than restJson1: ``service`` and ``protocol``."""

    hint = "only services of the protocol restJson1 can be derived and tested"

    def __init__(self, service: str, protocol: str) -> None:
        self.service, self.protocol = service, protocol
        super().__init__(f"{service} does not speak restJson1 but {protocol}")


class NoOperations(BadInput):
    """No operation of a model is on the requested paths."""

    hint = "paths are globs as the model writes them, for example '/usageplans*'"

    def __init__(self, service: str, paths: tuple[str, ...]) -> None:
        self.service, self.paths = service, paths
        super().__init__(f"the model of {service} has no operation on {', '.join(paths)}")


@dataclass(frozen=True, slots=True)
class SdkModel:
    """A model as plain data: ``name`` has service and version, ``sha256`` is of its content."""

    name: str
    sha256: str
    data: Mapping[str, Any]

    @property
    def title(self) -> str:
        """The full name of the service."""
        title: str = self.data["metadata"]["serviceFullName"]
        return title

    @property
    def version(self) -> str:
        """The API version."""
        version: str = self.data["metadata"]["apiVersion"]
        return version

    @property
    def signing(self) -> dict[str, str]:
        """What requests are signed for, and what AWS's own hosts begin with.

        ``host-prefix`` is there where it is one text for every operation.
        """
        about = self.data["metadata"]
        found = {
            "service": about.get("signingName") or about["endpointPrefix"],
            "endpoint-prefix": about["endpointPrefix"],
        }
        prefixes = {
            one.get("endpoint", {}).get("hostPrefix", "")
            for one in self.data["operations"].values()
        }
        same = prefixes.pop() if len(prefixes) == 1 else ""
        return {**found, "host-prefix": same} if same and "{" not in same else found


@cache
def load_model(service: str) -> SdkModel:
    """The newest model of a service.

    Raises UnknownModel, and NotRestJson for a service of another protocol.
    """
    from botocore.exceptions import DataNotFoundError, UnknownServiceError
    from botocore.loaders import create_loader

    try:
        data = create_loader().load_service_model(service, "service-2")
    except (DataNotFoundError, UnknownServiceError) as error:
        raise UnknownModel(service) from error
    protocol = data["metadata"].get("protocol", "none")
    if protocol != RESTJSON:
        raise NotRestJson(service, protocol)
    content = json.dumps(data, sort_keys=True, separators=(",", ":")).encode()
    name = f"{service}-{data['metadata']['apiVersion']}"
    return SdkModel(name, hashlib.sha256(content).hexdigest(), data)
