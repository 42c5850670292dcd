"""UpdateApiKey: what a list of patch operations does to a key."""

from __future__ import annotations

from dataclasses import dataclass

from .gateway_model import ApiKey
from .intake import HUGE, Crash, Intake
from .switches import Switches
from .wire import Json, Members, Refusal

OPS = ("add", "remove", "move", "test", "replace", "copy")
REPLACEABLE = ("/description", "/enabled", "/name", "/customerId")
LISTS = ("/stages", "/labels")


@dataclass(frozen=True)
class Patch:
    """One patch operation, its members typed but not judged."""

    op: str | None
    path: str | None
    value: str | None


class Patcher:
    """Reads patch operations and carries them out on a key."""

    def __init__(self, sw: Switches, intake: Intake) -> None:
        self.sw = sw
        self.on = sw.on
        self.intake = intake

    # --- reading ------------------------------------------------------------------------------
    def read(self, body: Members) -> list[Patch]:
        """The operations of a body; wrong types first, then every unknown op at once."""
        listed = body.get("patchOperations")
        if listed is None:
            if self.on("gw-missing-operations-refused"):
                raise Refusal(400, "BadRequestException", "Patch operations must be set")
            if self.on("gw-missing-operations-500"):
                raise Crash("NoneType is not iterable")
            return []
        if isinstance(listed, dict) and self.on("gw-single-operation-accepted"):
            listed = [listed]
        items = self.intake.items(listed)
        if not items and self.on("gw-no-operations-refused"):
            raise Refusal(400, "BadRequestException", "Patch operations must not be empty")
        if len(items) > 1 and self.on("gw-update-one-operation-only"):
            raise Refusal(400, "BadRequestException", "Only one patch operation is supported")
        patches = [self._one(item) for item in items]
        self._check_ops(patches)
        return patches

    def _one(self, item: Json) -> Patch:
        if not isinstance(item, dict):
            raise self.intake.mistyped(item, "PatchOperation")
        value = item.get("value")
        if self.on("gw-patch-native-value") and isinstance(value, (bool, int, float)):
            value = str(value).lower()
        if item.get("from") is not None:
            self.intake.text(item["from"])
        op, path = (
            None if item.get(name) is None else self.intake.text(item[name])
            for name in ("op", "path")
        )
        if path is None and self.on("gw-missing-path-500"):
            raise Crash("NoneType has no attribute 'split'")
        if op is not None and self.on("gw-op-any-case"):
            op = op.lower()
        return Patch(op, path, None if value is None else self.intake.text(value))

    def _check_ops(self, patches: list[Patch]) -> None:
        if self.on("gw-unknown-op-accepted") or self.on("gw-op-ignored"):
            return
        wrong = [
            f"Value '{patch.op}' at 'updateApiKeyInput.patchOperations.{number}.member.op' failed"
            f" to satisfy constraint: Member must satisfy enum value set: [{', '.join(OPS)}]"
            for number, patch in enumerate(patches, 1)
            if patch.op is not None and patch.op not in OPS
        ]
        if not wrong:
            return
        if self.on("gw-unknown-op-500"):
            raise Crash("unknown op")
        if self.on("gw-unknown-op-bad-request"):
            raise Refusal(400, "BadRequestException", "Invalid patch operation specified")
        noun = "error" if len(wrong) == 1 else "errors"
        text = f"{len(wrong)} validation {noun} detected: {'; '.join(wrong)}"
        raise Refusal(400, "ValidationException", text)

    # --- judging ------------------------------------------------------------------------------
    def target(self, patch: Patch) -> str | None:
        """The path an operation works on, None where it does nothing; refused if unsupported."""
        path = self._lenient(patch.path)
        op = "replace" if self.on("gw-op-ignored") else patch.op
        if op == "replace" and path in REPLACEABLE:
            return path
        if op in ("add", "remove") and path in LISTS:
            if path == "/labels" and self.on("gw-labels-refused"):
                raise self._unsupported(patch)
            return path
        if self._let_through(op, path):
            return path if path in REPLACEABLE and op != "test" else None
        raise self._unsupported(patch)

    def _let_through(self, op: str | None, path: str | None) -> bool:
        """Operations that AWS refuses and a defect, or for a missing op a reading, takes."""
        known = path in REPLACEABLE
        if op is None:
            return known and self.on("gw-missing-op-replaces")
        if op not in OPS:
            return known and self.on("gw-unknown-op-accepted")
        if op != "replace":
            return known and self.on(f"gw-{op}-accepted")
        taken = {"/id": "gw-id-patch-taken", "/createdDate": "gw-created-date-patch-taken"}
        taken |= {"/value": "gw-value-patch-taken", "/tags": "gw-tags-patch-taken"}
        if path in taken:
            return self.on(taken[path])
        if path in LISTS:
            return self.on("gw-lists-replace-taken")
        return self.on("gw-unknown-path-ignored")

    def _lenient(self, path: str | None) -> str | None:
        if path is None:
            return None
        for known in REPLACEABLE:
            bare = known[1:]
            if (
                (self.on("gw-path-no-slash") and path == bare)
                or (self.on("gw-path-any-case") and path.lower() == known.lower())
                or (self.on("gw-path-trailing-slash") and path == known + "/")
                or (self.on("gw-path-substring") and bare in path)
                or (self.on("gw-path-prefix") and path.startswith(known))
                or (self.on("gw-path-last-part") and path.rsplit("/", 1)[-1] == bare)
                or (self.on("gw-path-trimmed") and path.strip() == known)
            ):
                return known
        return path

    def _unsupported(self, patch: Patch) -> Refusal:
        if self.on("gw-unsupported-op-as-validation") and patch.op in ("copy", "move", "test"):
            return Refusal(400, "ValidationException", f"Op {patch.op} is not supported")
        if patch.path is None and self.on("gw-null-path-text"):
            return Refusal(400, "BadRequestException", "Invalid patch path null")
        named = "null" if patch.path is None else patch.path
        text = f"Invalid patch path  '{named}' specified for op '{patch.op or 'null'}'. "
        if patch.op == "replace":
            text += f"Must be one of: [{', '.join(REPLACEABLE)}]"
        elif patch.op in ("add", "remove") and self.on("gw-op-lists-paths"):
            text += f"Must be one of: [{', '.join(LISTS)}]"
        else:
            text += "Please choose supported operations"
        status = self.sw.pick(400, {"gw-bad-path-404": 404, "gw-bad-path-422": 422})
        code = self.sw.pick("BadRequestException", {"gw-bad-path-404": "NotFoundException"})
        return Refusal(status, code, text)

    # --- doing --------------------------------------------------------------------------------
    def apply(self, key: ApiKey, patch: Patch) -> None:
        """Carry one operation out on a key; Refusal where its value will not do."""
        path = self.target(patch)
        if path == "/enabled":
            if not self.on("gw-enabled-patch-ignored"):
                key.enabled = self._boolean(patch.value, key.enabled)
        elif path in ("/name", "/description", "/customerId"):
            self._set_text(key, path[1:], patch)
        elif path == "/stages":
            self._patch_stages(key, patch)

    def _boolean(self, value: str | None, before: bool) -> bool:
        if value is None and self.on("gw-enabled-needs-value"):
            raise Refusal(400, "BadRequestException", "Invalid value specified for enabled")
        if value is not None and value.lower() not in ("true", "false"):
            if self.on("gw-bad-boolean-refused"):
                raise Refusal(400, "BadRequestException", "Invalid boolean value")
            if self.on("gw-bad-boolean-500"):
                raise Crash("invalid truth value")
            if self.on("gw-bad-boolean-keeps"):
                return before
        if self.on("gw-enabled-truthy"):
            return bool(value)
        if self.on("gw-boolean-lower-case-only"):
            return value == "true"
        return (value or "").lower() == "true"

    def _set_text(self, key: ApiKey, member: str, patch: Patch) -> None:
        text = patch.value
        if text is None and self.on("gw-text-needs-value"):
            raise Refusal(400, "BadRequestException", f"Invalid value specified for {member}")
        if text == "" and self.on("gw-empty-text-refused"):
            raise Refusal(400, "BadRequestException", f"API Key {member} cannot be blank")
        text = self.intake.stored(text or "")
        self.check_text(member, text, "update")
        if self.on("gw-update-ignores-" + member):
            return
        if self.on("gw-update-appends"):
            text = (key.description if member == "description" else "") + text
        if member == "customerId":
            key.customer = text
        else:
            setattr(key, member, text)
        key.kept_empty.discard(member)
        if text == "" and patch.value == "" and self.on("gw-empty-text-kept"):
            key.kept_empty.add(member)

    def check_text(self, member: str, text: str, operation: str) -> None:
        """The limits of name, description and customerId on create and update."""
        length = self.intake.length(text)
        if member == "name":
            pick = (
                {"gw-update-name-unlimited": HUGE}
                if operation == "update"
                else {
                    "gw-create-name-1025": 1025,
                    "gw-create-name-unlimited": HUGE,
                    "gw-create-name-1023": 1023,
                    "gw-create-name-255": 255,
                }
            )
            if length > self.sw.pick(1024, pick):
                text = "Invalid API Key name, can be at most 1024 characters."
                raise Refusal(400, "BadRequestException", text)
        if member == "description":
            limit = self.sw.pick(
                125_000,
                {
                    "gw-description-limit-4096": 4096,
                    "gw-description-limit-1024": 1024,
                    f"gw-{operation}-description-unlimited": HUGE,
                },
            )
            if length > limit:
                text = "Invalid API Key description specified."
                raise Refusal(400, "BadRequestException", text)
        if member == "customerId" and self.on("gw-customer-id-limit-64") and length > 64:
            raise Refusal(400, "BadRequestException", "Invalid customer identifier specified")

    def _patch_stages(self, key: ApiKey, patch: Patch) -> None:
        """No stage exists here, so that adding one fails; two readings keep or forget it."""
        if self.on("gw-stages-forgotten"):
            return
        if self.on("gw-stages-kept") and patch.value:
            if patch.op == "add" and patch.value not in key.stages:
                key.stages.append(patch.value)
            elif patch.op == "remove" and patch.value in key.stages:
                key.stages.remove(patch.value)
            return
        if self.on("gw-stages-bad-request"):
            raise Refusal(400, "BadRequestException", "Invalid stage identifier specified")
        raise Refusal(404, "NotFoundException", "Invalid stage identifier specified")
