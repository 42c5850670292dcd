"""UpdateApiKey's patch operations: which are supported, and what each does to a key."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from conformance.contract.model import PatchRule
from conformance.reference.ambiguities import Ambiguities
from conformance.reference.apigateway import wording
from conformance.reference.apigateway.state import ApiKey, ApiKeyLimits
from conformance.reference.outcome import Refused

PatchOperation = Mapping[str, Any]
_PATH_ORDER = ("/description", "/enabled", "/name", "/customerId")
"""Recorded order of the paths in the message of a wrong path; others follow by name."""


class Patcher:
    """Applies patch operations to keys; raises Refused for those it cannot."""

    def __init__(
        self, rules: Iterable[PatchRule], limits: ApiKeyLimits, readings: Ambiguities
    ) -> None:
        self._limits, self._readings = limits, readings
        self._supported: dict[str, list[str]] = {}
        for rule in rules:
            if rule.supported:
                self._supported.setdefault(rule.op, []).append(rule.path)
        for paths in self._supported.values():
            known = [path for path in _PATH_ORDER if path in paths]
            paths[:] = [*known, *sorted(set(paths) - set(known))]

    def check(self, operation: PatchOperation) -> None:
        """Raise Refused unless the operation's op and path go together."""
        path, op = operation.get("path"), self._op(operation)
        if path is None and not self._readings.missing_path_quoted:
            raise Refused(wording.bad_request("Invalid patch path null"))
        paths = self._supported.get(op or "", [])
        if path in paths:
            return
        advice = "Please choose supported operations"
        if paths or self._readings.unsupported_lists_nothing:
            advice = f"Must be one of: [{', '.join(paths)}]"
        quoted = "null" if path is None else path
        text = f"Invalid patch path  '{quoted}' specified for op '{op or 'null'}'."
        raise Refused(wording.bad_request(f"{text} {advice}"))

    def patched(self, key: ApiKey, operation: PatchOperation) -> ApiKey:
        match operation["path"]:
            case "/name":
                name = self._text(operation)
                self._limits.check_name(name)
                return replace(key, name=name)
            case "/description":
                description = self._text(operation)
                self._limits.check_description(description)
                return replace(key, description=description)
            case "/customerId":
                return replace(key, customer_id=self._text(operation))
            case "/enabled":
                return self._enabled(key, operation)
            case "/stages":
                return self._stages(key, operation)
        return key

    def _op(self, operation: PatchOperation) -> str | None:
        op: str | None = operation.get("op")
        if op is None and self._readings.missing_op_is_replace:
            return "replace"
        return op

    def _text(self, operation: PatchOperation) -> str:
        value: str | None = operation.get("value")
        if value is None and self._readings.missing_patch_value_refused:
            raise Refused(wording.bad_request("Patch value must be specified"))
        return value or ""

    def _enabled(self, key: ApiKey, operation: PatchOperation) -> ApiKey:
        """As Java's parseBoolean: only "true", in any case, is true (recorded on a sibling)."""
        text = str(operation.get("value") or "").lower()
        if self._readings.bad_boolean_keeps_value and text not in ("true", "false"):
            return key
        return replace(key, enabled=text == "true")

    def _stages(self, key: ApiKey, operation: PatchOperation) -> ApiKey:
        stage = self._text(operation)
        api, _, name = stage.partition("/")
        if not api or not name:
            raise Refused(wording.BAD_STAGE)
        others = tuple(one for one in key.stage_keys if one != stage)
        if self._op(operation) == "remove":
            return replace(key, stage_keys=others)
        if self._readings.stages_must_exist:
            raise Refused(wording.NO_SUCH_STAGE)
        return replace(key, stage_keys=(*others, stage))
