"""GetApiKeys: filters, pages, order."""

from __future__ import annotations

import base64

from .gateway_model import ApiKey, show
from .gateway_store import KeyStore
from .intake import Crash
from .wire import Members, Refusal, Request, Response, render


def switch_param(store: KeyStore, request: Request, name: str) -> bool:
    """A boolean query parameter: anything but `true` is false, or by a reading refused."""
    given = request.param(name)
    if given is None:
        return False
    if given.lower() not in ("true", "false") and store.on("gw-bad-query-boolean-refused"):
        raise Refusal(400, "BadRequestException", f"Invalid value for {name}")
    return given.lower() == "true"


class Lister:
    """Lists keys."""

    def __init__(self, store: KeyStore) -> None:
        self.store = store
        self.sw = store.sw
        self.on = store.on

    def run(self, request: Request) -> Response:
        """GET /apikeys?name=&customerId=&limit=&position=&includeValues="""
        found = sorted(self.store.keys.values(), key=lambda key: -key.serial)
        if self.on("gw-list-oldest-first"):
            found.reverse()
        limit, start = self._limit(request), self._start(request)
        found = [key for key in found if start is None or self._after(key, start)]
        if not self.on("gw-filter-after-paging"):
            found = [key for key in found if self._matches(key, request)]
        page = found[: limit + self.sw.pick(0, {"gw-list-one-too-many": 1})]
        last = len(page) == len(found)
        body = self._page(page, last, request)
        return Response(200, render(body))

    def _page(self, page: list[ApiKey], last: bool, request: Request) -> Members:
        wanted = switch_param(self.store, request, "includeValues")
        if self.on("gw-include-values-ignored"):
            wanted = False
        if self.on("gw-include-values-present") and request.param("includeValues") is not None:
            wanted = True
        wanted = wanted or self.on("gw-list-shows-values")
        name = self.sw.pick("item", {"gw-list-items": "items", "gw-list-embedded": "_embedded"})
        shown = [key for key in page if self._matches(key, request)]
        body: Members = {name: [show(key, "list", wanted, self.sw) for key in shown]}
        if page and (not last or self.on("gw-position-on-last-page")):
            if not self.on("gw-position-missing"):
                body["position"] = self._position(page)
        elif self.on("gw-position-null"):
            body["position"] = None
        if not shown and self.on("gw-list-empty-404"):
            raise Refusal(404, "NotFoundException", "No API keys found")
        if self.on("gw-list-warnings"):
            body["warnings"] = []
        return body

    def _position(self, page: list[ApiKey]) -> str:
        serial = page[-1].serial
        if self.on("gw-page-repeats-one"):
            serial += 1
        if self.on("gw-page-skips-one"):
            serial -= 1
        return base64.b64encode(f"key {serial}".encode()).decode()

    def _after(self, key: ApiKey, start: int) -> bool:
        return key.serial > start if self.on("gw-list-oldest-first") else key.serial < start

    def _matches(self, key: ApiKey, request: Request) -> bool:
        name, customer = request.param("name"), request.param("customerId")
        if customer and key.customer != customer and not self.on("gw-customer-filter-ignored"):
            return False
        if not name or self.on("gw-name-filter-ignored"):
            return True
        if self.on("gw-name-filter-any-case"):
            return key.name.lower().startswith(name.lower())
        if self.on("gw-name-filter-substring"):
            return name in key.name
        if self.on("gw-name-filter-suffix"):
            return key.name.endswith(name)
        return key.name == name if self.on("gw-name-filter-exact") else key.name.startswith(name)

    def _limit(self, request: Request) -> int:
        given = request.param("limit")
        if given is None or given == "" or self.on("gw-limit-ignored"):
            usual = self.sw.pick(25, {"gw-default-limit-none": 10**9, "gw-default-limit-10": 10})
            return usual if not self.on("gw-limit-ignored") else 10**9
        try:
            limit = int(given)
        except ValueError:
            if self.on("gw-bad-limit-500"):
                raise Crash("invalid literal for int()") from None
            if self.on("gw-bad-limit-ignored"):
                return 25
            raise Refusal(400, "BadRequestException", "Invalid limit specified") from None
        if limit < 0 and self.on("gw-negative-limit-refused"):
            raise Refusal(400, "BadRequestException", "Invalid limit specified")
        if (limit == 0 or limit > 500) and self.on("gw-limit-range-checked"):
            raise Refusal(400, "BadRequestException", "Invalid limit specified")
        longest = self.sw.pick(500, {"gw-limit-max-100": 100})
        if limit > longest and self.on("gw-limit-max-100"):
            raise Refusal(400, "BadRequestException", "Invalid limit specified")
        return min(limit, longest) if limit > 0 else 25

    def _start(self, request: Request) -> int | None:
        given = request.param("position")
        if not given or self.on("gw-position-ignored"):
            return None
        try:
            return int(base64.b64decode(given).decode().removeprefix("key "))
        except ValueError:
            if self.on("gw-bad-position-500"):
                raise Crash("Incorrect padding") from None
            if self.on("gw-bad-position-ignored"):
                return None
            raise Refusal(400, "BadRequestException", "Invalid position specified") from None
