"""What protocols differ in where a model is read as pages: routes, media types, names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from conformance.documents.model import WireNames
from conformance.documents.sdk.models import REST_JSON, SdkModel

JSON = "application/json"
EC2 = "ec2-query"
MEDIA = {
    REST_JSON: (JSON, JSON),
    "aws-json-1.0": ("application/x-amz-json-1.0", "application/x-amz-json-1.0"),
    "aws-json-1.1": ("application/x-amz-json-1.1", "application/x-amz-json-1.1"),
    "aws-query": ("application/x-www-form-urlencoded", "text/xml"),
    EC2: ("application/x-www-form-urlencoded", "text/xml"),
    "rest-xml": ("application/xml", "application/xml"),
    "rpc-v2-cbor": ("application/cbor", "application/cbor"),
}
"""The media types of a request's and of an answer's body."""
NAMED = frozenset({"aws-query", EC2, "rest-xml"})
"""Those whose bodies are XML or forms, with other names: members keep the names of the model.

They write an instant as ISO 8601 where the model does not say, others in seconds; and an error
without a declared status may have any.
"""
LOCATED = frozenset({REST_JSON, "rest-xml"})
"""Those that put members into the path, the query and headers."""
STATUS_IN_PROSE = re.compile(r"\bhttp status code(?::| of)\s*(\d{3})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Bindings:
    """The protocol of one model."""

    model: SdkModel

    @property
    def protocol(self) -> str:
        return self.model.protocol

    @property
    def is_located(self) -> bool:
        """Whether members travel in the path, the query and headers, too."""
        return self.protocol in LOCATED

    @property
    def is_named(self) -> bool:
        """Whether members go by the model's names, and have others on the wire."""
        return self.protocol in NAMED

    @property
    def timestamp(self) -> str:
        """The usual format of an instant in a body."""
        return "iso8601" if self.is_named else "unixTimestamp"

    def media(self, side: str) -> str:
        return MEDIA[self.protocol][side == "output"]

    def route(self, operation: Mapping[str, Any]) -> tuple[str, str]:
        http = operation["http"]
        if self.is_located:
            return http["method"], http["requestUri"]
        about = self.model.data["metadata"]
        if self.protocol == "rpc-v2-cbor":
            return "POST", f"/service/{about['targetPrefix']}/operation/{operation['name']}"
        return "POST", "/"

    def selectors(self, operation: Mapping[str, Any]) -> Mapping[str, str] | None:
        """What says which operation is meant, where its path does not."""
        about = self.model.data["metadata"]
        if self.protocol.startswith("aws-json"):
            return {"X-Amz-Target": f"{about['targetPrefix']}.{operation['name']}"}
        if self.protocol in {"aws-query", EC2}:
            return {"Action": operation["name"], "Version": about["apiVersion"]}
        return None

    @property
    def is_binary(self) -> bool:
        """Whether the wire has native types for values that no format changes."""
        return self.protocol == "rpc-v2-cbor"

    def status(self, shape: Mapping[str, Any]) -> int | None:
        """The status of an error; where the model has none, what its fault says.

        None where it may have any, also since its own prose states another one.
        """
        status: int | None = shape.get("error", {}).get("httpStatusCode")
        if not status and not self.is_named:
            status = 500 if shape.get("fault") else 400
        stated = STATUS_IN_PROSE.search(shape.get("documentation", ""))
        return None if stated and status and int(stated[1]) != status else status

    def code(self, name: str, shape: Mapping[str, Any]) -> str:
        # Who spoke the query protocol before has its short names in a separate header.
        return name if self.spoke_query else str(shape.get("error", {}).get("code") or name)

    @property
    def spoke_query(self) -> bool:
        """Whether errors have the names that they had in the query protocol in a header."""
        moved = "awsQueryCompatible" in self.model.data["metadata"]
        return moved and self.protocol.startswith(("aws-json", "rpc"))

    def names(
        self, key: str, member: Mapping[str, Any], shape: Mapping[str, Any], item: str | None = None
    ) -> WireNames | None:
        """The names of a member in XML and in form parameters; ``item`` of what its list has."""
        if self.protocol not in NAMED:
            return None
        flat = bool(member.get("flattened") or shape.get("flattened"))
        grouped = shape.get("type") in {"list", "map"}
        # A list may bring its members' name along: of a structure that is the name of a whole body.
        own = member.get("locationName") or (shape.get("locationName") if grouped else None)
        name = (item or own) if flat and shape.get("type") == "list" else own
        space = member.get("xmlNamespace") or shape.get("xmlNamespace") or {}
        found = WireNames(
            name=name if name != key else None,
            attribute=bool(member.get("xmlAttribute")),
            wrapped=grouped and not flat,
            namespace=space.get("uri"),
            prefix=space.get("prefix"),
            query=self._in_form(key, member, own),
        )
        return None if found == WireNames() else found

    def _in_form(self, key: str, member: Mapping[str, Any], own: str | None) -> str | None:
        """The name that the form parameters of EC2 have, which its answers do not share."""
        if self.protocol != EC2:
            return None
        if "queryName" in member:
            return str(member["queryName"])
        name = own or key
        capital = name[:1].upper() + name[1:]
        return capital if capital != name or own else None

    def root(self, operation: Mapping[str, Any], side: str) -> WireNames | None:
        """The names of the element that a whole body is."""
        if self.protocol == "aws-query" and side == "output":
            return WireNames(name=operation["output"].get("resultWrapper"))
        if self.protocol != "rest-xml":
            return None
        about = operation[side]
        shape = self.model.data["shapes"][about["shape"]]
        space = about.get("xmlNamespace") or shape.get("xmlNamespace") or {}
        name = about.get("locationName") or shape.get("locationName")
        return WireNames(name=name, namespace=space.get("uri"), prefix=space.get("prefix"))
