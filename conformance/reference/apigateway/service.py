"""The API-key operations of API Gateway: members in, outcome out or Refused raised."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any

from conformance.contract.model import PatchRule
from conformance.reference.ambiguities import Ambiguities
from conformance.reference.apigateway import wording
from conformance.reference.apigateway.csvkeys import CsvRow, rows
from conformance.reference.apigateway.patch import Patcher, PatchOperation
from conformance.reference.apigateway.state import ApiKey, ApiKeyLimits, ApiKeys, Tags, shown
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
        self.keys = ApiKeys()
        self._readings, self._limits = readings, limits
        self._clock, self._identifiers = clock, identifiers
        self._measure = measure(readings)
        self._patcher = Patcher(patch_rules, limits, readings, self._measure)
        tags = Tags(self.keys, limits, self._measure)
        self._check_tags = tags.check
        self.handlers: dict[str, Handler] = {
            "CreateApiKey": self.create,
            "GetApiKey": self.get,
            "GetApiKeys": self.list_keys,
            "UpdateApiKey": self.update,
            "DeleteApiKey": self.delete,
            "ImportApiKeys": self.import_keys,
            **tags.handlers,
        }

    def create(self, members: Members) -> OperationOutcome:
        """CreateApiKey: 201; an empty or absent value is generated, an empty name left out."""
        name, description = members.get("name"), members.get("description")
        value = members.get("value") or self._identifiers.key_value()
        tags = members.get("tags") or {}
        self._limits.check_name(name or "", self._measure)
        self._limits.check_description(description or "", self._measure)
        self._limits.check_value(value, self._measure)
        self._check_tags(tags)
        if self._limits.unique_values and self.keys.with_value(value) is not None:
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
        self.keys.put(key)
        body = {**self._shown(key), "value": key.value}
        return OperationOutcome(201, {**body, "tags": dict(tags)} if tags else body)

    def get(self, members: Members) -> OperationOutcome:
        """GetApiKey: with the value only where includeValue says so."""
        key = self._known(members["api_Key"])
        body = self._shown(key)
        if members.get("includeValue") is True:
            body["value"] = key.value
        if key.tags or not self._readings.tags_only_when_tagged:
            body["tags"] = dict(key.tags)
        return OperationOutcome(200, body)

    def list_keys(self, members: Members) -> OperationOutcome:
        """GetApiKeys: a page of keys, newest first; ``name`` is a prefix."""
        limit = _page_size(members.get("limit"), self._readings)
        before = _before(members.get("position"), self._readings)
        found = (key for key in self.keys.newest_first() if _selected(key, members, before))
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
        key = self._patched(self._known(members["api_Key"]), operations)
        return OperationOutcome(200, {**self._shown(key), "tags": dict(key.tags)})

    def _patched(self, key: ApiKey, operations: Sequence[PatchOperation]) -> ApiKey:
        changed: dict[str, Any] = {}
        for operation in operations:
            self._patcher.check(operation)
            changed.update(self._patcher.changes(key, operation, changed))
            if self._readings.earlier_operations_stay:
                self.keys.put(replace(key, **changed))
        if operations:
            key = replace(key, **changed, updated=self._now())
            self.keys.put(key)
        return key

    def delete(self, members: Members) -> OperationOutcome:
        """DeleteApiKey: 202 with nothing."""
        key = self._known(members["api_Key"])
        self.keys.remove(key.id)
        return OperationOutcome(202)

    def import_keys(self, members: Members) -> OperationOutcome:
        """ImportApiKeys: known values are overwritten; bad rows are warnings, or refuse it all."""
        good, warnings = [], []
        for row in rows(members.get("body", b"")):
            try:
                self._limits.check_value(row.value, self._measure)
                self._limits.check_name(row.name, self._measure)
            except Refused as problem:
                warnings.append(f"Line {row.line}: {problem.refusal.message}")
            else:
                good.append(row)
        if warnings and members.get("failonwarnings") is True:
            raise Refused(wording.bad_request("; ".join(warnings)))
        keys = [self._imported(row) for row in good]
        return OperationOutcome(201, {"ids": [key.id for key in keys], "warnings": warnings})

    def _imported(self, row: CsvRow) -> ApiKey:
        known = self.keys.with_value(row.value)
        key = replace(
            self._new(row.value) if known is None else known,
            name=row.name,
            description=row.description,
            enabled=row.enabled,
            updated=self._now(),
        )
        self.keys.put(key)
        return key

    def _new(self, value: str) -> ApiKey:
        now, key_id = self._now(), self._identifiers.key_id()
        while self.keys.get(key_id) is not None:
            key_id = self._identifiers.key_id()
        return ApiKey(key_id, value, self.keys.next_sequence(), created=now, updated=now)

    def _stage_keys(self, stages: Iterable[Mapping[str, str]]) -> Iterable[str]:
        for stage in stages:
            if self._readings.stages_must_exist:
                raise Refused(wording.NO_SUCH_STAGE)
            yield f"{stage.get('restApiId', '')}/{stage.get('stageName', '')}"

    def _known(self, key_id: str) -> ApiKey:
        key = self.keys.get(key_id)
        if key is None:
            raise Refused(wording.NOT_FOUND)
        return key

    def _shown(self, key: ApiKey) -> dict[str, Any]:
        return shown(key, empty_texts=self._readings.empty_text_shown)

    def _listed(self, key: ApiKey, members: Members) -> dict[str, Any]:
        """An entry of the list: that of an untagged key has no tags (recorded)."""
        body = self._shown(key)
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
