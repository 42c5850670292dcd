"""The API-key operations of API Gateway: members in, outcome out or Refused raised."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from itertools import count, islice
from typing import Any

from conformance.contract.model import PatchRule
from conformance.reference.ambiguities import Ambiguities
from conformance.reference.apigateway import wording
from conformance.reference.apigateway.csvkeys import CsvRow, rows
from conformance.reference.apigateway.patch import Patcher
from conformance.reference.apigateway.state import ApiKey, ApiKeyLimits, Tags, as_answered
from conformance.reference.clock import Clock, Identifiers
from conformance.reference.constraints import measure
from conformance.reference.outcome import OperationOutcome, Refused

Members = Mapping[str, Any]
Handler = Callable[[Members], OperationOutcome]


class ApiGateway:
    """API keys and their tags. ``handlers`` is the table of operations, by name."""

    def __init__(
        self,
        patch_rules: Iterable[PatchRule],
        readings: Ambiguities,
        limits: ApiKeyLimits,
        clock: Clock,
        identifiers: Identifiers,
    ) -> None:
        self.keys: dict[str, ApiKey] = {}
        self.sequence = count(1)
        self._readings, self._limits = readings, replace(limits, measure=measure(readings))
        self._clock, self._identifiers = clock, identifiers
        self._patcher = Patcher(patch_rules, self._limits, readings)
        self.handlers: dict[str, Handler] = {
            "CreateApiKey": self.create,
            "GetApiKey": self.get,
            "GetApiKeys": self.list_keys,
            "UpdateApiKey": self.update,
            "DeleteApiKey": self.delete,
            "ImportApiKeys": self.import_keys,
            **Tags(self.keys, self._limits).handlers,
        }

    def create(self, members: Members) -> OperationOutcome:
        """CreateApiKey: 201; an empty or absent value is generated, an empty name left out."""
        name, description = members.get("name"), members.get("description")
        value = members.get("value") or self._identifiers.key_value()
        tags = members.get("tags") or {}
        self._limits.check_name(name or "")
        self._limits.check_description(description or "")
        self._limits.check_value(value)
        self._limits.check_tags(tags)
        if self._limits.unique_values and self._with_value(value) is not None:
            raise Refused(wording.VALUE_EXISTS)
        key = replace(
            self._new(value),
            enabled=members.get("enabled", False),
            # That an empty name is left out is recorded (A5), whatever is made of one set later.
            name=name or None,
            description=description or None,
            customer_id=members.get("customerId") or None,
            stage_keys=tuple(self._stage_keys(members.get("stageKeys") or ())),
            tags=tags,
        )
        self.keys[key.id] = key
        body = {**self._answered(key), "value": key.value}
        return OperationOutcome(201, {**body, "tags": dict(tags)} if tags else body)

    def get(self, members: Members) -> OperationOutcome:
        """GetApiKey: with the value only where includeValue says so."""
        key = self._known(members["api_Key"])
        body = self._answered(key)
        if members.get("includeValue") is True:
            body["value"] = key.value
        if key.tags or not self._readings.tags_only_when_tagged:
            body["tags"] = dict(key.tags)
        return OperationOutcome(200, body)

    def list_keys(self, members: Members) -> OperationOutcome:
        """GetApiKeys: a page of keys, newest first (recorded); ``name`` is a prefix."""
        limit = _page_size(members.get("limit"), self._readings)
        before = _before(members.get("position"), self._readings)
        newest_first = reversed(self.keys.values())
        found = (key for key in newest_first if _selected(key, members, before))
        page = list(islice(found, limit + 1))
        body: dict[str, Any] = {"item": [self._listed(key, members) for key in page[:limit]]}
        if len(page) > limit:
            body["position"] = position(page[limit - 1].sequence)
        return OperationOutcome(200, body)

    def update(self, members: Members) -> OperationOutcome:
        """UpdateApiKey: the operations in order; all of them or, when one is refused, none."""
        operations = members.get("patchOperations") or ()
        if not operations and self._readings.empty_patch_refused:
            raise Refused(wording.NO_OPERATIONS)
        if self._readings.paths_before_lookup:
            for operation in operations:
                self._patcher.check(operation)
        key = self._known(members["api_Key"])
        for operation in operations:
            self._patcher.check(operation)
            key = self._patcher.patched(key, operation)
            if self._readings.earlier_operations_stay:
                self.keys[key.id] = key
        if operations:
            key = self.keys[key.id] = replace(key, updated=self._now())
        return OperationOutcome(200, {**self._answered(key), "tags": dict(key.tags)})

    def delete(self, members: Members) -> OperationOutcome:
        """DeleteApiKey: 202 with nothing."""
        del self.keys[self._known(members["api_Key"]).id]
        return OperationOutcome(202)

    def import_keys(self, members: Members) -> OperationOutcome:
        """ImportApiKeys: known values are overwritten; bad rows are warnings, or refuse it all."""
        good, warnings = [], []
        for row in rows(members.get("body", b"")):
            try:
                self._limits.check_value(row.value)
                self._limits.check_name(row.name)
            except Refused as problem:
                warnings.append(f"Line {row.line}: {problem.refusal.message}")
            else:
                good.append(row)
        if warnings and members.get("failonwarnings") is True:
            raise Refused(wording.bad_request("; ".join(warnings)))
        keys = [self._imported(row) for row in good]
        return OperationOutcome(201, {"ids": [key.id for key in keys], "warnings": warnings})

    def _imported(self, row: CsvRow) -> ApiKey:
        key = replace(
            self._with_value(row.value) or self._new(row.value),
            name=row.name,
            description=row.description,
            enabled=row.enabled,
            updated=self._now(),
        )
        self.keys[key.id] = key
        return key

    def _with_value(self, value: str) -> ApiKey | None:
        return next((key for key in self.keys.values() if key.value == value), None)

    def _new(self, value: str) -> ApiKey:
        now, key_id = self._now(), self._identifiers.key_id()
        while key_id in self.keys:
            key_id = self._identifiers.key_id()
        return ApiKey(key_id, value, next(self.sequence), created=now, updated=now)

    def _stage_keys(self, stages: Iterable[Mapping[str, str]]) -> Iterable[str]:
        for stage in stages:
            if self._readings.stages_must_exist:
                raise Refused(wording.NO_SUCH_STAGE)
            yield f"{stage.get('restApiId', '')}/{stage.get('stageName', '')}"

    def _known(self, key_id: str) -> ApiKey:
        if key_id not in self.keys:
            raise Refused(wording.NOT_FOUND)
        return self.keys[key_id]

    def _answered(self, key: ApiKey) -> dict[str, Any]:
        return as_answered(key, empty_texts=self._readings.empty_text_shown)

    def _listed(self, key: ApiKey, members: Members) -> dict[str, Any]:
        """An entry of the list: that of an untagged key has no tags (recorded)."""
        body = self._answered(key)
        if members.get("includeValues") is True:
            body["value"] = key.value
        return {**body, "tags": dict(key.tags)} if key.tags else body

    def _now(self) -> int:
        return int(self._clock())


def _selected(key: ApiKey, members: Members, before: int | None) -> bool:
    name, customer = members.get("name"), members.get("customerId")
    return (
        (before is None or key.sequence < before)
        and (name is None or (key.name or "").startswith(name))
        and (customer is None or key.customer_id == customer)
    )


# -- pages ---------------------------------------------------------------------------------------

PAGE_SIZE, LARGEST_PAGE = 25, 500
_POSITION = re.compile(r"p([0-9a-f]{1,12})")


def _page_size(stated: int | None, readings: Ambiguities) -> int:
    """The size of a page: 25 unless stated, 500 at most, and for -1 (recorded) the default."""
    if stated is None or stated < 0:
        return PAGE_SIZE
    if readings.limit_out_of_range_refused and not 1 <= stated <= LARGEST_PAGE:
        raise Refused(wording.BAD_LIMIT)
    return min(stated or PAGE_SIZE, LARGEST_PAGE)


def position(sequence: int) -> str:
    """The position after the key with this sequence number."""
    return f"p{sequence:x}"


def _before(stated: str | None, readings: Ambiguities) -> int | None:
    """The sequence number of a position; None begins at the newest key."""
    if not stated:
        return None
    match = _POSITION.fullmatch(stated)
    if match is not None:
        return int(match[1], 16)
    if readings.unknown_position_is_first_page:
        return None
    raise Refused(wording.BAD_POSITION)
