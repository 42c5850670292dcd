"""Amazon Location's error texts: those of its published table of messages, and the shape of it.

The text and the field list of a broken constraint are nowhere recorded; they follow the manner of
the published ones.
"""

from typing import Any

from conformance.reference.ambiguities import Ambiguities
from conformance.reference.coercion import Path, UnknownMember, WrongType
from conformance.reference.constraints import ITEM_NULL, REQUIRED, BrokenConstraint
from conformance.reference.outcome import Refusal

NEEDS_FORCE = (
    "This update may cause some users to lose API access. Because this API Key has been used in"
    " the last 7 days, you must set 'ForceUpdate' to true to confirm this change."
)
UNKNOWN_ROUTE = Refusal("UnknownOperationException", 404, "Unknown operation.")


def not_found(name: str) -> Refusal:
    """An unknown key."""
    return Refusal("ResourceNotFoundException", 404, f"Api key not found: {name}.")


def exists(name: str) -> Refusal:
    """A name that is taken."""
    return Refusal("ConflictException", 409, f"Api key already exists: {name}.")


def not_deletable(name: str) -> Refusal:
    """A key that has not been inactive for long enough (recorded)."""
    return invalid(f"'{name}' must be inactive for 90 days before it can be deleted.")


def invalid(
    message: str, reason: str = "Other", fields: tuple[tuple[str, str], ...] = ()
) -> Refusal:
    """A ValidationException; ``fields`` are pairs of a member's name and a message."""
    listed = [{"name": name, "message": text} for name, text in fields]
    details: dict[str, Any] = {"reason": reason, "fieldList": listed}
    return Refusal("ValidationException", 400, message, details)


def reserved_tag(prefix: str) -> Refusal:
    """A tag whose key begins with what AWS keeps for itself; the text is not published."""
    text = f"A tag key must not begin with '{prefix}'."
    return invalid(text, "FieldValidationFailed", (("Tags", text),))


class LocationDialect:
    """Errors before the rules: SerializationException, then ValidationException."""

    def __init__(self, readings: Ambiguities) -> None:
        self._readings = readings

    def malformed(self) -> Refusal:
        """The body is not JSON; the text is unrecorded."""
        text = "The request body is not valid JSON."
        if self._readings.malformed_json_is_a_service_error:
            return invalid(text, "CannotParse")
        return Refusal("SerializationException", 400, text)

    def wrong_type(self, problem: WrongType) -> Refusal:
        """A value has the wrong JSON type."""
        name = _place(problem.path)
        text = f"'{name}' must be of type {problem.wanted}." if name else "An object is required."
        if self._readings.wrong_types_are_a_service_error:
            return invalid(text, "CannotParse", ((name, text),) if name else ())
        return Refusal("SerializationException", 400, text)

    def unknown_member(self, problem: UnknownMember) -> Refusal:
        """A member is not modelled."""
        name = _place(problem.path)
        text = f"'{name}' is not a known field."
        return invalid(text, "UnknownField", ((name, text),))

    def violations(
        self,
        operation: str,  # noqa: ARG002 - its name appears in no published text
        body: list[BrokenConstraint],
        labels: list[BrokenConstraint],
    ) -> Refusal:
        """Every broken constraint in one error, the body's first."""
        found = [*body, *labels]
        fields = tuple((_place(one.path), _text(one)) for one in found)
        missing = all(one.keyword in (REQUIRED, ITEM_NULL) for one in found)
        reason = "Missing" if missing else "FieldValidationFailed"
        return invalid(" ".join(text for _, text in fields), reason, fields)


def _place(path: Path) -> str:
    """``Restrictions.AllowActions[0]``."""
    steps = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(steps).removeprefix(".")


def _text(found: BrokenConstraint) -> str:
    name = _place(found.path)
    if found.keyword == "enum":
        return f"'{name}' must be one of: {', '.join(map(str, found.limit))}."
    return f"'{name}' {_TEMPLATES[found.keyword].format(found.limit)}."


_TEMPLATES = {
    REQUIRED: "must be set",
    ITEM_NULL: "must not be null",
    "pattern": "must match the pattern {}",
    "minLength": "must have at least {} characters",
    "maxLength": "must have at most {} characters",
    "minItems": "must have at least {} items",
    "maxItems": "must have at most {} items",
    "minProperties": "must have at least {} entries",
    "maxProperties": "must have at most {} entries",
    "minimum": "must be at least {}",
    "maximum": "must be at most {}",
}
