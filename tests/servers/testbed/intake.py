"""Reading request bodies: JSON, types, lengths and what becomes of text, for both services."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Collection

from .switches import Switches
from .wire import Json, Members, NotJson, Refusal, Request, parse

HUGE = 10**9


class Crash(Exception):
    """An unhandled exception of the server, on purpose."""


_JAVA = {
    bool: "class java.lang.Boolean",
    int: "class com.amazon.coral.value.json.numbers.TruncatingBigNumber",
    float: "class com.amazon.coral.value.json.numbers.TruncatingBigNumber",
    list: "class java.util.ArrayList",
    dict: "class java.util.LinkedHashMap",
    str: "class java.lang.String",
}


class Intake:
    """What one service makes of a request body."""

    def __init__(self, switches: Switches, service: str) -> None:
        self.on = switches.on
        self.pick = switches.pick
        self.service = service

    # --- refusals -----------------------------------------------------------------------------
    def malformed(self) -> Refusal:
        """The body is not JSON, or no object."""
        text = self.pick("Unable to parse the request body.", {"other-texts": "Bad JSON"})
        if self.service == "location":
            if self.on("loc-malformed-as-validation"):
                return self._validation("CannotParse", text)
            return Refusal(400, "SerializationException", text)
        code = self.pick(
            "SerializationException",
            {
                "gw-malformed-as-bad-request": "BadRequestException",
                "gw-malformed-as-validation": "ValidationException",
            },
        )
        return Refusal(400, code, text)

    def mistyped(self, value: Json, wanted: str) -> Refusal:
        """A JSON value of a kind that the member cannot have."""
        if self.on("wrong-type-500"):
            raise Crash(f"cannot handle {value!r}")
        text = f"{_JAVA[type(value)] if value is not None else 'null'} can not be converted to an "
        text = self.pick(text + wanted, {"other-texts": "Invalid type in request"})
        if self.service == "location":
            if self.on("loc-type-as-validation"):
                return self._validation("CannotParse", text)
            return Refusal(400, "SerializationException", text)
        code = self.pick(
            "SerializationException", {"gw-type-as-bad-request": "BadRequestException"}
        )
        return Refusal(400, code, text)

    def _validation(self, reason: str, text: str) -> Refusal:
        return Refusal(400, "ValidationException", text, {"reason": reason, "fieldList": []})

    # --- bodies -------------------------------------------------------------------------------
    def members(self, request: Request, known: Collection[str]) -> Members:
        """The members of the body that are set: null is unset, unknown ones are passed over."""
        if not request.body.strip():
            if self.on("empty-body-refused") or self.on("empty-body-500"):
                raise Crash("no body") if self.on("empty-body-500") else self.malformed()
            return {}
        self._check_media_type(request)
        body = self._parsed(request.body)
        if self.on("unknown-members-500") and set(body) - set(known):
            raise Crash("unexpected keyword argument")
        if self.on("unknown-members-refused") and set(body) - set(known):
            text = f"Unknown field: {min(set(body) - set(known))}"
            if self.service == "location":
                raise self._validation("UnknownField", text)
            raise Refusal(400, "SerializationException", text)
        if self.on("nulls-refused") and None in body.values():
            raise self.mistyped(None, "Object")
        return {name: value for name, value in body.items() if value is not None}

    def _check_media_type(self, request: Request) -> None:
        kind = request.headers.get("content-type", "application/json").split(";")[0].strip()
        if self.on("media-type-checked") and kind.lower() != "application/json":
            raise Refusal(415, "UnsupportedMediaTypeException", "Unsupported Media Type")

    def _parsed(self, raw: bytes) -> Members:
        if self.on("invalid-utf8-500"):
            raw.decode("utf-8", "strict") if _utf8(raw) else _crash("codec can't decode")
        try:
            body = parse(raw)
        except NotJson as error:
            if self.on("malformed-json-500"):
                raise Crash("JSONDecodeError") from error
            if self.on("deep-json-500") and "recursion" in str(error):
                raise Crash("RecursionError") from error
            if self.on("malformed-json-accepted"):
                return {}
            raise self.malformed() from error
        if isinstance(body, dict):
            return body
        if self.on("non-object-body-500"):
            raise Crash("list indices must be integers")
        if self.on("non-object-body-accepted"):
            return {}
        raise self.malformed()

    # --- scalars ------------------------------------------------------------------------------
    def text(self, value: Json) -> str:
        """A string member."""
        if isinstance(value, str):
            return self._legible(value)
        if self.on("number-taken-as-string") and isinstance(value, (int, float)):
            return str(value)
        if self.on("anything-taken-as-string"):
            return str(value)
        raise self.mistyped(value, "String")

    def flag(self, value: Json) -> bool:
        """A boolean member; the CreateApiKey sample sends a string, so that one may do there."""
        if isinstance(value, bool):
            return value
        lenient = {"apigateway": "gw-string-for-boolean", "location": "loc-string-for-boolean"}
        if value in ("true", "false") and self.on(lenient[self.service]):
            return value == "true"
        if self.on("anything-taken-as-boolean"):
            return bool(value)
        if isinstance(value, int) and self.on("number-taken-as-boolean"):
            return bool(value)
        raise self.mistyped(value, "Boolean")

    def items(self, value: Json) -> list[Json]:
        """A list member; null items are refused, or dropped."""
        if isinstance(value, str) and self.on("string-taken-as-list"):
            return [value]
        if not isinstance(value, list):
            raise self.mistyped(value, "List")
        if None in value:
            if self.on("null-items-dropped"):
                return [item for item in value if item is not None]
            if self.on("null-items-500"):
                raise Crash("NoneType is not iterable")
            raise self.mistyped(None, "Object")
        return value

    def mapping(self, value: Json) -> dict[str, str]:
        """A map of strings."""
        if not isinstance(value, dict):
            raise self.mistyped(value, "Map")
        return {self._legible(name): self.text(text) for name, text in value.items()}

    def length(self, text: str) -> int:
        """How long a text is for a limit: code points, as Smithy says, or UTF-16 units."""
        if self.on("lengths-utf16"):
            return len(text.encode("utf-16-le")) // 2
        return len(text.encode()) if self.on("lengths-in-bytes") else len(text)

    def _legible(self, text: str) -> str:
        if "\x00" in text and self.on("nul-500"):
            raise Crash("embedded null byte")
        try:
            text.encode("utf-8")
        except UnicodeEncodeError:
            if self.on("lone-surrogate-500"):
                raise
            if not self.on("lone-surrogate-replaced"):
                raise self.malformed() from None
            return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        return text

    def stored(self, text: str) -> str:
        """A name or description as it is kept: unchanged, but for defects."""
        if self.on("text-trimmed"):
            text = text.strip()
        if self.on("text-nfc"):
            text = unicodedata.normalize("NFC", text)
        if self.on("text-html-escaped"):
            text = html.escape(text)
        if self.on("text-truncated"):
            text = text[:255]
        if self.on("text-astral-lost"):
            text = "".join(letter if ord(letter) < 0x10000 else "?" for letter in text)
        if self.on("text-non-ascii-lost"):
            text = text.encode("ascii", "replace").decode()
        if self.on("text-mojibake"):
            text = text.encode("utf-8").decode("latin-1")
        if self.on("text-control-lost"):
            text = "".join(letter for letter in text if letter >= " ")
        if self.on("text-spaces-folded"):
            text = " ".join(text.split(" ")) if "  " not in text else " ".join(text.split())
        return text.lower() if self.on("text-lowercased") else text


def _utf8(raw: bytes) -> bool:
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def _crash(message: str) -> None:
    raise Crash(message)
