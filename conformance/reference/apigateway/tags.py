"""TagResource, UntagResource and GetTags for API keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from conformance.reference.apigateway import wording
from conformance.reference.apigateway.state import ApiKey, ApiKeyLimits, ApiKeys, Measure
from conformance.reference.outcome import OperationOutcome, Refused

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
