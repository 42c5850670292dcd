"""A service of things, as a model in each protocol, with the overlay that its resource needs."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import yaml

from conformance.contract.deriving import as_yaml
from conformance.contract.deriving.assemble import assemble
from conformance.documents.sdk.models import SdkModel
from conformance.documents.sdk.pages import model_pages

PROTOCOLS = (
    "aws-json-1.0", "aws-json-1.1", "aws-query", "ec2-query", "rest-xml", "rpc-v2-cbor",
)  # fmt: skip
TARGET, VERSION = "Things_20260101", "2026-01-01"
SHAPES: dict[str, Any] = {
    "Name": {"type": "string", "min": 1, "max": 64, "pattern": "[a-zA-Z0-9-]+"},
    "Size": {"type": "integer", "min": 1, "max": 10},
    "Kind": {"type": "string", "enum": ["round", "square"]},
    "Kinds": {"type": "list", "member": {"shape": "Kind"}, "min": 1, "max": 3},
    "Flag": {"type": "boolean"},
    "Instant": {"type": "timestamp"},
    "Key": {"type": "string", "min": 1, "max": 20},
    "Label": {"type": "string", "max": 30},
    "Labels": {"type": "map", "key": {"shape": "Key"}, "value": {"shape": "Label"}},
    "Limit": {"type": "integer", "min": 1, "max": 100},
    "Token": {"type": "string"},
    "Point": {"type": "structure", "required": ["X"], "members": {"X": {"shape": "Size"}}},
    "Points": {"type": "list", "member": {"shape": "Point"}, "max": 2},
    "Thing": {
        "type": "structure",
        "required": ["Name", "Size", "Active", "CreatedAt"],
        "members": {
            "Name": {"shape": "Name"},
            "Size": {"shape": "Size"},
            "Active": {"shape": "Flag"},
            "CreatedAt": {"shape": "Instant"},
            "Kinds": {"shape": "Kinds"},
            "Labels": {"shape": "Labels"},
            "Points": {"shape": "Points"},
            "ThingStatus": {"shape": "Status"},
        },
    },
    "Status": {"type": "string", "enum": ["CREATING", "ACTIVE"]},
    "Things": {"type": "list", "member": {"shape": "Thing"}},
    "CreateThingRequest": {
        "type": "structure",
        "required": ["Name"],
        "members": {
            "Name": {"shape": "Name"},
            "Size": {"shape": "Size"},
            "Active": {"shape": "Flag"},
            "Kinds": {"shape": "Kinds"},
            "Labels": {"shape": "Labels"},
            "Points": {"shape": "Points"},
        },
    },
    "ThingAnswer": {
        "type": "structure",
        "required": ["Thing"],
        "members": {"Thing": {"shape": "Thing"}},
    },
    "NamedRequest": {
        "type": "structure",
        "required": ["Name"],
        "members": {"Name": {"shape": "Name", "location": "uri", "locationName": "Name"}},
    },
    "ListThingsRequest": {
        "type": "structure",
        "members": {
            "MaxResults": {
                "shape": "Limit", "location": "querystring", "locationName": "MaxResults",
            },
            "NextToken": {
                "shape": "Token", "location": "querystring", "locationName": "NextToken",
            },
        },
    },
    "ListThingsAnswer": {
        "type": "structure",
        "required": ["Things"],
        "members": {"Things": {"shape": "Things"}, "NextToken": {"shape": "Token"}},
    },
    "ThingNotFound": {"type": "structure", "members": {}, "exception": True},
    "ThingAlreadyExists": {"type": "structure", "members": {}, "exception": True},
    "ValidationException": {"type": "structure", "members": {}, "exception": True},
}  # fmt: skip
STATUSES = {"ThingNotFound": 404, "ThingAlreadyExists": 409, "ValidationException": 400}
OPERATIONS: dict[str, tuple[str, str, str, str | None, list[str]]] = {
    "CreateThing": ("POST", "/things", "CreateThingRequest", "ThingAnswer", ["ThingAlreadyExists"]),
    "GetThing": ("GET", "/things/{Name}", "NamedRequest", "ThingAnswer", ["ThingNotFound"]),
    "ListThings": ("GET", "/things", "ListThingsRequest", "ListThingsAnswer", []),
    "DeleteThing": ("DELETE", "/things/{Name}", "NamedRequest", None, ["ThingNotFound"]),
}
RESOURCE: dict[str, Any] = {
    "alias": "thing",
    "name": "thing",
    "create": "CreateThing",
    "read": "GetThing",
    "list": "ListThings",
    "delete": "DeleteThing",
    "identifier": {"label": "Name", "given": "Name", "unknown": "${name}"},
    "not-found": "ThingNotFound",
    "unique": {"member": "Name", "template": "name", "error": "ThingAlreadyExists"},
    "listing": {
        "items": "Things[]",
        "id": "Name",
        "page": {
            "pageSize": "MaxResults",
            "most": 100,
            "inputToken": "NextToken",
            "outputToken": "NextToken",
        },
    },
    "show-all-members": [
        {
            "Name": "${name}",
            "Size": 3,
            "Active": True,
            "Kinds": ["round", "square"],
            "Labels": {"colour": "a < b & c", "shade": ""},
            "Points": [{"X": 1}, {"X": 2}],
        }
    ],
}


def model(protocol: str) -> SdkModel:
    """The service's model for a protocol."""
    data: dict[str, Any] = {
        "metadata": {
            "apiVersion": VERSION,
            "endpointPrefix": "things",
            "serviceFullName": "A Service of Things",
            "targetPrefix": TARGET,
        },
        "shapes": deepcopy(SHAPES),
        "operations": {},
    }
    for name, (method, path, given, answer, errors) in OPERATIONS.items():
        made: dict[str, Any] = {
            "name": name,
            "http": {"method": method, "requestUri": path},
            "input": {"shape": given},
            "errors": [{"shape": one} for one in (*errors, "ValidationException")],
        }
        if answer is not None:
            made["output"] = {"shape": answer, "resultWrapper": f"{name}Result"}
        if protocol == "rest-xml":
            made["input"]["locationName"] = f"{name}Request"
            made["http"]["responseCode"] = 204 if method == "DELETE" else 200
        data["operations"][name] = made
    single = protocol.startswith(("aws-json", "rpc"))
    for name, status in STATUSES.items():
        data["shapes"][name]["error"] = {"httpStatusCode": 400 if single else status}
    if protocol == "ec2-query":
        _in_ec2s_way(data["shapes"])
    return SdkModel("things-2026-01-01", "0" * 64, data, protocol)


def _in_ec2s_way(shapes: dict[str, Any]) -> None:
    """Names that begin in lower case, item for what is in a list, and no maps."""
    for shape in shapes.values():
        shape.get("members", {}).pop("Labels", None)
    for shape in shapes.values():
        for key, member in shape.get("members", {}).items():
            member["locationName"] = key[0].lower() + key[1:]
        if shape["type"] == "list":
            shape["member"]["locationName"] = "item"


def write_specs(folder: Path, protocol: str) -> Path:
    """A folder of specs with the service in it."""
    place = folder / "things"
    place.mkdir(parents=True)
    spec = assemble(model_pages(model(protocol), "things"))
    (place / "openapi.yaml").write_text(as_yaml(spec))
    resource = deepcopy(RESOURCE)
    if protocol == "ec2-query":
        del resource["show-all-members"][0]["Labels"]
    overlay = {
        "overlay": "1.0.0",
        "info": {"title": "Things", "version": "1.0.0"},
        "extends": "openapi.yaml",
        "actions": [{"target": "$", "update": {"x-conformance": {"resource": resource}}}],
    }
    (place / "overlay.yaml").write_text(yaml.safe_dump(overlay))
    return folder
