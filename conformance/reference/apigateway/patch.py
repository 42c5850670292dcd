"""UpdateApiKey's patch operations: which are supported, and what each does to a key."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from conformance.contract.model import PatchRule
from conformance.reference.ambiguities import Ambiguities
from conformance.reference.apigateway import wording
from conformance.reference.apigateway.state import ApiKey, ApiKeyLimits, Measure
from conformance.reference.outcome import Refused

PatchOperation = Mapping[str, Any]
Changes = Mapping[str, Any]
"""New values of fields of an ApiKey, by the field's name."""
Effect = Callable[[ApiKey, PatchOperation, Changes], Changes]

_PATH_ORDER = ("/description", "/enabled", "/name", "/customerId")
"""Recorded order of the paths in the message of a wrong path."""


class Patcher:
    """Applies patch operations to keys; raises Refused for those it cannot."""

    def __init__(
        self,
        rules: Iterable[PatchRule],
        limits: ApiKeyLimits,
        readings: Ambiguities,
        measure: Measure,
    ) -> None:
        self._limits, self._readings, self._measure = limits, readings, measure
        self._supported: dict[str, tuple[str, ...]] = {}
        for rule in rules:
            if rule.supported:
                known = self._supported.get(rule.op, ())
                self._supported[rule.op] = tuple(sorted((*known, rule.path), key=_rank))
        self._effects: dict[str, Effect] = {
            "/name": self._name,
            "/description": self._description,
            "/customerId": self._customer,
            "/enabled": self._enabled,
            "/stages": self._stages,
        }

    def check(self, operation: PatchOperation) -> None:
        """Raise Refused unless the operation's op and path go together."""
        path, op = operation.get("path"), self._op(operation)
        if path is None and not self._readings.missing_path_quoted:
            raise Refused(wording.bad_request("Invalid patch path null"))
        paths = self._supported.get(op or "", ())
        if path in paths:
            return
        shown_path = "null" if path is None else path
        text = f"Invalid patch path  '{shown_path}' specified for op '{op or 'null'}'."
        raise Refused(wording.bad_request(f"{text} {self._advice(paths)}"))

    def changes(self, key: ApiKey, operation: PatchOperation, changed: Changes) -> Changes:
        """What one checked operation sets of a key, after earlier ones ``changed`` it."""
        effect = self._effects.get(str(operation["path"]))
        return {} if effect is None else effect(key, operation, changed)

    def _advice(self, paths: tuple[str, ...]) -> str:
        if paths or self._readings.unsupported_lists_nothing:
            return f"Must be one of: [{', '.join(paths)}]"
        return "Please choose supported operations"

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

    def _name(self, _key: ApiKey, operation: PatchOperation, _changed: Changes) -> Changes:
        name = self._text(operation)
        self._limits.check_name(name, self._measure)
        return {"name": name}

    def _description(self, _key: ApiKey, operation: PatchOperation, _changed: Changes) -> Changes:
        description = self._text(operation)
        self._limits.check_description(description, self._measure)
        return {"description": description}

    def _customer(self, _key: ApiKey, operation: PatchOperation, _changed: Changes) -> Changes:
        return {"customer_id": self._text(operation)}

    def _enabled(self, _key: ApiKey, operation: PatchOperation, _changed: Changes) -> Changes:
        """As Java's parseBoolean: only "true", in any case, is true (recorded on a sibling)."""
        text = str(operation.get("value") or "").lower()
        if self._readings.bad_boolean_keeps_value and text not in ("true", "false"):
            return {}
        return {"enabled": text == "true"}

    def _stages(self, key: ApiKey, operation: PatchOperation, changed: Changes) -> Changes:
        stage = self._text(operation)
        api, separator, name = stage.partition("/")
        if not (api and separator and name):
            raise Refused(wording.BAD_STAGE)
        known = changed.get("stage_keys", key.stage_keys)
        others = tuple(one for one in known if one != stage)
        if self._op(operation) == "remove":
            return {"stage_keys": others}
        if self._readings.stages_must_exist:
            raise Refused(wording.NO_SUCH_STAGE)
        return {"stage_keys": (*others, stage)}


def _rank(path: str) -> tuple[int, str]:
    known = path in _PATH_ORDER
    return (_PATH_ORDER.index(path) if known else len(_PATH_ORDER), path)
