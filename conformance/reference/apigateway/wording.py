"""API Gateway's error texts, as recorded; where nothing was recorded, in the same manner."""

from conformance.contract.model import Kind
from conformance.reference.ambiguities import Ambiguities
from conformance.reference.coercion import Path, UnknownMember, WrongType
from conformance.reference.constraints import ITEM_NULL, REQUIRED, BrokenConstraint
from conformance.reference.outcome import Refusal

OP_ORDER = ("add", "remove", "move", "test", "replace", "copy")
"""Recorded order of the op names in the message; the documents list them in another."""

NOT_FOUND = Refusal("NotFoundException", 404, "Invalid API Key identifier specified")
VALUE_EXISTS = Refusal("ConflictException", 409, "API Key already exists")


def bad_request(message: str) -> Refusal:
    return Refusal("BadRequestException", 400, message)


NAME_TOO_LONG = bad_request("Invalid API Key name, can be at most 1024 characters.")
VALUE_TOO_SHORT = bad_request("API Key value should be at least 20 characters")
VALUE_TOO_LONG = bad_request("API Key value exceeds maximum size of 128 characters")
BAD_DESCRIPTION = bad_request("Invalid API Key description specified.")
BAD_STAGE = bad_request("Invalid stage key specified")
NO_SUCH_STAGE = Refusal("NotFoundException", 404, "Invalid stage identifier specified")
BAD_TAG = bad_request("Invalid tag specified")
BAD_POSITION = bad_request("Invalid position parameter")
BAD_LIMIT = bad_request("Invalid limit parameter")
NO_OPERATIONS = bad_request("Invalid patch operations specified")

_JAVA_CLASSES = {
    bool: "java.lang.Boolean",
    int: "com.amazon.coral.value.json.numbers.TruncatingBigNumber",
    float: "com.amazon.coral.value.json.numbers.TruncatingBigNumber",
    str: "java.lang.String",
}
_WANTED = {
    Kind.STRING: "an String",
    Kind.BOOLEAN: "a Boolean",
    Kind.INTEGER: "an Integer",
    Kind.NUMBER: "a Double",
    Kind.TIMESTAMP: "a Timestamp",
}


class GatewayDialect:
    """Errors before the rules: SerializationException, then ValidationException."""

    def __init__(self, readings: Ambiguities) -> None:
        self._readings = readings

    def malformed(self) -> Refusal:
        """The body is not JSON; the text is unrecorded."""
        code = _code(self._readings.malformed_json_is_a_service_error)
        return Refusal(code, 400, "Unable to parse the request body")

    def wrong_type(self, problem: WrongType) -> Refusal:
        """A value has the wrong JSON type."""
        code = _code(self._readings.wrong_types_are_a_service_error)
        return Refusal(code, 400, _wrong_type(problem))

    def unknown_member(self, problem: UnknownMember) -> Refusal:
        """A member is not modelled."""
        return bad_request(f"Unrecognized member: {problem.path[-1]}")

    def violations(
        self, operation: str, body: list[BrokenConstraint], labels: list[BrokenConstraint]
    ) -> Refusal:
        """Every broken constraint in one error, the body's first."""
        prefix = f"{operation[0].lower()}{operation[1:]}Input"
        texts = [_violation(found, _place((prefix, *found.path))) for found in body]
        texts += [_violation(found, _place(found.path)) for found in labels]
        noun = "error" if len(texts) == 1 else "errors"
        message = f"{len(texts)} validation {noun} detected: {'; '.join(texts)}"
        return Refusal("ValidationException", 400, message)


def _code(is_service_error: bool) -> str:  # noqa: FBT001 - a reading, passed on
    return "BadRequestException" if is_service_error else "SerializationException"


def _wrong_type(problem: WrongType) -> str:
    found = _JAVA_CLASSES.get(type(problem.value))
    if found is None:
        noun = "list" if isinstance(problem.value, list) else "structure or map"
        return f"Start of {noun} found where not expected."
    if problem.wanted not in _WANTED:
        return "Unexpected token in the request body"
    return f"class {found} can not be converted to {_WANTED[problem.wanted]}"


def _place(path: Path) -> str:
    """``updateApiKeyInput.patchOperations.1.member.op``: positions count from 1."""
    return ".".join(f"{part + 1}.member" if isinstance(part, int) else str(part) for part in path)


def _violation(found: BrokenConstraint, place: str) -> str:
    value = found.value
    if isinstance(value, list):
        value = f"[{', '.join(map(str, value))}]"
    quoted = "null" if value is None else f"'{value}'"
    return f"Value {quoted} at '{place}' failed to satisfy constraint: {_constraint(found)}"


def _constraint(found: BrokenConstraint) -> str:
    limit = found.limit
    if found.keyword == "enum":
        limit = ", ".join(OP_ORDER if set(limit) == set(OP_ORDER) else map(str, limit))
    return _TEMPLATES[found.keyword].format(limit)


_TEMPLATES = {
    **dict.fromkeys((REQUIRED, ITEM_NULL), "Member must not be null"),
    "enum": "Member must satisfy enum value set: [{}]",
    "pattern": "Member must satisfy regular expression pattern: {}",
    **dict.fromkeys(
        ("minLength", "minItems", "minProperties"),
        "Member must have length greater than or equal to {}",
    ),
    **dict.fromkeys(
        ("maxLength", "maxItems", "maxProperties"),
        "Member must have length less than or equal to {}",
    ),
    "minimum": "Member must have value greater than or equal to {}",
    "maximum": "Member must have value less than or equal to {}",
}
