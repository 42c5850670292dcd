"""The tag that the resources of a run carry, and how it is kept out of what is judged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from conformance.contract.model import Contract, Operation
from conformance.transport.parsed_response import ParsedResponse

TAG = "conformance-run"
"""The key of the tag; its value is the nonce of the run."""


@dataclass(frozen=True, slots=True)
class RunTag:
    """Tags what an operation creates, and takes the tag out of answers again.

    ``member`` is the map of tags, in requests and answers alike; ``create`` the operation that
    takes it. Requests that already have tags, or a body that is not an object, are left alone.
    """

    create: str
    member: str
    value: str

    @classmethod
    def of(cls, contract: Contract, nonce: str) -> RunTag | None:
        """The mark that the overlay's lifecycle allows for; None where it names no tags."""
        main = contract.overlay.main
        member, create = main.tag_property, main.create
        return cls(create, member, nonce) if member and create else None

    def add_to(self, operation: Operation, values: dict[str, Any]) -> dict[str, Any]:
        """The members of a request, with the tag where it is a creation without tags."""
        if operation.name != self.create or self.member in values:
            return values
        return {**values, self.member: {TAG: self.value}}

    def strip_from(self, operation: Operation, answer: ParsedResponse) -> ParsedResponse:
        """The answer as it would be without the tag: the judge must not see what we added."""
        if not isinstance(answer.body, dict | list):
            return answer
        body = self._without(answer.body, drop_empty=operation.name == self.create)
        return replace(answer, body=body)

    def _without(self, body: Any, *, drop_empty: bool) -> Any:
        if isinstance(body, list):
            return [self._without(item, drop_empty=drop_empty) for item in body]
        if not isinstance(body, dict):
            return body
        tags = body.get(self.member)
        if not isinstance(tags, dict) or TAG not in tags:
            return {k: self._without(v, drop_empty=drop_empty) for k, v in body.items()}
        left = {key: value for key, value in tags.items() if key != TAG}
        rest = {key: value for key, value in body.items() if key != self.member}
        return rest if drop_empty and not left else {**body, self.member: left}


def is_tagged(tags: Any, nonce: str) -> bool:
    """True when a map of tags has the tag of this run."""
    return isinstance(tags, Mapping) and tags.get(TAG) == nonce
