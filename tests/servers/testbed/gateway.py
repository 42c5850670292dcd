"""API Gateway API keys: routes, get, update, delete."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from random import Random

from .gateway_create import Creator
from .gateway_list import Lister, switch_param
from .gateway_model import ApiKey, show
from .gateway_patch import Patch, Patcher
from .gateway_store import ALNUM, KeyStore
from .gateway_tags import Importer, Tagger
from .intake import Intake
from .switches import Switches
from .wire import Members, Refusal, Request, Response, render


class Gateway:
    """API Gateway, as far as API keys go."""

    def __init__(self, sw: Switches, clock: Callable[[], float], rng: Random) -> None:
        self.sw = sw
        self.on = sw.on
        self.intake = Intake(sw, "apigateway")
        self.store = KeyStore(sw, clock, rng)
        self.patcher = Patcher(sw, self.intake)
        self.creator = Creator(self.store, self.intake, self.patcher)
        self.lister = Lister(self.store)
        self.tagger = Tagger(self.store, self.intake, self.creator)
        self.importer = Importer(self.store, self.creator)

    def route(self, request: Request) -> Response | None:
        """The answer, or None where no operation is."""
        match request.method, *request.segments:
            case "POST", "apikeys" if request.param("mode") == "import":
                return self.importer.run(request)
            case "POST", "apikeys":
                return self.creator.create(request)
            case "GET", "apikeys":
                return self.lister.run(request)
            case "GET", "apikeys", key_id if key_id:
                return self.get(request, key_id)
            case "PATCH", "apikeys", key_id if key_id:
                return self.update(request, key_id)
            case "DELETE", "apikeys", key_id if key_id:
                return self.delete(key_id)
            case (("GET" | "PUT" | "DELETE"), "tags", *arn) if any(arn):
                return self.tagger.run(request, "/".join(arn))
        return None

    # --- get ----------------------------------------------------------------------------------
    def get(self, request: Request, key_id: str) -> Response:
        """GET /apikeys/{id}?includeValue="""
        key = self.store.find(key_id)
        if self.on("gw-get-newest"):
            key = self.store.newest()
        wanted = switch_param(self.store, request, "includeValue")
        if self.on("gw-include-value-ignored"):
            wanted = False
        if self.on("gw-include-value-present") and request.param("includeValue") is not None:
            wanted = True
        return Response(
            200, render(show(key, "get", wanted or self.on("gw-get-shows-value"), self.sw))
        )

    # --- update -------------------------------------------------------------------------------
    def update(self, request: Request, key_id: str) -> Response:
        """PATCH /apikeys/{id}"""
        body = self.intake.members(request, ("patchOperations",))
        if self.on("gw-update-creates") and key_id not in self.store.keys:
            self.store.add(
                ApiKey(key_id, self.store.random(ALNUM, 40), 0, self.store.now(), self.store.now())
            )
            self.store.keys[key_id] = self.store.keys.pop(next(reversed(self.store.keys)))
            self.store.keys[key_id].id = key_id
        if self.on("gw-op-checked-late"):
            self._half_apply(body, key_id)
        patches = self.patcher.read(body)
        if self.on("gw-path-before-lookup"):
            for patch in patches:
                self.patcher.target(patch)
        key = self.store.find(key_id)
        if self.on("gw-update-changes-newest"):
            key = self.store.newest()
        before = show(key, "update", False, self.sw)
        draft = deepcopy(key)
        try:
            for patch in self._in_order(patches):
                self.patcher.apply(draft, patch)
                if self.on("gw-not-atomic"):
                    self.keep(draft)
        except Refusal:
            if self.on("gw-refused-update-touches"):
                self.store.keys[key.id].updated = self.store.now() + 1
            if self.on("gw-refused-update-kept"):
                draft.description = patches[-1].value or ""
                self.keep(draft)
            raise
        self._touch(draft, key, bool(patches))
        self._spoil(draft)
        if not self.on("gw-update-not-stored"):
            self.keep(draft)
        return self._updated(draft, before)

    def keep(self, draft: ApiKey) -> None:
        """Put a changed key in the place of the one it was drafted from."""
        self.store.keys[draft.id] = deepcopy(draft)
        if self.on("gw-update-changes-all"):
            for key in self.store.keys.values():
                key.name, key.description = draft.name, draft.description

    def _half_apply(self, body: Members, key_id: str) -> None:
        """The defect of applying operations one by one as they are read."""
        listed = body.get("patchOperations")
        key = self.store.find(key_id)
        for item in listed if isinstance(listed, list) else []:
            for patch in self.patcher.read({"patchOperations": [item]}):
                self.patcher.apply(key, patch)

    def _in_order(self, patches: list[Patch]) -> list[Patch]:
        if self.on("gw-only-first-operation"):
            return patches[:1]
        if self.on("gw-only-last-operation"):
            return patches[-1:]
        return patches[::-1] if self.on("gw-operations-reversed") else patches

    def _touch(self, draft: ApiKey, key: ApiKey, asked: bool) -> None:
        changed = draft != key
        now = max(self.store.now(), key.updated)
        if (not asked and not self.on("gw-no-operations-touches")) or self.on("gw-updated-frozen"):
            now = key.updated
        if not changed and self.on("gw-no-change-keeps-date"):
            now = key.updated
        draft.updated = now
        if self.on("gw-created-date-moves"):
            draft.created = now
        if self.on("gw-updated-date-backwards"):
            draft.updated = key.updated - 1

    def _spoil(self, draft: ApiKey) -> None:
        """What careless updates lose."""
        if self.on("gw-update-loses-tags"):
            draft.tags = {}
        if self.on("gw-update-enables"):
            draft.enabled = True
        if self.on("gw-update-rotates-value"):
            draft.value = self.store.random(ALNUM, 40)

    def _updated(self, draft: ApiKey, before: Members) -> Response:
        body = show(draft, "update", self.on("gw-update-shows-value"), self.sw)
        if self.on("gw-update-answers-old"):
            body = before
        if self.on("gw-update-answers-nothing"):
            body = {}
        status = self.sw.pick(
            200, {"gw-update-201": 201, "gw-update-202": 202, "gw-update-204": 204}
        )
        return Response(status, b"" if status == 204 else render(body))

    # --- delete -------------------------------------------------------------------------------
    def delete(self, key_id: str) -> Response:
        """DELETE /apikeys/{id}"""
        gone = key_id in self.store.deleted and self.on("gw-delete-twice-accepted")
        unknown = key_id not in self.store.keys and self.on("gw-delete-unknown-accepted")
        if not (gone or unknown):
            key = self.store.find(key_id)
            if self.on("gw-delete-disables"):
                key.enabled = False
            elif not self.on("gw-delete-does-nothing"):
                del self.store.keys[key.id]
                self.store.deleted.add(key.id)
                self._delete_more(key)
        status = self.sw.pick(202, {"gw-delete-200": 200, "gw-delete-204": 204})
        body = render({"id": key_id}) if self.on("gw-delete-with-body") else b""
        return Response(status, body)

    def _delete_more(self, key: ApiKey) -> None:
        if self.on("gw-delete-namesakes"):
            self.store.keys = {i: k for i, k in self.store.keys.items() if k.name != key.name}
        if self.on("gw-delete-empties-account"):
            self.store.keys.clear()
