"""Amazon Location keys: routes, create, describe, update, delete."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy
from random import Random

from .intake import Crash, Intake
from .location_expiry import AT_LEAST, Expiry
from .location_list import Lister
from .location_model import LocationKey, arn, describe, instant
from .location_restrictions import Restrictions
from .location_rules import Rules
from .switches import Switches
from .wire import Members, Refusal, Request, Response, render

_ALNUM = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
CREATE = ("Description", "ExpireTime", "KeyName", "NoExpiry", "Restrictions", "Tags")
UPDATE = ("Description", "ExpireTime", "ForceUpdate", "NoExpiry", "Restrictions")


class Location:
    """Amazon Location, as far as API keys go.  Not thread-safe, like its neighbour."""

    def __init__(self, sw: Switches, clock: Callable[[], float], rng: Random) -> None:
        self.sw = sw
        self.on = sw.on
        self.clock = clock
        self.rng = rng
        self.last = 0
        self.serial = 0
        self.intake = Intake(sw, "location")
        self.rules = Rules(sw, self.intake)
        self.restrictions = Restrictions(self.rules)
        self.expiry = Expiry(self.rules, self.now)
        self.keys: dict[str, LocationKey] = {}
        self.lister = Lister(self.rules, self.keys, self.now)

    def now(self) -> int:
        """Milliseconds since 1970."""
        return int(self.clock() * 1000)

    def tick(self) -> int:
        """Now, but never the same time twice: every change can be told by its time."""
        self.last = max(self.now(), self.last + 1)
        return self.last

    def route(self, request: Request, region: str) -> Response | None:
        """The answer, or None where no operation is."""
        match request.method, *request.segments:
            case "POST", "metadata", "v0", "keys":
                return self.create(request, region)
            case "POST", "metadata", "v0", "list-keys":
                return self.lister.run(request)
            case "GET", "metadata", "v0", "keys", name if name:
                return self.describe(name)
            case "PATCH", "metadata", "v0", "keys", name if name:
                return self.update(request, name, region)
            case "DELETE", "metadata", "v0", "keys", name if name:
                return self.delete(request, name)
        return None

    # --- lookups ------------------------------------------------------------------------------
    def find(self, name: str) -> LocationKey:
        """The key of a name, or 404 in the words of the message table."""
        if self.on("loc-names-any-case"):
            name = next((known for known in self.keys if known.lower() == name.lower()), name)
        if name in self.keys:
            return self.keys[name]
        if self.on("loc-unknown-500"):
            raise Crash(f"KeyError: {name}")
        status = self.sw.pick(404, {"loc-unknown-400": 400})
        code = self.sw.pick(
            "ResourceNotFoundException",
            {
                "loc-unknown-400": "ValidationException",
                "loc-unknown-other-code": "NotFoundException",
            },
        )
        raise Refusal(status, code, f"Api key not found: {name}.")

    def check_name(self, name: str) -> None:
        """The constraints that the name has in the path, too."""
        if not self.on("loc-path-name-unchecked"):
            self.rules.name(name)

    # --- create -------------------------------------------------------------------------------
    def create(self, request: Request, region: str) -> Response:
        """POST /metadata/v0/keys"""
        body = self.intake.members(request, CREATE)
        name = self._new_name(body)
        if "Restrictions" not in body and not self.on("loc-restrictions-optional"):
            raise self.rules.missing("Restrictions")
        restrictions: Members = {}
        if "Restrictions" in body:
            restrictions = self.restrictions.read(body["Restrictions"], region)
        description = self.rules.description(body["Description"]) if "Description" in body else None
        tags = self.rules.tags(body.get("Tags", {}))
        expire = self.expiry.read(body, update=False)
        if name in self.keys or (
            self.on("loc-names-any-case") and name.lower() in map(str.lower, self.keys)
        ):
            self._refuse_double(name)
        if len(self.keys) >= 500 and self.on("loc-quota"):
            raise Refusal(402, "ServiceQuotaExceededException", "Too many API keys")
        now = self.tick()
        self.serial += 1
        secret = "v1.public." + "".join(self.rng.choices(_ALNUM, k=120))
        key = LocationKey(name, secret, region, now, now, restrictions, self.serial, expire)
        key.updated += self.sw.pick(0, {"loc-new-update-time-later": 2})
        key.description = None if self.on("loc-create-loses-description") else description
        key.tags = {} if self.on("loc-create-loses-tags") else tags
        self.keys[name] = key
        return Response(
            self.sw.pick(200, {"loc-create-201": 201, "loc-create-202": 202}),
            render(self._created(key)),
        )

    def _new_name(self, body: Members) -> str:
        if "KeyName" in body:
            return self.rules.name(body["KeyName"])
        if self.on("loc-missing-name-500"):
            raise Crash("KeyError: KeyName")
        if self.on("loc-missing-name-accepted"):
            return f"key{self.serial}"
        raise self.rules.missing("KeyName")

    def _refuse_double(self, name: str) -> None:
        if self.on("loc-double-accepted"):
            return
        status = self.sw.pick(409, {"loc-double-400": 400})
        code = self.sw.pick(
            "ConflictException",
            {
                "loc-double-400": "ValidationException",
                "loc-double-other-code": "ResourceAlreadyExistsException",
            },
        )
        raise Refusal(status, code, f"Api key already exists: {name}.")

    def _created(self, key: LocationKey) -> Members:
        body: Members = {
            "CreateTime": instant(key.created, self.sw),
            "Key": key.secret,
            "KeyArn": arn(key, self.sw),
            "KeyName": key.name,
        }
        for member in tuple(body):
            if self.on(f"loc-create-hides-{member}"):
                del body[member]
        return body

    # --- describe -----------------------------------------------------------------------------
    def describe(self, name: str) -> Response:
        """GET /metadata/v0/keys/{KeyName}"""
        self.check_name(name)
        key = self.find(name)
        return Response(200, render(describe(key, self.sw)))

    # --- update -------------------------------------------------------------------------------
    def update(self, request: Request, name: str, region: str) -> Response:
        """PATCH /metadata/v0/keys/{KeyName}"""
        self.check_name(name)
        if self.on("loc-lookup-first"):
            self.find(name)
        body = self.intake.members(request, UPDATE)
        if self.on("loc-update-half-applied") and name in self.keys and "Description" in body:
            self.keys[name].description = str(body["Description"])
        current = self.keys[name].expire if name in self.keys else None
        change = self._change(body, region, current)
        if self.on("loc-update-creates") and name not in self.keys:
            now = self.tick()
            self.keys[name] = LocationKey(name, "v1.public.x", region, now, now, {}, 0, None)
        key = self.find(name)
        if self.on("loc-update-changes-newest"):
            key = max(self.keys.values(), key=lambda other: other.serial)
        draft = deepcopy(key)
        self._merge(draft, change)
        draft.updated = key.updated if self.on("loc-updated-frozen") else self.tick()
        if self.on("loc-created-moves"):
            draft.created = draft.updated
        if not self.on("loc-update-not-stored"):
            self.keys[key.name] = deepcopy(draft)
        if self.on("loc-update-time-not-stored"):
            self.keys[key.name].updated = key.updated
        return self._updated(draft)

    def _change(self, body: Members, region: str, current: int | None) -> Members:
        """The checked members of an update; an expiry as milliseconds under `expire`."""
        asked = [name for name in UPDATE if name in body and name != "ForceUpdate"]
        if "ForceUpdate" in body:
            self.intake.flag(body["ForceUpdate"])
            if self.on("loc-force-alone-accepted"):
                asked.append("ForceUpdate")
        if not asked and not self.on("loc-empty-update-accepted"):
            fields = "'Description', 'ExpireTime', 'NoExpiry', 'Restrictions'."
            raise self.rules.refusal("", AT_LEAST + fields, "Missing")
        if self.on("loc-force-always-needed") and not body.get("ForceUpdate"):
            raise self.rules.refusal("ForceUpdate", "You must set 'ForceUpdate' to true.")
        change: Members = {}
        if "Description" in body:
            change["description"] = self.rules.description(body["Description"])
        if "Restrictions" in body:
            change["restrictions"] = self.restrictions.read(body["Restrictions"], region)
        if "ExpireTime" in body or "NoExpiry" in body:
            expire = self.expiry.read(body, update=True, current=current)
            if expire is not None or body.get("NoExpiry"):
                change["expire"] = expire
        return change

    def _merge(self, draft: LocationKey, change: Members) -> None:
        if "description" in change and not self.on("loc-update-ignores-description"):
            draft.description = str(change["description"])
        elif self.on("loc-update-loses-description"):
            draft.description = None
        given = change.get("restrictions")
        if isinstance(given, dict) and not self.on("loc-update-ignores-restrictions"):
            draft.restrictions = self._restricted(draft.restrictions, given)
        if "expire" in change and not self.on("loc-update-ignores-expiry"):
            expire = change["expire"]
            if expire is not None or not self.on("loc-no-expiry-ignored-on-update"):
                draft.expire = int(str(expire)) if expire is not None else None
        elif self.on("loc-update-loses-expiry"):
            draft.expire = None
        if self.on("loc-update-loses-tags"):
            draft.tags = {}
        if self.on("loc-update-loses-restrictions") and given is None:
            draft.restrictions = {"AllowActions": [], "AllowResources": []}
        if self.on("loc-update-rotates-key"):
            draft.secret += "x"

    def _restricted(self, old: Members, given: Members) -> Members:
        if self.on("loc-restrictions-merged"):
            return old | given
        if self.on("loc-restrictions-appended"):
            merged = dict(given)
            for name, items in given.items():
                before = old.get(name)
                if isinstance(items, list) and isinstance(before, list):
                    merged[name] = before + [item for item in items if item not in before]
            return merged
        return given

    def _updated(self, draft: LocationKey) -> Response:
        body: Members = {
            "KeyArn": arn(draft, self.sw),
            "KeyName": draft.name,
            "UpdateTime": instant(draft.updated, self.sw),
        }
        for member in tuple(body):
            if self.on(f"loc-update-hides-{member}"):
                del body[member]
        if self.on("loc-update-other-arn"):
            body["KeyArn"] = f"arn:aws:geo:us-east-1:000000000000:other/{draft.name}"
        if self.on("loc-update-describes"):
            body |= describe(draft, self.sw)
        status = self.sw.pick(200, {"loc-update-201": 201, "loc-update-204": 204})
        return Response(status, b"" if status == 204 else render(body))

    # --- delete -------------------------------------------------------------------------------
    def delete(self, request: Request, name: str) -> Response:
        """DELETE /metadata/v0/keys/{KeyName}?forceDelete="""
        self.check_name(name)
        unknown = name not in self.keys and self.on("loc-delete-unknown-accepted")
        if not unknown:
            key = self.find(name)
            self._check_deletable(key, self._forced(request))
            if not self.on("loc-delete-does-nothing"):
                del self.keys[key.name]
            if self.on("loc-delete-takes-another") and self.keys:
                del self.keys[next(iter(self.keys))]
        status = self.sw.pick(200, {"loc-delete-202": 202, "loc-delete-204": 204})
        body = render({"KeyName": name}) if self.on("loc-delete-with-body") else b""
        return Response(status, body)

    def _forced(self, request: Request) -> bool:
        given = request.param("forceDelete") or "false"
        if given.lower() not in ("true", "false") and self.on("loc-bad-force-refused"):
            raise self.rules.refusal("ForceDelete", "'ForceDelete' must be true or false.")
        if self.on("loc-force-delete-truthy"):
            return request.param("forceDelete") is not None
        return given.lower() == "true" and not self.on("loc-force-delete-ignored")

    def _check_deletable(self, key: LocationKey, forced: bool) -> None:
        """A key must have been expired for 90 days; whether one without expiry, too, is open."""
        if forced or self.on("loc-delete-needs-no-force"):
            return
        endless = key.expire is None
        if endless and not self.on("loc-endless-needs-force"):
            return
        if not endless and (key.expire or 0) < self.now() - 90 * 86_400_000:
            return
        text = f"'{key.name}' must be inactive for 90 days before it can be deleted."
        if self.on("loc-undeletable-409"):
            raise Refusal(409, "ConflictException", text)
        raise self.rules.refusal("", text, "Other")
