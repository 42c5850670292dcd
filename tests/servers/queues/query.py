"""awsQuery: requests read, and answers written, by the shapes of a model."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl
from uuid import uuid4
from xml.sax.saxutils import escape

from tests.servers.testbed.wire import Members, Refusal, Request, Response

from .model import Model


def asked(request: Request) -> dict[str, str]:
    """The parameters of a request, of its body and of its query."""
    text = request.body.decode("utf-8", "replace")
    pairs = parse_qsl(request.query, keep_blank_values=True)
    return dict([*pairs, *parse_qsl(text, keep_blank_values=True)])


class Query:
    """Reads and writes for one model."""

    def __init__(self, model: Model, space: str) -> None:
        self.model = model
        self.space = space

    def members(self, operation: str, params: dict[str, str]) -> Members:
        shape = self.model.operations[operation].get("input")
        found = self._read(shape["shape"], "", params) if shape else {}
        return found or {}

    def _read(self, name: str, at: str, params: dict[str, str]) -> Any:
        shape = self.model.shapes[name]
        kind = shape["type"]
        inside = f"{at}." if at else ""
        if kind == "structure":
            values = {
                member: self._read(inner["shape"], inside + member, params)
                for member, inner in shape["members"].items()
            }
            return {key: value for key, value in values.items() if value is not None} or None
        if kind == "list":
            items: list[Any] = []
            while self._there(one := f"{at}.member.{len(items) + 1}", params):
                items.append(self._read(shape["member"]["shape"], one, params))
            return items if items or at in params else None
        if kind == "map":
            key_name = shape["key"].get("locationName", "key")
            value_name = shape["value"].get("locationName", "value")
            entries: dict[str, Any] = {}
            number = 1
            while self._there(one := f"{at}.entry.{number}", params):
                value = self._read(shape["value"]["shape"], f"{one}.{value_name}", params)
                entries[params.get(f"{one}.{key_name}", "")] = value
                number += 1
            return entries or None
        text = params.get(at)
        if text is None or kind in {"string", "blob"}:
            return text
        if kind == "boolean":
            return self._boolean(text)
        try:
            return int(text)
        except ValueError as error:
            raise Refusal(400, "MalformedInput", "No number.") from error

    def _boolean(self, text: str) -> bool:
        if text not in {"true", "false"}:
            raise Refusal(400, "MalformedInput", "Neither true nor false.")
        return text == "true"

    def _there(self, at: str, params: dict[str, str]) -> bool:
        return any(name == at or name.startswith(f"{at}.") for name in params)

    def answered(self, operation: str, members: Members) -> Response:
        output = self.model.operations[operation].get("output")
        inner = ""
        if output:
            result = output["resultWrapper"]
            inner = f"<{result}>\n{self._written(output['shape'], members)}</{result}>\n"
        return self._xml(200, f"{operation}Response", inner + self._metadata())

    def refused(self, refusal: Refusal) -> Response:
        error = (
            f"<Error><Code>{refusal.code}</Code>"
            f"<Message>{escape(refusal.message)}</Message><Type>Sender</Type></Error>"
        )
        return self._xml(
            refusal.status, "ErrorResponse", f"{error}<RequestId>{uuid4()}</RequestId>"
        )

    def _metadata(self) -> str:
        return f"<ResponseMetadata><RequestId>{uuid4()}</RequestId></ResponseMetadata>"

    def _xml(self, status: int, root: str, inner: str) -> Response:
        declared = '<?xml version="1.0" encoding="UTF-8"?>'
        text = f'{declared}\n<{root} xmlns="{self.space}">\n{inner}</{root}>'
        return Response(status, text.encode(), headers={"Content-Type": "text/xml;charset=utf-8"})

    def _written(self, name: str, value: Any) -> str:
        shape = self.model.shapes[name]
        if shape["type"] == "structure":
            return "".join(
                f"<{member}>{self._written(inner['shape'], value[member])}</{member}>\n"
                for member, inner in reversed(shape["members"].items())
                if member in value
            )
        if shape["type"] == "list":
            item = shape["member"]["shape"]
            return "".join(f"<member>{self._written(item, one)}</member>" for one in value)
        if shape["type"] == "map":
            return "".join(
                f"<entry><value>{escape(one)}</value><key>{escape(key)}</key></entry>"
                for key, one in value.items()
            )
        if isinstance(value, bool):
            return str(value).lower()
        return escape(str(value))
