"""ListKeys: filter, pages, order."""

from __future__ import annotations

import base64
from collections.abc import Callable

from .intake import Crash
from .location_model import LocationKey, entry
from .location_rules import Rules
from .wire import Json, Members, Request, Response, render


class Lister:
    """Lists the keys of a dictionary that another keeps."""

    def __init__(self, rules: Rules, keys: dict[str, LocationKey], now: Callable[[], int]) -> None:
        self.rules = rules
        self.sw = rules.sw
        self.on = rules.on
        self.intake = rules.intake
        self.keys = keys
        self.now = now

    def run(self, request: Request) -> Response:
        """POST /metadata/v0/list-keys"""
        body = self.intake.members(request, ("Filter", "MaxResults", "NextToken"))
        limit = self._limit(body.get("MaxResults"))
        start = self._start(body.get("NextToken"))
        wanted = self._status(body.get("Filter"))
        found = sorted(self.keys.values(), key=self._place)
        at = sum(self._place(key) <= start for key in found) if start else 0
        at += self.sw.pick(0, {"loc-page-repeats-one": -1, "loc-page-skips-one": 1}) if at else 0
        found = found[max(at, 0) :]
        if not self.on("loc-filter-after-paging"):
            found = [key for key in found if wanted in (None, self._state(key))]
        page = found[: limit + self.sw.pick(0, {"loc-list-one-too-many": 1})]
        shown = [key for key in page if wanted in (None, self._state(key))]
        return Response(200, render(self._answer(shown, page, more=len(page) < len(found))))

    def _answer(self, shown: list[LocationKey], page: list[LocationKey], *, more: bool) -> Members:
        entries: list[Json] = [self._entry(key) for key in shown]
        body: Members = {self.sw.pick("Entries", {"loc-list-keys": "Keys"}): entries}
        if page and (more or self.on("loc-token-on-last-page")):
            if not self.on("loc-token-missing"):
                body["NextToken"] = self._token(page[-1])
        elif self.on("loc-token-null"):
            body["NextToken"] = None
        return body

    def _entry(self, key: LocationKey) -> Members:
        body = entry(key, self.sw)
        for member in ("KeyName", "CreateTime", "UpdateTime", "Restrictions"):
            if self.on(f"loc-list-hides-{member}"):
                del body[member]
        if self.on("loc-list-hides-expire-time"):
            body.pop("ExpireTime", None)
        if self.on("loc-list-hides-description"):
            body.pop("Description", None)
        return body

    def _state(self, key: LocationKey) -> str:
        expired = key.expire is not None and key.expire <= self.now()
        if self.on("loc-filter-reversed"):
            expired = not expired
        if self.on("loc-nothing-expires"):
            expired = False
        return "Expired" if expired else "Active"

    def _status(self, value: Json) -> str | None:
        if value is None or self.on("loc-filter-ignored"):
            return None
        if not isinstance(value, dict):
            raise self.intake.mistyped(value, "ApiKeyFilter")
        if value.get("KeyStatus") is None:
            return None
        text = self.intake.text(value["KeyStatus"])
        if text not in ("Active", "Expired") and not self.on("loc-any-status-accepted"):
            raise self.rules.constraint("Filter.KeyStatus", "one of Active, Expired")
        return text

    def _limit(self, value: Json) -> int:
        if value is None or self.on("loc-max-results-ignored"):
            return self.sw.pick(100, {"loc-default-page-10": 10})
        if isinstance(value, str) and value.isdigit() and self.on("loc-max-results-as-string"):
            value = int(value)
        whole = isinstance(value, int) and not isinstance(value, bool)
        if not isinstance(value, int) or not whole:
            raise self.intake.mistyped(value, "Integer")
        lowest = self.sw.pick(1, {"loc-max-results-0": 0, "loc-max-results-any": -(10**9)})
        most = {"loc-max-results-101": 101, "loc-max-results-99": 99}
        most["loc-max-results-any"] = 10**9
        if not lowest <= value <= self.sw.pick(100, most):
            raise self.rules.constraint("MaxResults", "between 1 and 100")
        return max(value, 0)

    def _place(self, key: LocationKey) -> tuple[int, str]:
        """What keys are ordered by: age, or by readings youth or name."""
        if self.on("loc-list-by-name"):
            return 0, key.name
        return -key.serial if self.on("loc-list-newest-first") else key.serial, key.name

    def _token(self, key: LocationKey) -> str:
        number, name = self._place(key)
        return base64.b64encode(f"after {number} {name}".encode()).decode()

    def _start(self, value: Json) -> tuple[int, str] | None:
        """The place of the last key of the page before."""
        if value is None or self.on("loc-token-ignored"):
            return None
        text = self.intake.text(value)
        if len(text) > 2000 and self.on("loc-token-any-length"):
            return None
        self.rules.within("NextToken", text, 1, 2000)
        try:
            _, number, name = base64.b64decode(text, validate=True).decode().split(" ")
            return int(number), name
        except ValueError:
            if self.on("loc-any-token-accepted"):
                return None
            if self.on("loc-bad-token-500"):
                raise Crash("Incorrect padding") from None
            raise self.rules.refusal("NextToken", "'NextToken' must be a valid token.") from None
