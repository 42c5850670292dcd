"""API Gateway: TagResource, UntagResource, GetTags and ImportApiKeys."""

from __future__ import annotations

import csv
import io

from .gateway_create import Creator
from .gateway_model import ApiKey
from .gateway_store import ALNUM, KeyStore
from .intake import Intake
from .wire import Members, Refusal, Request, Response, render


class Tagger:
    """The tags of keys, by ARN."""

    def __init__(self, store: KeyStore, intake: Intake, creator: Creator) -> None:
        self.store = store
        self.sw = store.sw
        self.on = store.on
        self.intake = intake
        self.creator = creator

    def run(self, request: Request, arn: str) -> Response:
        """PUT, DELETE or GET /tags/{arn}"""
        if request.method == "GET":
            return self._get(self._key(arn))
        if request.method == "PUT":
            return self._tag(request, arn)
        return self._untag(request, arn)

    def _key(self, arn: str) -> ApiKey:
        head, _, key_id = arn.rpartition("/apikeys/")
        parts = head.split(":")
        if len(parts) != 6 or parts[0] != "arn" or parts[2] != "apigateway" or parts[4]:
            if self.on("gw-bad-arn-not-found"):
                raise Refusal(404, "NotFoundException", "Invalid resource ARN specified")
            raise Refusal(400, "BadRequestException", "Invalid resource ARN specified")
        if key_id not in self.store.keys and self.on("gw-tags-of-unknown-accepted"):
            return ApiKey(key_id, "", 0, 0, 0)
        return self.store.find(key_id)

    def _tag(self, request: Request, arn: str) -> Response:
        body = self.intake.members(request, ("tags",))
        if "tags" not in body and not self.on("gw-tag-without-tags-accepted"):
            raise Refusal(400, "BadRequestException", "Tags must be set")
        tags = self.intake.mapping(body.get("tags", {}))
        self.creator.check_tags(tags)
        key = self._key(arn)
        if self.on("gw-tag-replaces-all"):
            key.tags = {}
        if self.on("gw-tag-keeps-old-value"):
            tags |= {name: text for name, text in key.tags.items() if name in tags}
        if not self.on("gw-tag-does-nothing"):
            key.tags = key.tags | tags
        if self.on("gw-tag-reaches-all"):
            for other in self.store.keys.values():
                other.tags = dict(key.tags)
        if self.on("gw-tagging-touches"):
            key.updated = max(key.updated, self.store.now())
        return Response(self.sw.pick(204, {"gw-tag-200": 200, "gw-tag-201": 201}))

    def _untag(self, request: Request, arn: str) -> Response:
        names = request.params.get("tagKeys", [])
        if not names and not self.on("gw-untag-without-keys-accepted"):
            raise Refusal(400, "BadRequestException", "Tag keys must be set")
        key = self._key(arn)
        if self.on("gw-untag-first-only"):
            names = names[:1]
        if self.on("gw-untag-clears-all"):
            names = list(key.tags)
        if not self.on("gw-untag-does-nothing"):
            key.tags = {name: text for name, text in key.tags.items() if name not in names}
        return Response(self.sw.pick(204, {"gw-untag-200": 200, "gw-untag-202": 202}))

    def _get(self, key: ApiKey) -> Response:
        if not key.tags and self.on("gw-no-tags-absent"):
            return Response(200, b"{}")
        body: Members = {"tags": dict(key.tags)}
        if self.on("gw-get-tags-bare"):
            body = dict(key.tags)
        if self.on("gw-get-tags-as-list"):
            body = {"tags": [{"Key": name, "Value": text} for name, text in key.tags.items()]}
        return Response(200, render(body))


