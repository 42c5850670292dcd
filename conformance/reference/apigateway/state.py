"""API keys as stored and as answered."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from conformance.reference.apigateway import wording
from conformance.reference.outcome import OperationOutcome, Refused


@dataclass(frozen=True, slots=True)
class ApiKey:
    """One API key; times are epoch seconds, ``sequence`` grows with each creation."""

    id: str
    value: str
    sequence: int
    created: int
    updated: int
    enabled: bool = False
    name: str | None = None
    description: str | None = None
    customer_id: str | None = None
    stage_keys: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)


def as_answered(key: ApiKey, *, empty_texts: bool) -> dict[str, Any]:
    """What every answer shows of a key: absent texts are left out, never null (recorded)."""
    texts = (("name", key.name), ("description", key.description), ("customerId", key.customer_id))
    return {
        "id": key.id,
        **{name: text for name, text in texts if text or (text == "" and empty_texts)},
        "enabled": key.enabled,
        "createdDate": key.created,
        "lastUpdatedDate": key.updated,
        "stageKeys": list(key.stage_keys),
    }


@dataclass(frozen=True, slots=True)
class ApiKeyLimits:
    """The recorded limits, in characters as ``measure`` counts them.

    The description's exact limit is not known: 125,001 is refused.
    """

    name_max: int = 1_024
    value_min: int = 20
    value_max: int = 128
    description_max: int = 125_000
    unique_values: bool = True
    """The rule of the 409."""
    tag_key_max: int = 128
    tag_value_max: int = 256
    reserved_tag_prefix: str | None = "aws:"
    measure: Callable[[str], int] = len

    def check_name(self, name: str) -> None:
        if self.measure(name) > self.name_max:
            raise Refused(wording.NAME_TOO_LONG)

    def check_description(self, description: str) -> None:
        if self.measure(description) > self.description_max:
            raise Refused(wording.BAD_DESCRIPTION)

    def check_value(self, value: str) -> None:
        if self.measure(value) < self.value_min:
            raise Refused(wording.VALUE_TOO_SHORT)
        if self.measure(value) > self.value_max:
            raise Refused(wording.VALUE_TOO_LONG)

    def check_tags(self, tags: Mapping[str, str]) -> None:
        """Raise Refused for tags that the documents' prose excludes; its text is unrecorded."""
        prefix = self.reserved_tag_prefix
        for name, value in tags.items():
            reserved = prefix is not None and name.startswith(prefix)
            too_long = (
                self.measure(name) > self.tag_key_max or self.measure(value) > self.tag_value_max
            )
            if not name or reserved or too_long:
                raise Refused(wording.BAD_TAG)


_ARN = re.compile(r"arn:aws[a-z-]*:apigateway:[a-z0-9-]+::/apikeys/([^/]+)")

Members = Mapping[str, Any]


class Tags:
    """The tag operations over the account's keys, by id."""

    def __init__(self, keys: dict[str, ApiKey], limits: ApiKeyLimits) -> None:
        self._keys, self._limits = keys, limits
        self.handlers: dict[str, Callable[[Members], OperationOutcome]] = {
            "TagResource": self.add,
            "UntagResource": self.remove,
            "GetTags": self.get,
        }

    def add(self, members: Members) -> OperationOutcome:
        """TagResource: adds to the tags, replaces those of the same name."""
        key, tags = self._key(members), members.get("tags", {})
        self._limits.check_tags(tags)
        self._keys[key.id] = replace(key, tags={**key.tags, **tags})
        return OperationOutcome(204)

    def remove(self, members: Members) -> OperationOutcome:
        """UntagResource: names that are not there do not matter."""
        key, gone = self._key(members), set(members.get("tagKeys", ()))
        tags = {name: value for name, value in key.tags.items() if name not in gone}
        self._keys[key.id] = replace(key, tags=tags)
        return OperationOutcome(204)

    def get(self, members: Members) -> OperationOutcome:
        """GetTags: all of them; its paging members are documented as not supported."""
        return OperationOutcome(200, {"tags": dict(self._key(members).tags)})

    def _key(self, members: Members) -> ApiKey:
        match = _ARN.fullmatch(members["resource_arn"])
        if match is None:
            raise Refused(wording.bad_request("Invalid ARN specified in the request"))
        if match[1] not in self._keys:
            raise Refused(wording.NOT_FOUND)
        return self._keys[match[1]]
