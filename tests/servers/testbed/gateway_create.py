"""CreateApiKey, and the limits of what a key is made of."""

from __future__ import annotations

from .gateway_model import ApiKey, show
from .gateway_patch import Patcher
from .gateway_store import ALNUM, KeyStore
from .intake import Intake
from .wire import Members, Refusal, Request, Response, render

CREATE_MEMBERS = (
    "customerId",
    "description",
    "enabled",
    "generateDistinctId",
    "name",
    "stageKeys",
    "tags",
    "value",
)


class Creator:
    """Makes keys."""

    def __init__(self, store: KeyStore, intake: Intake, patcher: Patcher) -> None:
        self.store = store
        self.sw = store.sw
        self.on = store.on
        self.intake = intake
        self.patcher = patcher

    def create(self, request: Request) -> Response:
        """POST /apikeys"""
        body = self.intake.members(request, CREATE_MEMBERS)
        key = self._draft(body)
        self.check_value(key.value)
        if self._taken(key):
            status = self.sw.pick(409, {"gw-duplicate-400": 400, "gw-duplicate-500": 500})
            code = self.sw.pick("ConflictException", {"gw-duplicate-400": "BadRequestException"})
            raise Refusal(status, code, "API Key already exists")
        key.value = key.value or self.store.random(ALNUM, 40)
        if body.get("value") and self.on("gw-given-value-ignored"):
            key.value = self.store.random(ALNUM, 40)
        self.store.add(key)
        if body.get("generateDistinctId") is False and self.on("gw-indistinct-id"):
            self.store.keys[key.value] = self.store.keys.pop(key.id)
            key.id = key.value
        status = self.sw.pick(201, {"gw-create-200": 200, "gw-create-202": 202})
        return Response(status, render(self._created(key)))

    def _created(self, key: ApiKey) -> Members:
        body = show(key, "create", not self.on("gw-create-hides-value"), self.sw)
        return {"apiKey": body} if self.on("gw-create-wrapped") else body

    def _draft(self, body: Members) -> ApiKey:
        text, stored = self.intake.text, self.intake.stored
        now = self.store.now()
        key = ApiKey("", "", 0, now, now, enabled=self.on("gw-enabled-by-default"))
        if self.on("gw-created-updated-differ"):
            key.updated += 1
        for name in ("name", "description", "customerId"):
            if name in body:
                given = text(body[name])
                self.patcher.check_text(name, given, "create")
                attribute = "customer" if name == "customerId" else name
                if not self.on("gw-create-loses-" + name):
                    setattr(key, attribute, stored(given))
        if not key.name and self.on("gw-name-required"):
            raise Refusal(400, "BadRequestException", "API Key name is required")
        if key.name == "" and "name" in body and self.on("gw-empty-name-refused"):
            raise Refusal(400, "BadRequestException", "API Key name cannot be blank")
        if key.name == "" and "name" in body and self.on("gw-empty-name-shown"):
            key.kept_empty.add("name")
        if "enabled" in body:
            enabled = self.intake.flag(body["enabled"])
            key.enabled = key.enabled if self.on("gw-create-loses-enabled") else enabled
        if "generateDistinctId" in body:
            self.intake.flag(body["generateDistinctId"])
        key.stages = self._stage_keys(body)
        if "tags" in body:
            tags = self.intake.mapping(body["tags"])
            self.check_tags(tags)
            key.tags = {} if self.on("gw-create-loses-tags") else tags
        key.value = text(body.get("value", ""))
        if "value" in body and not key.value and self.on("gw-empty-value-refused"):
            raise Refusal(400, "BadRequestException", "API Key value cannot be blank")
        return key

    def _stage_keys(self, body: Members) -> list[str]:
        """No stage exists: naming one is refused, kept or forgotten, by reading."""
        stages = []
        for item in self.intake.items(body.get("stageKeys", [])):
            if not isinstance(item, dict):
                raise self.intake.mistyped(item, "StageKey")
            parts = [self.intake.text(item.get(name) or "") for name in ("restApiId", "stageName")]
            stages.append("/".join(parts))
        if not stages or self.on("gw-stages-kept"):
            return stages
        if self.on("gw-stages-forgotten"):
            return []
        if self.on("gw-stages-bad-request"):
            raise Refusal(400, "BadRequestException", "Invalid stage identifier specified")
        raise Refusal(404, "NotFoundException", "Invalid stage identifier specified")

    def check_value(self, value: str) -> None:
        """The limits of a chosen key value; an empty one means "make one up"."""
        shortest = self.sw.pick(
            20,
            {
                "gw-value-min-19": 19,
                "gw-value-min-21": 21,
                "gw-value-any-length": 0,
                "gw-value-min-30": 30,
            },
        )
        longest = self.sw.pick(
            128, {"gw-value-max-129": 129, "gw-value-max-127": 127, "gw-value-any-length": 10**9}
        )
        length = self.intake.length(value)
        if 0 < length < shortest:
            text = "API Key value should be at least 20 characters"
            raise Refusal(400, "BadRequestException", text)
        if length > longest:
            text = "API Key value exceeds maximum size of 128 characters"
            raise Refusal(400, "BadRequestException", text)
        if self.on("gw-value-alphanumeric") and not set(value) <= set(ALNUM):
            raise Refusal(400, "BadRequestException", "Invalid API Key value specified")

    def check_tags(self, tags: dict[str, str]) -> None:
        """The limits of tag keys and values on the CreateApiKey and TagResource pages."""
        letters = set(ALNUM + "+,-./:;<=_")
        if self.on("gw-tag-hyphen-literal"):
            letters -= set(",;<")
        key_limit = self.sw.pick(128, {"gw-tag-key-129": 129, "gw-tag-key-127": 127})
        value_limit = self.sw.pick(256, {"gw-tag-value-257": 257, "gw-tag-value-255": 255})
        for name, text in tags.items():
            reserved = name.startswith("aws:") and not self.on("gw-tag-aws-prefix")
            legal = set(name + text) <= letters or self.on("gw-tag-any-letters")
            if (
                reserved
                or not legal
                or self.intake.length(name) > key_limit
                or self.intake.length(text) > value_limit
                or (not name and not self.on("gw-tag-empty-key"))
            ):
                raise Refusal(400, "BadRequestException", "Invalid tag specified")
        if self.on("gw-tag-limit-50") and len(tags) > 50:
            raise Refusal(400, "BadRequestException", "Too many tags")

    def _taken(self, key: ApiKey) -> bool:
        for other in self.store.keys.values():
            if key.value and other.value == key.value:
                return not self.on("gw-duplicate-value-accepted")
            if key.name and other.name == key.name and self.on("gw-names-unique"):
                return True
        return False