class Importer:
    """Keys from a CSV file; its columns may stand in any order and any case."""

    def __init__(self, store: KeyStore, creator: Creator) -> None:
        self.store = store
        self.sw = store.sw
        self.on = store.on
        self.creator = creator

    def run(self, request: Request) -> Response:
        """POST /apikeys?mode=import&format=csv&failonwarnings="""
        kind = request.param("format") or self.sw.pick("", {"gw-import-format-optional": "csv"})
        if kind != "csv" and not self.on("gw-import-any-format"):
            raise Refusal(400, "BadRequestException", "Invalid format specified")
        warnings: list[str] = []
        drafts: list[ApiKey] = []
        for number, row in enumerate(self._rows(request.body), 1):
            try:
                drafts.append(self._draft(row))
            except Refusal as refusal:
                warnings.append(f"Row {number}: {refusal.message}")
        strict = (request.param("failonwarnings") or "").lower() == "true"
        if warnings and strict and self.on("gw-import-strict-keeps-rest"):
            self._keep(drafts)
        refused = strict and not self.on("gw-import-strict-ignored")
        if warnings and (refused or self.on("gw-import-bad-row-refused")):
            raise Refusal(400, "BadRequestException", "; ".join(warnings))
        body: Members = {"ids": list(self._keep(drafts)), "warnings": list(warnings)}
        if self.on("gw-import-answers-keys"):
            body = {"item": body["ids"]}
        return Response(self.sw.pick(201, {"gw-import-200": 200}), render(body))

    def _rows(self, raw: bytes) -> list[dict[str, str]]:
        try:
            lines = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"))))
        except (UnicodeDecodeError, csv.Error):
            raise Refusal(400, "BadRequestException", "The CSV cannot be read") from None
        case_kept = self.on("gw-import-columns-case-sensitive")
        columns = (
            [name.strip() if case_kept else name.strip().lower() for name in lines[0]]
            if (lines)
            else []
        )
        wanted = {"Name", "Key"} if case_kept else {"name", "key"}
        if self.on("gw-import-key-column-optional"):
            wanted -= {"key", "Key"}
        if not wanted <= set(columns):
            text = "The columns Name and Key are required"
            raise Refusal(400, "BadRequestException", text)
        lower = [name.lower() for name in columns]
        if self.on("gw-import-column-order-fixed"):
            lower = ["name", "key", "description", "enabled"][: len(lower)]
        return [dict(zip(lower, line, strict=False)) for line in lines[1:] if line]

    def _draft(self, row: dict[str, str]) -> ApiKey:
        now = self.store.now()
        key = ApiKey("", row.get("key", ""), 0, now, now, name=row.get("name", ""))
        key.description = row.get("description", "")
        usual = self.sw.pick("true", {"gw-import-disabled": "false"})
        key.enabled = (row.get("enabled") or usual).strip().lower() == "true"
        if not key.value and not self.on("gw-import-key-column-optional"):
            raise Refusal(400, "BadRequestException", "API Key value is missing")
        key.value = key.value or self.store.random(ALNUM, 40)
        if len(key.value) < self.sw.pick(20, {"gw-import-key-min-30": 30, "gw-import-any-key": 0}):
            text = "API Key value should be at least 20 characters"
            raise Refusal(400, "BadRequestException", text)
        if not self.on("gw-import-any-key"):
            self.creator.check_value(key.value)
        if not self.on("gw-import-any-name"):
            self.creator.patcher.check_text("name", key.name, "create")
        self.creator.patcher.check_text("description", key.description, "create")
        return key

    def _keep(self, drafts: list[ApiKey]) -> list[str]:
        ids = []
        for draft in drafts:
            old = next((k for k in self.store.keys.values() if k.value == draft.value), None)
            if old and self.on("gw-import-again-409"):
                raise Refusal(409, "ConflictException", "API Key already exists")
            if old and not self.on("gw-import-again-doubles"):
                old.name, old.description = draft.name, draft.description
                old.enabled, old.updated = draft.enabled, max(draft.updated, old.updated)
                ids.append(old.id)
            else:
                self.store.add(draft)
                ids.append(draft.id)
        return ids
