"""Amazon Location keys: the Restrictions structure."""

from __future__ import annotations

from .intake import HUGE
from .location_rules import ACCOUNT, APPS, KINDS, PATTERNS, Rules
from .wire import Json, Members

LISTS = ("AllowActions", "AllowResources", "AllowReferers")


class Restrictions:
    """Checks and normalises a Restrictions structure."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.sw = rules.sw
        self.on = rules.on
        self.intake = rules.intake

    def read(self, value: Json, region: str) -> Members:
        """The structure as it is kept: the members that were sent, checked."""
        if not isinstance(value, dict):
            raise self.intake.mistyped(value, "ApiKeyRestrictions")
        kept: Members = {}
        for name in LISTS:
            if value.get(name) is not None:
                kept[name] = list(self._texts(name, value[name]))
            elif name != "AllowReferers" and not self.on(f"loc-{name}-optional"):
                raise self.rules.missing(f"Restrictions.{name}")
        for name in APPS:
            if value.get(name) is not None and self.on("loc-apps-refused"):
                raise self.rules.refusal(name, f"Unknown field {name}", "UnknownField")
            if value.get(name) is not None:
                apps = self._apps(name, value[name])
                if not self.on("loc-apps-lost"):
                    kept[name] = apps
        if self.on("loc-referers-lost"):
            kept.pop("AllowReferers", None)
        self._check_prose(kept, region)
        return kept

    def _texts(self, name: str, value: Json) -> list[str]:
        field = f"Restrictions.{name}"
        texts = [self.intake.text(item) for item in self.intake.items(value)]
        fewest, most = self._counts(name)
        if not fewest <= len(texts) <= most:
            raise self.rules.constraint(field, "number of items")
        shortest, longest = self._lengths(name)
        for text in texts:
            empty = text == "" and self.on("loc-empty-items-accepted") and name != "AllowActions"
            self.rules.within(field, text, shortest, longest)
            if not empty and not self.rules.fits(self._pattern(name), text):
                raise self.rules.constraint(field, f"pattern of {name}")
        return sorted(texts) if self.on("loc-lists-sorted") else texts

    def _counts(self, name: str) -> tuple[int, int]:
        pick = self.sw.pick
        if name == "AllowActions":
            most = {"loc-actions-25": 25, "loc-actions-7": 7, "loc-actions-any-number": HUGE}
            return pick(1, {"loc-actions-may-be-empty": 0}), pick(24, most)
        if name == "AllowResources":
            most = {"loc-resources-9": 9, "loc-resources-5": 5, "loc-resources-any-number": HUGE}
            return pick(1, {"loc-resources-may-be-empty": 0}), pick(8, most)
        most = {"loc-referers-6": 6, "loc-referers-4": 4, "loc-referers-any-number": HUGE}
        return pick(0, {"loc-referers-min-1": 1}), pick(5, most)

    def _lengths(self, name: str) -> tuple[int, int]:
        pick = self.sw.pick
        if name == "AllowActions":
            most = {"loc-action-length-201": 201, "loc-action-length-199": 199}
            return pick(5, {"loc-action-length-4": 4}), pick(200, most)
        if name == "AllowResources":
            most = {"loc-resource-length-1601": 1601, "loc-resource-length-1599": 1599}
            return 0, pick(1600, most)
        most = {"loc-referer-length-254": 254, "loc-referer-length-252": 252}
        return 0, pick(253, most)

    def _pattern(self, name: str) -> str:
        others = {
            "AllowActions": {
                "loc-actions-any-service": r"[-\w]+:\w*\*?",
                "loc-actions-old-services": r"geo:\w*\*?",
                "loc-actions-no-wildcard": r"(geo|geo-routes|geo-places|geo-maps):\w*",
            },
            "AllowResources": {
                "loc-resources-any-arn": r"arn:.*",
                "loc-resources-old-arns": PATTERNS[name].split("|arn")[0],
            },
            "AllowReferers": {
                "loc-referers-any-letters": r"(?s).*",
                "loc-referers-any-percent": r"[\w!$&()*+,./:;=?@`%-]+",
                "loc-referers-no-wildcard": r"([\w!$&()+,./:;=@`-]|%[\dA-Fa-f]{2})+",
            },
        }
        return self.sw.pick(PATTERNS[name], others[name])

    def _apps(self, name: str, value: Json) -> list[Json]:
        field = f"Restrictions.{name}"
        items = self.intake.items(value)
        if len(items) > self.sw.pick(5, {"loc-apps-6": 6}):
            raise self.rules.constraint(field, "at most 5 items")
        kept: list[Json] = []
        for item in items:
            if not isinstance(item, dict):
                raise self.intake.mistyped(item, "App")
            kept.append(self._app(field, item, APPS[name]))
        return kept

    def _app(self, field: str, item: Members, limits: dict[str, int]) -> Members:
        app: Members = {}
        for member, longest in limits.items():
            if item.get(member) is None:
                raise self.rules.missing(f"{field}.{member}")
            text = self.intake.text(item[member])
            if not self.on("loc-app-members-unchecked"):
                self.rules.within(f"{field}.{member}", text, 1, longest)
                if not self.rules.fits(PATTERNS[member], text):
                    raise self.rules.constraint(f"{field}.{member}", "pattern")
            app[member] = text
        return app

    def _check_prose(self, kept: Members, region: str) -> None:
        """Rules that only the sentences of the page state; by default nobody enforces them."""
        actions, resources = kept.get("AllowActions"), kept.get("AllowResources")
        if not isinstance(actions, list) or not isinstance(resources, list):
            return
        known = {action for kind in KINDS.values() for action in kind}
        if self.on("loc-actions-listed-only") and not {str(a) for a in actions} <= known:
            raise self.rules.constraint("Restrictions.AllowActions", "one of the listed actions")
        for resource in filter(None, resources):
            parts = [*str(resource).split(":"), "", "", "", "", ""]
            if self.on("loc-resources-of-account") and not (
                parts[1] == "aws" and parts[3] in (region, "*") and parts[4] in ("", ACCOUNT)
            ):
                raise self.rules.constraint("Restrictions.AllowResources", "own account")
            kind = parts[5].split("/")[0] if parts[2] == "geo" else parts[2]
            needed = KINDS.get(kind, ())
            if (
                self.on("loc-action-for-each-resource")
                and needed
                and not set(needed) & {str(action) for action in actions}
            ):
                raise self.rules.constraint("Restrictions.AllowActions", f"an action for {kind}")
