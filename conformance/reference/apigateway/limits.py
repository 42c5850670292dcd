"""Limits that no document states: known from recorded answers, with separate errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.reference.apigateway import wording
from conformance.reference.outcome import Refused

Measure = Callable[[str], int]
"""The length of a text."""


@dataclass(frozen=True, slots=True)
class ApiKeyLimits:
    """The recorded limits, in characters; ``unique_values`` is the rule of the 409.

    The description's exact limit is not known: 125,001 is refused.
    """

    name_max: int = 1_024
    value_min: int = 20
    value_max: int = 128
    description_max: int = 125_000
    unique_values: bool = True
    tag_key_max: int = 128
    tag_value_max: int = 256
    reserved_tag_prefix: str | None = "aws:"

    def check_name(self, name: str, measure: Measure) -> None:
        """Raise Refused for a name that is too long."""
        if measure(name) > self.name_max:
            raise Refused(wording.NAME_TOO_LONG)

    def check_description(self, description: str, measure: Measure) -> None:
        """Raise Refused for a description that is too long."""
        if measure(description) > self.description_max:
            raise Refused(wording.BAD_DESCRIPTION)

    def check_value(self, value: str, measure: Measure) -> None:
        """Raise Refused for a value that is too short or too long."""
        if measure(value) < self.value_min:
            raise Refused(wording.VALUE_TOO_SHORT)
        if measure(value) > self.value_max:
            raise Refused(wording.VALUE_TOO_LONG)

    def check_tag(self, name: str, value: str, measure: Measure) -> None:
        """Raise Refused for a tag that the documents' prose excludes; its text is unrecorded."""
        reserved = self.reserved_tag_prefix is not None and name.startswith(
            self.reserved_tag_prefix
        )
        too_long = measure(name) > self.tag_key_max or measure(value) > self.tag_value_max
        if not name or reserved or too_long:
            raise Refused(wording.BAD_TAG)
