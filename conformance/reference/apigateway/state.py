"""API keys as stored and as answered."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
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


class ApiKeys:
    """The account's API keys, by id and by value."""

    def __init__(self) -> None:
        self._by_id: dict[str, ApiKey] = {}
        self._ids: dict[str, str] = {}
        self._sequence = 0

    def next_sequence(self) -> int:
        """A number greater than every one before."""
        self._sequence += 1
        return self._sequence

    def get(self, key_id: str) -> ApiKey | None:
        """The key with this id."""
        return self._by_id.get(key_id)

    def with_value(self, value: str) -> ApiKey | None:
        """The key with this value."""
        key_id = self._ids.get(value)
        return None if key_id is None else self._by_id[key_id]

    def put(self, key: ApiKey) -> None:
        """Store a new key, or a new version of one."""
        before = self._by_id.get(key.id)
        if before is not None and before.value != key.value:
            self._ids.pop(before.value, None)
        self._by_id[key.id] = key
        self._ids[key.value] = key.id

    def remove(self, key_id: str) -> None:
        """Forget a key; unknown ids are none."""
        key = self._by_id.pop(key_id, None)
        if key is not None:
            self._ids.pop(key.value, None)

    def newest_first(self) -> Iterator[ApiKey]:
        """Every key, the newest first (recorded)."""
        return reversed(self._by_id.values())


def shown(key: ApiKey, *, empty_texts: bool) -> dict[str, Any]:
    """What every answer shows of a key: absent texts are left out, never null (recorded)."""
    body: dict[str, Any] = {"id": key.id}
    texts = (("name", key.name), ("description", key.description), ("customerId", key.customer_id))
    body |= {name: text for name, text in texts if text or (text == "" and empty_texts)}
    body["enabled"] = key.enabled
    body["createdDate"] = key.created
    body["lastUpdatedDate"] = key.updated
    body["stageKeys"] = list(key.stage_keys)
    return body


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


_ARN = re.compile(r"arn:aws[a-z-]*:apigateway:[a-z0-9-]+::/apikeys/([^/]+)")

Members = Mapping[str, Any]


class Tags:
    """The tag operations over the account's keys."""

    def __init__(self, keys: ApiKeys, limits: ApiKeyLimits, measure: Measure) -> None:
        self._keys, self._limits, self._measure = keys, limits, measure
        self.handlers: dict[str, Callable[[Members], OperationOutcome]] = {
            "TagResource": self.add,
            "UntagResource": self.remove,
            "GetTags": self.get,
        }

    def check(self, tags: Mapping[str, str]) -> None:
        """Raise Refused for tags that cannot be."""
        for name, value in tags.items():
            self._limits.check_tag(name, value, self._measure)

    def add(self, members: Members) -> OperationOutcome:
        """TagResource: adds to the tags, replaces those of the same name."""
        key = self._key(members["resource_arn"])
        tags = members.get("tags", {})
        self.check(tags)
        self._keys.put(replace(key, tags={**key.tags, **tags}))
        return OperationOutcome(204)

    def remove(self, members: Members) -> OperationOutcome:
        """UntagResource: names that are not there do not matter."""
        key = self._key(members["resource_arn"])
        gone = set(members.get("tagKeys", ()))
        tags = {name: value for name, value in key.tags.items() if name not in gone}
        self._keys.put(replace(key, tags=tags))
        return OperationOutcome(204)

    def get(self, members: Members) -> OperationOutcome:
        """GetTags: all of them; its paging members are documented as not supported."""
        return OperationOutcome(200, {"tags": dict(self._key(members["resource_arn"]).tags)})

    def _key(self, arn: str) -> ApiKey:
        match = _ARN.fullmatch(arn)
        if match is None:
            raise Refused(wording.bad_request("Invalid ARN specified in the request"))
        key = self._keys.get(match[1])
        if key is None:
            raise Refused(wording.NOT_FOUND)
        return key
